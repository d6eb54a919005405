import { describe, expect, test } from "vitest";
import { parseSpreadMeasures, parseSpreadNumber } from "../src/parse-values.js";

describe("values with a standard deviation", () => {
	test.each([
		["hip_girth=96cm±1cm", 0.96, 0.01],
		["hip_girth=96cm+-1cm", 0.96, 0.01],
		["hip_girth=96cm +/- 5mm", 0.96, 0.005],
		["hip_girth=96cm±1", 0.96, 0.01],
		["hip_girth=96cm", 0.96, undefined],
	] as const)("%s", (text, value, sigma) => {
		const { measures, sigmas } = parseSpreadMeasures([text]);
		expect(measures.hip_girth).toBeCloseTo(value, 12);
		if (sigma === undefined) expect(sigmas).toEqual({});
		else expect(sigmas.hip_girth).toBeCloseTo(sigma, 12);
	});

	test("the last of several values counts, with its own deviation", () => {
		expect(parseSpreadMeasures(["hip_girth=96cm±1cm", "hip_girth=97cm"])).toEqual({
			measures: { hip_girth: 0.97 },
			sigmas: {},
		});
	});

	test("numbers", () => {
		expect(parseSpreadNumber("168±0.5", "--height-cm", "168")).toEqual({ value: 168, sigma: 0.5 });
		expect(parseSpreadNumber("168", "--height-cm", "168")).toEqual({ value: 168, sigma: null });
	});

	test.each(["hip_girth=96cm±", "hip_girth=96cm±0", "hip_girth=96±1cm", "hip_girth=96cm±-1cm"])(
		"%s is refused",
		(text) => {
			expect(() => parseSpreadMeasures([text])).toThrow();
		},
	);
});
