import { expect, test } from "vitest";
import { statedBody, statedSigmas } from "../src/stated-body.js";

test("a weight from a scale is good to 1.5 %, one from memory to 4 %, a stature from memory to 2 cm", () => {
	const facts = { stature_m: 1.7, weight_kg: 80 } as const;
	expect(statedSigmas({ ...facts, weight_source: "measured" })).toEqual({ mass: expect.closeTo(1.2, 12) });
	expect(statedSigmas({ ...facts, weight_source: "estimated", stature_source: "estimated" })).toEqual({
		mass: expect.closeTo(3.2, 12),
		stature: 0.02,
	});
});

test("where nobody said how a value is known, the fitter's own errors count", () => {
	expect(statedBody({ stature_m: 1.7, weight_kg: 80 }).sigmas).toEqual({});
	expect(statedSigmas({ stature_m: 1.7, stature_source: "measured" })).toEqual({});
	expect(statedSigmas({ weight_source: "estimated" })).toEqual({});
});

test("a stated standard deviation counts before the source", () => {
	const facts = { weight_kg: 80, weight_source: "estimated", sigmas: { mass: 0.3, hip_girth: 0.01 } } as const;
	expect(statedBody({ ...facts, measures: { hip_girth: 1 } }).sigmas).toEqual({ mass: 0.3, hip_girth: 0.01 });
});
