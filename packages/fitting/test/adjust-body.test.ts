import { createBodyModel, evaluateShape, type ShapeParameters } from "@anny-fitter/body-model";
import { createRandom, invertPositiveDefinite } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { type Adjustment, type AdjustTask, adjustBody, populationCovariance } from "../src/adjust-body.js";
import {
	BODY_QUANTITIES,
	type BodyTangent,
	changedShape,
	evaluateQuantities,
	shapeVector,
	takeBodyTangent,
} from "../src/body-tangent.js";
import { fitPhotos } from "../src/fit-photos.js";
import type { StatedBody } from "../src/observation.js";
import { createPhotoFitter, type PhotoFitter } from "../src/photo-fitter.js";
import { forgetQuantities } from "../src/shape-covariance.js";
import { namedShape, phenotypeIndex, SHAPE_COUNT } from "../src/shape-parameters.js";
import { smallestChange } from "../src/smallest-change.js";

interface Subject {
	readonly base: ShapeParameters;
	readonly tangent: BodyTangent;
	/** Of the fit, and of the population. */
	readonly covariances: Readonly<Record<"fit" | "population", Float64Array>>;
}

const STATED = {
	woman: { stature_m: 1.7, mass_kg: 68, age_years: 35, sex: "female", measures_m: {} },
	man: { stature_m: 1.8, mass_kg: 82, age_years: 30, sex: "male", measures_m: {} },
	child: { stature_m: 1.3, mass_kg: 28, age_years: 9, sex: "female", measures_m: {} },
} as const satisfies Record<string, StatedBody>;
type Who = keyof typeof STATED;
const EVERYBODY = Object.keys(STATED) as Who[];

let fitter: PhotoFitter;
const subjects = {} as Record<Who, Subject>;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	for (const who of EVERYBODY) {
		const fit = fitPhotos(fitter, [], STATED[who]);
		const base = namedShape(fit.shape);
		const tangent = takeBodyTangent(fitter, base);
		subjects[who] = { base, tangent, covariances: { fit: fit.covariance, population: populationCovariance(tangent) } };
	}
});

const quantity = (id: string): number => BODY_QUANTITIES.indexOf(id);
const baseValue = ({ tangent }: Subject, id: string): number => tangent.values[quantity(id)];

/** Values of the body that an adjustment's parameters make. */
function measureAgain(adjustment: Adjustment): (id: string) => number {
	const values = new Float64Array(BODY_QUANTITIES.length);
	evaluateQuantities(values, fitter, adjustment.shape);
	expect(values).toEqual(adjustment.values);
	return (id) => values[quantity(id)];
}

describe("derivatives of a body's quantities", () => {
	test.each(EVERYBODY)("agree with central differences: %s", (who) => {
		const { base, tangent } = subjects[who];
		const above = new Float64Array(BODY_QUANTITIES.length);
		const below = new Float64Array(BODY_QUANTITIES.length);
		let beyond = 0;
		for (let p = 0; p < SHAPE_COUNT; p++) {
			const point = tangent.x.slice();
			point[p] = tangent.x[p] + 0.005;
			evaluateQuantities(above, fitter, changedShape(base, tangent.x, point));
			point[p] = tangent.x[p] - 0.005;
			evaluateQuantities(below, fitter, changedShape(base, tangent.x, point));
			for (let q = 0; q < BODY_QUANTITIES.length; q++) {
				const numeric = (above[q] - below[q]) / 0.01;
				const scale = BODY_QUANTITIES[q] === "mass" ? 100 : 1;
				if (Math.abs(tangent.jacobian[q * SHAPE_COUNT + p] - numeric) > 0.03 * scale) beyond++;
			}
		}
		// Local changes have a kink at 0, where children start; tapes have kinks where their corners change.
		expect(beyond).toBeLessThan(0.03 * SHAPE_COUNT * BODY_QUANTITIES.length);
	});

	test("a body with labels beyond the parameters keeps them, and sides that differ", () => {
		const base = {
			phenotypes: { gender: 0.2, age: 0.7 },
			localChanges: { "nose-width1-incr": 0.3, "l-upperleg-fat-incr": 0.2, "r-upperleg-fat-incr": 0.1 },
		};
		const from = shapeVector(base);
		const to = from.slice();
		to[phenotypeIndex("weight")] = 0.9;
		const tied = from.indexOf(0.2, phenotypeIndex("caucasian") + 1);
		to[tied] += 0.5;
		const changed = changedShape(base, from, to);
		expect(changed.phenotypes).toEqual({ gender: 0.2, age: 0.7, weight: 0.9 });
		expect(changed.localChanges["nose-width1-incr"]).toBe(0.3);
		expect(changed.localChanges["l-upperleg-fat-incr"]).toBeCloseTo(0.7, 12);
		expect(changed.localChanges["r-upperleg-fat-incr"]).toBeCloseTo(0.6, 12);
		expect(changedShape(base, from, from)).toEqual(base);
	});
});

describe.each(EVERYBODY)("adjusting a %s", (who) => {
	test.each<[string, Record<string, number>, readonly string[]]>([
		["waist", { waist_girth: 1.04 }, ["stature"]],
		["waist, with hip, chest and mass held", { waist_girth: 0.97 }, ["stature", "hip_girth", "chest_girth", "mass"]],
		["stature", { stature: 1.03 }, []],
		["mass", { mass: 1.1 }, ["stature"]],
		["less mass", { mass: 0.93 }, ["stature"]],
		["legs", { inside_leg_height: 1.03 }, ["stature", "mass"]],
		["shoulders", { biacromial_breadth: 1.04 }, ["stature", "mass"]],
		["arms", { arm_length: 1.03 }, ["stature"]],
		["three girths", { chest_girth: 1.06, waist_girth: 1.06, hip_girth: 1.04 }, ["stature"]],
	])("%s: targets are reached, what is held stays, person and bounds are kept", (_, factors, held) => {
		const subject = subjects[who];
		const targets = Object.fromEntries(Object.entries(factors).map(([id, f]) => [id, f * baseValue(subject, id)]));
		for (const covariance of Object.values(subject.covariances)) {
			const adjusted = adjustBody(fitter, subject.tangent, covariance, { targets, held });
			const measured = measureAgain(adjusted);
			expect(adjusted.missing).toEqual({});
			const wanted = [...Object.entries(targets), ...held.map((id): [string, number] => [id, baseValue(subject, id)])];
			for (const [id, value] of wanted) {
				expect(Math.abs(measured(id) - value), id).toBeLessThan(id === "mass" ? 0.1 : 0.001);
			}
			const x = shapeVector(adjusted.shape);
			for (let p = 0; p < SHAPE_COUNT; p++) {
				expect(x[p]).toBeGreaterThanOrEqual(subject.tangent.lower[p] - 1e-12);
				expect(x[p]).toBeLessThanOrEqual(subject.tangent.upper[p] + 1e-12);
			}
			for (const label of ["gender", "age", "african", "asian", "caucasian"]) {
				expect(adjusted.shape.phenotypes[label]).toBe(subject.base.phenotypes[label]);
			}
		}
	});

	test("nothing wanted, or what it has: the very same body", () => {
		const { base, tangent, covariances } = subjects[who];
		const same = { targets: { waist_girth: baseValue(subjects[who], "waist_girth") }, held: ["stature", "mass"] };
		for (const task of [{ targets: {}, held: [] }, { targets: {}, held: BODY_QUANTITIES }, same]) {
			const adjusted = adjustBody(fitter, tangent, covariances.fit, task);
			expect(adjusted.shape).toEqual(base);
			measureAgain(adjusted);
		}
	});

	test("what was adjusted before does not matter: going back gives the same body again", () => {
		const { tangent, covariances } = subjects[who];
		const task = { targets: { waist_girth: 0.97 * baseValue(subjects[who], "waist_girth") }, held: ["stature"] };
		const first = adjustBody(fitter, tangent, covariances.fit, task);
		adjustBody(fitter, tangent, covariances.fit, { targets: { mass: 150 }, held: [] });
		expect(adjustBody(fitter, tangent, covariances.fit, task)).toEqual(first);
	});

	test.each<[string, AdjustTask]>([
		["a waist of 3 m", { targets: { waist_girth: 3 }, held: ["stature"] }],
		["a waist of 1 cm", { targets: { waist_girth: 0.01 }, held: ["stature"] }],
		["a mass of a ton", { targets: { mass: 1000 }, held: [] }],
		["a mass of nothing", { targets: { mass: 0 }, held: ["stature", "hip_girth"] }],
		["a stature of 5 m", { targets: { stature: 5 }, held: [] }],
		["an arm longer than the body", { targets: { arm_length: 2.5 }, held: ["stature"] }],
		["a hip below its breadth", { targets: { hip_girth: 0.2 }, held: ["hip_breadth", "hip_depth"] }],
	])("%s: what cannot be had is reported with what is left, in finite numbers", (_, task) => {
		const { tangent, covariances } = subjects[who];
		const adjusted = adjustBody(fitter, tangent, covariances.fit, task);
		const measured = measureAgain(adjusted);
		expect(adjusted.values.every(Number.isFinite)).toBe(true);
		const [id, target] = Object.entries(task.targets)[0] ?? ["", 0];
		expect(adjusted.missing[id]).toBeCloseTo(target - measured(id), 12);
		evaluateShape(fitter.shape, fitter.model, adjusted.shape);
		expect(fitter.shape.vertices.every(Number.isFinite)).toBe(true);
		// Nearer than before.
		expect(Math.abs(target - measured(id))).toBeLessThan(Math.abs(target - baseValue(subjects[who], id)));
	});
});

/** The same problem with derivatives taken anew in every round: slow and obvious. */
function slowly(subject: Subject, covariance: Float64Array, task: AdjustTask): Float64Array {
	const { base, tangent } = subject;
	const names = [...Object.keys(task.targets), ...task.held];
	const wanted = names.map((id) => task.targets[id] ?? baseValue(subject, id));
	let x = tangent.x;
	let at = tangent;
	const change = new Float64Array(SHAPE_COUNT);
	for (let round = 0; round < 6; round++) {
		const rows = new Float64Array(names.length * SHAPE_COUNT);
		const missing = names.map((id, i) => {
			const row = at.jacobian.subarray(quantity(id) * SHAPE_COUNT, (quantity(id) + 1) * SHAPE_COUNT);
			rows.set(row, i * SHAPE_COUNT);
			return row.reduce((sum, g, p) => sum + g * (x[p] - tangent.x[p]), wanted[i] - at.values[quantity(id)]);
		});
		const pinned = ["gender", "age", "african", "asian", "caucasian"].map((label) => phenotypeIndex(label as "gender"));
		smallestChange(change, new Float64Array(SHAPE_COUNT), {
			size: SHAPE_COUNT,
			covariance,
			rows,
			wanted: Float64Array.from(missing),
			slack: new Float64Array(names.length).fill(1e-5),
			lower: tangent.lower.map((b, p) => (pinned.includes(p) ? 0 : b - tangent.x[p])),
			upper: tangent.upper.map((b, p) => (pinned.includes(p) ? 0 : b - tangent.x[p])),
		});
		x = tangent.x.map((v, p) => v + change[p]);
		at = takeBodyTangent(fitter, changedShape(base, tangent.x, x));
	}
	return x;
}

/** Mahalanobis length of a change. */
function lengthOf(from: Float64Array, to: Float64Array, covariance: Float64Array): number {
	const precision = new Float64Array(covariance.length);
	expect(invertPositiveDefinite(precision, covariance, SHAPE_COUNT)).toBe(true);
	let sum = 0;
	for (let i = 0; i < SHAPE_COUNT; i++) {
		for (let j = 0; j < SHAPE_COUNT; j++) {
			sum += (to[i] - from[i]) * precision[i * SHAPE_COUNT + j] * (to[j] - from[j]);
		}
	}
	return Math.sqrt(sum);
}

test.each<[Who, "fit" | "population", string, number, readonly string[]]>([
	["woman", "fit", "waist_girth", 1.04, ["stature"]],
	["woman", "population", "mass", 0.95, ["stature"]],
	["man", "fit", "biacromial_breadth", 1.04, ["stature", "mass"]],
	["child", "population", "inside_leg_height", 1.02, ["stature", "mass"]],
])("the change is hardly larger than with derivatives taken anew: %s, %s, %s", (who, kind, id, factor, held) => {
	const subject = subjects[who];
	const { tangent } = subject;
	const target = factor * baseValue(subject, id);
	const task = { targets: { [id]: target }, held };
	const row = tangent.jacobian.slice(quantity(id) * SHAPE_COUNT, (quantity(id) + 1) * SHAPE_COUNT);
	const covariance = forgetQuantities(subject.covariances[kind], [row], [target - baseValue(subject, id)]);
	const quick = shapeVector(adjustBody(fitter, tangent, subject.covariances[kind], task).shape);
	const slow = slowly(subject, covariance, task);
	const shortest = lengthOf(tangent.x, slow, covariance);
	expect(shortest).toBeGreaterThan(0.1);
	expect(lengthOf(tangent.x, quick, covariance)).toBeLessThan(1.3 * shortest);
});

test("forgetting quantities adds to their variance and leaves what is known given them (seed 3)", () => {
	const random = createRandom(3);
	const { covariances, tangent } = subjects.woman;
	const gradients = ["stature", "waist_girth"].map((id) =>
		tangent.jacobian.slice(quantity(id) * SHAPE_COUNT, (quantity(id) + 1) * SHAPE_COUNT),
	);
	const looser = forgetQuantities(covariances.fit, gradients, [0.05, 0.02]);
	const between = (m: Float64Array, a: Float64Array, b: Float64Array): number => {
		let sum = 0;
		for (let i = 0; i < SHAPE_COUNT; i++)
			for (let j = 0; j < SHAPE_COUNT; j++) sum += a[i] * m[i * SHAPE_COUNT + j] * b[j];
		return sum;
	};
	const added = (a: Float64Array, b: Float64Array): number => between(looser, a, b) - between(covariances.fit, a, b);
	expect(added(gradients[0], gradients[0])).toBeCloseTo(0.05 ** 2, 8);
	expect(added(gradients[1], gradients[1])).toBeCloseTo(0.02 ** 2, 8);
	expect(added(gradients[0], gradients[1])).toBeCloseTo(0, 8);
	// A quantity that the two do not tell anything about is as uncertain as before.
	const other = Float64Array.from({ length: SHAPE_COUNT }, () => random.normal());
	const unrelated = other.slice();
	const [a, b] = gradients;
	const [aa, ab, bb] = [between(covariances.fit, a, a), between(covariances.fit, a, b), between(covariances.fit, b, b)];
	const [oa, ob] = [between(covariances.fit, other, a), between(covariances.fit, other, b)];
	const det = aa * bb - ab * ab;
	for (let p = 0; p < SHAPE_COUNT; p++) {
		unrelated[p] -= ((oa * bb - ob * ab) / det) * a[p] + ((ob * aa - oa * ab) / det) * b[p];
	}
	expect(added(unrelated, unrelated)).toBeCloseTo(0, 8);
});

test("misuse is named", () => {
	const { tangent, covariances } = subjects.man;
	expect(() => adjustBody(fitter, tangent, covariances.fit, { targets: { waist: 1 }, held: [] })).toThrow(/"waist"/);
	const broken = { targets: { waist_girth: Number.NaN }, held: [] };
	expect(() => adjustBody(fitter, tangent, covariances.fit, broken)).toThrow(/finite/);
});
