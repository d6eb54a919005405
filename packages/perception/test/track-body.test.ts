import { describe, expect, it } from "vitest";
import type { HolisticModel, RunModel } from "../src/models.js";
import { BODY_STRIDE } from "../src/pose-landmarks.js";
import { trackBody } from "../src/track-body.js";

const IMAGE = { width: 224, height: 224, rgb: new Uint8Array(224 * 224 * 3) };
/** Index of the first of the two auxiliary points that span the circle around the body. */
const CIRCLE = 33;

/** Detector outputs with one person, hips at (112, 112), circle of 80 pixels. */
function onePerson(): Float32Array[] {
	const regressors = new Float32Array(2254 * 12);
	const logits = new Float32Array(2254).fill(-100);
	const anchor = 28 * 28 * 2 + 14 * 14 * 2 + (3 * 7 + 3) * 6;
	logits[anchor] = 5;
	regressors.set([0, -40, 20, 20, 0, 0, 0, -80, 0, -30, 0, -60], anchor * 12);
	return [regressors, logits];
}

/** Landmarks with the hips at the middle of the region and the circle through (`edgeU`, `edgeV`) of its 256 cells. */
function pose(flag: number, edgeU: number, edgeV: number): Float32Array[] {
	const raw = new Float32Array(195).fill(128);
	raw.set([128, 128], 5 * CIRCLE);
	raw.set([edgeU, edgeV], 5 * (CIRCLE + 1));
	return [
		raw,
		Float32Array.of(flag),
		new Float32Array(65536),
		new Float32Array(64 * 64 * 39).fill(-9),
		new Float32Array(117),
	];
}

function runtime(poses: Float32Array[][], people: Float32Array[] = onePerson()) {
	const calls: HolisticModel[] = [];
	const run: RunModel = async (model) => {
		calls.push(model);
		if (model === "pose_detection") return people;
		return poses.shift()!;
	};
	return { run, calls };
}

describe("trackBody", () => {
	it("runs the detector in the first frame only, and follows the body's own circle afterwards", async () => {
		const { run, calls } = runtime([pose(0.9, 128, 26), pose(0.9, 128, 26)]);
		const first = await trackBody(IMAGE, run, null);
		expect(calls).toEqual(["pose_detection", "pose_landmark"]);
		expect(first?.isDetected).toBe(true);
		expect(first?.peopleCount).toBe(1);
		// Region of the detection: side 2·80·1.25 = 200; the circle's radius is 102 of its 256 cells.
		const radius_px = (102 / 256) * 200;
		expect(first?.nextRegion.width).toBeCloseTo(2 * 1.25 * radius_px, 4);
		expect(first?.nextRegion.centerX).toBeCloseTo(112, 4);
		expect(first?.nextRegion.rotation).toBeCloseTo(0, 6);
		expect(first?.landmarks[BODY_STRIDE]).toBeCloseTo(112, 4);
		const second = await trackBody(IMAGE, run, first?.nextRegion ?? null);
		expect(calls).toEqual(["pose_detection", "pose_landmark", "pose_landmark"]);
		expect(second?.isDetected).toBe(false);
		expect(second?.peopleCount).toBeNull();
	});

	it("turns the next region with a body that leans", async () => {
		const { run } = runtime([pose(0.9, 128 + 102, 128)]);
		const body = await trackBody(IMAGE, run, null);
		expect(body?.nextRegion.rotation).toBeCloseTo(Math.PI / 2, 6);
	});

	it("searches again when the body is lost, and says when nobody is there", async () => {
		const region = { centerX: 10, centerY: 10, width: 20, height: 20, rotation: 0 };
		const again = runtime([pose(0.2, 128, 26), pose(0.9, 128, 26)]);
		expect((await trackBody(IMAGE, again.run, region))?.isDetected).toBe(true);
		expect(again.calls).toEqual(["pose_landmark", "pose_detection", "pose_landmark"]);
		const nobody = runtime([], [new Float32Array(2254 * 12), new Float32Array(2254).fill(-100)]);
		expect(await trackBody(IMAGE, nobody.run, null)).toBeNull();
		const rejected = runtime([pose(0.2, 128, 26)]);
		expect(await trackBody(IMAGE, rejected.run, null)).toBeNull();
	});
});
