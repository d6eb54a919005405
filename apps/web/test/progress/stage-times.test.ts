import { describe, expect, it } from "vitest";
import { sceneOf } from "../../src/features/progress/failure-scenes.js";
import {
	DEFAULT_TIMES_MS,
	expectedTimes,
	fractionDone,
	learnTimes,
	readTimes,
	remaining_ms,
	STAGES,
	stageOf,
	writeTimes,
} from "../../src/features/progress/stage-times.js";

/** A storage that holds one text. */
function storage(initial: string | null = null) {
	let text = initial;
	return {
		getItem: () => text,
		setItem: (_key: string, value: string) => {
			text = value;
		},
	};
}

describe("stageOf", () => {
	const active = (stage: string | null, message: string | null = null) => stageOf({ status: "active", stage, message });

	it("tells the stages that the server reports", () => {
		expect(stageOf({ status: "queued", stage: null, message: null })).toBe("wait");
		expect(active(null)).toBe("wait");
		expect(active("vision", "Finding the person in the photos")).toBe("vision");
		expect(active("fit", "Fitting the outline")).toBe("fit");
		expect(active("fit", "Measuring the body")).toBe("measure");
		expect(active("store")).toBe("store");
		expect(stageOf({ status: "completed", stage: "done", message: null })).toBeNull();
	});
});

describe("estimates", () => {
	it("count what is left of this stage and all later ones", () => {
		const expected = expectedTimes(DEFAULT_TIMES_MS, 2);
		expect(expected.vision).toBe(2 * DEFAULT_TIMES_MS.vision);
		expect(remaining_ms(expected, "store", 0)).toBe(DEFAULT_TIMES_MS.store);
		expect(remaining_ms(expected, "measure", 400)).toBe(DEFAULT_TIMES_MS.measure - 400 + DEFAULT_TIMES_MS.store);
		// An overdue stage is never thought to be done.
		expect(remaining_ms(expected, "store", 10_000)).toBeGreaterThan(1000);
	});

	it("make progress that rises, and reaches neither one nor more before the end", () => {
		const expected = expectedTimes(DEFAULT_TIMES_MS, 2);
		let last = -1;
		for (const stage of STAGES) {
			for (let elapsed = 0; elapsed <= expected[stage]; elapsed += 20) {
				const fraction = fractionDone(expected, stage, elapsed);
				// Where a stage becomes overdue it may fall by a hair; the page shows the highest so far.
				expect(fraction).toBeGreaterThan(last - 0.01);
				expect(fraction).toBeLessThan(1);
				last = Math.max(last, fraction);
			}
		}
		expect(last).toBeGreaterThan(0.98);
		expect(fractionDone(expected, "fit", 1e6)).toBeLessThan(0.9);
	});

	it("learn from fits, and per photo", () => {
		let learned = DEFAULT_TIMES_MS;
		for (let fit = 0; fit < 20; fit++) learned = learnTimes(learned, { vision: 4000, fit: 5000 }, 4);
		expect(learned.vision).toBeCloseTo(1000, -1);
		expect(learned.fit).toBeCloseTo(5000, -1);
		expect(learned.measure).toBe(DEFAULT_TIMES_MS.measure);
	});

	it("are kept, and distrusted when they make no sense", () => {
		const kept = storage();
		writeTimes(kept, { ...DEFAULT_TIMES_MS, fit: 1234.5 });
		expect(readTimes(kept)).toEqual({ ...DEFAULT_TIMES_MS, fit: 1235 });
		expect(readTimes(storage("nonsense"))).toEqual(DEFAULT_TIMES_MS);
		expect(readTimes(storage('{"fit": -5, "vision": "x", "store": 300}'))).toEqual({ ...DEFAULT_TIMES_MS, store: 300 });
	});
});

describe("sceneOf", () => {
	it("draws a better photo only where a photo is to blame", () => {
		for (const code of ["no_person", "several_people", "body_not_visible", "damaged_image", "image_too_small"]) {
			expect(sceneOf(code).better).not.toBeNull();
		}
		for (const code of ["interrupted", "timeout", "inference_failed", "code_of_tomorrow"]) {
			expect(sceneOf(code)).toEqual({ wrong: "lost", better: null });
		}
	});
});
