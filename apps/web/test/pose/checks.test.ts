import { describe, expect, it } from "vitest";
import { bodyYaw_deg, viewOf } from "../../src/pose/body-view.js";
import { areGood, type CheckId, type CheckInput, checkFrame, firstProblem } from "../../src/pose/checks.js";
import { measureLight } from "../../src/pose/frame-light.js";
import { MotionMeter } from "../../src/pose/motion.js";
import { LANDMARK, LANDMARK_STRIDE } from "../../src/pose/pose-types.js";
import { SAMPLES, type SampleName, sampleFrame } from "./sample-bodies.js";

const STILL = { tilt: { roll_deg: 0, pitch_deg: 0 }, motion: 0.002 };

function judge(name: SampleName, change?: (landmarks: number[]) => void, more: Partial<CheckInput> = {}) {
	const view = name.endsWith("front") ? "front" : "side";
	return checkFrame({ frame: sampleFrame(name, change), view, ...STILL, ...more });
}

function reasonOf(checks: ReturnType<typeof judge>, id: CheckId): string | null | undefined {
	return checks.find((check) => check.id === id)?.reason;
}

const moveX = (landmarks: number[], index: number, by: number) => {
	landmarks[LANDMARK_STRIDE * index]! += by;
};

/** Moves and scales all landmarks about the point (0, 0). */
const place = (scale: number, dx: number, dy: number) => (landmarks: number[]) => {
	for (let at = 0; at < landmarks.length; at += LANDMARK_STRIDE) {
		landmarks[at] = landmarks[at]! * scale + dx;
		landmarks[at + 1] = landmarks[at + 1]! * scale + dy;
	}
};

describe("view", () => {
	it.each(SAMPLES)("is recognised in %s", (name) => {
		const { body } = sampleFrame(name);
		expect(viewOf(body!)).toBe(name.endsWith("front") ? "front" : "side");
		expect(Math.abs(bodyYaw_deg(body!))).toBeLessThan(100);
	});

	it("tells the back from the front, and a quarter turn from a side view", () => {
		const { body } = sampleFrame("woman-front");
		const turned = (yaw_deg: number) => {
			const [cos, sin] = [Math.cos((yaw_deg * Math.PI) / 180), Math.sin((yaw_deg * Math.PI) / 180)];
			const world = Array.from(body!.world);
			for (let i = 0; i < world.length; i += 3) {
				const [x, z] = [world[i]!, world[i + 2]!];
				world[i] = cos * x - sin * z;
				world[i + 2] = sin * x + cos * z;
			}
			return viewOf({ landmarks: body!.landmarks, world });
		};
		expect(turned(180)).toBe("back");
		expect(turned(45)).toBe("three-quarter");
		expect(turned(-45)).toBe("three-quarter");
		expect(turned(-90)).toBe("side");
	});
});

describe("checkFrame", () => {
	it.each(SAMPLES)("finds nothing wrong with %s", (name) => {
		const checks = judge(name);
		expect(checks.filter(({ state }) => state !== "good")).toEqual([]);
		expect(areGood(checks)).toBe(true);
		expect(firstProblem(checks)).toBeNull();
	});

	it("wants the other view", () => {
		const asSide = judge("woman-front", undefined, { view: "side" });
		expect(reasonOf(asSide, "view")).toBe("side");
		expect(asSide.find(({ id }) => id === "arms")?.state).toBe("unknown");
		expect(asSide.some(({ id }) => id === "legs")).toBe(false);
		expect(reasonOf(judge("man-side", undefined, { view: "front" }), "view")).toBe("front");
	});

	it("notices what is cut off", () => {
		expect(reasonOf(judge("woman-front", place(1, 0, -60)), "frame")).toBe("head");
		expect(reasonOf(judge("woman-front", place(1, 0, 90)), "frame")).toBe("feet");
		expect(reasonOf(judge("woman-front", place(1.6, -100, -120)), "frame")).toBe("both");
		expect(reasonOf(judge("woman-front", place(1, -120, 0)), "frame")).toBe("sides");
	});

	it("judges the distance by the body's height in the frame", () => {
		expect(reasonOf(judge("woman-front", place(0.55, 80, 120)), "distance")).toBe("far");
		expect(reasonOf(judge("woman-front", place(1.25, -50, -60)), "distance")).toBe("near");
	});

	it("wants arms away from the torso, but not raised", () => {
		const hang = judge("woman-front", (landmarks) => {
			for (const [shoulder, elbow] of [
				[LANDMARK.leftShoulder, LANDMARK.leftElbow],
				[LANDMARK.rightShoulder, LANDMARK.rightElbow],
			] as const) {
				landmarks[LANDMARK_STRIDE * elbow] = landmarks[LANDMARK_STRIDE * shoulder]!;
			}
		});
		expect(reasonOf(hang, "arms")).toBe("close");
		const raised = judge("woman-front", (landmarks) => {
			const elbow = LANDMARK_STRIDE * LANDMARK.leftElbow + 1;
			landmarks[elbow] = landmarks[LANDMARK_STRIDE * LANDMARK.leftShoulder + 1]! - 10;
		});
		expect(reasonOf(raised, "arms")).toBe("high");
		const hidden = judge("woman-side", (landmarks) => {
			const hip = landmarks[LANDMARK_STRIDE * LANDMARK.leftHip]!;
			landmarks[LANDMARK_STRIDE * LANDMARK.leftWrist] = hip;
		});
		expect(reasonOf(hidden, "arms")).toBe("forward");
	});

	it("wants legs apart", () => {
		const together = judge("woman-front", (landmarks) => {
			const gap = landmarks[LANDMARK_STRIDE * LANDMARK.leftAnkle]! - landmarks[LANDMARK_STRIDE * LANDMARK.rightAnkle]!;
			moveX(landmarks, LANDMARK.leftAnkle, -0.35 * gap);
			moveX(landmarks, LANDMARK.rightAnkle, 0.35 * gap);
		});
		expect(reasonOf(together, "legs")).toBe("together");
	});

	it("judges the tilt by the sensor, else by the body", () => {
		expect(reasonOf(judge("man-front", undefined, { tilt: { roll_deg: 8, pitch_deg: 0 } }), "upright")).toBe(
			"clockwise",
		);
		expect(reasonOf(judge("man-front", undefined, { tilt: { roll_deg: 0, pitch_deg: -20 } }), "upright")).toBe(
			"pitchDown",
		);
		for (const name of SAMPLES) expect(reasonOf(judge(name, undefined, { tilt: null }), "upright")).toBeNull();
		const angle = (12 * Math.PI) / 180;
		const leaning = (landmarks: number[]) => {
			for (let at = 0; at < landmarks.length; at += LANDMARK_STRIDE) {
				const [x, y] = [landmarks[at]! - 192, landmarks[at + 1]! - 256];
				landmarks[at] = 192 + Math.cos(angle) * x - Math.sin(angle) * y;
				landmarks[at + 1] = 256 + Math.sin(angle) * x + Math.cos(angle) * y;
			}
		};
		expect(reasonOf(judge("man-front", leaning, { tilt: null }), "upright")).toBe("roll");
		expect(reasonOf(judge("girl-side", leaning, { tilt: null }), "upright")).toBe("roll");
	});

	it("knows little of an empty frame, and notices several people", () => {
		const frame = { ...sampleFrame("man-front"), body: null, peopleCount: 0 };
		const empty = checkFrame({ frame, view: "front", tilt: null, motion: null });
		expect(firstProblem(empty)).toEqual({ id: "person", state: "bad", reason: "none" });
		expect(empty.filter(({ state }) => state === "unknown").map(({ id }) => id)).toEqual([
			"frame",
			"distance",
			"view",
			"arms",
			"legs",
			"upright",
			"still",
		]);
		const crowd = checkFrame({ frame: { ...sampleFrame("man-front"), peopleCount: 2 }, view: "front", ...STILL });
		expect(reasonOf(crowd, "person")).toBe("several");
	});

	it("wants light and stillness, and does not release on what it does not know", () => {
		const dark = { ...sampleFrame("man-front"), light: { mean: 0.1, dark: 0.4, bright: 0 } };
		expect(reasonOf(checkFrame({ frame: dark, view: "front", ...STILL }), "light")).toBe("dark");
		const glare = { ...sampleFrame("man-front"), light: { mean: 0.7, dark: 0, bright: 0.5 } };
		expect(reasonOf(checkFrame({ frame: glare, view: "front", ...STILL }), "light")).toBe("bright");
		expect(reasonOf(judge("man-front", undefined, { motion: 0.05 }), "still")).toBe("moving");
		expect(areGood(judge("man-front", undefined, { motion: null }))).toBe(false);
		expect(areGood([])).toBe(false);
	});
});

describe("measureLight", () => {
	it("averages luma and counts what is clipped", () => {
		const rgba = new Uint8ClampedArray(4 * 7 * 100);
		for (let pixel = 0; pixel < 700; pixel++) {
			const value = pixel < 350 ? 255 : 102;
			rgba.set([value, value, value, 255], 4 * pixel);
		}
		const { mean, dark, bright } = measureLight(rgba);
		expect(mean).toBeCloseTo(0.7, 6);
		expect(bright).toBeCloseTo(0.5, 6);
		expect(dark).toBe(0);
		expect(measureLight(new Uint8ClampedArray(0)).mean).toBe(0);
	});
});

describe("MotionMeter", () => {
	it("measures movement within its window as a part of the body's height", () => {
		const meter = new MotionMeter();
		const at = (dx: number) => sampleFrame("woman-front", place(1, dx, 0)).body;
		expect(meter.add(at(0), 0)).toBeNull();
		expect(meter.add(at(0), 200)).toBeNull();
		expect(meter.add(at(0), 500)).toBeCloseTo(0, 9);
		expect(meter.add(at(40), 700)).toBeGreaterThan(0.08);
		// The jump leaves the window.
		expect(meter.add(at(40), 1200)).toBeGreaterThan(0.08);
		expect(meter.add(at(40), 1500)).toBeCloseTo(0, 9);
		expect(meter.add(null, 1600)).toBeNull();
		expect(meter.add(at(40), 1700)).toBeNull();
	});

	it("compares two frames where frames are slow", () => {
		const meter = new MotionMeter();
		const { body } = sampleFrame("woman-front");
		meter.add(body, 0);
		expect(meter.add(body, 2000)).toBe(0);
		expect(meter.add(body, 4000)).toBe(0);
	});
});
