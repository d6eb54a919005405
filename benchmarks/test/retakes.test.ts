import { createRandom } from "@anny-fitter/math";
import { expect, test } from "vitest";
import { rootMeanSquare, scatterWithinGroups } from "../src/statistics.js";
import { personOf } from "../src/synthetic-subjects.js";

test("retakes belong to the person before the r", () => {
	expect(["s01r03", "s12r10", "anna-r1", "s01", "r1", "s01r"].map(personOf)).toEqual([
		"s01",
		"s12",
		"anna-",
		null,
		null,
		null,
	]);
});

test("scatter is that about each person's own mean, however far the people are apart", () => {
	const random = createRandom(3);
	const people = Array.from({ length: 400 }, (_, i) => Array.from({ length: 3 }, () => 100 * i + 2 * random.normal()));
	expect(scatterWithinGroups(people)).toBeCloseTo(2, 0.7);
	// By hand: (1 + 1 + 0) / (1 + 0).
	expect(scatterWithinGroups([[1, 3], [10]])).toBeCloseTo(Math.SQRT2, 12);
	expect(scatterWithinGroups([[1], [2]])).toBeNaN();
	expect(rootMeanSquare([3, 4, 0, 0])).toBe(2.5);
});
