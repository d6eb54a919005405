/**
 * Finds where MediaPipe's landmarks sit on the body: offsets and standard deviations of `landmark-calibration.ts`, from
 * rendered subjects whose bodies, poses and cameras are known. Prints the table as TypeScript.
 *
 *   npm run calibrate-landmarks -w @anny-fitter/benchmarks
 */
import {
	type BodyModel,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
} from "@anny-fitter/body-model";
import { type AnchorCalibration, CALIBRATED_ANCHORS, type PhotoObservation } from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { openVision } from "@anny-fitter/vision";
import { loadSyntheticSubjects, observe, type SyntheticSubject, type SyntheticView } from "./synthetic-subjects.js";

/** One sighting of a landmark: its rest place is `transform · (head + stature · offset)` in the camera frame. */
interface Sighting {
	readonly subject: string;
	/** +1 left or midline, −1 right: mirrors the offset in X */
	readonly side: 1 | -1;
	/** [12] camera from rest */
	readonly transform: Float64Array;
	readonly head: readonly number[];
	readonly stature_m: number;
	readonly focal_px: number;
	/** detected point relative to the principal point */
	readonly u_px: number;
	readonly v_px: number;
	readonly weight: number;
}

/** Rounds of reweighted Gauss–Newton; the problem is nearly linear. */
const ROUNDS = 20;
const CAUCHY = 0.02;
/** No landmark is trusted beyond this fraction of stature: clothing, hair and other people differ. */
const SIGMA_FLOOR = 0.01;

export function calibrateAnchors(sightings: ReadonlyMap<string, readonly Sighting[]>): AnchorCalibration[] {
	return CALIBRATED_ANCHORS.map((anchor) => {
		const seen = sightings.get(anchor.name) ?? [];
		const offset = fitOffset(seen, anchor.right === null);
		const errors = seen.flatMap((s) => residual(s, offset).map((r) => Math.abs(r)));
		errors.sort((a, b) => a - b);
		const spread = 1.4826 * (errors[errors.length >> 1] ?? Number.NaN);
		return {
			...anchor,
			offset: offset.map((v) => Math.round(v * 1e4) / 1e4) as [number, number, number],
			sigma: Math.max(SIGMA_FLOOR, Math.round(spread * 1e4) / 1e4),
		};
	});
}

/** Gathers every sighting of every landmark on the subjects. */
export function collectSightings(
	model: BodyModel,
	subjects: readonly SyntheticSubject[],
	observations: ReadonlyMap<SyntheticView, PhotoObservation>,
): Map<string, Sighting[]> {
	const shape = createShapeState(model);
	const pose = createPoseState(model);
	const out = new Map<string, Sighting[]>();
	for (const subject of subjects) {
		evaluateShape(shape, model, { phenotypes: subject.phenotypes, localChanges: subject.localChanges });
		for (const view of subject.views) {
			const seen = observations.get(view);
			if (!seen) continue;
			const parameters = Float64Array.from(
				model.boneLabels.flatMap((label) => view.poseParameters[subject.boneLabels.indexOf(label)] ?? []),
			);
			evaluatePose(pose, model, shape, parameters, "rest_relative");
			const scale = seen.width_px / view.width_px;
			for (const anchor of CALIBRATED_ANCHORS) {
				for (const side of [1, -1] as const) {
					const landmark = side === 1 ? anchor.left : anchor.right;
					if (landmark === null) continue;
					const visibility = seen.body[5 * landmark + 3] ?? 0;
					const u = seen.body[5 * landmark] ?? Number.NaN;
					const v = seen.body[5 * landmark + 1] ?? Number.NaN;
					if (visibility < 0.5 || u < 0 || v < 0 || u > seen.width_px || v > seen.height_px) continue;
					const label = anchor.bone === "head" ? "head" : `${anchor.bone}.${side === 1 ? "L" : "R"}`;
					const bone = model.boneLabels.indexOf(label);
					const list = out.get(anchor.name) ?? [];
					list.push({
						subject: subject.id,
						side,
						transform: compose(view.cameraFromWorld, pose.boneTransforms.subarray(12 * bone, 12 * bone + 12)),
						head: Array.from(shape.boneHeads.subarray(3 * bone, 3 * bone + 3)),
						stature_m: subject.stature_m,
						focal_px: view.focal_px * scale,
						u_px: u - seen.width_px / 2,
						v_px: v - seen.height_px / 2,
						weight: visibility * visibility,
					});
					out.set(anchor.name, list);
				}
			}
		}
	}
	return out;
}

function fitOffset(sightings: readonly Sighting[], isMidline: boolean): number[] {
	const offset = [0, 0, 0];
	for (let round = 0; round < ROUNDS; round++) {
		const h = Array.from({ length: 9 }, () => 0);
		const g = [0, 0, 0];
		for (const s of sightings) {
			const r = residual(s, offset);
			const w = s.weight / (1 + (r[0] ** 2 + r[1] ** 2) / CAUCHY ** 2);
			for (let axis = 0; axis < 2; axis++) {
				const row = [0, 1, 2].map((k) => {
					const moved = offset.map((v, i) => (i === k ? v + 1e-5 : v));
					return ((residual(s, moved)[axis] ?? 0) - (r[axis] ?? 0)) / 1e-5;
				});
				for (let i = 0; i < 3; i++) {
					g[i] = (g[i] ?? 0) + w * (row[i] ?? 0) * (r[axis] ?? 0);
					for (let j = 0; j < 3; j++) h[3 * i + j] = (h[3 * i + j] ?? 0) + w * (row[i] ?? 0) * (row[j] ?? 0);
				}
			}
		}
		if (isMidline) {
			h[0] = 1e9;
		}
		const step = solve3(h, g);
		for (let k = 0; k < 3; k++) offset[k] = (offset[k] ?? 0) - (step[k] ?? 0);
	}
	return isMidline ? [0, offset[1] ?? 0, offset[2] ?? 0] : offset;
}

/** Projected minus detected, fractions of stature. */
function residual(s: Sighting, offset: readonly number[]): [number, number] {
	const [ox = 0, oy = 0, oz = 0] = offset;
	const p = [
		(s.head[0] ?? 0) + s.side * ox * s.stature_m,
		(s.head[1] ?? 0) + oy * s.stature_m,
		(s.head[2] ?? 0) + oz * s.stature_m,
	];
	const c = [0, 1, 2].map((k) => {
		const m = s.transform.subarray(4 * k, 4 * k + 4);
		return (m[0] ?? 0) * (p[0] ?? 0) + (m[1] ?? 0) * (p[1] ?? 0) + (m[2] ?? 0) * (p[2] ?? 0) + (m[3] ?? 0);
	});
	const z = c[2] ?? 1;
	const stature_px = (s.focal_px * s.stature_m) / z;
	return [
		((s.focal_px * (c[0] ?? 0)) / z - s.u_px) / stature_px,
		((s.focal_px * (c[1] ?? 0)) / z - s.v_px) / stature_px,
	];
}

/** a ∘ b of two affine maps [12]. */
function compose(a: Float64Array, b: Float64Array): Float64Array {
	const out = new Float64Array(12);
	for (let r = 0; r < 3; r++) {
		for (let c = 0; c < 4; c++) {
			let sum = c === 3 ? (a[4 * r + 3] ?? 0) : 0;
			for (let k = 0; k < 3; k++) sum += (a[4 * r + k] ?? 0) * (b[4 * k + c] ?? 0);
			out[4 * r + c] = sum;
		}
	}
	return out;
}

/** Cramer's rule for a 3×3 system. */
function solve3(h: readonly number[], g: readonly number[]): number[] {
	const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, i = 0, j = 0, k = 0] = h;
	const [x = 0, y = 0, z = 0] = g;
	const det = a * (e * k - f * j) - b * (d * k - f * i) + c * (d * j - e * i);
	return [
		(x * (e * k - f * j) - b * (y * k - f * z) + c * (y * j - e * z)) / det,
		(a * (y * k - f * z) - x * (d * k - f * i) + c * (d * z - y * i)) / det,
		(a * (e * z - y * j) - b * (d * z - y * i) + x * (d * j - e * i)) / det,
	];
}

async function main(): Promise<void> {
	const subjects = loadSyntheticSubjects();
	if (!subjects) {
		console.error("The rendered subjects are not beside the repository; nothing to calibrate on.");
		process.exitCode = 2;
		return;
	}
	const vision = await openVision();
	const observations = new Map<SyntheticView, PhotoObservation>();
	for (const subject of subjects) {
		for (const view of subject.views) observations.set(view, await observe(vision, view));
	}
	await vision.close();
	const { data } = await openBodyModelData();
	const model = createBodyModel(data, { allPhenotypes: true, localChanges: true });
	for (const anchor of calibrateAnchors(collectSightings(model, subjects, observations))) {
		console.log(
			`\t{ name: "${anchor.name}", left: ${anchor.left}, right: ${anchor.right}, bone: "${anchor.bone}", offset: [${anchor.offset.join(", ")}], sigma: ${anchor.sigma} },`,
		);
	}
}

if (process.argv[1]?.endsWith("calibrate-landmarks.js")) await main();
