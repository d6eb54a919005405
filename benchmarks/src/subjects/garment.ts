/**
 * Garments cut from the body's own surface: a field over the vertices says where cloth is, the surface is cut along its zero,
 * and the cloth stands off the skin as a membrane under tension does, bridging hollows.
 */
import { computeVertexNormals } from "@anny-fitter/mesh";
import type { Surface } from "./surface.js";

/** Where on the body a vertex is; at rest, metres. */
export interface BodyMap {
	/** [n*3] at rest */
	readonly rest: Float64Array;
	/** [n] 0…1: how much arms, legs, and neck with head move it */
	readonly arm: Float64Array;
	readonly leg: Float64Array;
	readonly head: Float64Array;
	/** [n] along the arm from the shoulder (0) over the elbow (1) to the wrist (2) */
	readonly alongArm: Float64Array;
	/** heights at rest */
	readonly heights: Readonly<
		Record<"neck" | "chest" | "waist" | "hip" | "crotch" | "knee" | "ankle" | "floor", number>
	>;
	/** [3] root of the neck, at rest */
	readonly neck: readonly [number, number, number];
	/** upper arm's length */
	readonly upperArm_m: number;
}

interface MappedModel {
	readonly vertexCount: number;
	readonly boneLabels: readonly string[];
	readonly boneParents: ArrayLike<number>;
	readonly skinOffsets: ArrayLike<number>;
	readonly skinBones: ArrayLike<number>;
	readonly skinWeights: ArrayLike<number>;
}

/**
 * Maps a body.
 *
 * @param rest [V*3] of the model's vertices at rest
 * @param boneHeads [B*3] at rest
 */
export function mapBody(model: MappedModel, rest: Float64Array, boneHeads: ArrayLike<number>): BodyMap {
	const share = (roots: readonly string[]): Float64Array => {
		const inside = new Uint8Array(model.boneLabels.length);
		for (let b = 0; b < inside.length; b++) {
			const parent = model.boneParents[b] ?? -1;
			inside[b] = roots.includes(model.boneLabels[b] ?? "") || (parent >= 0 && inside[parent] === 1) ? 1 : 0;
		}
		return Float64Array.from({ length: model.vertexCount }, (_, v) => {
			let sum = 0;
			for (let e = model.skinOffsets[v] ?? 0; e < (model.skinOffsets[v + 1] ?? 0); e++) {
				if (inside[model.skinBones[e] ?? 0] === 1) sum += model.skinWeights[e] ?? 0;
			}
			return sum;
		});
	};
	const head = (bone: string): [number, number, number] => {
		const b = model.boneLabels.indexOf(bone);
		if (b < 0) throw new RangeError(`The rig has no bone "${bone}".`);
		return [boneHeads[3 * b] ?? 0, boneHeads[3 * b + 1] ?? 0, boneHeads[3 * b + 2] ?? 0];
	};
	const joints = (["L", "R"] as const).map((side) =>
		["upperarm01", "lowerarm01", "wrist"].map((bone) => head(`${bone}.${side}`)),
	);
	const alongArm = Float64Array.from({ length: model.vertexCount }, (_, v) => {
		const point = [rest[3 * v] ?? 0, rest[3 * v + 1] ?? 0, rest[3 * v + 2] ?? 0];
		const [shoulder, elbow, wrist] = (point[0] ?? 0) > 0 ? (joints[0] ?? []) : (joints[1] ?? []);
		if (!shoulder || !elbow || !wrist) return 0;
		const upper = projection(point, shoulder, elbow);
		return upper < 1 ? upper : Math.max(1, 1 + projection(point, elbow, wrist));
	});
	const [shoulder = [], elbow = []] = joints[0] ?? [];
	const neck = head("neck01");
	const leg = head("upperleg01.L");
	const floor = rest.reduce((low, value, i) => (i % 3 === 2 ? Math.min(low, value) : low), Number.POSITIVE_INFINITY);
	const crotch = crotchHeight(rest, leg[2], floor);
	return {
		rest,
		arm: share(["upperarm01.L", "upperarm01.R"]),
		leg: share(["upperleg01.L", "upperleg01.R"]),
		head: share(["neck01"]),
		alongArm,
		heights: {
			neck: neck[2],
			chest: head("spine01")[2],
			waist: head("spine04")[2],
			hip: leg[2],
			crotch,
			knee: head("lowerleg01.L")[2],
			ankle: head("foot.L")[2],
			floor,
		},
		neck,
		upperArm_m: Math.hypot(...[0, 1, 2].map((k) => (elbow[k] ?? 0) - (shoulder[k] ?? 0))),
	};
}

/** Share of the way from one point to another, along the line. */
function projection(point: readonly number[], from: readonly number[], to: readonly number[]): number {
	let dot = 0;
	let length2 = 0;
	for (let k = 0; k < 3; k++) {
		const d = (to[k] ?? 0) - (from[k] ?? 0);
		dot += d * ((point[k] ?? 0) - (from[k] ?? 0));
		length2 += d * d;
	}
	return dot / length2;
}

/** Lowest vertex between the legs. */
function crotchHeight(rest: Float64Array, hip: number, floor: number): number {
	let crotch = hip;
	for (let i = 0; i < rest.length; i += 3) {
		const z = rest[i + 2] ?? 0;
		if (Math.abs(rest[i] ?? 1) < 0.006 && z > floor + 0.6 * (hip - floor)) crotch = Math.min(crotch, z);
	}
	return crotch;
}

/** A top: from the neckline to the hem. */
export interface TopCut {
	readonly kind: "top";
	/** Where sleeves end along the arm: 0.5 half the upper arm, 2 the wrist; 0 sleeveless. */
	readonly sleeve: number;
	/** height of the hem at rest, metres */
	readonly hem_m: number;
	/** how deep the neckline is cut in front, metres; 0 a crew neck */
	readonly neckline_m: number;
}

/** Trousers, shorts, leggings. */
export interface BottomCut {
	readonly kind: "bottom";
	/** height of the upper edge at rest, metres */
	readonly waist_m: number;
	/** height of the cuffs at rest, metres */
	readonly cuff_m: number;
}

/** A bra or a bikini top: a band over the bust. */
export interface BandCut {
	readonly kind: "band";
	readonly top_m: number;
	readonly bottom_m: number;
}

/** A sock: from the toes to a height. */
export interface SockCut {
	readonly kind: "sock";
	readonly top_m: number;
}

export type Cut = TopCut | BottomCut | BandCut | SockCut;

const FAR = 0.25;
/** Straps of sleeveless tops lie this far from the neck and inwards from the shoulder. */
const SLEEVELESS_ARM = 0.35;

/** How far inside the garment each vertex lies: metres, more or less; negative outside. `[n]` */
export function cutField(map: BodyMap, cut: Cut): Float64Array {
	return Float64Array.from(map.arm, (arm, v) => {
		const [x, y, z] = [map.rest[3 * v] ?? 0, map.rest[3 * v + 1] ?? 0, map.rest[3 * v + 2] ?? 0];
		const isArm = arm > 0.5;
		if (cut.kind === "bottom") {
			if (isArm) return -FAR;
			return Math.min(cut.waist_m - z, z - cut.cuff_m, FAR);
		}
		if (cut.kind === "sock") return isArm ? -FAR : cut.top_m - z;
		if (cut.kind === "band") {
			return Math.min((0.3 - arm) * 0.2, cut.top_m - z, z - cut.bottom_m, FAR);
		}
		const sleeve =
			cut.sleeve === 0
				? (SLEEVELESS_ARM - arm) * 0.1
				: isArm
					? (cut.sleeve - (map.alongArm[v] ?? 0)) * map.upperArm_m
					: FAR;
		// A plane around the root of the neck that falls to the front, and a ball cut out of it there.
		const [, ny, nz] = map.neck;
		const collar = isArm ? FAR : (nz + 0.012 + 0.55 * (y - ny) - z) * 0.85;
		const scoop =
			cut.neckline_m === 0 || y > ny
				? FAR
				: Math.hypot(x, 0.6 * (y - ny + 0.1), z - nz - 0.01) - (0.06 + cut.neckline_m);
		const hem = isArm ? FAR : z - cut.hem_m;
		return Math.min(sleeve, collar, scoop, hem, FAR);
	});
}

/** Trousers reach their full ease this far below their upper edge. */
const BAND_M = 0.12;

/** Share of the ease per vertex: a waistband sits close, whatever hangs from it. `[n]` */
export function easeShare(map: BodyMap, cut: Cut, ease_m: number): Float64Array {
	const least = Math.min(1, 0.004 / ease_m);
	return Float64Array.from(map.arm, (_, v) => {
		if (cut.kind !== "bottom") return 1;
		const below = (cut.waist_m - (map.rest[3 * v + 2] ?? 0)) / BAND_M;
		return least + (1 - least) * Math.min(1, Math.max(0, below));
	});
}

export interface EaseOptions {
	/** off the skin, metres */
	readonly ease_m: number;
	/** rounds of tension; more bridge wider hollows */
	readonly rounds: number;
	/** 0 cloth that stretches, taut in every direction; 1 cloth that hangs, taut from top to bottom and slack around */
	readonly hang: number;
	/** [n] share of the ease, 1 where left out: bands are tight */
	readonly share?: Float64Array;
	/** [n] how far what is worn below stands off the skin, metres; nothing when left out */
	readonly below?: Float64Array;
}

/**
 * Lays cloth around a body: starts off the skin along its smoothed normals, pulls every vertex to the middle of its neighbours and
 * pushes back what comes nearer to the skin than the ease. Hollows are bridged, rounds keep their distance.
 *
 * @param skin [n*3] the posed body
 * @param field [n] only vertices near or inside the garment move; borders stay at their distance
 */
export function layCloth(
	skin: Float64Array,
	around: Neighbours,
	triangles: Uint32Array,
	field: Float64Array,
	{ ease_m, rounds, hang, share, below }: EaseOptions,
): Float64Array {
	const normals = smoothNormals(skin, triangles, around, 2);
	const out = new Float64Array(skin.length);
	const ease = (v: number): number => ease_m * (share?.[v] ?? 1) + (below?.[v] ?? 0);
	for (let i = 0; i < skin.length; i++) out[i] = (skin[i] ?? 0) + ease(Math.floor(i / 3)) * (normals[i] ?? 0);
	const next = out.slice();
	const { offsets, list } = around;
	const tension = tensions(skin, around, hang);
	for (let round = 0; round < rounds; round++) {
		for (let v = 0; v < field.length; v++) {
			if ((field[v] ?? 0) < 0.004) continue;
			const from = offsets[v] ?? 0;
			const to = offsets[v + 1] ?? 0;
			if (from === to) continue;
			let stand = 0;
			for (let k = 0; k < 3; k++) {
				let sum = 0;
				for (let e = from; e < to; e++) sum += (tension[e] ?? 0) * (out[3 * (list[e] ?? 0) + k] ?? 0);
				const value = 0.35 * (out[3 * v + k] ?? 0) + 0.65 * sum;
				next[3 * v + k] = value;
				stand += (value - (skin[3 * v + k] ?? 0)) * (normals[3 * v + k] ?? 0);
			}
			const lack = ease(v) - stand;
			if (lack > 0)
				for (let k = 0; k < 3; k++) next[3 * v + k] = (next[3 * v + k] ?? 0) + lack * (normals[3 * v + k] ?? 0);
		}
		out.set(next);
	}
	return out;
}

/** Weights of each vertex's neighbours, which sum to 1: how much tension comes from there. In rows as `around.list`. */
function tensions(skin: Float64Array, { offsets, list }: Neighbours, hang: number): Float64Array {
	const out = new Float64Array(list.length);
	for (let v = 0; v + 1 < offsets.length; v++) {
		let sum = 0;
		const to = offsets[v + 1] ?? 0;
		for (let e = offsets[v] ?? 0; e < to; e++) {
			const n = list[e] ?? 0;
			const d = [0, 1, 2].map((k) => (skin[3 * n + k] ?? 0) - (skin[3 * v + k] ?? 0));
			const upright = (d[2] ?? 0) ** 2 / Math.max(1e-12, Math.hypot(...d) ** 2);
			// Squared: diagonals count little.
			out[e] = 1 - hang + hang * Math.max(1e-3, upright ** 2);
			sum += out[e] ?? 0;
		}
		for (let e = offsets[v] ?? 0; e < to; e++) out[e] = (out[e] ?? 0) / sum;
	}
	return out;
}

/** How far cloth stands off the skin along its normals, metres; 0 where there is none. `[n]` */
export function standOff(
	skin: Float64Array,
	cloth: Float64Array,
	triangles: Uint32Array,
	field: Float64Array,
): Float64Array {
	const normals = new Float64Array(skin.length);
	computeVertexNormals(normals, skin, triangles);
	return field.map((value, v) => {
		if (value < -0.012) return 0;
		let sum = 0;
		for (let k = 0; k < 3; k++) sum += ((cloth[3 * v + k] ?? 0) - (skin[3 * v + k] ?? 0)) * (normals[3 * v + k] ?? 0);
		return Math.max(0, sum);
	});
}

function smoothNormals(points: Float64Array, triangles: Uint32Array, around: Neighbours, rounds: number): Float64Array {
	let normals = new Float64Array(points.length);
	computeVertexNormals(normals, points, triangles);
	const { offsets, list } = around;
	for (let round = 0; round < rounds; round++) {
		const next = new Float64Array(normals.length);
		for (let v = 0; v < points.length / 3; v++) {
			for (let k = 0; k < 3; k++) {
				let sum = normals[3 * v + k] ?? 0;
				for (let e = offsets[v] ?? 0; e < (offsets[v + 1] ?? 0); e++) sum += normals[3 * (list[e] ?? 0) + k] ?? 0;
				next[3 * v + k] = sum;
			}
			const length = Math.hypot(next[3 * v] ?? 0, next[3 * v + 1] ?? 0, next[3 * v + 2] ?? 0) || 1;
			for (let k = 0; k < 3; k++) next[3 * v + k] = (next[3 * v + k] ?? 0) / length;
		}
		normals = next;
	}
	return normals;
}

/**
 * Cuts a garment out of its cloth along the zero of its field.
 *
 * @param cloth [n*3]
 * @param uvs [n*2] texture coordinates of the vertices
 */
export function cutOut(cloth: Float64Array, triangles: Uint32Array, field: Float64Array, uvs: Float32Array): Surface {
	const positions: number[] = [];
	const coordinates: number[] = [];
	const made = new Map<number, number>();
	const add = (a: number, b: number, t: number): number => {
		for (let k = 0; k < 3; k++) positions.push((cloth[3 * a + k] ?? 0) * (1 - t) + (cloth[3 * b + k] ?? 0) * t);
		for (let k = 0; k < 2; k++) coordinates.push((uvs[2 * a + k] ?? 0) * (1 - t) + (uvs[2 * b + k] ?? 0) * t);
		return positions.length / 3 - 1;
	};
	const once = (key: number, make: () => number): number => {
		const known = made.get(key);
		if (known !== undefined) return known;
		const index = make();
		made.set(key, index);
		return index;
	};
	const count = field.length;
	const out: number[] = [];
	for (let t = 0; t < triangles.length; t += 3) {
		const polygon: number[] = [];
		for (let k = 0; k < 3; k++) {
			const from = triangles[t + k] ?? 0;
			const to = triangles[t + ((k + 1) % 3)] ?? 0;
			const [a, b] = [field[from] ?? 0, field[to] ?? 0];
			if (a >= 0) polygon.push(once(from, () => add(from, from, 0)));
			if (a >= 0 === b >= 0) continue;
			const [low, high] = from < to ? [from, to] : [to, from];
			const [fl, fh] = [field[low] ?? 0, field[high] ?? 0];
			polygon.push(once(count + low * count + high, () => add(low, high, fl / (fl - fh))));
		}
		for (let k = 2; k < polygon.length; k++) out.push(polygon[0] ?? 0, polygon[k - 1] ?? 0, polygon[k] ?? 0);
	}
	const indices = Uint32Array.from(out);
	return {
		positions: Float64Array.from(positions),
		triangles: indices,
		triangleUvs: indices,
		uvs: Float32Array.from(coordinates),
	};
}

/** Texture coordinates of cloth: metres around and up the resting body, so that stripes run level. `[n*2]` */
export function clothUvs(rest: Float64Array): Float32Array {
	return Float32Array.from({ length: (rest.length / 3) * 2 }, (_, i) => {
		const v = 3 * (i >> 1);
		return i % 2 === 1 ? (rest[v + 2] ?? 0) : (rest[v] ?? 0) + 0.7 * (rest[v + 1] ?? 0);
	});
}

/** Vertices that a garment hides for sure: this far inside it. `[n]` 1 hidden */
export function hiddenBelow(field: Float64Array, margin_m: number): Uint8Array {
	return Uint8Array.from(field, (value) => (value > margin_m ? 1 : 0));
}

/** Neighbours along edges: those of vertex v are `list[offsets[v] … offsets[v + 1]]`. */
export interface Neighbours {
	readonly offsets: Uint32Array;
	readonly list: Uint32Array;
}

/** @param edges [2e] vertex pairs, each once */
export function neighboursOf(edges: Uint32Array, vertexCount: number): Neighbours {
	const offsets = new Uint32Array(vertexCount + 1);
	for (const v of edges) offsets[v + 1]! += 1;
	for (let v = 0; v < vertexCount; v++) offsets[v + 1]! += offsets[v]!;
	const fill = offsets.slice(0, vertexCount);
	const list = new Uint32Array(edges.length);
	for (let e = 0; e < edges.length; e += 2) {
		const [a, b] = [edges[e]!, edges[e + 1]!];
		list[fill[a]!++] = b;
		list[fill[b]!++] = a;
	}
	return { offsets, list };
}
