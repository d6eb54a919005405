import type { BaseMesh } from "./source.js";
import { NECK_HEAD_QUAD_RUNS, NO_SEGMENT, SEGMENT_LABELS, SEGMENT_SEEDS } from "./tables/topology.js";

/**
 * Segment of every quad: a texture island is one segment, except that the quads around the neck in the body's island
 * belong to the head.
 *
 * @returns [q] index in {@link SEGMENT_LABELS}, or {@link NO_SEGMENT}
 */
export function labelQuadSegments(mesh: BaseMesh): Uint8Array {
	const parents = new Uint32Array(mesh.uvs.length / 2);
	for (let uv = 0; uv < parents.length; uv++) {
		parents[uv] = uv;
	}
	const find = (start: number): number => {
		let uv = start;
		while (parents[uv] !== uv) {
			parents[uv] = parents[parents[uv]];
			uv = parents[uv];
		}
		return uv;
	};
	for (let corner = 0; corner < mesh.quadUvs.length; corner++) {
		parents[find(mesh.quadUvs[corner])] = find(mesh.quadUvs[corner & ~3]);
	}
	const labels = new Map<number, number>();
	for (const [uv, label] of SEGMENT_SEEDS) {
		if (uv < parents.length) {
			labels.set(find(uv), SEGMENT_LABELS.indexOf(label));
		}
	}
	const segments = new Uint8Array(mesh.quadGroups.length);
	for (let quad = 0; quad < segments.length; quad++) {
		segments[quad] = labels.get(find(mesh.quadUvs[4 * quad])) ?? NO_SEGMENT;
	}
	const head = SEGMENT_LABELS.indexOf("head");
	for (const [first, last] of NECK_HEAD_QUAD_RUNS) {
		segments.fill(head, first, last + 1);
	}
	return segments;
}
