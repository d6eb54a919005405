import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxOverlap, createAnchors, type Detection, decodeDetections, mergeOverlapping } from "../src/detections.js";
import { FACE_68_INDICES } from "../src/face-68.js";
import { rankPeople } from "../src/people.js";
import { bodyRegion } from "../src/pose-detector.js";

const boxes = fc
	.tuple(
		fc.double({ min: 0, max: 1, noNaN: true }),
		fc.double({ min: 0, max: 1, noNaN: true }),
		fc.double({ min: 0.01, max: 1, noNaN: true }),
		fc.double({ min: 0.01, max: 1, noNaN: true }),
	)
	.map(([x, y, w, h]): Detection["box"] => [x, y, x + w, y + h]);

describe("anchors", () => {
	it("has the layout of both detectors", () => {
		const pose = createAnchors(224, [8, 16, 32, 32, 32]);
		expect(pose.length / 2).toBe(2254);
		expect(Array.from(pose.subarray(0, 6))).toEqual([0.5 / 28, 0.5 / 28, 0.5 / 28, 0.5 / 28, 1.5 / 28, 0.5 / 28]);
		expect(Array.from(pose.subarray(2 * 1960, 2 * 1960 + 2))).toEqual([0.5 / 7, 0.5 / 7]);
		expect(createAnchors(128, [8, 16, 16, 16]).length / 2).toBe(896);
	});
});

describe("decodeDetections", () => {
	const options = { anchors: Float64Array.of(0.25, 0.75, 0.5, 0.5), inputSize: 100, keypointCount: 1, minScore: 0.5 };

	it("adds offsets to the anchor and drops low scores", () => {
		const raw = Float32Array.of(10, -20, 40, 20, 5, 5, 0, 0, 0, 0, 0, 0);
		const [detection, ...rest] = decodeDetections(raw, Float32Array.of(1000, -1), options);
		expect(rest).toEqual([]);
		expect(detection.score).toBe(1);
		expect(detection.box).toEqual([0.15, 0.45, 0.55, 0.65].map((v) => expect.closeTo(v, 9)));
		expect(Array.from(detection.keypoints)).toEqual([expect.closeTo(0.3, 9), expect.closeTo(0.8, 9)]);
	});

	it("ignores scores that are not numbers and rejects wrong lengths", () => {
		expect(decodeDetections(new Float32Array(12), Float32Array.of(Number.NaN, -5), options)).toEqual([]);
		expect(() => decodeDetections(new Float32Array(11), new Float32Array(2), options)).toThrow(RangeError);
	});
});

describe("boxOverlap", () => {
	it("is symmetric, within 0..1, and 1 for a box with itself (seed 2)", () => {
		fc.assert(
			fc.property(boxes, boxes, (a, b) => {
				expect(boxOverlap(a, b)).toBeCloseTo(boxOverlap(b, a), 12);
				expect(boxOverlap(a, b)).toBeGreaterThanOrEqual(0);
				expect(boxOverlap(a, b)).toBeLessThanOrEqual(1 + 1e-12);
				expect(boxOverlap(a, a)).toBeCloseTo(1, 12);
			}),
			{ seed: 2 },
		);
	});
});

describe("mergeOverlapping", () => {
	const make = (score: number, box: Detection["box"]): Detection => ({
		score,
		box,
		keypoints: Float64Array.of(box[0], box[1]),
	});

	it("averages a group by score and keeps separate ones", () => {
		const merged = mergeOverlapping(
			[make(0.6, [0, 0, 1, 1]), make(0.9, [0.1, 0, 1.1, 1]), make(0.7, [5, 5, 6, 6])],
			0.3,
		);
		expect(merged.map((detection) => detection.score)).toEqual([0.9, 0.7]);
		expect(merged[0].box[0]).toBeCloseTo(0.06, 9);
		expect(merged[0].keypoints[0]).toBeCloseTo(0.06, 9);
	});

	it("never invents or loses everything, stays inside the hull, and is idempotent for separate boxes (seed 4)", () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.double({ min: 0.5, max: 1, noNaN: true }), boxes), { minLength: 1, maxLength: 8 }),
				(items) => {
					const detections = items.map(([score, box]) => make(score, box));
					const merged = mergeOverlapping(detections, 0.3);
					expect(merged.length).toBeGreaterThan(0);
					expect(merged.length).toBeLessThanOrEqual(detections.length);
					for (const { box } of merged) {
						for (let k = 0; k < 4; k++) {
							const values = detections.map((detection) => detection.box[k]);
							expect(box[k]).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
							expect(box[k]).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
						}
					}
				},
			),
			{ seed: 4 },
		);
	});

	it("keeps a degenerate box instead of looping for ever", () => {
		expect(mergeOverlapping([make(0.8, [1, 1, 1, 1])], 0.3)).toHaveLength(1);
	});
});

describe("people", () => {
	const person = (x: number, y: number, radius: number, score = 0.9): Detection => ({
		score,
		box: [x, y, x, y],
		keypoints: Float64Array.of(x, y, x, y - radius, x, y, x, y),
	});

	it("prefers large and central over sure", () => {
		const ranked = rankPeople(
			[person(100, 500, 200, 0.99), person(500, 500, 400, 0.7), person(900, 500, 210, 0.95)],
			1000,
			1000,
		);
		expect(ranked.map((entry) => entry.score)).toEqual([0.7, 0.95, 0.99]);
		expect(ranked[0].prominence).toBe(1);
		expect(ranked[1].prominence).toBeLessThan(0.6);
	});

	it("cuts boxes to the image", () => {
		expect(rankPeople([person(100, 900, 300)], 1000, 1000)[0].box_px).toEqual([0, 600, 400, 1000]);
	});

	it("puts the region of interest upright around the body", () => {
		const region = bodyRegion(person(500, 500, 400));
		expect(region).toEqual({ centerX: 500, centerY: 500, width: 1000, height: 1000, rotation: expect.closeTo(0, 12) });
	});
});

describe("FACE_68_INDICES", () => {
	it("are 68 different mesh points, in iBUG order", () => {
		expect(FACE_68_INDICES.length).toBe(68);
		expect(new Set(FACE_68_INDICES).size).toBe(68);
		expect(Math.max(...FACE_68_INDICES)).toBeLessThan(468);
		// Chin, nose tip, outer and inner eye corners, mouth corners.
		expect([8, 30, 36, 39, 42, 45, 48, 54].map((i) => FACE_68_INDICES[i])).toEqual([
			152, 4, 33, 133, 362, 263, 61, 291,
		]);
	});
});
