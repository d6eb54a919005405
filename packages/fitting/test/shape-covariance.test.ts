import { annyAgeFromYears } from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { describe, expect, test } from "vitest";
import {
	nameCovariance,
	priorCovariance,
	readNamedCovariance,
	SHAPE_PARAMETER_NAMES,
} from "../src/shape-covariance.js";
import { SHAPE_COUNT, SHAPE_PARAMETERS, shapePrior } from "../src/shape-parameters.js";

/** A full covariance: A Aᵀ of random numbers. */
function randomCovariance(seed: number): Float64Array {
	const random = createRandom(seed);
	const a = Float64Array.from({ length: SHAPE_COUNT * SHAPE_COUNT }, () => 0.02 * random.normal());
	const out = new Float64Array(a.length);
	for (let i = 0; i < SHAPE_COUNT; i++) {
		for (let j = 0; j < SHAPE_COUNT; j++) {
			for (let k = 0; k < SHAPE_COUNT; k++) out[i * SHAPE_COUNT + j] += a[i * SHAPE_COUNT + k] * a[j * SHAPE_COUNT + k];
		}
	}
	return out;
}

test("names are unique and tell every parameter", () => {
	expect(new Set(SHAPE_PARAMETER_NAMES).size).toBe(SHAPE_PARAMETERS.length);
	expect(SHAPE_PARAMETER_NAMES[3]).toBe("phenotype:weight");
	expect(SHAPE_PARAMETER_NAMES).toContain("local:l-upperleg-fat-incr");
});

describe("a covariance in a document", () => {
	test("comes back through JSON to six digits (seed 5)", () => {
		const covariance = randomCovariance(5);
		const back = readNamedCovariance(JSON.parse(JSON.stringify(nameCovariance(covariance))));
		for (let i = 0; i < covariance.length; i++) {
			expect(Math.abs(back[i] - covariance[i])).toBeLessThanOrEqual(6e-6 * Math.abs(covariance[i]));
		}
	});

	test("may list its parameters in another order, and parameters that fits no longer have", () => {
		const covariance = randomCovariance(6);
		const order = [...SHAPE_PARAMETER_NAMES.keys()].reverse();
		const parameters = [...order.map((i) => SHAPE_PARAMETER_NAMES[i]), "local:gone"];
		const triangle: number[] = [];
		for (let i = 0; i < SHAPE_COUNT; i++) {
			for (let j = 0; j <= i; j++) triangle.push(covariance[order[i] * SHAPE_COUNT + order[j]]);
		}
		triangle.push(...new Array<number>(SHAPE_COUNT + 1).fill(7));
		const back = readNamedCovariance({ parameters, lower_triangle: triangle });
		for (const [i, value] of back.entries()) expect(value).toBeCloseTo(covariance[i], 14);
	});

	test("may lack local changes, which then stand alone with the prior's spread", () => {
		const covariance = randomCovariance(8);
		const { parameters, lower_triangle } = nameCovariance(covariance);
		const last = parameters.pop();
		expect(last).toBe("local:head-scale-horiz-incr");
		lower_triangle.length -= SHAPE_COUNT;
		const back = readNamedCovariance({ parameters, lower_triangle });
		for (let i = 0; i < SHAPE_COUNT; i++) {
			for (let j = 0; j < SHAPE_COUNT; j++) {
				const at = i * SHAPE_COUNT + j;
				const isKnown = Math.max(i, j) < SHAPE_COUNT - 1;
				if (isKnown) expect(Math.abs(back[at] - covariance[at])).toBeLessThanOrEqual(6e-6 * Math.abs(covariance[at]));
				else expect(back[at]).toBe(i === j ? 0.1 ** 2 : 0);
			}
		}
	});

	test.each<[string, (named: ReturnType<typeof nameCovariance>) => unknown, RegExp]>([
		["a triangle of another size", (named) => named.lower_triangle.pop(), /1325/],
		["a missing parameter", (named) => (named.parameters[3] = "phenotype:wit"), /phenotype:weight/],
		["a name twice", (named) => (named.parameters[3] = "phenotype:age"), /twice/],
		["NaN", (named) => (named.lower_triangle[0] = Number.NaN), /finite/],
		["a negative variance", (named) => (named.lower_triangle[0] = -1), /phenotype:gender/],
	])("is refused with %s", (_, spoil, message) => {
		const named = nameCovariance(randomCovariance(7));
		spoil(named);
		expect(() => readNamedCovariance(named)).toThrow(message);
	});
});

test("the prior's covariance holds its variances and nothing else", () => {
	const prior = shapePrior("male", annyAgeFromYears(40), 0.01);
	const covariance = priorCovariance(prior);
	for (let i = 0; i < SHAPE_COUNT; i++) {
		for (let j = 0; j < SHAPE_COUNT; j++) {
			expect(covariance[i * SHAPE_COUNT + j]).toBe(i === j ? prior.sigma[i] ** 2 : 0);
		}
	}
});
