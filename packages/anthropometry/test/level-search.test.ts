import { describe, expect, it } from "vitest";
import { searchExtremum } from "../src/level-search.js";

describe("searchExtremum", () => {
	it("finds the vertex of a parabola exactly", () => {
		const found = searchExtremum((t) => 3 + (t - 0.437) ** 2, 9, -1);
		expect(found.t).toBeCloseTo(0.437, 12);
		expect(found.value).toBeCloseTo(3, 12);
		expect(found.isAtEdge).toBe(false);
		expect(found.prominence).toBeCloseTo(0.437 ** 2, 12);
	});

	it("finds a maximum that is no parabola to within a thousandth of the range", () => {
		const found = searchExtremum((t) => Math.exp(-(((t - 0.61) / 0.2) ** 2)) + 0.05 * t, 13, 1);
		let best = 0;
		for (let t = 0; t <= 1; t += 1e-5) {
			if (Math.exp(-(((t - 0.61) / 0.2) ** 2)) + 0.05 * t > best) {
				best = Math.exp(-(((t - 0.61) / 0.2) ** 2)) + 0.05 * t;
			}
		}
		expect(found.value).toBeCloseTo(best, 6);
	});

	it("says so when the extremum lies at an end", () => {
		expect(searchExtremum((t) => t, 5, -1)).toMatchObject({ t: 0, value: 0, isAtEdge: true, prominence: 0 });
		expect(searchExtremum((t) => t, 5, 1)).toMatchObject({ t: 1, value: 1, isAtEdge: true, prominence: 0 });
		expect(searchExtremum(() => 1, 5, 1).isAtEdge).toBe(true);
	});

	it("never leaves the range, however flat the function is there", () => {
		for (let kink = 0.05; kink < 1; kink += 0.013) {
			const visited: number[] = [];
			const sharp = (t: number): number => {
				visited.push(t);
				return t < 0 || t > 1 ? -10 : 1 + Math.abs(t - kink) + 1e-9 * t * t;
			};
			const found = searchExtremum(sharp, 13, -1);
			expect(Math.min(...visited)).toBeGreaterThanOrEqual(0);
			expect(Math.max(...visited)).toBeLessThanOrEqual(1);
			expect(found.value).toBeGreaterThanOrEqual(1);
			expect(found.value).toBeLessThan(1 + 1 / 24 + 1e-6);
		}
	});

	it("changes continuously while the extremum wanders between samples and out of the range", () => {
		let previous = Number.NaN;
		for (let centre = 0.5; centre < 1.1; centre += 0.001) {
			const { value } = searchExtremum((t) => 1 + (t - centre) ** 2, 9, -1);
			if (!Number.isNaN(previous)) expect(Math.abs(value - previous)).toBeLessThan(5e-3);
			previous = value;
		}
	});
});
