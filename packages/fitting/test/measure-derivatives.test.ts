import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import {
	createBodyModel,
	DEFAULT_PHENOTYPE,
	evaluateShape,
	type PhenotypeLabel,
	phenotypeRange,
} from "@anny-fitter/body-model";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { describe, expect, test } from "vitest";
import { takeBodyTangent } from "../src/body-tangent.js";
import { createPhotoFitter } from "../src/photo-fitter.js";
import { bodyMass, measureShape } from "../src/quantities.js";
import { SHAPE_PARAMETER_NAMES } from "../src/shape-covariance.js";
import { namedShape, SHAPE_COUNT, SHAPE_PARAMETERS } from "../src/shape-parameters.js";

const { data } = await openBodyModelData();
const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
const IDS = MEASUREMENTS.map(({ id }) => id);
const NAMES = [...IDS, "mass"];
const STEP = 1e-6;
/** Metres (kilograms) per unit of a parameter; where the two sides differ by more, something is chosen anew between them. */
const KINK = 2e-5;

/** Values in metres, mass in kilograms. */
function measureAt(x: Float64Array): Float64Array {
	const out = new Float64Array(NAMES.length);
	evaluateShape(fitter.shape, fitter.model, namedShape(x));
	measureShape(out.subarray(0, IDS.length), null, fitter, IDS, SHAPE_PARAMETERS, x);
	out[IDS.length] = bodyMass(fitter);
	return out;
}

function moved(x: Float64Array, p: number, by: number): Float64Array {
	const out = x.slice();
	out[p] += by;
	return out;
}

/** Shape vectors away from anchors. */
const BODIES: Readonly<Record<string, { readonly seed: number; readonly age: number; readonly reach: number }>> = {
	"an adult": { seed: 1, age: 0.7, reach: 0.3 },
	"another adult": { seed: 2, age: 0.83, reach: 0.3 },
	"a child": { seed: 3, age: 0.31, reach: 0.3 },
	"a newborn": { seed: 4, age: -0.29, reach: 0.3 },
	"a distorted adult": { seed: 5, age: 0.96, reach: 1 },
};

function randomShape({ seed, age, reach }: { seed: number; age: number; reach: number }): Float64Array {
	const random = createRandom(seed);
	return Float64Array.from(SHAPE_PARAMETERS, (parameter) => {
		if (parameter.kind === "local") return reach * (2 * random.uniform() - 1);
		if (parameter.label === "age") return age;
		return 0.5 + (random.uniform() < 0.5 ? -1 : 1) * (0.02 + reach * 0.46 * random.uniform());
	});
}

describe.each(Object.entries(BODIES))("derivatives of all measurements by all parameters: %s", (_, body) => {
	const x = randomShape(body);
	const { jacobian, values } = takeBodyTangent(fitter, namedShape(x));

	test("agree with central differences", () => {
		let kinks = 0;
		let betweenSides = 0;
		const wrong: string[] = [];
		for (let p = 0; p < SHAPE_COUNT; p++) {
			const above = measureAt(moved(x, p, STEP));
			const below = measureAt(moved(x, p, -STEP));
			for (let q = 0; q < NAMES.length; q++) {
				const forward = (above[q] - values[q]) / STEP;
				const backward = (values[q] - below[q]) / STEP;
				const slope = jacobian[q * SHAPE_COUNT + p];
				const scale = 1 + Math.abs(slope);
				let error = Math.abs(slope - (forward + backward) / 2) / scale;
				if (Math.abs(forward - backward) > KINK * scale) {
					// The derivative is that of the branch taken, and so of one side unless several choices change at once.
					kinks++;
					error = Math.min(Math.abs(slope - forward), Math.abs(slope - backward)) / scale;
					if (error > KINK) {
						betweenSides++;
						continue;
					}
				}
				if (error > KINK)
					wrong.push(`${NAMES[q]} by ${SHAPE_PARAMETER_NAMES[p]}: ${slope}, not ${forward}, ${backward}`);
			}
		}
		console.log(
			`${SHAPE_COUNT * NAMES.length} derivatives, ${kinks} at kinks, ${betweenSides} of them of neither side`,
		);
		expect(wrong).toEqual([]);
		expect(kinks).toBeLessThan(0.005 * SHAPE_COUNT * NAMES.length);
		expect(betweenSides).toBeLessThan(0.001 * SHAPE_COUNT * NAMES.length);
	});
});

test.each([
	["the middle, adult", 0.5, 2 / 3],
	["the middle, child", 0.5, 1 / 3],
	["the lower ends, infant", 0, 0],
	["the lower ends, newborn", 0, -1 / 3],
	["the upper ends, old", 1, 1],
])("at the anchors (%s) the derivatives are those of the stated side", (_, at, age) => {
	const x = Float64Array.from(SHAPE_PARAMETERS, (parameter) => {
		if (parameter.kind === "local") return 0;
		if (parameter.label === "age") return age;
		// The shares of the three origins have no anchors; all of them 0 is a point at which the body jumps.
		return ["african", "asian", "caucasian"].includes(parameter.label) ? DEFAULT_PHENOTYPE : at;
	});
	const { jacobian, values } = takeBodyTangent(fitter, namedShape(x));
	const wrong: string[] = [];
	for (const [p, parameter] of SHAPE_PARAMETERS.entries()) {
		const isAtTop = parameter.kind === "phenotype" && x[p] === phenotypeRange(parameter.label as PhenotypeLabel)[1];
		const step = isAtTop ? -STEP : STEP;
		const there = measureAt(moved(x, p, step));
		for (let q = 0; q < NAMES.length; q++) {
			const numeric = (there[q] - values[q]) / step;
			const slope = jacobian[q * SHAPE_COUNT + p];
			if (Math.abs(slope - numeric) > KINK * (1 + Math.abs(slope))) {
				wrong.push(`${NAMES[q]} by ${SHAPE_PARAMETER_NAMES[p]}: ${slope}, not ${numeric}`);
			}
		}
	}
	console.log(wrong.slice(0, 30));
	// Symmetric bodies are full of ties, and there the branch taken may be that of the other side.
	expect(wrong.length).toBeLessThan(0.005 * SHAPE_COUNT * NAMES.length);
});

test("the derivative by a label whose two sides differ is that of both together", () => {
	const localChanges = { "l-upperleg-fat-incr": 0.3, "r-upperleg-fat-incr": -0.2, "nose-width1-incr": 0.4 };
	const { jacobian } = takeBodyTangent(fitter, { phenotypes: { gender: 0.3 }, localChanges });
	const p = SHAPE_PARAMETERS.findIndex((s) => s.kind === "local" && s.labels[0] === "l-upperleg-fat-incr");
	const q = IDS.indexOf("thigh_girth");
	const girth = (by: number): number => {
		const changed = {
			...localChanges,
			"l-upperleg-fat-incr": localChanges["l-upperleg-fat-incr"] + by,
			"r-upperleg-fat-incr": localChanges["r-upperleg-fat-incr"] + by,
		};
		evaluateShape(fitter.shape, fitter.model, { phenotypes: { gender: 0.3 }, localChanges: changed });
		const out = new Float64Array(1);
		measureShape(out, null, fitter, ["thigh_girth"], [], new Float64Array(0));
		return out[0];
	};
	expect(jacobian[q * SHAPE_COUNT + p]).toBeCloseTo((girth(1e-5) - girth(-1e-5)) / 2e-5, 5);
});

test("a body's tangent takes about as long as a few bodies", () => {
	const x = randomShape(BODIES["an adult"]);
	const times = Array.from({ length: 20 }, () => {
		const start = performance.now();
		takeBodyTangent(fitter, namedShape(x));
		return performance.now() - start;
	}).sort((a, b) => a - b);
	console.log(
		`tangent of ${NAMES.length} quantities: ${times[10].toFixed(1)} ms (median), ${times[0].toFixed(1)} ms (best)`,
	);
	expect(times[0]).toBeLessThan(150);
});
