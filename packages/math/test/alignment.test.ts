import { createRandom, rotationFromCorrelation, rotationFromVector } from "@anny-fitter/math";
import { expect, test } from "vitest";

function correlate(a: number[][], b: number[][]): Float64Array {
	const out = new Float64Array(9);
	for (const [index, p] of a.entries()) {
		for (let row = 0; row < 3; row++) for (let k = 0; k < 3; k++) out[3 * row + k] += p[row] * b[index][k];
	}
	return out;
}

test.each([1, 2, 3, 4])("finds the rotation between turned points, flat sets too (seed %i)", (seed) => {
	const random = createRandom(seed);
	const rotation = new Float64Array(9);
	rotationFromVector(rotation, [2 * random.normal(), 2 * random.normal(), 2 * random.normal()]);
	for (const depth of [1, 0]) {
		const points = Array.from({ length: 10 }, () => [random.normal(), random.normal(), depth * random.normal()]);
		const turned = points.map((p) =>
			[0, 1, 2].map((r) => [0, 1, 2].reduce((sum, k) => sum + rotation[3 * r + k] * p[k], 0)),
		);
		const found = new Float64Array(9);
		expect(rotationFromCorrelation(found, correlate(turned, points))).toBeGreaterThan(0.05);
		for (let k = 0; k < 9; k++) expect(found[k]).toBeCloseTo(rotation[k], 10);
	}
});

test("points on a line determine no rotation; a mirror image still gives a proper one", () => {
	const line = [
		[0, 0, 1],
		[0, 0, -1],
	];
	expect(rotationFromCorrelation(new Float64Array(9), correlate(line, line))).toBeLessThan(1e-12);
	const found = new Float64Array(9);
	rotationFromCorrelation(found, [-1, 0, 0, 0, 2, 0, 0, 0, 3]);
	const [a, b, c, d, e, f, g, h, i] = found;
	expect(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)).toBeCloseTo(1, 12);
});
