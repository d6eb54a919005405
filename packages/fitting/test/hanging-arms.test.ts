import { MEASUREMENTS, measureBody } from "@anny-fitter/anthropometry";
import { createBodyModel } from "@anny-fitter/body-model";
import { rotationBetweenFrames, vectorFromRotation } from "@anny-fitter/math";
import { convexHull2d, polygonPerimeter2d } from "@anny-fitter/mesh";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, expect, test } from "vitest";
import { ARTICULATED_BONES, type ArticulatedBone, ROTATION_COUNT } from "../src/articulation.js";
import { createPhotoFitter, evaluateFitterPose, evaluateFitterShape, type PhotoFitter } from "../src/photo-fitter.js";
import { POPULATION_SIGMA_M } from "../src/population-error.js";
import { shapePrior } from "../src/shape-parameters.js";

let fitter: PhotoFitter;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
});

/** Rotation vectors that let both upper arms hang straight down. */
function hangingArms(): Float64Array {
	const out = new Float64Array(ROTATION_COUNT);
	const { model, shape } = fitter;
	for (const side of ["L", "R"]) {
		const head = (bone: string): number[] => {
			const b = 3 * model.boneLabels.indexOf(`${bone}.${side}`);
			return Array.from(shape.boneHeads.subarray(b, b + 3));
		};
		const [shoulder, elbow] = [head("upperarm01"), head("lowerarm01")];
		const arm = elbow.map((x, i) => x - shoulder[i]);
		const turn = new Float64Array(9);
		const axis = [0, 1, 0];
		rotationBetweenFrames(turn, arm, axis, [0, 0, -1], axis);
		vectorFromRotation(out, turn, 3 * ARTICULATED_BONES.indexOf(`upperarm01.${side}` as ArticulatedBone));
	}
	return out;
}

/** Perimeter of the hull of everything that a horizontal plane cuts: every crossed edge, one by one. */
function hullAt(vertices: Float64Array, triangles: Uint32Array, level: number): number {
	const points: number[] = [];
	for (let t = 0; t < triangles.length; t++) {
		const a = 3 * triangles[t];
		const b = 3 * triangles[t % 3 === 2 ? t - 2 : t + 1];
		const [za, zb] = [vertices[a + 2] - level, vertices[b + 2] - level];
		if (za >= 0 === zb >= 0) continue;
		const w = za / (za - zb);
		for (let k = 0; k < 2; k++) points.push(vertices[a + k] + w * (vertices[b + k] - vertices[a + k]));
	}
	const corners = new Uint32Array(points.length / 2 + 1);
	const flat = Float64Array.from(points);
	return polygonPerimeter2d(flat, corners, convexHull2d(corners, flat, points.length / 2));
}

test.each([
	["a woman", "female", 0.01],
	["a man", "male", 0.01],
] as const)("the shoulder girth of %s is the one around really hanging arms", (_, sex, tolerance) => {
	const { mean } = shapePrior(sex, 0.7, 0.01);
	evaluateFitterShape(fitter, mean);
	const { model, measurer, pose, shape } = fitter;
	const [girth] = measureBody(measurer, shape, ["shoulder_girth"]).values();
	const level = girth.path[2];
	const raised = hullAt(shape.vertices, model.triangles, level);
	evaluateFitterPose(fitter, hangingArms(), 0);
	const hanging = hullAt(pose.vertices, model.triangles, level);
	console.log(
		`measured ${girth.value_m.toFixed(3)} m, hanging ${hanging.toFixed(3)}, arms raised ${raised.toFixed(3)}`,
	);
	expect(Math.abs(girth.value_m / hanging - 1)).toBeLessThan(tolerance);
	expect(raised).toBeGreaterThan(1.04 * hanging);
});

test("every measurement but the stature has a population error", () => {
	const ids = MEASUREMENTS.map(({ id }) => id as string).filter((id) => id !== "stature");
	expect(Object.keys(POPULATION_SIGMA_M).sort()).toEqual(ids.sort());
});
