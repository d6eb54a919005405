import { measureBody } from "@anny-fitter/anthropometry";
import { annyAgeFromYears, createBodyModel } from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { computeSignedVolume } from "@anny-fitter/mesh";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { createPhotoFitter, evaluateFitterPose, evaluateFitterShape, type PhotoFitter } from "../src/photo-fitter.js";
import { shapePrior } from "../src/shape-parameters.js";
import { tPoseRotations } from "../src/t-pose.js";

let fitter: PhotoFitter;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
});

describe.each([
	["a woman", 1, "female", 40],
	["a man", 2, "male", 25],
	["a child", 3, "unspecified", 5],
	["an infant", 4, "unspecified", 0.5],
] as const)("the T-pose of %s (seed %i)", (_, seed, sex, years) => {
	const random = createRandom(seed);
	test("has straight, level arms to the sides with palms down, and an unbroken body", () => {
		const prior = shapePrior(sex, annyAgeFromYears(years), 0.01);
		const shape = prior.mean.map((mean, p) =>
			Math.min(prior.upper[p], Math.max(prior.lower[p], mean + prior.sigma[p] * random.normal())),
		);
		evaluateFitterShape(fitter, shape);
		const { model, pose, shape: rest } = fitter;
		evaluateFitterPose(fitter, tPoseRotations({ boneLabels: model.boneLabels, boneHeads: rest.boneHeads }), 0);
		const at = (bone: string, from = pose.boneHeads): number[] => {
			const b = 3 * model.boneLabels.indexOf(bone);
			return Array.from(from.subarray(b, b + 3));
		};
		for (const [side, sign] of [
			["L", 1],
			["R", -1],
		] as const) {
			const [shoulder, elbow, wrist] = ["upperarm01", "lowerarm01", "wrist"].map((bone) => at(`${bone}.${side}`));
			expect(shoulder).toEqual(at(`upperarm01.${side}`, rest.boneHeads).map((v) => expect.closeTo(v, 9)));
			expect(sign * (elbow[0] - shoulder[0])).toBeGreaterThan(0.02);
			expect(sign * (wrist[0] - elbow[0])).toBeGreaterThan(0.02);
			for (const joint of [elbow, wrist]) {
				expect(joint[1]).toBeCloseTo(shoulder[1], 9);
				expect(joint[2]).toBeCloseTo(shoulder[2], 9);
			}
			// The thumb lies in front of the little finger, neither above the other.
			const [thumb, little] = [at(`finger2-1.${side}`), at(`finger5-1.${side}`)];
			const forward = little[1] - thumb[1];
			expect(forward).toBeGreaterThan(0);
			expect(Math.abs(little[2] - thumb[2])).toBeLessThan(0.5 * forward);
			// Fingers bend towards the palm: their tips are below the knuckles.
			expect(at(`finger3-3.${side}`)[2]).toBeLessThan(at(`finger3-1.${side}`)[2]);
			expect(at(`foot.${side}`)).toEqual(at(`foot.${side}`, rest.boneHeads).map((v) => expect.closeTo(v, 9)));
		}
		// The span that is measured at rest is the one of this pose, but for fingers that stay bent.
		const [span] = measureBody(fitter.measurer, rest, ["span"]).values();
		let [furthestRight, furthestLeft] = [0, 0];
		for (let i = 0; i < pose.vertices.length; i += 3) {
			furthestRight = Math.min(furthestRight, pose.vertices[i]);
			furthestLeft = Math.max(furthestLeft, pose.vertices[i]);
		}
		const stature = Math.max(...pose.vertices.filter((_, i) => i % 3 === 2)) - fitter.measurer.frame.floor;
		expect(Math.abs(span.value_m - (furthestLeft - furthestRight))).toBeLessThan(0.005 * stature);
		const before = computeSignedVolume(rest.vertices, model.triangles);
		const after = computeSignedVolume(pose.vertices, model.triangles);
		expect(Math.abs(after - before)).toBeLessThan(0.05 * before);
	});
});

test("a rig without hands is refused", () => {
	expect(() => tPoseRotations({ boneLabels: ["root"], boneHeads: [0, 0, 0] })).toThrow(/upperarm01.L/);
});
