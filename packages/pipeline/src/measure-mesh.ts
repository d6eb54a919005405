import { type BodyModel, createBodyModel, type TopologyName } from "@anny-fitter/body-model";
import type { MeasurementDocument } from "@anny-fitter/contracts";
import { AppError } from "@anny-fitter/contracts";
import { computeBounds } from "@anny-fitter/mesh";
import { type MeshData, readMesh, sniffMeshFormat, toAnnyFrame } from "@anny-fitter/mesh-io";
import { type OpenedBodyModel, openBodyModelData } from "@anny-fitter/platform";
import { describeModelData, describeWarnings, measureShape } from "./build-body.js";
import { registerRestMesh } from "./rest-registration.js";

export interface MeasureMeshOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
}

/** No body is smaller or larger than this between its two farthest sides, metres. */
const SMALLEST_BODY_M = 0.3;
const LARGEST_BODY_M = 3;
/** Share of the file's edges that must be edges of the model for the vertices to be in its order. */
const MINIMUM_SHARED_EDGES = 0.98;
/** A rest-pose body of any shape stays below this; bent limbs do not. */
const LARGEST_REST_RESIDUAL_M = 0.025;
/** Beyond this the mesh was turned on purpose. */
const NOTABLE_TURN_RAD = 0.2;

/**
 * Measures a mesh file in Anny's topology: same vertices in the same order, metres, rest pose.
 *
 * @param bytes OBJ, PLY or GLB
 * @param name file name for messages
 * @throws {AppError} `unsupported_mesh`, `empty_file`, `model_data_missing`, `model_data_invalid`
 */
export async function measureMeshFile(
	bytes: Uint8Array,
	name: string,
	options: MeasureMeshOptions = {},
): Promise<MeasurementDocument> {
	const mesh = parseMesh(bytes, name);
	requireMetres(mesh, name);
	const opened = await openBodyModelData(options);
	const { model, vertices } = matchTopology(mesh, opened, name);
	const registration = registerRestMesh(model, vertices);
	if (registration === null) {
		throw unsupported(`${name} is a mirror image of a body.`, "Export the mesh without mirroring its axes.");
	}
	const warnings = describeWarnings(opened);
	if (registration.residual_m > LARGEST_REST_RESIDUAL_M) {
		warnings.push({
			code: "not_in_rest_pose",
			message: `${name} is not in the rest pose, or no ordinary body; measurements near bent joints are not reliable.`,
		});
	}
	if (registration.turn_rad > NOTABLE_TURN_RAD) {
		const degrees = Math.round((registration.turn_rad * 180) / Math.PI);
		warnings.push({ code: "mesh_turned", message: `${name} was turned by ${degrees}° to stand upright.` });
	}
	return measureShape(model, registration, describeModelData(opened, model), warnings);
}

function parseMesh(bytes: Uint8Array, name: string): MeshData {
	if (bytes.length === 0) {
		throw new AppError("empty_file", `${name} is empty.`, { remedy: "Export or download the mesh again." });
	}
	const format = sniffMeshFormat(bytes);
	if (format === "stl") {
		throw unsupported(`${name} is an STL file, which does not keep the order of vertices.`, "Use OBJ, PLY or GLB.");
	}
	try {
		return toAnnyFrame(readMesh(bytes, format));
	} catch (cause) {
		if (!(cause instanceof RangeError)) throw cause;
		const reason = cause.message.replace(/\.$/, "");
		throw new AppError("unsupported_mesh", `${name} cannot be read: ${reason}.`, {
			remedy: "Export the mesh again as OBJ, PLY or GLB.",
			cause,
		});
	}
}

function requireMetres(mesh: MeshData, name: string): void {
	const bounds = new Float64Array(6);
	computeBounds(bounds, mesh.vertices);
	const size = Math.max(bounds[3]! - bounds[0]!, bounds[4]! - bounds[1]!, bounds[5]! - bounds[2]!);
	if (size >= SMALLEST_BODY_M && size <= LARGEST_BODY_M) return;
	const unit = [
		{ name: "centimetres", factor: 0.01 },
		{ name: "millimetres", factor: 0.001 },
		{ name: "decimetres", factor: 0.1 },
		{ name: "inches", factor: 0.0254 },
	].find(({ factor }) => size * factor >= SMALLEST_BODY_M && size * factor <= LARGEST_BODY_M);
	throw unsupported(
		`${name} is ${Number(size.toPrecision(3))} m large, which no body is.`,
		unit === undefined
			? "Export the mesh in metres."
			: `It looks like ${unit.name}: scale the mesh by ${unit.factor} and export it again.`,
	);
}

/** The model with the mesh's topology, without eyes and tongue, and the mesh's vertices in its order. */
function matchTopology(
	mesh: MeshData,
	opened: OpenedBodyModel,
	name: string,
): { model: BodyModel; vertices: Float64Array } {
	const count = mesh.vertices.length / 3;
	for (const candidate of candidateModels(opened)) {
		if (candidate.vertexCount !== count) continue;
		if (sharedEdges(mesh.triangles, candidate.quads) < MINIMUM_SHARED_EDGES) continue;
		const topology: TopologyName = candidate.topologyName;
		const model = createBodyModel(opened.data, { topology, allPhenotypes: true, localChanges: true });
		const vertices = new Float64Array(3 * model.vertexCount);
		const rowOfBase = new Map(Array.from(candidate.baseVertexIndices, (base, row) => [base, row]));
		for (const [vertex, base] of model.baseVertexIndices.entries()) {
			const row = 3 * rowOfBase.get(base)!;
			vertices.set(mesh.vertices.subarray(row, row + 3), 3 * vertex);
		}
		return { model, vertices };
	}
	throw unsupported(
		`${name} has ${count} vertices in an order that is not Anny's.`,
		"Use a mesh written by anny-fitter or Anny, and keep the order of its vertices when you export it.",
	);
}

function* candidateModels({ data }: OpenedBodyModel): Generator<BodyModel> {
	for (const removeUnattachedVertices of [true, false]) {
		for (const [eyes, tongue] of [
			[false, false],
			[true, true],
			[true, false],
			[false, true],
		] as const) {
			for (const topology of ["default", "makehuman"] as const) {
				yield createBodyModel(data, { topology, eyes, tongue, removeUnattachedVertices });
			}
		}
	}
}

/** Share of the triangles that have two of their edges in the model: the third may be the diagonal of a quad. */
function sharedEdges(triangles: Uint32Array, quads: Uint16Array): number {
	const edges = new Set<number>();
	const key = (a: number, b: number) => Math.min(a, b) * 0x10000 + Math.max(a, b);
	for (let quad = 0; quad < quads.length; quad += 4) {
		for (let corner = 0; corner < 4; corner++) {
			edges.add(key(quads[quad + corner]!, quads[quad + ((corner + 1) & 3)]!));
		}
	}
	let matching = 0;
	for (let at = 0; at < triangles.length; at += 3) {
		let found = 0;
		for (let corner = 0; corner < 3; corner++) {
			if (edges.has(key(triangles[at + corner]!, triangles[at + ((corner + 1) % 3)]!))) found++;
		}
		if (found >= 2) matching++;
	}
	return triangles.length === 0 ? 0 : matching / (triangles.length / 3);
}

function unsupported(message: string, remedy: string): AppError {
	return new AppError("unsupported_mesh", message, { remedy });
}
