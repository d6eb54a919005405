import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { POSE_DETECTION_URL, POSE_LANDMARKS_URL } from "./pose-models.js";
import type { PoseFrame } from "./pose-types.js";
import type { FromPoseWorker, ToPoseWorker } from "./worker-messages.js";

/** Finds bodies in pictures, in a worker of this browser: no picture leaves it. */
export interface PoseClient {
	/**
	 * @param picture is closed afterwards
	 * @param isVideo follow the body from the frame before
	 */
	analyse(picture: ImageBitmap, isVideo: boolean): Promise<PoseFrame>;
}

type Outgoing = ToPoseWorker extends infer M ? (M extends { id: number } ? Omit<M, "id"> : never) : never;

/** Unused for this long, the worker is ended: the networks take some 100 MB of memory. */
const REST_MS = 60_000;

let opened: Promise<PoseClient> | null = null;

/**
 * The page's one client; the networks (9 MB compressed, kept by the browser) are loaded at the first call. It ends by itself
 * when unused for a minute: ask for it anew for each picture.
 */
export function openPoseClient(): Promise<PoseClient> {
	opened ??= open().catch((error: unknown) => {
		opened = null;
		throw error;
	});
	return opened;
}

async function open(): Promise<PoseClient> {
	const worker = new Worker(new URL("./pose.worker.ts", import.meta.url), { type: "module", name: "pose" });
	const waiting = new Map<
		number,
		{ readonly resolve: (message: FromPoseWorker) => void; readonly reject: (error: Error) => void }
	>();
	let nextId = 1;
	let rest: ReturnType<typeof setTimeout> | undefined;
	const end = () => {
		clearTimeout(rest);
		opened = null;
		worker.terminate();
	};
	worker.addEventListener("message", ({ data }: MessageEvent<FromPoseWorker>) => {
		const call = waiting.get(data.id);
		waiting.delete(data.id);
		if (waiting.size === 0) rest = setTimeout(end, REST_MS);
		if (data.type === "failed") call?.reject(new Error(data.message));
		else call?.resolve(data);
	});
	worker.addEventListener("error", () => {
		for (const call of waiting.values()) call.reject(new Error("the pose worker broke"));
		waiting.clear();
		end();
	});
	const ask = (message: Outgoing, transfer: Transferable[]) =>
		new Promise<FromPoseWorker>((resolve, reject) => {
			clearTimeout(rest);
			const id = nextId++;
			waiting.set(id, { resolve, reject });
			worker.postMessage({ ...message, id }, transfer);
		});
	try {
		const [detection, landmarks] = await Promise.all([load(POSE_DETECTION_URL), load(POSE_LANDMARKS_URL)]);
		const models = { wasm: new URL(wasm, location.href).href, detection, landmarks };
		await ask({ type: "open", models }, [detection.buffer, landmarks.buffer]);
	} catch (error) {
		end();
		throw error;
	}
	return {
		async analyse(picture, isVideo) {
			const answer = await ask({ type: "analyse", picture, isVideo }, [picture]);
			if (answer.type !== "frame") throw new Error("not a frame");
			return answer.frame;
		},
	};
}

async function load(address: string): Promise<Uint8Array<ArrayBuffer>> {
	const response = await fetch(address);
	if (!response.ok) throw new Error(`The network ${address} cannot be loaded.`);
	return new Uint8Array(await response.arrayBuffer());
}
