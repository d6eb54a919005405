import { type BodyModel, createBodyModel, type TopologyName } from "@anny-fitter/body-model";
import type { MeshData } from "@anny-fitter/mesh-io";
import type { OpenedBodyModel } from "@anny-fitter/platform";

/** Share of the file's edges that must be edges of the model for the vertices to be in its order. */
const MINIMUM_SHARED_EDGES = 0.98;

/** The model with the mesh's topology, without eyes and tongue, and the mesh's vertices in its order; null for others. */
export function matchTopology(
	mesh: MeshData,
	opened: OpenedBodyModel,
): { model: BodyModel; vertices: Float64Array } | null {
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
	return null;
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
