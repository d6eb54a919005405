import { normalCdf, normalQuantile, propagate } from "@anny-fitter/reference";
import { describe, expect, it } from "vitest";

describe("the normal distribution", () => {
	// Tables of the normal distribution, as in Abramowitz and Stegun 26.2 (15 digits).
	it.each([
		[0, 0.5],
		[1, 0.841344746068543],
		[1.959963984540054, 0.975],
		[-2, 0.022750131948179],
		[-4, 3.167124183311998e-5],
		[-6, 9.865876450376946e-10],
		[3.6, 0.999840891409842],
	])("has the share below %s", (z, share) => {
		expect(normalCdf(z)).toBeCloseTo(share, 14);
	});

	it("inverts the share", () => {
		for (const z of [-8, -5.5, -3.3, -1, -0.01, 0, 0.3, 2.2, 5]) {
			expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 7);
		}
		expect(normalQuantile(0.05)).toBeCloseTo(-1.6448536269514722, 12);
		expect(normalQuantile(0)).toBe(-Infinity);
		expect(() => normalQuantile(1.1)).toThrow(RangeError);
	});
});

describe("propagate", () => {
	it("adds relative errors of a product as squares", () => {
		const area = propagate(
			[
				{ value: 3, sigma: 0.03 },
				{ value: 5, sigma: 0.1 },
			],
			(a, b) => a * b,
		);
		expect(area.value).toBe(15);
		expect(area.sigma).toBeCloseTo(15 * Math.hypot(0.01, 0.02), 12);
		expect(area.high - area.low).toBeCloseTo(2 * 1.6448536 * area.sigma, 6);
	});

	it("counts the formula's own error and no error for what is certain", () => {
		expect(propagate([{ value: 2, sigma: 0 }], (a) => a, 0.5).sigma).toBe(0.5);
	});
});
