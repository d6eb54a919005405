import type { BodyModel } from "./body-model.js";

/** Anny's own measures of a body at rest. */
export interface AnnyAnthropometry {
	/** Highest minus lowest vertex. */
	readonly height_m: number;
	/** Length of the edge loop at the navel (omphalion), not the natural waist. */
	readonly waist_circumference_m: number;
	/** Volume enclosed by the triangles; openings at the eyes are not closed. */
	readonly volume_m3: number;
	/** 980 kg/m³ × volume: Anny's convention, lighter than a scale would say. */
	readonly mass_kg: number;
	/** mass / height². */
	readonly bmi: number;
}

/** Anny's body density. */
export const ANNY_DENSITY_KG_M3 = 980;

/** Navel vertex and the next one on its edge loop, base indices; the loop runs straight through the quads from there. */
const WAIST_LOOP_START: readonly [number, number] = [4121, 10763];

/**
 * Measures rest vertices the way Anny does.
 *
 * @param vertices [V*3] of the model, metres
 * @throws RangeError for another length
 */
export function computeAnnyAnthropometry(model: BodyModel, vertices: Float64Array): AnnyAnthropometry {
	if (vertices.length !== model.vertexCount * 3) {
		throw new RangeError(`Expected ${model.vertexCount * 3} numbers, not ${vertices.length}`);
	}
	let lowest = Number.POSITIVE_INFINITY;
	let highest = Number.NEGATIVE_INFINITY;
	for (let at = 2; at < vertices.length; at += 3) {
		lowest = Math.min(lowest, vertices[at]);
		highest = Math.max(highest, vertices[at]);
	}
	const height = highest - lowest;
	const volume = enclosedVolume(model.triangles, vertices);
	const mass = ANNY_DENSITY_KG_M3 * volume;
	return {
		height_m: height,
		waist_circumference_m: closedLength(waistLoop(model), vertices),
		volume_m3: volume,
		mass_kg: mass,
		bmi: mass / (height * height),
	};
}

function enclosedVolume(triangles: Uint32Array, vertices: Float64Array): number {
	let sum = 0;
	for (let at = 0; at < triangles.length; at += 3) {
		const a = 3 * triangles[at];
		const b = 3 * triangles[at + 1];
		const c = 3 * triangles[at + 2];
		const cx = vertices[a + 1] * vertices[b + 2] - vertices[a + 2] * vertices[b + 1];
		const cy = vertices[a + 2] * vertices[b] - vertices[a] * vertices[b + 2];
		const cz = vertices[a] * vertices[b + 1] - vertices[a + 1] * vertices[b];
		sum += cx * vertices[c] + cy * vertices[c + 1] + cz * vertices[c + 2];
	}
	return Math.abs(sum / 6);
}

function closedLength(loop: Uint16Array, vertices: Float64Array): number {
	let length = 0;
	let previous = 3 * loop[loop.length - 1];
	for (const vertex of loop) {
		const at = 3 * vertex;
		const x = vertices[at] - vertices[previous];
		const y = vertices[at + 1] - vertices[previous + 1];
		const z = vertices[at + 2] - vertices[previous + 2];
		length += Math.sqrt(x * x + y * y + z * z);
		previous = at;
	}
	return length;
}

const waistLoops = new WeakMap<BodyModel, Uint16Array>();

function waistLoop(model: BodyModel): Uint16Array {
	let loop = waistLoops.get(model);
	if (loop === undefined) {
		const start = model.baseVertexIndices.indexOf(WAIST_LOOP_START[0]);
		const next = model.baseVertexIndices.indexOf(WAIST_LOOP_START[1]);
		loop = Uint16Array.from(followEdgeLoop(model.quads, start, next));
		waistLoops.set(model, loop);
	}
	return loop;
}

/** Vertices of the edge loop that leaves `start` towards `next`, straight on at every vertex with four quads. */
function followEdgeLoop(quads: Uint16Array, start: number, next: number): number[] {
	const loop = [start, next];
	for (;;) {
		const from = loop[loop.length - 2];
		const at = loop[loop.length - 1];
		// The edge ahead is the one edge at this vertex that shares no quad with the edge behind.
		const behind = new Set<number>();
		const neighbours = new Set<number>();
		for (let quad = 0; quad < quads.length; quad += 4) {
			const corners = quads.subarray(quad, quad + 4);
			const corner = corners.indexOf(at);
			if (corner < 0) {
				continue;
			}
			neighbours.add(corners[(corner + 1) & 3]);
			neighbours.add(corners[(corner + 3) & 3]);
			if (corners.includes(from)) {
				for (const vertex of corners) {
					behind.add(vertex);
				}
			}
		}
		const ahead = [...neighbours].filter((vertex) => !behind.has(vertex));
		if (ahead.length !== 1) {
			throw new RangeError(`The edge loop ends at vertex ${at}`);
		}
		if (ahead[0] === start) {
			return loop;
		}
		loop.push(ahead[0]);
	}
}
