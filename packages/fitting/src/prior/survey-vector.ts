import { BODY_QUANTITIES, MASS } from "../body-tangent.js";
import { SHAPE_COUNT } from "../shape-parameters.js";
import { SURVEY_QUANTITIES } from "./adult-table.js";

/**
 * Name of √(mass / stature), √(kg/m): in proportion to the body's mean girth. Girths are linear in it over the whole range
 * of weights; in the mass itself they are not.
 */
export const MEAN_GIRTH = "mean_girth";

/**
 * The numbers of a body that are jointly normal: what the survey measured, mean girth in place of mass, and then the
 * measurements that it lacks.
 */
export const BODY_NUMBERS: readonly string[] = [
	...SURVEY_QUANTITIES,
	...BODY_QUANTITIES.filter((name) => name !== MASS && !SURVEY_QUANTITIES.includes(name)),
];

/** Those that the survey measured come first. */
export const SURVEY_COUNT = SURVEY_QUANTITIES.length;

/** [BODY_NUMBERS] index in BODY_QUANTITIES; −1 for {@link MEAN_GIRTH} */
export const NUMBER_PLACES: readonly number[] = BODY_NUMBERS.map((name) => {
	const place = BODY_QUANTITIES.indexOf(name);
	if (place < 0 && name !== MEAN_GIRTH) throw new RangeError(`There is no quantity "${name}".`);
	return place;
});

export const STATURE_NUMBER = BODY_NUMBERS.indexOf("stature");
export const MEAN_GIRTH_NUMBER = BODY_NUMBERS.indexOf(MEAN_GIRTH);
const STATURE_PLACE = BODY_QUANTITIES.indexOf("stature");
const MASS_PLACE = BODY_QUANTITIES.indexOf(MASS);

/** √(mass / stature). */
export function meanGirth(mass_kg: number, stature_m: number): number {
	return Math.sqrt(mass_kg / stature_m);
}

/**
 * A body's numbers.
 *
 * @param quantities values in the order of BODY_QUANTITIES
 * @returns [BODY_NUMBERS]
 */
export function numbersOf(quantities: ArrayLike<number>): Float64Array {
	return Float64Array.from(NUMBER_PLACES, (place) =>
		place < 0 ? meanGirth(quantities[MASS_PLACE], quantities[STATURE_PLACE]) : quantities[place],
	);
}

/**
 * Their derivatives by the shape.
 *
 * @param quantities values in the order of BODY_QUANTITIES
 * @param jacobian [quantities*SHAPE_COUNT] their derivatives
 * @returns [BODY_NUMBERS*SHAPE_COUNT]
 */
export function numbersByShape(quantities: ArrayLike<number>, jacobian: Float64Array): Float64Array {
	const out = new Float64Array(NUMBER_PLACES.length * SHAPE_COUNT);
	const stature = quantities[STATURE_PLACE];
	const mass = quantities[MASS_PLACE];
	const half = 0.5 * meanGirth(mass, stature);
	for (const [i, place] of NUMBER_PLACES.entries()) {
		for (let p = 0; p < SHAPE_COUNT; p++) {
			out[i * SHAPE_COUNT + p] =
				place < 0
					? half * (jacobian[MASS_PLACE * SHAPE_COUNT + p] / mass - jacobian[STATURE_PLACE * SHAPE_COUNT + p] / stature)
					: jacobian[place * SHAPE_COUNT + p];
		}
	}
	return out;
}
