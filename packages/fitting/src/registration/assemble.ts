/** Normal equations of registration: half Hessian and half gradient of the cost at the subset's last evaluation. */
import { vectorFromRotation } from "@anny-fitter/math";
import type { SkylineMatrix } from "@anny-fitter/solver";
import {
	boneUnknown,
	POINTS_PER_BLOCK,
	type RegistrationEngine,
	type RegistrationPrior,
	type RegistrationState,
	type RegistrationTargets,
	translationUnknown,
} from "./engine.js";

/**
 * Fills `engine.normal` and `engine.gradient`. Rotations are world increments about posed joints: a turn ω moves a point
 * by ω × l, so two bones' block of a point is a((l_i·l_j) I − l_j l_iᵀ) + b (l_i×n)(l_j×n)ᵀ.
 *
 * @param planeCount number of leading shape parameters with derivatives
 * @internal
 */
export function assembleNormalEquations(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	prior: RegistrationPrior,
	planeCount: number,
): void {
	engine.normal.values.fill(0);
	engine.gradient.fill(0);
	const { subset, planes, weightedPlanes } = engine;
	const width = planeCount + 1;
	let filled = 0;
	for (let point = 0; point < subset.pointCount; point++) {
		const a = targets.pointWeights[point];
		const b = targets.planeWeights?.[point] ?? 0;
		if (a === 0 && b === 0) continue;
		addPoint(engine, state, targets, point, a, b, width, filled);
		if (++filled === POINTS_PER_BLOCK) {
			addPlaneProducts(engine, width, filled);
			filled = 0;
		}
	}
	planes.fill(0, 3 * filled * width, 3 * POINTS_PER_BLOCK * width);
	weightedPlanes.fill(0, 3 * filled * width, 3 * POINTS_PER_BLOCK * width);
	addPlaneProducts(engine, width, filled);
	addPriors(engine, state, prior, planeCount);
}

/** One point: bones, translation, and its rows of the planes (scale and shape), kept for {@link addPlaneProducts}. */
function addPoint(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	point: number,
	a: number,
	b: number,
	width: number,
	slot: number,
): void {
	const { subset, gradient, normal, planes, weightedPlanes } = engine;
	const { points, shapeJacobian, pointCount } = subset;
	const at = 3 * point;
	const shrink = Math.exp(-state.logScale[0]);
	const tx = shrink * targets.positions[at];
	const ty = shrink * targets.positions[at + 1];
	const tz = shrink * targets.positions[at + 2];
	const nx = b === 0 ? 0 : (targets.normals as Float64Array)[at];
	const ny = b === 0 ? 0 : (targets.normals as Float64Array)[at + 1];
	const nz = b === 0 ? 0 : (targets.normals as Float64Array)[at + 2];
	const rx = points[at] - tx;
	const ry = points[at + 1] - ty;
	const rz = points[at + 2] - tz;
	const along = b * (nx * rx + ny * ry + nz * rz);
	const gx = a * rx + along * nx;
	const gy = a * ry + along * ny;
	const gz = a * rz + along * nz;

	const row = 3 * slot * width;
	for (let plane = 0; plane < width; plane++) {
		const from = (plane - 1) * 3 * pointCount + at;
		const x = plane === 0 ? tx : shapeJacobian[from];
		const y = plane === 0 ? ty : shapeJacobian[from + 1];
		const z = plane === 0 ? tz : shapeJacobian[from + 2];
		const part = b * (nx * x + ny * y + nz * z);
		planes[row + plane] = x;
		planes[row + width + plane] = y;
		planes[row + 2 * width + plane] = z;
		weightedPlanes[row + plane] = a * x + part * nx;
		weightedPlanes[row + width + plane] = a * y + part * ny;
		weightedPlanes[row + 2 * width + plane] = a * z + part * nz;
	}
	const t = translationUnknown(engine);
	for (let plane = 0; plane < width; plane++) {
		gradient[t + 3 + plane] +=
			planes[row + plane] * gx + planes[row + width + plane] * gy + planes[row + 2 * width + plane] * gz;
	}
	gradient[t] += gx;
	gradient[t + 1] += gy;
	gradient[t + 2] += gz;
	const { values, starts } = normal;
	const t0 = starts[t];
	const t1 = starts[t + 1];
	const t2 = starts[t + 2];
	values[t0 + t] += a + b * nx * nx;
	values[t1 + t] += b * ny * nx;
	values[t1 + t + 1] += a + b * ny * ny;
	values[t2 + t] += b * nz * nx;
	values[t2 + t + 1] += b * nz * ny;
	values[t2 + t + 2] += a + b * nz * nz;
	for (let plane = 0; plane < width; plane++) {
		const s = starts[t + 3 + plane] + t;
		values[s] += weightedPlanes[row + plane];
		values[s + 1] += weightedPlanes[row + width + plane];
		values[s + 2] += weightedPlanes[row + 2 * width + plane];
	}
	addBones(engine, point, a, b, nx, ny, nz, gx, gy, gz, width, row);
}

function addBones(
	engine: RegistrationEngine,
	point: number,
	a: number,
	b: number,
	nx: number,
	ny: number,
	nz: number,
	gx: number,
	gy: number,
	gz: number,
	width: number,
	row: number,
): void {
	const { subset, gradient, normal, weightedPlanes, model } = engine;
	const { supportOffsets, supportBones, levers } = subset;
	const { values, starts, first } = normal;
	const last = model.boneLabels.length - 1;
	const t = 3 * (last + 1);
	const start = supportOffsets[point];
	const end = supportOffsets[point + 1];
	for (let i = start; i < end; i++) {
		const ux = levers[3 * i];
		const uy = levers[3 * i + 1];
		const uz = levers[3 * i + 2];
		const ui = 3 * (last - supportBones[i]);
		gradient[ui] += uy * gz - uz * gy;
		gradient[ui + 1] += uz * gx - ux * gz;
		gradient[ui + 2] += ux * gy - uy * gx;
		const qx = uy * nz - uz * ny;
		const qy = uz * nx - ux * nz;
		const qz = ux * ny - uy * nx;
		// Translation rows: Λ J_i.
		const t0 = starts[t] + ui;
		const t1 = starts[t + 1] + ui;
		const t2 = starts[t + 2] + ui;
		values[t0] += b * nx * qx;
		values[t0 + 1] += a * uz + b * nx * qy;
		values[t0 + 2] += -a * uy + b * nx * qz;
		values[t1] += -a * uz + b * ny * qx;
		values[t1 + 1] += b * ny * qy;
		values[t1 + 2] += a * ux + b * ny * qz;
		values[t2] += a * uy + b * nz * qx;
		values[t2 + 1] += -a * ux + b * nz * qy;
		values[t2 + 2] += b * nz * qz;
		for (let plane = 0; plane < width; plane++) {
			const sx = weightedPlanes[row + plane];
			const sy = weightedPlanes[row + width + plane];
			const sz = weightedPlanes[row + 2 * width + plane];
			const s = starts[t + 3 + plane] + ui;
			values[s] += uy * sz - uz * sy;
			values[s + 1] += uz * sx - ux * sz;
			values[s + 2] += ux * sy - uy * sx;
		}
		// Columns of bones further down (larger index, earlier unknown), and the bone itself.
		const r0 = starts[ui] - first[ui];
		const r1 = starts[ui + 1] - first[ui + 1];
		const r2 = starts[ui + 2] - first[ui + 2];
		for (let j = i; j < end; j++) {
			const vx = levers[3 * j];
			const vy = levers[3 * j + 1];
			const vz = levers[3 * j + 2];
			const uj = 3 * (last - supportBones[j]);
			const ax = a * ux;
			const ay = a * uy;
			const az = a * uz;
			let xx = ay * vy + az * vz;
			let xy = -ay * vx;
			let xz = -az * vx;
			let yx = -ax * vy;
			let yy = ax * vx + az * vz;
			let yz = -az * vy;
			let zx = -ax * vz;
			let zy = -ay * vz;
			let zz = ax * vx + ay * vy;
			if (b !== 0) {
				const px = b * (vy * nz - vz * ny);
				const py = b * (vz * nx - vx * nz);
				const pz = b * (vx * ny - vy * nx);
				xx += qx * px;
				xy += qx * py;
				xz += qx * pz;
				yx += qy * px;
				yy += qy * py;
				yz += qy * pz;
				zx += qz * px;
				zy += qz * py;
				zz += qz * pz;
			}
			values[r0 + uj] += xx;
			values[r1 + uj] += yx;
			values[r1 + uj + 1] += yy;
			values[r2 + uj] += zx;
			values[r2 + uj + 1] += zy;
			values[r2 + uj + 2] += zz;
			if (j !== i) {
				values[r0 + uj + 1] += xy;
				values[r0 + uj + 2] += xz;
				values[r1 + uj + 2] += yz;
			}
		}
	}
}

/** Products of planes with weighted planes for the points gathered so far. */
function addPlaneProducts(engine: RegistrationEngine, width: number, count: number): void {
	const { normal, planes, weightedPlanes } = engine;
	const { values, starts } = normal;
	const base = translationUnknown(engine) + 3;
	for (let p = 0; p < width; p++) {
		const out = starts[base + p] + base;
		for (let row = 0; row < 3 * count; row += 3) {
			const at = row * width;
			const x = planes[at + p];
			const y = planes[at + width + p];
			const z = planes[at + 2 * width + p];
			if (x === 0 && y === 0 && z === 0) continue;
			for (let q = 0; q <= p; q++) {
				values[out + q] +=
					x * weightedPlanes[at + q] + y * weightedPlanes[at + width + q] + z * weightedPlanes[at + 2 * width + q];
			}
		}
	}
}

/**
 * Gradient of Σ r·Λ f by the unknowns for a field f over the points: JᵀΛf. Uses the derivatives of the last assembly.
 *
 * @param field [3n]
 * @param out [≥ size], overwritten
 * @internal
 */
export function pullBackResiduals(
	engine: RegistrationEngine,
	state: RegistrationState,
	targets: RegistrationTargets,
	field: Float64Array,
	planeCount: number,
	out: Float64Array,
): void {
	const { subset } = engine;
	const { supportOffsets, supportBones, levers, shapeJacobian, pointCount } = subset;
	const t = translationUnknown(engine);
	const shrink = Math.exp(-state.logScale[0]);
	out.fill(0);
	for (let point = 0; point < pointCount; point++) {
		const at = 3 * point;
		const a = targets.pointWeights[point];
		const b = targets.planeWeights?.[point] ?? 0;
		if (a === 0 && b === 0) continue;
		let gx = a * field[at];
		let gy = a * field[at + 1];
		let gz = a * field[at + 2];
		if (b !== 0 && targets.normals !== null) {
			const [nx, ny, nz] = [targets.normals[at], targets.normals[at + 1], targets.normals[at + 2]];
			const along = b * (nx * field[at] + ny * field[at + 1] + nz * field[at + 2]);
			gx += along * nx;
			gy += along * ny;
			gz += along * nz;
		}
		out[t] += gx;
		out[t + 1] += gy;
		out[t + 2] += gz;
		out[t + 3] +=
			shrink * (gx * targets.positions[at] + gy * targets.positions[at + 1] + gz * targets.positions[at + 2]);
		for (let plane = 0, from = at; plane < planeCount; plane++, from += 3 * pointCount) {
			out[t + 4 + plane] += gx * shapeJacobian[from] + gy * shapeJacobian[from + 1] + gz * shapeJacobian[from + 2];
		}
		for (let entry = supportOffsets[point]; entry < supportOffsets[point + 1]; entry++) {
			const u = boneUnknown(engine, supportBones[entry]);
			const [x, y, z] = [levers[3 * entry], levers[3 * entry + 1], levers[3 * entry + 2]];
			out[u] += y * gz - z * gy;
			out[u + 1] += z * gx - x * gz;
			out[u + 2] += x * gy - y * gx;
		}
	}
}

function addPriors(
	engine: RegistrationEngine,
	state: RegistrationState,
	prior: RegistrationPrior,
	planeCount: number,
): void {
	const { normal, gradient, subset } = engine;
	const shape = translationUnknown(engine) + 4;
	for (let p = 0; p < planeCount; p++) {
		addDiagonal(normal, shape + p, prior.precisions[p]);
		gradient[shape + p] += prior.precisions[p] * (state.values[p] - prior.means[p]);
	}
	for (let bone = 1; bone < engine.model.boneLabels.length; bone++) {
		const precision = prior.bonePrecisions[bone];
		if (precision === 0) continue;
		const vector = boneVector(engine, state.pose, bone);
		const unknown = boneUnknown(engine, bone);
		const axes = 9 * bone;
		for (let row = 0; row < 3; row++) {
			addDiagonal(normal, unknown + row, precision);
			// J⁻ᵀ r = r for the exponential map, then from the increment's axes to the world's.
			let sum = 0;
			for (let axis = 0; axis < 3; axis++) sum += subset.boneAxes[axes + 3 * row + axis] * vector[axis];
			gradient[unknown + row] += precision * sum;
		}
	}
}

function addDiagonal(matrix: SkylineMatrix, row: number, value: number): void {
	matrix.values[matrix.starts[row + 1] - 1] += value;
}

/** Rotation vector of a bone's parameter; overwritten by the next call. @internal */
export function boneVector(engine: RegistrationEngine, pose: Float64Array, bone: number): Float64Array {
	const { rotation, vector } = engine.scratch;
	readRotation(rotation, pose, bone);
	vectorFromRotation(vector, rotation);
	return vector;
}

/** Linear part [9] of a bone's parameter. @internal */
export function readRotation(out: Float64Array, pose: Float64Array, bone: number): void {
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 3; column++) out[3 * row + column] = pose[12 * bone + 4 * row + column];
	}
}

/** @internal */
export function writeRotation(pose: Float64Array, bone: number, rotation: Float64Array): void {
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 3; column++) pose[12 * bone + 4 * row + column] = rotation[3 * row + column];
	}
}
