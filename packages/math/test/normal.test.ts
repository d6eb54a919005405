import { interval90, normalCdf, normalQuantile, normalWithin } from "@anny-fitter/math";
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

	it("holds the share between two limits", () => {
		// Within one, two and three standard deviations.
		for (const [limit, share] of [
			[0, 0],
			[1, 0.682689492137086],
			[2, 0.954499736103642],
			[3, 0.99730020393674],
		] as const) {
			expect(normalWithin(0.25 * limit, 0.25)).toBeCloseTo(share, 14);
		}
		expect(normalWithin(1, 0)).toBe(1);
	});

	it("has nine tenths in its 90 % interval, which ends at zero", () => {
		const [low, high] = interval90(10, 2);
		expect(normalWithin((high - low) / 2, 2)).toBeCloseTo(0.9, 14);
		expect(interval90(1, 2)[0]).toBe(0);
	});
});
