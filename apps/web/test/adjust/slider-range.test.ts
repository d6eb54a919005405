import { describe, expect, it } from "vitest";
import { fractionIn, readNumber, sliderRange } from "../../src/features/adjust/slider-range.js";

describe("the range of a slider", () => {
	it("is centred at the fitted value and holds the fit's interval", () => {
		for (const [value, sigma, kind] of [
			[0.8, 0.045, "girth"],
			[1.724, 0.002, "height"],
			[71, 1.2, "mass"],
			[0.066, 0.005, "height"],
			[0.22, 0.0255, "depth"],
		] as const) {
			const { low, high } = sliderRange(value, sigma, kind);
			expect((low + high) / 2).toBeCloseTo(value, 12);
			expect(low).toBeLessThan(value - 1.645 * sigma);
			expect(high).toBeGreaterThan(value + 1.645 * sigma);
		}
	});

	it("reaches as far as people differ, and never below half", () => {
		const waist = sliderRange(0.8, 0.005, "girth");
		expect(waist.low).toBeCloseTo(0.64, 12);
		const doubtful = sliderRange(0.2, 0.2, "girth");
		expect(doubtful.low).toBeCloseTo(0.1, 12);
		expect(sliderRange(71, 1, "mass").high).toBeCloseTo(92.3, 9);
	});

	it("places values on the track", () => {
		const range = { low: 0.6, high: 1 };
		expect(fractionIn(range, 0.8)).toBeCloseTo(0.5, 12);
		expect(fractionIn(range, 2)).toBe(1);
		expect(fractionIn(range, 0)).toBe(0);
	});
});

describe("typed numbers", () => {
	it.each([
		["82.4", 82.4],
		[" 82,4 cm ", 82.4],
		["32.5 in", 32.5],
		["71kg", 71],
		["-1", -1],
		[",5", 0.5],
	])("%j is read", (text, value) => {
		expect(readNumber(text)).toBe(value);
	});

	it.each(["", "abc", "8.2.4", "1e3", "82 m", "82,4,1", "Infinity"])("%j is refused", (text) => {
		expect(readNumber(text)).toBeNull();
	});
});
