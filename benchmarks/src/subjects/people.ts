import {
	annyAgeFromYears,
	computeAnnyAnthropometry,
	createShapeState,
	evaluateShape,
	LOCAL_CHANGE_LABELS,
	type ShapeParameters,
} from "@anny-fitter/body-model";
import { BODY_DENSITY_KG_M3, BODY_QUANTITIES, mapStated, namedShape, type PhotoFitter } from "@anny-fitter/fitting";
import type { RandomStream } from "@anny-fitter/math";

/** A person who does not exist. */
export interface DrawnPerson {
	readonly sex: "male" | "female";
	readonly age_years: number;
	/** of Anny's own distribution, or of what people measure */
	readonly source: "anny" | "population";
	readonly shape: Required<ShapeParameters>;
}

export interface PersonWish {
	readonly sex: "male" | "female";
	readonly isChild: boolean;
	readonly source: "anny" | "population";
	/** Body mass index to aim at, kg/m³ × 1010 over the square of the stature; null leaves it to chance. */
	readonly bmi: number | null;
}

const ADULT_YEARS = [18, 75] as const;
const CHILD_YEARS = [5, 14] as const;
/** Local changes that nobody sees under skin and hair, or that break faces when drawn at random. */
const UNUSED =
	/^[lr]?-?(eye|ear|nipple|mouth|nose|cheek|chin|forehead|eyebrows|stomach-pregnant|head-trans|hip-trans|torso-trans|neck-trans)/;

/** Local changes in pairs of sides; a pair varies together but for a little. */
const PAIRS: readonly (readonly string[])[] = LOCAL_CHANGE_LABELS.filter(
	(label) => !UNUSED.test(label) && !label.startsWith("r-"),
).map((label) => (label.startsWith("l-") ? [label, `r-${label.slice(2)}`] : [label]));

/** Draws a person. Deterministic by the stream. */
export function drawPerson(random: RandomStream, fitter: PhotoFitter, wish: PersonWish): DrawnPerson {
	const [from, to] = wish.isChild ? CHILD_YEARS : ADULT_YEARS;
	const age_years = from + (to - from) * random.uniform();
	const shape =
		wish.source === "anny"
			? annyShape(random, fitter, wish, age_years)
			: populationShape(random, fitter, wish, age_years);
	return { sex: wish.sex, age_years, source: wish.source, shape };
}

/** Near Anny's average, with its spread; the weight slider then follows the wished index as far as muscles allow. */
function annyShape(
	random: RandomStream,
	fitter: PhotoFitter,
	wish: PersonWish,
	age_years: number,
): Required<ShapeParameters> {
	const around = (mean: number, sigma: number): number =>
		Math.min(0.98, Math.max(0.02, mean + sigma * random.normal()));
	const heritage = [random.uniform(), random.uniform(), random.uniform()].map((v) => v ** 2 + 0.01);
	const sum = heritage.reduce((a, b) => a + b);
	const [african = 0, asian = 0, caucasian = 0] = heritage.map((v) => v / sum);
	const off = random.uniform() < 0.5 ? 0.1 * random.uniform() : 0;
	const phenotypes: Record<string, number> = {
		gender: wish.sex === "male" ? off : 1 - off,
		age: Math.min(1, annyAgeFromYears(age_years)),
		african,
		asian,
		caucasian,
		muscle: around(0.5, 0.13),
		weight: around(0.5, 0.2),
		height: around(0.5, 0.13),
		proportions: around(0.5, 0.18),
		cupsize: around(0.5, 0.18),
		firmness: around(0.5, 0.18),
	};
	const localChanges = drawLocalChanges(random, {}, 0.2, 14);
	if (wish.isChild) return { phenotypes, localChanges };
	// Anny's adults would be up to 2.1 m tall; height and weight depend on one another.
	const { mean, sigma } = ADULT_STATURE_M[wish.sex];
	const stature_m = mean + sigma * Math.min(2.2, Math.max(-2.2, random.normal()));
	for (let round = 0; round < 3; round++) {
		phenotypes.height = solve(
			(height) => build(fitter, { phenotypes: { ...phenotypes, height }, localChanges }).stature_m,
			stature_m,
		);
		if (wish.bmi === null) continue;
		const bmi = wish.bmi;
		// Anny reaches high indices with little muscle only.
		for (;;) {
			phenotypes.weight = solve(
				(weight) => build(fitter, { phenotypes: { ...phenotypes, weight }, localChanges }).bmi,
				bmi,
			);
			if (phenotypes.weight < 0.99 || (phenotypes.muscle ?? 0) <= 0.02) break;
			phenotypes.muscle = Math.max(0.02, (phenotypes.muscle ?? 0) - 0.08);
		}
	}
	return { phenotypes, localChanges };
}

/** Statures of adults, as they are spread in surveys. */
const ADULT_STATURE_M = { male: { mean: 1.76, sigma: 0.07 }, female: { mean: 1.63, sigma: 0.065 } } as const;

/** The slider, 0…1, at which a growing function has a value; an end where it never has. */
function solve(value: (x: number) => number, target: number): number {
	let [low, high] = [0, 1];
	for (let step = 0; step < 9; step++) {
		const middle = (low + high) / 2;
		if (value(middle) < target) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/** Girths that are drawn one after the other, each given those before. */
const DRAWN_GIRTHS = [
	"waist_girth_omphalion",
	"hip_girth",
	"chest_girth",
	"thigh_girth",
	"upper_arm_girth",
	"neck_girth",
];

/**
 * What people measure: stature and mass, then girths one by one from their distribution given what was drawn, then the body
 * that has them; small changes of the whole body beyond what a fit can say.
 */
function populationShape(
	random: RandomStream,
	fitter: PhotoFitter,
	wish: PersonWish,
	age_years: number,
): Required<ShapeParameters> {
	const nothing = { stature_m: null, mass_kg: null, age_years, sex: wish.sex, measures_m: {} };
	const value = (body: { values: Float64Array; sigmas: Float64Array }, name: string, deviation: number): number => {
		const q = BODY_QUANTITIES.indexOf(name);
		return (body.values[q] ?? Number.NaN) + deviation * (body.sigmas[q] ?? 0);
	};
	const within = (limit: number): number => Math.min(limit, Math.max(-limit, random.normal()));
	const stature_m = value(mapStated(fitter, nothing), "stature", within(2.2));
	const expected = mapStated(fitter, { ...nothing, stature_m });
	const drawnMass = value(expected, "mass", within(2));
	const mass_kg = wish.bmi === null ? drawnMass : wish.bmi * stature_m ** 2;
	const measures_m: Record<string, number> = {};
	for (const girth of DRAWN_GIRTHS) {
		measures_m[girth] = value(mapStated(fitter, { ...nothing, stature_m, mass_kg, measures_m }), girth, within(2));
	}
	const { phenotypes, localChanges } = namedShape(
		mapStated(fitter, { ...nothing, stature_m, mass_kg, measures_m }).shape,
	);
	return { phenotypes, localChanges: drawLocalChanges(random, localChanges, 0.1, PAIRS.length) };
}

/** Adds normal changes to that many pairs of local changes, in the order that chance gives. */
function drawLocalChanges(
	random: RandomStream,
	base: Readonly<Record<string, number>>,
	sigma: number,
	count: number,
): Record<string, number> {
	const out = { ...base };
	const order = PAIRS.map((labels) => ({ labels, place: random.uniform() })).sort((a, b) => a.place - b.place);
	for (const { labels } of order.slice(0, count)) {
		const common = sigma * random.normal();
		for (const label of labels) {
			const own = labels.length === 1 ? 0 : 0.15 * sigma * random.normal();
			out[label] = (out[label] ?? 0) + common + own;
		}
	}
	return out;
}

/** Stature and body mass index at rest, 1010 kg/m³. */
function build(fitter: PhotoFitter, shape: ShapeParameters): { stature_m: number; bmi: number } {
	const { model } = fitter;
	const state = createShapeState(model);
	evaluateShape(state, model, shape);
	const { volume_m3, height_m } = computeAnnyAnthropometry(model, state.vertices);
	return { stature_m: height_m, bmi: (BODY_DENSITY_KG_M3 * volume_m3) / height_m ** 2 };
}
