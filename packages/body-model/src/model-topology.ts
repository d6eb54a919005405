/** Builds the visible mesh of a model from the quads of the base mesh, by Anny's rules. */
import type { BodyModelData } from "./data.js";
import { AREOLA_CAP_QUADS, AREOLA_VERTEX_RANGES, SEGMENT_LABELS } from "./tables/topology.js";

export type TopologyName = "default" | "makehuman";

export interface TopologyOptions {
	readonly topology: TopologyName;
	readonly eyes: boolean;
	readonly tongue: boolean;
	readonly removeUnattachedVertices: boolean;
}

export interface ModelTopology {
	/** Model vertex → base vertex, ascending. */
	readonly baseVertexIndices: Uint16Array;
	/** [4q] model vertices. */
	readonly quads: Uint16Array;
	/** [4q] */
	readonly quadUvs: Uint16Array;
	/** [q] */
	readonly quadSegments: Uint8Array;
	/** [3t], two per quad. */
	readonly triangles: Uint32Array;
	/** Identifies vertices and quads: equal hashes mean equal indices. */
	readonly hash: string;
}

const LEFT_EYE_KIND = 1;
const RIGHT_EYE_KIND = 2;
const TONGUE_KIND = 3;

export function buildTopology(data: BodyModelData, options: TopologyOptions): ModelTopology {
	const baseQuads: number[] = [];
	const quadUvs: number[] = [];
	const segments: number[] = [];
	for (let quad = 0; quad < data.quadGroups.length; quad++) {
		const kind = data.quadGroups[quad];
		const shown =
			kind === 0 ||
			(options.eyes && (kind === LEFT_EYE_KIND || kind === RIGHT_EYE_KIND)) ||
			(options.tongue && kind === TONGUE_KIND);
		if (!shown || (options.topology === "default" && touchesAreola(data.quads, 4 * quad))) {
			continue;
		}
		for (let corner = 4 * quad; corner < 4 * quad + 4; corner++) {
			baseQuads.push(data.quads[corner]);
			quadUvs.push(data.quadUvs[corner]);
		}
		segments.push(data.quadSegments[quad]);
	}
	if (options.topology === "default") {
		for (const cap of AREOLA_CAP_QUADS) {
			baseQuads.push(...cap.slice(0, 4));
			quadUvs.push(...cap.slice(4));
			segments.push(SEGMENT_LABELS.indexOf("body"));
		}
	}
	const baseVertexIndices = listVertices(baseQuads, data.vertexCount, options.removeUnattachedVertices);
	const modelFromBase = new Uint16Array(data.vertexCount);
	for (let vertex = 0; vertex < baseVertexIndices.length; vertex++) {
		modelFromBase[baseVertexIndices[vertex]] = vertex;
	}
	const quads = Uint16Array.from(baseQuads, (vertex) => modelFromBase[vertex]);
	return {
		baseVertexIndices,
		quads,
		quadUvs: Uint16Array.from(quadUvs),
		quadSegments: Uint8Array.from(segments),
		triangles: splitQuads(quads, baseQuads, data.templateVertices),
		hash: hashTopology(options.topology, baseVertexIndices, quads),
	};
}

function touchesAreola(quads: Uint16Array, at: number): boolean {
	for (let corner = at; corner < at + 4; corner++) {
		for (const [first, last] of AREOLA_VERTEX_RANGES) {
			if (quads[corner] >= first && quads[corner] <= last) {
				return true;
			}
		}
	}
	return false;
}

function listVertices(baseQuads: readonly number[], vertexCount: number, onlyUsed: boolean): Uint16Array {
	const used = new Uint8Array(vertexCount).fill(onlyUsed ? 0 : 1);
	for (const vertex of baseQuads) {
		used[vertex] = 1;
	}
	const list: number[] = [];
	for (let vertex = 0; vertex < vertexCount; vertex++) {
		if (used[vertex] === 1) {
			list.push(vertex);
		}
	}
	return Uint16Array.from(list);
}

/** Splits each quad a, b, c, d along the diagonal that is shorter on the template; ties take b–d. */
function splitQuads(quads: Uint16Array, baseQuads: readonly number[], template: Float64Array): Uint32Array {
	const triangles = new Uint32Array((quads.length / 4) * 6);
	for (let quad = 0, at = 0; quad < quads.length; quad += 4, at += 6) {
		const [a, b, c, d] = quads.subarray(quad, quad + 4);
		const ac = distance(template, baseQuads[quad], baseQuads[quad + 2]);
		const bd = distance(template, baseQuads[quad + 1], baseQuads[quad + 3]);
		triangles.set(ac < bd ? [a, b, c, a, c, d] : [a, b, d, b, c, d], at);
	}
	return triangles;
}

function distance(points: Float64Array, first: number, second: number): number {
	const x = points[3 * first] - points[3 * second];
	const y = points[3 * first + 1] - points[3 * second + 1];
	const z = points[3 * first + 2] - points[3 * second + 2];
	return Math.sqrt(x * x + y * y + z * z);
}

/** Readable part, vertex count and 64 bits of two FNV-1a variants over all indices. */
function hashTopology(name: TopologyName, vertices: Uint16Array, quads: Uint16Array): string {
	let first = 0x811c9dc5;
	let second = 0x01000193;
	for (const list of [vertices, quads]) {
		for (const value of list) {
			first = Math.imul(first ^ value, 0x01000193);
			second = Math.imul(second ^ (value + 0x9e37), 0x85ebca6b) ^ (second >>> 15);
		}
	}
	const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
	return `${name}-${vertices.length}-${hex(first)}${hex(second)}`;
}
