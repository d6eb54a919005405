import {
	type BodyModel,
	createBodyModel,
	createShapeState,
	evaluateShape,
	type ShapeParameters,
} from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";

/** Rest vertices and bone heads of a body, copied so that several can be held. */
export interface TestBody {
	vertices: Float64Array;
	boneHeads: Float64Array;
}

const { data } = await openBodyModelData();

/** Default topology with every parameter, npm data. */
export const model: BodyModel = createBodyModel(data, { allPhenotypes: true, localChanges: true });

/** The base mesh as it is, with nipples, eyes and tongue. */
export const fullModel: BodyModel = createBodyModel(data, {
	topology: "makehuman",
	eyes: true,
	tongue: true,
	allPhenotypes: true,
	localChanges: true,
});

/** Evaluate a body. */
export function body(parameters: ShapeParameters, of: BodyModel = model): TestBody {
	const state = createShapeState(of);
	evaluateShape(state, of, parameters);
	return { vertices: state.vertices.slice(), boneHeads: state.boneHeads.slice() };
}

/** Bodies that differ much: sex, age, weight, muscle, breasts. */
export const BODIES: Readonly<Record<string, ShapeParameters>> = {
	"average man": { phenotypes: { gender: 0 } },
	"average woman": { phenotypes: { gender: 1 } },
	"thin woman": { phenotypes: { gender: 1, weight: 0.05 } },
	"heavy man": { phenotypes: { gender: 0, weight: 1, muscle: 0.05 } },
	"muscular man": { phenotypes: { gender: 0, weight: 0.6, muscle: 1 } },
	"woman with hanging breasts": { phenotypes: { gender: 1, weight: 0.8, cupsize: 1, firmness: 0 } },
	"woman with large breasts": { phenotypes: { gender: 1, cupsize: 1, firmness: 0.7 } },
	"heavy woman": { phenotypes: { gender: 1, weight: 1, muscle: 0.05, cupsize: 0.9, firmness: 0.1 } },
	"old woman": { phenotypes: { gender: 1, age: 1, weight: 0.6, cupsize: 0.9, firmness: 0 } },
	child: { phenotypes: { age: 0.3 } },
	toddler: { phenotypes: { age: 0.03 } },
};

/** Every point through p → R_z(yaw) · p · scale + shift. */
export function moveBody(source: TestBody, scale: number, yaw: number, shift: readonly number[]): TestBody {
	const move = (points: Float64Array): Float64Array => {
		const out = new Float64Array(points.length);
		for (let i = 0; i < points.length; i += 3) {
			out[i] = scale * (Math.cos(yaw) * points[i] - Math.sin(yaw) * points[i + 1]) + shift[0];
			out[i + 1] = scale * (Math.sin(yaw) * points[i] + Math.cos(yaw) * points[i + 1]) + shift[1];
			out[i + 2] = scale * points[i + 2] + shift[2];
		}
		return out;
	};
	return { vertices: move(source.vertices), boneHeads: move(source.boneHeads) };
}

/** Mirror a body of {@link model} in x = 0 and swap the vertices and bones of its two sides. */
export function mirrorBody(source: TestBody): TestBody {
	const result = { vertices: source.vertices.slice(), boneHeads: source.boneHeads.slice() };
	for (let v = 0; v < model.vertexCount; v++) copyMirrored(result.vertices, 3 * v, source.vertices, 3 * opposite[v]);
	model.boneLabels.forEach((label, b) => {
		const side = label.slice(-2);
		const other = side === ".L" ? `${label.slice(0, -2)}.R` : side === ".R" ? `${label.slice(0, -2)}.L` : label;
		copyMirrored(result.boneHeads, 3 * b, source.boneHeads, 3 * model.boneLabels.indexOf(other));
	});
	return result;
}

function copyMirrored(out: Float64Array, to: number, points: Float64Array, from: number): void {
	out[to] = -points[from];
	out[to + 1] = points[from + 1];
	out[to + 2] = points[from + 2];
}

/** Vertex on the other side, read off the average body, which is symmetric. */
const opposite = findOpposites(body({ phenotypes: { gender: 0.7 } }).vertices);

function findOpposites(vertices: Float64Array): Uint32Array {
	return Uint32Array.from({ length: vertices.length / 3 }, (_, v) => {
		let best = 0;
		let distance = Number.POSITIVE_INFINITY;
		for (let i = 0; i < vertices.length; i += 3) {
			const z = vertices[i + 2] - vertices[3 * v + 2];
			if (z * z >= distance) continue;
			const x = vertices[i] + vertices[3 * v];
			const y = vertices[i + 1] - vertices[3 * v + 1];
			const d = x * x + y * y + z * z;
			if (d < distance) {
				distance = d;
				best = i / 3;
			}
		}
		return best;
	});
}

/** Deterministic uniform numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}
