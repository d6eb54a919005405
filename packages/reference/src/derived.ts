import { Z90 } from "@anny-fitter/math";
import { type Band, type BandProbability, bandProbabilities, bandsBetween } from "./bands.js";
import { bodyFatEstimates, combineBodyFat } from "./body-fat.js";
import { bodyMassIndex, bodyRoundness, bodyShapeIndex, bodySurfaceMosteller, restingEnergy } from "./body-indices.js";
import { DERIVED, type DerivedDefinition, type DerivedId, type Fact } from "./derived-definitions.js";
import { checkEstimate, type Estimate, propagate, type Ranged, type Sex } from "./estimate.js";
import { growthValue, isGrowthAge } from "./growth.js";

/** What is known of a person: metres, kilograms, years. Left out: not known. */
export interface PersonFacts {
	readonly sex?: Sex | undefined;
	readonly ageYears?: number | undefined;
	readonly stature_m?: Estimate | undefined;
	readonly mass_kg?: Estimate | undefined;
	/** Natural waist: slimmest between hip bones and ribs. */
	readonly waist_m?: Estimate | undefined;
	/** Waist at the level of the navel. */
	readonly waistAtNavel_m?: Estimate | undefined;
	readonly hip_m?: Estimate | undefined;
	readonly neck_m?: Estimate | undefined;
}

/** Why a value or its class is not given. */
export type Withheld = { readonly missing: readonly Fact[] } | { readonly notValidFor: "age" | "bmi" | "shape" };

/** A derived value with its 90 % interval and the classes it may fall into. */
export interface DerivedValue extends Ranged, Estimate {
	/** Classes with their probability; why there are none, or null where the value knows no classes. */
	readonly classes: readonly BandProbability[] | Withheld | null;
}

/** One derived value or why there is none. */
export interface Derived {
	readonly definition: DerivedDefinition;
	readonly result: DerivedValue | Withheld;
}

/** Whether a result is a value. */
export function isDerivedValue(result: DerivedValue | Withheld): result is DerivedValue {
	return "value" in result;
}

/** All facts that a formula may ask for. */
type Complete = { readonly [K in keyof PersonFacts]-?: NonNullable<PersonFacts[K]> };
type Raw = Ranged & Estimate;

/** Values by formula; not finite where the body is outside what the formula can express. */
const FORMULAS: Record<DerivedId, (facts: Complete) => Raw> = {
	bmi: (f) => propagate([f.mass_kg, f.stature_m], bodyMassIndex),
	waist_to_hip: (f) => propagate([f.waist_m, f.hip_m], (waist, hip) => waist / hip),
	waist_to_height: (f) => propagate([f.waist_m, f.stature_m], (waist, height) => waist / height),
	body_fat: bodyFat,
	body_surface: (f) => propagate([f.mass_kg, f.stature_m], bodySurfaceMosteller),
	body_roundness: (f) => propagate([f.waistAtNavel_m, f.stature_m], bodyRoundness),
	body_shape_index: (f) => propagate([f.waistAtNavel_m, f.mass_kg, f.stature_m], bodyShapeIndex),
	resting_energy: (f) => {
		const formula = (mass: number, height: number) => restingEnergy(f.sex, mass, height, f.ageYears);
		// In four of five adults the measured value lies within 10 % (Frankenfield D et al., J Am Diet Assoc 103, 2003).
		const own = 0.08 * formula(f.mass_kg.value, f.stature_m.value);
		return propagate([f.mass_kg, f.stature_m], formula, own);
	},
};

function bodyFat(facts: Complete): Raw {
	const { value, sigma } = combineBodyFat(
		bodyFatEstimates({
			...facts,
			bmi: propagate([facts.mass_kg, facts.stature_m], bodyMassIndex),
			naturalWaist_m: facts.waist_m,
		}),
	);
	// Nobody lives with less than about 2 % fat; above 75 % no formula was ever checked.
	const inside = (x: number) => Math.min(Math.max(x, 2), 75);
	return { value: inside(value), sigma, low: inside(value - Z90 * sigma), high: inside(value + Z90 * sigma) };
}

const ADULT_AGE = 18;

const ADULT_BMI = bandsBetween(
	["underweight", "normal", "overweight", "obesity_1", "obesity_2", "obesity_3"],
	[18.5, 25, 30, 35, 40],
);
const WAIST_TO_HEIGHT = bandsBetween(["below_bands", "healthy", "increased", "high"], [0.4, 0.5, 0.6]);

/** Bands of a value for a person, or why there are none. */
function bandsFor(id: DerivedId, facts: PersonFacts): readonly Band[] | Withheld | null {
	const { sex, ageYears } = facts;
	if (id === "bmi") {
		if (ageYears === undefined) return { missing: ["age"] };
		if (ageYears >= 20) return ADULT_BMI;
		if (!isGrowthAge(ageYears)) return { notValidFor: "age" };
		if (sex === undefined) return { missing: ["sex"] };
		const edges = [5, 85, 95].map((percentile) => growthValue("bmi", sex, ageYears, percentile));
		return bandsBetween(["child_underweight", "child_healthy", "child_overweight", "child_obesity"], edges);
	}
	if (id === "waist_to_hip") {
		if (sex === undefined) return { missing: ["sex"] };
		return bandsBetween(["below_cut_off", "at_or_above_cut_off"], [sex === "male" ? 0.9 : 0.85]);
	}
	if (id === "waist_to_height") {
		const { mass_kg, stature_m } = facts;
		if (mass_kg === undefined || stature_m === undefined) return { missing: ["mass"] };
		return bodyMassIndex(mass_kg.value, stature_m.value) >= 35 ? { notValidFor: "bmi" } : WAIST_TO_HEIGHT;
	}
	return null;
}

const FACT_KEYS: Record<Fact, keyof PersonFacts> = {
	sex: "sex",
	age: "ageYears",
	stature: "stature_m",
	mass: "mass_kg",
	waist_girth: "waist_m",
	waist_girth_omphalion: "waistAtNavel_m",
	hip_girth: "hip_m",
	neck_girth: "neck_m",
};

function derive(definition: DerivedDefinition, facts: PersonFacts): DerivedValue | Withheld {
	const { ageYears } = facts;
	const { from, below } = definition.ageYears;
	// What holds for adults only is not told to someone whose age is unknown.
	const needs: readonly Fact[] =
		from >= ADULT_AGE ? [...new Set<Fact>(["age", ...definition.needs])] : definition.needs;
	const missing = needs.filter((fact) => facts[FACT_KEYS[fact]] === undefined);
	if (missing.length > 0) return { missing };
	if (ageYears !== undefined && (ageYears < from || ageYears >= below)) return { notValidFor: "age" };
	const raw = FORMULAS[definition.id](facts as Complete);
	if (!Number.isFinite(raw.value) || !Number.isFinite(raw.sigma)) return { notValidFor: "shape" };
	const bands = bandsFor(definition.id, facts);
	const classes = bands !== null && "length" in bands ? bandProbabilities(raw, bands) : bands;
	return { ...raw, classes };
}

/**
 * Everything that can be derived from what is known of a person, in the order of {@link DERIVED}; what cannot be says
 * why.
 *
 * @throws RangeError for a value that is not positive, a sigma that is negative or an age outside 0 to 130.
 */
export function deriveAll(facts: PersonFacts): Derived[] {
	const { ageYears } = facts;
	if (ageYears !== undefined && !(ageYears >= 0 && ageYears <= 130)) throw new RangeError(`${ageYears} is no age`);
	for (const key of Object.values(FACT_KEYS)) {
		const fact = facts[key];
		if (typeof fact === "object") checkEstimate(key, fact);
	}
	return DERIVED.map((definition) => ({ definition, result: derive(definition, facts) }));
}
