import { createRandom } from "@anny-fitter/math";
import {
	fuseViews,
	LANDMARK,
	locateSections,
	type MeasurableView,
	type MeasuredView,
	measureView,
	placeWorldLandmarks,
	SECTION_IDS,
	SECTION_POPULATION,
	superellipseExponent,
	superellipsePerimeter_m,
	type ViewMeasurement,
} from "@anny-fitter/perception";
import { describe, expect, test } from "vitest";

describe("superellipse", () => {
	test("an ellipse, and nearly a rectangle, have their perimeters", () => {
		expect(superellipsePerimeter_m(0.3, 0.3, 2)).toBeCloseTo(Math.PI * 0.3, 3);
		// Ramanujan's second approximation.
		const [a, b] = [0.15, 0.1];
		const h = ((a - b) / (a + b)) ** 2;
		const ellipse = Math.PI * (a + b) * (1 + (3 * h) / (10 + Math.sqrt(4 - 3 * h)));
		expect(superellipsePerimeter_m(0.3, 0.2, 2)).toBeCloseTo(ellipse, 4);
		expect(superellipsePerimeter_m(0.3, 0.2, 60)).toBeGreaterThan(0.97);
		expect(superellipsePerimeter_m(0.3, 0.2, 60)).toBeLessThan(1);
	});

	test("the exponent is found again", () => {
		for (const n of [1.6, 2, 2.5, 4]) {
			expect(superellipseExponent(0.31, 0.22, superellipsePerimeter_m(0.31, 0.22, n))).toBeCloseTo(n, 6);
		}
	});
});

const [WIDTH, HEIGHT, FOCAL, DEPTH] = [600, 800, 900, 3];

/** A person of capsules who faces the camera: trunk 0.30 m wide and 0.22 m deep, arms 0.6 rad off it. */
function landmarks(arm_rad = 0.6): Float64Array {
	const joints = new Float64Array(33 * 3).fill(Number.NaN);
	const put = (index: number, x: number, y: number, z = 0) => joints.set([x, y, DEPTH + z], 3 * index);
	for (const [s, left] of [
		[1, true],
		[-1, false],
	] as const) {
		const at = (l: number, r: number) => (left ? l : r);
		put(at(LANDMARK.leftEar, LANDMARK.rightEar), s * 0.07, -0.72);
		put(at(LANDMARK.leftShoulder, LANDMARK.rightShoulder), s * 0.18, -0.5);
		const [sin, cos] = [Math.sin(arm_rad), Math.cos(arm_rad)];
		put(at(LANDMARK.leftElbow, LANDMARK.rightElbow), s * (0.18 + 0.28 * sin), -0.5 + 0.28 * cos);
		put(at(LANDMARK.leftWrist, LANDMARK.rightWrist), s * (0.18 + 0.53 * sin), -0.5 + 0.53 * cos);
		put(at(LANDMARK.leftIndex, LANDMARK.rightIndex), s * (0.18 + 0.62 * sin), -0.5 + 0.62 * cos);
		put(at(LANDMARK.leftHip, LANDMARK.rightHip), s * 0.1, 0);
		put(at(LANDMARK.leftKnee, LANDMARK.rightKnee), s * 0.12, 0.43);
		put(at(LANDMARK.leftAnkle, LANDMARK.rightAnkle), s * 0.13, 0.82);
		put(at(LANDMARK.leftHeel, LANDMARK.rightHeel), s * 0.13, 0.86);
	}
	return joints;
}

const HALF_M = { trunk: 0.15, arm: 0.04, leg: 0.07 };

/** The capsules' exact coverage, and what a detector sees of the landmarks. */
function view(joints_m: Float64Array, changes: Partial<MeasurableView> = {}): MeasurableView {
	const pixel = (index: number): [number, number] => [
		WIDTH / 2 + (FOCAL * joints_m[3 * index]!) / joints_m[3 * index + 2]!,
		HEIGHT / 2 + (FOCAL * joints_m[3 * index + 1]!) / joints_m[3 * index + 2]!,
	];
	const middle = (a: number, b: number): [number, number] => {
		const [p, q] = [pixel(a), pixel(b)];
		return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
	};
	const limbs: [[number, number], [number, number], number][] = [
		[middle(LANDMARK.leftShoulder, LANDMARK.rightShoulder), middle(LANDMARK.leftHip, LANDMARK.rightHip), HALF_M.trunk],
		[middle(LANDMARK.leftEar, LANDMARK.rightEar), middle(LANDMARK.leftShoulder, LANDMARK.rightShoulder), 0.055],
	];
	for (const [a, b, half] of [
		[LANDMARK.leftShoulder, LANDMARK.leftElbow, HALF_M.arm],
		[LANDMARK.leftElbow, LANDMARK.leftIndex, HALF_M.arm],
		[LANDMARK.rightShoulder, LANDMARK.rightElbow, HALF_M.arm],
		[LANDMARK.rightElbow, LANDMARK.rightIndex, HALF_M.arm],
		[LANDMARK.leftHip, LANDMARK.leftHeel, HALF_M.leg],
		[LANDMARK.rightHip, LANDMARK.rightHeel, HALF_M.leg],
	] as const) {
		limbs.push([pixel(a), pixel(b), half]);
	}
	const mask = new Float32Array(WIDTH * HEIGHT);
	for (let row = 0; row < HEIGHT; row++) {
		for (let column = 0; column < WIDTH; column++) {
			let inside = 0;
			for (const [a, b, half] of limbs) {
				const distance = segmentDistance(column + 0.5, row + 0.5, a, b);
				inside = Math.max(inside, Math.min(1, Math.max(0, (FOCAL * half) / DEPTH - distance + 0.5)));
			}
			mask[row * WIDTH + column] = inside;
		}
	}
	const body = new Float64Array(33 * 5);
	for (let i = 0; i < 33; i++) {
		if (Number.isFinite(joints_m[3 * i])) body.set([...pixel(i), 0, 1, 1], 5 * i);
	}
	return {
		width_px: WIDTH,
		height_px: HEIGHT,
		focal_px: FOCAL,
		body,
		joints_m,
		sections: locateSections(joints_m),
		mask,
		regions: null,
		inverseDepth: null,
		scaleSigma: 0.004,
		levelSigma_m: null,
		...changes,
	};
}

function segmentDistance(x: number, y: number, a: readonly [number, number], b: readonly [number, number]): number {
	const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
	const t = Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)));
	return Math.hypot(x - a[0] - t * dx, y - a[1] - t * dy);
}

const find = (seen: MeasuredView, id: string): ViewMeasurement => {
	const found = seen.measurements.find((m) => m.id === id);
	if (found === undefined) throw new Error(`${id} was not measured`);
	return found;
};

describe("one view", () => {
	test("measures breadths between the mask's sub-pixel edges, at the depth of the part", () => {
		const seen = measureView(view(landmarks()));
		// Lines of sight touch a section before its widest place: the ellipse counts a little wider than its chord.
		for (const id of ["waist_natural_breadth", "waist_breadth"]) {
			expect(Math.abs(find(seen, id).value_m - 0.3)).toBeLessThan(0.003);
		}
		expect(Math.abs(find(seen, "upper_arm_breadth").value_m - 0.08)).toBeLessThan(0.001);
		expect(Math.abs(find(seen, "calf_breadth").value_m - 0.14)).toBeLessThan(0.002);
		expect(find(seen, "waist_breadth").notes).toEqual([]);
		expect(find(seen, "waist_breadth").isOverClothing).toBe(true);
		// Nothing of the side shows from the front.
		expect(seen.measurements.some(({ id }) => id.endsWith("_depth"))).toBe(false);
	});

	test("limbs have the length between their landmarks, foreshortened or not", () => {
		const joints = landmarks();
		const flat = measureView(view(joints));
		expect(find(flat, "hip_knee_length").value_m).toBeCloseTo(Math.hypot(0.02, 0.43), 6);
		// A knee that is lifted towards the camera: the same bone is shorter in the picture.
		const lifted = landmarks();
		for (const [index, s] of [
			[LANDMARK.leftKnee, 1],
			[LANDMARK.rightKnee, -1],
		] as const) {
			lifted.set([s * 0.12, 0.43 * Math.cos(0.6), DEPTH - 0.43 * Math.sin(0.6)], 3 * index);
		}
		const bent = find(measureView(view(lifted)), "hip_knee_length");
		expect(bent.value_m).toBeCloseTo(Math.hypot(0.02, 0.43), 6);
		expect(bent.ownSigma_m).toBeGreaterThan(find(flat, "hip_knee_length").ownSigma_m);
	});

	test("arms that touch the trunk are noticed: less confidence, and never counted as trunk", () => {
		const apart = find(measureView(view(landmarks(0.6))), "waist_natural_breadth");
		const oneArm = landmarks(0.6);
		oneArm.set(landmarks(0).subarray(3 * LANDMARK.leftElbow, 3 * LANDMARK.leftElbow + 3), 3 * LANDMARK.leftElbow);
		oneArm.set(landmarks(0).subarray(3 * LANDMARK.leftWrist, 3 * LANDMARK.leftWrist + 3), 3 * LANDMARK.leftWrist);
		oneArm.set(landmarks(0).subarray(3 * LANDMARK.leftIndex, 3 * LANDMARK.leftIndex + 3), 3 * LANDMARK.leftIndex);
		const touching = find(measureView(view(oneArm)), "waist_natural_breadth");
		expect(touching.notes).toContain("arm_touches");
		expect(touching.confidence).toBeLessThan(apart.confidence);
		expect(Math.abs(touching.value_m - 0.3)).toBeLessThan(0.012);
		// With arms on both sides the trunk is where they should begin, with twice the doubt.
		const both = find(measureView(view(landmarks(0))), "waist_natural_breadth");
		expect(both.notes).toContain("arm_touches");
		expect(both.value_m).toBeLessThan(0.31);
		expect(both.ownSigma_m).toBeGreaterThan(touching.ownSigma_m);
		expect(both.confidence).toBeLessThan(touching.confidence);
	});

	test("a stray edge on one of the lines moves neither the value nor its error much", () => {
		const clean = view(landmarks());
		const before = find(measureView(clean), "waist_breadth");
		// A strap that sticks out right above the line.
		const mask = clean.mask.slice();
		const section = clean.sections.find(({ id }) => id === "waist_omphalion")!;
		const row = Math.round(HEIGHT / 2 + (FOCAL * section.centre_m[1]) / section.centre_m[2]) - 3;
		mask.fill(1, row * WIDTH + WIDTH / 2, row * WIDTH + WIDTH / 2 + 70);
		const after = find(measureView({ ...clean, mask }), "waist_breadth");
		expect(after.value_m).toBeCloseTo(before.value_m, 3);
		expect(after.ownSigma_m).toBeLessThan(1.5 * before.ownSigma_m);
	});

	test("what the picture cuts off is not measured", () => {
		const joints = landmarks();
		for (let i = 0; i < 33; i++) joints[3 * i]! += 0.87;
		const cut = measureView(view(joints));
		expect(cut.skipped).toContainEqual({ id: "waist_omphalion", reason: "cut_off" });
		expect(cut.measurements.some(({ id }) => id === "waist_breadth")).toBe(false);
	});

	test("bare skin at the edges is not over clothing, and surer", () => {
		const joints = landmarks();
		const clothed = find(measureView(view(joints)), "calf_breadth");
		const bare = find(measureView(view(joints, { regions: new Uint8Array(WIDTH * HEIGHT).fill(2) })), "calf_breadth");
		expect(bare.isOverClothing).toBe(false);
		expect(bare.value_m).toBe(clothed.value_m);
		expect(bare.confidence).toBeGreaterThan(clothed.confidence);
	});

	test("a depth map that sees an arm before the trunk, which the landmarks have behind it, leaves a doubt", () => {
		const joints = landmarks(0.02);
		for (const index of [LANDMARK.leftElbow, LANDMARK.leftWrist, LANDMARK.leftIndex]) {
			joints.set([0.05, joints[3 * index + 1]!, DEPTH + 0.2], 3 * index);
		}
		const plain = find(measureView(view(joints)), "waist_breadth");
		const values = new Float32Array(60 * 80);
		for (let row = 0; row < 80; row++) for (let c = 0; c < 60; c++) values[row * 60 + c] = c >= 31 && c <= 33 ? 9 : 1;
		const doubted = find(
			measureView(view(joints, { inverseDepth: { width: 60, height: 80, values } })),
			"waist_breadth",
		);
		expect(plain.notes).not.toContain("depth_order");
		expect(doubted.notes).toContain("depth_order");
		expect(doubted.ownSigma_m).toBeGreaterThan(plain.ownSigma_m);
	});

	test("equal input gives equal output, and wrong sizes are refused", () => {
		const given = view(landmarks());
		expect(measureView(given)).toEqual(measureView(given));
		expect(() => measureView({ ...given, mask: new Float32Array(3) })).toThrow(RangeError);
		expect(() => measureView({ ...given, focal_px: 0 })).toThrow(RangeError);
	});
});

test("world landmarks are placed where they are seen", () => {
	const joints = landmarks();
	const given = view(joints);
	const hips = [0, 1, 2].map((k) => (joints[3 * LANDMARK.leftHip + k]! + joints[3 * LANDMARK.rightHip + k]!) / 2);
	const world = joints.map((value, i) => value - hips[i % 3]!);
	const placed = placeWorldLandmarks(given.body, world, given);
	for (let i = 0; i < 33 * 3; i++) {
		if (Number.isFinite(joints[i])) expect(placed?.[i]).toBeCloseTo(joints[i]!, 6);
	}
	expect(placeWorldLandmarks(new Float64Array(33 * 5), world, given)).toBeNull();
});

describe("fusion", () => {
	const measurement = (value_m: number, ownSigma_m = 0.003, id = "waist_breadth"): ViewMeasurement => ({
		id,
		value_m,
		ownSigma_m,
		sharedSigma_m: 0.004,
		confidence: 0.9,
		visibility: 1,
		isOverClothing: false,
		notes: [],
	});
	const seen = (...measurements: ViewMeasurement[]): MeasuredView => ({ measurements, skipped: [] });

	test("a photo that disagrees with the others does not count", () => {
		const all = fuseViews([
			seen(measurement(0.3)),
			seen(measurement(0.302)),
			null,
			seen(measurement(0.36)),
			seen(measurement(0.299)),
		]);
		expect(all.map(({ id }) => id)).toEqual(["waist_girth_omphalion", "waist_breadth"]);
		const fused = all[1];
		expect(fused?.views.map(({ view, isInlier }) => [view, isInlier])).toEqual([
			[0, true],
			[1, true],
			[3, false],
			[4, true],
		]);
		expect(fused?.value_m).toBeCloseTo((0.3 + 0.302 + 0.299) / 3, 6);
		// What the photos share does not average out.
		expect(fused?.sigma_m).toBeGreaterThan(0.004);
		expect(fused?.sigma_m).toBeLessThan(0.005);
	});

	test("shuffled photos give the same value", () => {
		const random = createRandom(5);
		const values = Array.from({ length: 6 }, () => 0.3 + 0.003 * random.normal());
		const forwards = fuseViews(values.map((v) => seen(measurement(v))));
		const backwards = fuseViews([...values].reverse().map((v) => seen(measurement(v))));
		expect(backwards[0]?.value_m).toBeCloseTo(forwards[0]?.value_m ?? 0, 12);
		expect(fuseViews(values.map((v) => seen(measurement(v))))).toEqual(forwards);
	});

	test("breadth and depth make a girth, one of them a less certain one", () => {
		const both = fuseViews([seen(measurement(0.3)), seen(measurement(0.22, 0.003, "waist_depth"))]);
		const one = fuseViews([seen(measurement(0.3))]);
		const girth = both.find(({ id }) => id === "waist_girth_omphalion");
		const alone = one.find(({ id }) => id === "waist_girth_omphalion");
		const { exponent } = SECTION_POPULATION.waist_omphalion;
		expect(girth?.value_m).toBeCloseTo(superellipsePerimeter_m(0.3, 0.22, exponent), 9);
		expect(girth?.views).toHaveLength(2);
		expect(alone?.sigma_m).toBeGreaterThan(girth?.sigma_m ?? 1);
		expect(alone?.confidence).toBeLessThan(girth?.confidence ?? 0);
	});

	test("the population's table knows every section", () => {
		for (const id of SECTION_IDS) {
			const { exponent, depthByBreadth, girthByBreadth } = SECTION_POPULATION[id];
			// Breadth, depth and girth of the average body belong to its superellipse.
			const girth = superellipsePerimeter_m(1, depthByBreadth, exponent);
			expect(Math.abs(girth / girthByBreadth - 1)).toBeLessThan(0.02);
		}
	});
});
