import { propagate } from "@anny-fitter/reference";
import { describe, expect, it } from "vitest";

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
