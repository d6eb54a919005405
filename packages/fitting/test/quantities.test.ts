import { describe, expect, test } from "vitest";
import type { StatedQuantities } from "../src/photo-problem.js";
import { rememberQuantities } from "../src/quantities.js";
import { phenotypeIndex, SHAPE_COUNT } from "../src/shape-parameters.js";

/** x₀² with its slopes, counting what it is asked. */
function squares(): { quantities: StatedQuantities; asked: { values: number; slopes: number } } {
	const asked = { values: 0, slopes: 0 };
	return {
		asked,
		quantities: {
			targets: Float64Array.of(1),
			sigmas: Float64Array.of(1),
			evaluate: (out, jacobian, shape) => {
				asked.values++;
				out[0] = shape[0]! ** 2;
				if (jacobian === null) return;
				asked.slopes++;
				jacobian.fill(0);
				jacobian[0] = 2 * shape[0]!;
			},
		},
	};
}

describe("remembered quantities", () => {
	const muscle = phenotypeIndex("muscle");
	const someLocalChange = SHAPE_COUNT - 1;
	const out = new Float64Array(1);
	const slopes = new Float64Array(SHAPE_COUNT);
	const shapeOf = (changes: Readonly<Record<number, number>> = {}) => {
		const shape = new Float64Array(SHAPE_COUNT).fill(0.3);
		for (const [i, value] of Object.entries(changes)) shape[Number(i)] = value;
		return shape;
	};

	test("are exact wherever they are asked for, each shape's once", () => {
		const { quantities, asked } = squares();
		const { evaluate } = rememberQuantities(quantities);
		for (const x of [0.3, 0.31, 0.9, 0.3]) {
			evaluate(out, null, shapeOf({ 0: x }));
			expect(out[0]).toBe(x ** 2);
			evaluate(out, null, shapeOf({ 0: x }));
		}
		expect(asked.values).toBe(4);
	});

	test("have the slopes of a shape nearby", () => {
		const { quantities, asked } = squares();
		const { evaluate } = rememberQuantities(quantities);
		evaluate(out, slopes, shapeOf());
		evaluate(out, slopes, shapeOf({ 0: 0.35 }));
		expect([out[0], slopes[0], asked.slopes]).toEqual([0.35 ** 2, 0.6, 1]);
		evaluate(out, slopes, shapeOf({ 0: 0.6 }));
		expect([out[0], slopes[0], asked.slopes]).toEqual([0.36, 1.2, 2]);
	});

	test.each([
		["average muscle", muscle, 0.49, 0.51],
		["no local change", someLocalChange, -0.01, 0.01],
	])("take slopes anew beyond the kink at %s, however near", (_, i, below, above) => {
		const { quantities, asked } = squares();
		const { evaluate } = rememberQuantities(quantities);
		evaluate(out, slopes, shapeOf({ [i]: below }));
		evaluate(out, slopes, shapeOf({ [i]: below + 0.005 }));
		expect(asked.slopes).toBe(1);
		evaluate(out, slopes, shapeOf({ [i]: above }));
		expect(asked.slopes).toBe(2);
	});
});
