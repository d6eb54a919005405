import {
	type BodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { computeBounds, sampleSurface } from "@anny-fitter/mesh";
import {
	ARTICULATED_BONES,
	createArticulation,
	poseParametersFromArticulation,
	ROTATION_COUNT,
} from "../articulation.js";
import { tPoseRotations } from "../t-pose.js";
import { createPointSet, normalizePoints, type PointSet } from "./point-set.js";

/** What a search for a body begins with: a typical body in a typical pose. */
export interface ScanTemplate {
	readonly phenotypes: Readonly<Record<string, number>>;
	readonly pose: "slanting" | "loose" | "hanging" | "level";
	/** Stands for all builds in a first glance over all orientations. */
	readonly glance: boolean;
	/** [ROTATION_COUNT] rotation vectors of the articulated bones */
	readonly rotations: Float64Array;
	/** Points of its surface, centred and scaled: body = centre + size × points, metres. */
	readonly points: PointSet;
	readonly centre: Float64Array;
	readonly size: number;
	/** [3] middle of its box, metres */
	readonly middle: Float64Array;
	/** Its own stature, and those that bodies of this build have, metres. */
	readonly stature_m: number;
	readonly statures_m: readonly [number, number];
}

const TEMPLATE_POINTS = 500;
/** From the vertical, radians; Anny's own A is slanting. */
const ARM_ANGLES = { hanging: 0.12, loose: 0.4, slanting: 0.75 } as const;

const BUILDS: readonly {
	phenotypes: Record<string, number>;
	glance: boolean;
	statures_m: readonly [number, number];
}[] = [
	{ phenotypes: { age: -1 / 3 }, glance: true, statures_m: [0.35, 0.75] },
	{ phenotypes: { age: 0 }, glance: false, statures_m: [0.6, 1.15] },
	{ phenotypes: { age: 0.33 }, glance: true, statures_m: [0.9, 1.75] },
	{ phenotypes: { age: 0.67, gender: 0.1 }, glance: false, statures_m: [1.25, 2.3] },
	{ phenotypes: { age: 0.67, gender: 0.8 }, glance: true, statures_m: [1.25, 2.3] },
	{ phenotypes: { age: 0.67, gender: 0.5, weight: 0.95, muscle: 0.4 }, glance: false, statures_m: [1.25, 2.3] },
];

/** Makes the templates of a model: six builds in four poses each. */
export function createScanTemplates(model: BodyModel): ScanTemplate[] {
	const articulation = createArticulation(model);
	const shape = createShapeState(model);
	const pose = createPoseState(model);
	const parameters = new Float64Array(12 * model.boneLabels.length);
	return BUILDS.flatMap(({ phenotypes, glance, statures_m }) => {
		evaluateShape(shape, model, { phenotypes });
		const restBox = new Float64Array(6);
		computeBounds(restBox, shape.vertices);
		const stature_m = restBox[5] - restBox[2];
		const skeleton = { boneLabels: model.boneLabels, boneHeads: shape.boneHeads };
		const poses = [
			["slanting", armRotations(skeleton, ARM_ANGLES.slanting)],
			["loose", armRotations(skeleton, ARM_ANGLES.loose)],
			["hanging", armRotations(skeleton, ARM_ANGLES.hanging)],
			["level", tPoseRotations(skeleton)],
		] as const;
		return poses.map(([name, rotations]): ScanTemplate => {
			poseParametersFromArticulation(parameters, articulation, shape.restBonePoses, rotations);
			evaluatePose(pose, model, shape, parameters, "root_relative_world");
			const samples = sampleSurface(pose.vertices, model.triangles, TEMPLATE_POINTS, createRandom(1));
			const { centre, size } = normalizePoints(samples.points);
			const points = createPointSet(samples.points, samples.normals);
			const box = new Float64Array(6);
			computeBounds(box, pose.vertices);
			const middle = Float64Array.from([0, 1, 2], (a) => (box[a] + box[a + 3]) / 2);
			return {
				phenotypes,
				pose: name,
				glance: glance && name !== "loose",
				rotations,
				points,
				centre,
				size,
				middle,
				stature_m,
				statures_m,
			};
		});
	});
}

/** Turns the upper arms in the frontal plane until shoulder and wrist make the angle with the vertical. */
function armRotations(
	skeleton: { readonly boneLabels: readonly string[]; readonly boneHeads: Float64Array },
	fromVertical_rad: number,
): Float64Array {
	const out = new Float64Array(ROTATION_COUNT);
	for (const side of ["L", "R"] as const) {
		const shoulder = 3 * skeleton.boneLabels.indexOf(`upperarm01.${side}`);
		const wrist = 3 * skeleton.boneLabels.indexOf(`wrist.${side}`);
		const sign = side === "L" ? 1 : -1;
		const x = sign * (skeleton.boneHeads[wrist] - skeleton.boneHeads[shoulder]);
		const z = skeleton.boneHeads[wrist + 2] - skeleton.boneHeads[shoulder + 2];
		const row = 3 * ARTICULATED_BONES.indexOf(`upperarm01.${side}`);
		out[row + 1] = sign * (Math.atan2(x, -z) - fromVertical_rad);
	}
	return out;
}
