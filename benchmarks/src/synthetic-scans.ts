import {
	type BodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	type ShapeParameters,
} from "@anny-fitter/body-model";
import {
	ARTICULATED_BONES,
	createArticulation,
	poseParametersFromArticulation,
	tPoseRotations,
} from "@anny-fitter/fitting";
import { createRandom, type RandomStream, rotationFromVector } from "@anny-fitter/math";
import { remesh, type TriangleMesh } from "./remesh.js";

/** How the scanned person stands: arms as in Anny's rest pose, level, hanging, or anyhow with everything a little off. */
export type ScanPose = "rest" | "T" | "down" | "relaxed";

/** What becomes of a body on its way through a scanner. */
export interface ScanCondition {
	readonly name: string;
	readonly pose: ScanPose;
	/** edge length of the scanner's mesh, metres */
	readonly edge_m?: number;
	/** standard deviation of every vertex in every axis, metres */
	readonly noise_m?: number;
	/** share of the surface that is missing */
	readonly missing?: number;
	/** file units per metre */
	readonly unitsPerMetre?: number;
	/** turned any way */
	readonly turned?: boolean;
	/** triangles that share no vertices, in any order */
	readonly soup?: boolean;
	/** a plate under the feet and a box beside the person */
	readonly clutter?: boolean;
}

/** A body as a scanner gives it, and what is true of it. */
export interface SyntheticScan {
	readonly mesh: TriangleMesh;
	/** [V*3] the body's vertices in the model's order, where the scan is, metres */
	readonly truth: Float64Array;
	readonly unitsPerMetre: number;
	/** [V*3] the same body at rest, metres */
	readonly rest: Float64Array;
}

/** Makes scans of bodies of one model. */
export function createScanner(model: BodyModel): {
	scan(shape: ShapeParameters, condition: ScanCondition, seed: number): SyntheticScan;
} {
	const articulation = createArticulation(model);
	const shape = createShapeState(model);
	const pose = createPoseState(model);
	const parameters = new Float64Array(12 * model.boneLabels.length);
	return {
		scan(person, condition, seed) {
			const random = createRandom(seed);
			evaluateShape(shape, model, person);
			const rotations = poseRotations(model, shape.boneHeads, condition.pose, random);
			poseParametersFromArticulation(parameters, articulation, shape.restBonePoses, rotations);
			evaluatePose(pose, model, shape, parameters, "root_relative_world");
			let mesh = remesh({ vertices: pose.vertices, triangles: model.triangles }, condition.edge_m ?? 0.008);
			const truth = pose.vertices.slice();
			if (condition.noise_m) mesh = addNoise(mesh, condition.noise_m, random);
			if (condition.missing) mesh = cutHoles(mesh, condition.missing, random);
			if (condition.clutter) mesh = addClutter(mesh);
			if (condition.turned) {
				const turn = randomRotation(random);
				rotate(mesh.vertices, turn);
				rotate(truth, turn);
			}
			const unitsPerMetre = condition.unitsPerMetre ?? 1;
			const scaled = { ...mesh, vertices: mesh.vertices.map((v) => v * unitsPerMetre) };
			const shuffled = shuffleTriangles(scaled, random, condition.soup === true);
			return { mesh: shuffled, truth, unitsPerMetre, rest: shape.vertices.slice() };
		},
	};
}

/** Rotation vectors of the articulated bones. */
export function poseRotations(
	model: BodyModel,
	boneHeads: Float64Array,
	pose: ScanPose,
	random: RandomStream,
): Float64Array {
	if (pose === "T") return tPoseRotations({ boneLabels: model.boneLabels, boneHeads });
	const out = new Float64Array(3 * ARTICULATED_BONES.length);
	if (pose === "rest") return out;
	const spread = pose === "down" ? 0.12 : 0.25 + 0.3 * random.uniform();
	for (const side of ["L", "R"] as const) {
		const head = (bone: string): number => 3 * model.boneLabels.indexOf(`${bone}.${side}`);
		const from = head("upperarm01");
		const to = head("wrist");
		const x = boneHeads[to]! - boneHeads[from]!;
		const z = boneHeads[to + 2]! - boneHeads[from + 2]!;
		const sign = side === "L" ? 1 : -1;
		const angle = Math.atan2(sign * x, -z);
		out[3 * ARTICULATED_BONES.indexOf(`upperarm01.${side}`) + 1] = sign * (angle - spread);
	}
	if (pose === "relaxed") for (let i = 0; i < out.length; i++) out[i]! += 0.06 * random.normal();
	return out;
}

function addNoise(mesh: TriangleMesh, sigma: number, random: RandomStream): TriangleMesh {
	return { ...mesh, vertices: mesh.vertices.map((v) => v + sigma * random.normal()) };
}

/** Takes out balls of 1.2 to 4 % of the body's size around points of the surface until the wanted share of it is gone. */
function cutHoles(mesh: TriangleMesh, share: number, random: RandomStream): TriangleMesh {
	const count = mesh.vertices.length / 3;
	const gone = new Uint8Array(count);
	const size = Math.max(...[0, 1, 2].map((a) => extent(mesh.vertices, a)));
	let missing = 0;
	while (missing < share * count) {
		const centre = 3 * Math.floor(random.uniform() * count);
		const radius = (0.012 + 0.028 * random.uniform()) * size;
		for (let v = 0; v < count; v++) {
			const distance = Math.hypot(
				mesh.vertices[3 * v]! - mesh.vertices[centre]!,
				mesh.vertices[3 * v + 1]! - mesh.vertices[centre + 1]!,
				mesh.vertices[3 * v + 2]! - mesh.vertices[centre + 2]!,
			);
			if (gone[v] === 0 && distance < radius) {
				gone[v] = 1;
				missing++;
			}
		}
	}
	const kept: number[] = [];
	for (let t = 0; t < mesh.triangles.length; t += 3) {
		const corners = mesh.triangles.subarray(t, t + 3);
		if (!corners.some((v) => gone[v] === 1)) kept.push(...corners);
	}
	return { vertices: mesh.vertices, triangles: Uint32Array.from(kept) };
}

function extent(points: Float64Array, axis: number): number {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let i = axis; i < points.length; i += 3) {
		low = Math.min(low, points[i]!);
		high = Math.max(high, points[i]!);
	}
	return high - low;
}

function addClutter(mesh: TriangleMesh): TriangleMesh {
	let floor = Number.POSITIVE_INFINITY;
	for (let i = 2; i < mesh.vertices.length; i += 3) floor = Math.min(floor, mesh.vertices[i]!);
	const boxes = [
		[-0.5, -0.5, floor - 0.03, 0.5, 0.5, floor - 0.005],
		[1.1, 0, floor, 1.5, 0.4, floor + 0.5],
	];
	const vertices = [...mesh.vertices];
	const triangles = [...mesh.triangles];
	for (const box of boxes) {
		const base = vertices.length / 3;
		for (let c = 0; c < 8; c++) vertices.push(box[(c & 1) * 3]!, box[((c >> 1) & 1) * 3 + 1]!, box[(c >> 2) * 3 + 2]!);
		const quads = [0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5];
		for (let q = 0; q < quads.length; q += 4) {
			for (const k of [0, 1, 2, 0, 2, 3]) triangles.push(base + quads[q + k]!);
		}
	}
	return { vertices: Float64Array.from(vertices), triangles: Uint32Array.from(triangles) };
}

function randomRotation(random: RandomStream): Float64Array {
	const axis = [random.normal(), random.normal(), random.normal()];
	const angle = Math.PI * random.uniform();
	const out = new Float64Array(9);
	rotationFromVector(
		out,
		axis.map((a) => (a / Math.hypot(...axis)) * angle),
	);
	return out;
}

function rotate(points: Float64Array, m: Float64Array): void {
	for (let i = 0; i < points.length; i += 3) {
		const [x, y, z] = points.subarray(i, i + 3) as unknown as [number, number, number];
		for (let row = 0; row < 3; row++) points[i + row] = m[3 * row]! * x + m[3 * row + 1]! * y + m[3 * row + 2]! * z;
	}
}

/** New numbers for all vertices (one for every corner in a soup), and triangles in a new order. */
function shuffleTriangles(mesh: TriangleMesh, random: RandomStream, soup: boolean): TriangleMesh {
	const triangleOrder = permutation(mesh.triangles.length / 3, random);
	const triangles = new Uint32Array(mesh.triangles.length);
	for (const [to, from] of triangleOrder.entries()) {
		triangles.set(mesh.triangles.subarray(3 * from, 3 * from + 3), 3 * to);
	}
	const source = soup ? triangles : permutation(mesh.vertices.length / 3, random);
	const vertices = new Float64Array(3 * source.length);
	for (const [to, from] of source.entries()) vertices.set(mesh.vertices.subarray(3 * from, 3 * from + 3), 3 * to);
	if (soup) return { vertices, triangles: Uint32Array.from(triangles, (_, i) => i) };
	const moved = new Uint32Array(source.length);
	for (const [to, from] of source.entries()) moved[from] = to;
	return { vertices, triangles: triangles.map((v) => moved[v]!) };
}

function permutation(count: number, random: RandomStream): Uint32Array {
	const out = Uint32Array.from({ length: count }, (_, i) => i);
	for (let i = count - 1; i > 0; i--) {
		const j = Math.floor(random.uniform() * (i + 1));
		[out[i], out[j]] = [out[j]!, out[i]!];
	}
	return out;
}
