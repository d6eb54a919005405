// The body lives here, so that the page stays quick whatever is computed.
import { type Anny, type BodyShape, loadAnny } from "@anny-fitter/anny";
import { carryPath, createPathCarrier, type PathCarrier, takeUpSurface } from "@anny-fitter/anthropometry";
import { type FromWorker, TAPES, type TapeId, type ToWorker } from "./messages.js";
import { type PoseName, poseOf } from "./poses.js";

interface Loaded {
	readonly anny: Anny;
	readonly carrier: PathCarrier;
}

let loaded: Loaded | null = null;
let newestId = 0;

function send(message: FromWorker, transfer: Transferable[] = []): void {
	self.postMessage(message, { transfer });
}

async function load(asset: string): Promise<void> {
	try {
		const anny = await loadAnny({
			asset,
			onProgress: ({ loaded_bytes, total_bytes }) =>
				send({ type: "progress", fraction: total_bytes === null ? null : loaded_bytes / total_bytes }),
		});
		loaded = { anny, carrier: createPathCarrier(anny.model) };
		send({ type: "loaded", triangles: anny.triangles });
	} catch (error) {
		send({ type: "failed", message: error instanceof Error ? error.message : String(error) });
	}
}

function evaluate({ anny }: Loaded, id: number, shape: BodyShape, pose: PoseName): void {
	const start = performance.now();
	anny.shape(shape);
	anny.pose(poseOf(anny, pose));
	const positions = Float32Array.from(anny.vertices);
	const normals = anny.normals.slice();
	const { stature } = anny.measure(["stature"]);
	const time_ms = performance.now() - start;
	send({ type: "body", id, positions, normals, stature_m: stature.value_m, mass_kg: anny.mass_kg(), time_ms }, [
		positions.buffer,
		normals.buffer,
	]);
}

/** Tapes are taken at rest, and drawn where the pose brings them. */
function measure({ anny, carrier }: Loaded, id: number): void {
	const start = performance.now();
	const taken = anny.measure(TAPES);
	takeUpSurface(carrier, anny.rest.vertices);
	const { vertices: posedVertices, boneTransforms } = anny.posed;
	const girths_m = {} as Record<TapeId, number>;
	const paths = {} as Record<TapeId, Float32Array>;
	for (const tape of TAPES) {
		const { value_m, path } = taken[tape];
		const carried = new Float32Array(path.length);
		carryPath(carried, carrier, { posedVertices, boneTransforms }, path);
		girths_m[tape] = value_m;
		paths[tape] = carried;
	}
	send({ type: "tapes", id, girths_m, paths, time_ms: performance.now() - start });
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
	if (data.type === "load") {
		void load(data.asset);
		return;
	}
	if (loaded === null) return;
	const body = loaded;
	newestId = data.id;
	evaluate(body, data.id, data.shape, data.pose);
	// A newer request that waits goes first; the tapes of this one are not needed then.
	setTimeout(() => {
		if (newestId === data.id) measure(body, data.id);
	});
});
