import { describe, expect, it } from "vitest";
import { decodeFace, faceSearchRegion } from "../src/face.js";
import { decodeHand, roughHandRegion } from "../src/hands.js";
import { AnalysisAborted, analyseHolistic } from "../src/holistic.js";
import type { HolisticModel, RunModel } from "../src/models.js";
import { BODY_STRIDE, decodeBodyLandmarks } from "../src/pose-landmarks.js";

const IMAGE = { width: 224, height: 224, rgb: new Uint8Array(224 * 224 * 3) };

/** Detector outputs with people at the given anchors of the coarsest layer (7×7 cells of 32 pixels). */
function detectorOutputs(
	people: readonly { cellX: number; cellY: number; radius_px: number; logit: number }[],
): Float32Array[] {
	const regressors = new Float32Array(2254 * 12);
	const logits = new Float32Array(2254).fill(-100);
	for (const { cellX, cellY, radius_px, logit } of people) {
		const anchor = 28 * 28 * 2 + 14 * 14 * 2 + (cellY * 7 + cellX) * 6;
		logits[anchor] = logit;
		regressors.set([0, -40, 20, 20, 0, 0, 0, -radius_px, 0, -30, 0, -60], anchor * 12);
	}
	return [regressors, logits];
}

function poseOutputs(flag: number): Float32Array[] {
	const raw = new Float32Array(195);
	for (let i = 0; i < 39; i++) raw.set([128 + i, 128 - 2 * i, 16, 3, 4], 5 * i);
	return [
		raw,
		Float32Array.of(flag),
		new Float32Array(65536).fill(5),
		new Float32Array(64 * 64 * 39).fill(-9),
		new Float32Array(117).fill(0.5),
	];
}

const HAND_OUTPUTS = (presence: number) => [
	new Float32Array(63).fill(112),
	Float32Array.of(presence),
	Float32Array.of(0.5),
	new Float32Array(63),
];

function runtime(outputs: Partial<Record<HolisticModel, Float32Array[] | (() => Float32Array[])>>): {
	run: RunModel;
	calls: HolisticModel[];
} {
	const calls: HolisticModel[] = [];
	const run: RunModel = async (model) => {
		calls.push(model);
		const result = outputs[model];
		if (result === undefined) throw new Error(`unexpected ${model}`);
		return typeof result === "function" ? result() : result;
	};
	return { run, calls };
}

const FULL = {
	pose_landmark: poseOutputs(0.99),
	hand_recrop: [Float32Array.of(128, 128, 128, 60)],
	hand_landmark: HAND_OUTPUTS(0.9),
	face_detection: [new Float32Array(896 * 16), new Float32Array(896).fill(-100)],
};

describe("analyseHolistic", () => {
	it("runs detector, pose, hands and face, and reports image coordinates", async () => {
		const { run, calls } = runtime({
			...FULL,
			pose_detection: detectorOutputs([{ cellX: 3, cellY: 3, radius_px: 80, logit: 5 }]),
		});
		const result = await analyseHolistic(IMAGE, run);
		expect(calls).toEqual([
			"pose_detection",
			"pose_landmark",
			"hand_recrop",
			"hand_landmark",
			"hand_recrop",
			"hand_landmark",
			"face_detection",
		]);
		expect(result.people).toHaveLength(1);
		// Region: side 2·80·1.25 = 200 around (112, 112); landmark 0 at its centre, landmark 1 one 256th further.
		expect(result.body[0]).toBeCloseTo(112, 4);
		expect(result.body[BODY_STRIDE]).toBeCloseTo(112 + 200 / 256, 4);
		expect(result.body[2]).toBeCloseTo((16 / 256) * 200, 4);
		expect(result.body[3]).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
		expect(result.body[4]).toBeCloseTo(1 / (1 + Math.exp(-4)), 6);
		expect(result.mask[112 * 224 + 112]).toBeCloseTo(1 / (1 + Math.exp(-5)), 5);
		expect(result.mask[0]).toBe(0);
		expect(result.leftHand?.length).toBe(63);
		expect(result.face).toBeNull();
	});

	it("returns no landmarks for an empty image", async () => {
		const { run, calls } = runtime({ pose_detection: detectorOutputs([]) });
		const result = await analyseHolistic(IMAGE, run);
		expect(calls).toEqual(["pose_detection"]);
		expect(result.body.length).toBe(0);
		expect(result.people).toEqual([]);
		expect(result.mask.every((value) => value === 0)).toBe(true);
	});

	it("tries the next person when the pose network rejects the first", async () => {
		let call = 0;
		const { run } = runtime({
			...FULL,
			pose_detection: detectorOutputs([
				{ cellX: 3, cellY: 3, radius_px: 90, logit: 5 },
				{ cellX: 6, cellY: 3, radius_px: 40, logit: 5 },
			]),
			pose_landmark: () => poseOutputs(call++ === 0 ? 0.1 : 0.9),
		});
		const result = await analyseHolistic(IMAGE, run);
		expect(result.people).toHaveLength(1);
		expect(result.people[0].prominence).toBe(1);
		expect(result.bodyScore).toBeCloseTo(0.9, 6);
		expect(result.body[0]).toBeCloseTo(208, 4);
	});

	it("can follow MediaPipe in taking the highest score", async () => {
		const people = [
			{ cellX: 3, cellY: 3, radius_px: 90, logit: 3 },
			{ cellX: 6, cellY: 3, radius_px: 40, logit: 6 },
		];
		const { run } = runtime({ ...FULL, pose_detection: detectorOutputs(people) });
		const prominent = await analyseHolistic(IMAGE, run);
		const sure = await analyseHolistic(IMAGE, run, { person: "highest_score" });
		expect(prominent.body[0]).toBeCloseTo(112, 4);
		expect(sure.body[0]).toBeCloseTo(208, 4);
	});

	it("searches wide images piecewise without counting anybody twice", async () => {
		const { run, calls } = runtime({
			...FULL,
			pose_detection: detectorOutputs([{ cellX: 3, cellY: 3, radius_px: 80, logit: 5 }]),
		});
		const wide = { width: 448, height: 224, rgb: new Uint8Array(448 * 224 * 3) };
		const result = await analyseHolistic(wide, run);
		expect(calls.filter((model) => model === "pose_detection")).toHaveLength(4);
		// Pieces are centred at 112, 224 and 336; the middle one repeats the person of the whole image.
		expect(result.people).toHaveLength(3);
	});

	it("stops at the next network once aborted", async () => {
		const signal = { aborted: false };
		const { run, calls } = runtime({
			...FULL,
			pose_detection: () => {
				signal.aborted = true;
				return detectorOutputs([{ cellX: 3, cellY: 3, radius_px: 80, logit: 5 }]);
			},
		});
		await expect(analyseHolistic(IMAGE, run, { signal })).rejects.toBeInstanceOf(AnalysisAborted);
		expect(calls).toEqual(["pose_detection"]);
	});
});

describe("parts", () => {
	const region = { centerX: 50, centerY: 50, width: 100, height: 100, rotation: 0 };

	it("reject outputs of another network", () => {
		expect(() => decodeBodyLandmarks([new Float32Array(3)], region)).toThrow(RangeError);
		expect(() => decodeHand([new Float32Array(3)], region)).toThrow(RangeError);
		expect(() => decodeFace([new Float32Array(3)], region)).toThrow(RangeError);
	});

	it("report no hand and no face below their thresholds", () => {
		expect(decodeHand(HAND_OUTPUTS(0.5), region)).toBeNull();
		expect(decodeHand(HAND_OUTPUTS(0.51), region)?.landmarks[0]).toBeCloseTo(50, 6);
		expect(decodeFace([new Float32Array(1404).fill(96), Float32Array.of(-0.1)], region)).toBeNull();
		expect(decodeFace([new Float32Array(1404).fill(96), Float32Array.of(0.1)], region)?.[1]).toBeCloseTo(50, 6);
	});

	it("look for a hand beyond the wrist, and not when the wrist is hidden", () => {
		const body = new Float64Array(33 * BODY_STRIDE);
		body.set([100, 100, 0, 0.9, 1], 15 * BODY_STRIDE);
		body.set([100, 130, 0, 0.9, 1], 17 * BODY_STRIDE);
		body.set([100, 130, 0, 0.9, 1], 19 * BODY_STRIDE);
		const hand = roughHandRegion(body, "left");
		expect(hand?.width).toBeCloseTo(162, 9);
		expect(hand?.centerX).toBeCloseTo(100, 9);
		// The hand points down, so its region is upside down and shifted towards the fingertips.
		expect(hand?.centerY).toBeCloseTo(136, 9);
		expect(Math.abs(hand?.rotation ?? 0)).toBeCloseTo(Math.PI, 9);
		body[15 * BODY_STRIDE + 3] = 0.1;
		expect(roughHandRegion(body, "left")).toBeNull();
	});

	it("level the eyes in the face region", () => {
		const body = new Float64Array(33 * BODY_STRIDE);
		for (let i = 0; i < 11; i++) body.set([50 + i, 40 + i], i * BODY_STRIDE);
		body.set([60, 30], 2 * BODY_STRIDE);
		body.set([50, 40], 5 * BODY_STRIDE);
		expect(faceSearchRegion(body).rotation).toBeCloseTo(-Math.PI / 4, 9);
	});
});
