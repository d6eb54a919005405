import { describe, expect, it } from "vitest";
import { advanceShutter, pressShutter, type ShutterState } from "../../src/pose/shutter.js";
import { tiltOf } from "../../src/pose/tilt.js";

const COUNTDOWN_MS = 3000;

/** Runs the shutter over frames 100 ms apart. */
function run(areGood: (at_ms: number) => boolean, until_ms: number, isAutomatic = true, start?: ShutterState) {
	let state: ShutterState = start ?? { phase: "waiting" };
	for (let at = 0; at <= until_ms; at += 100) {
		state = advanceShutter(state, at, areGood(at), COUNTDOWN_MS, isAutomatic);
		if (state.phase === "release") return { state, at };
	}
	return { state, at: until_ms };
}

describe("shutter", () => {
	it("releases by itself a countdown after all checks hold", () => {
		expect(run(() => true, 10_000)).toEqual({ state: { phase: "release" }, at: 800 + COUNTDOWN_MS });
	});

	it("does not start on a moment's luck", () => {
		expect(run((at) => at % 500 !== 0, 10_000).state.phase).not.toBe("counting");
	});

	it("forgives a short lapse and gives up after a long one", () => {
		expect(run((at) => at < 2000 || at > 2500, 10_000).at).toBe(800 + COUNTDOWN_MS);
		expect(run((at) => at < 2000, 10_000).state).toEqual({ phase: "waiting" });
	});

	it("keeps waiting when it must not start by itself", () => {
		expect(run(() => true, 10_000, false).state).toEqual({ phase: "waiting" });
	});

	it("counts down by hand whatever the checks say", () => {
		expect(run(() => false, 10_000, true, pressShutter(0, COUNTDOWN_MS)).at).toBe(COUNTDOWN_MS);
	});
});

describe("tiltOf", () => {
	it("is zero for a phone held upright, in both orientations of the screen", () => {
		const portrait = tiltOf(90, 0, 0);
		expect(portrait.roll_deg).toBeCloseTo(0, 6);
		expect(portrait.pitch_deg).toBeCloseTo(0, 6);
		// Turned onto its left side: up is the device's +x.
		const landscape = tiltOf(0, -90, 90);
		expect(landscape.roll_deg).toBeCloseTo(0, 6);
		expect(landscape.pitch_deg).toBeCloseTo(0, 6);
		expect(tiltOf(180, 90, -90).pitch_deg).toBeCloseTo(0, 6);
	});

	it("says which way the camera looks", () => {
		// Lying on its back the rear camera looks down.
		expect(tiltOf(0, 0, 0).pitch_deg).toBeCloseTo(-90, 6);
		expect(tiltOf(75, 0, 0).pitch_deg).toBeCloseTo(-15, 6);
		expect(tiltOf(105, 0, 0).pitch_deg).toBeCloseTo(15, 6);
		expect(tiltOf(0, -80, 90).roll_deg).toBeCloseTo(0, 6);
	});
});
