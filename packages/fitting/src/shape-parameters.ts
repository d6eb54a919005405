import type { PhenotypeLabel, ShapeParameter } from "@anny-fitter/body-model";
import { ALL_PHENOTYPE_LABELS, annyAgeFromYears } from "@anny-fitter/body-model";
import { LOCAL_CHANGES } from "./local-changes.js";

/** The shape parameters of every fit, in solver order: phenotypes, then local changes. */
export const SHAPE_PARAMETERS: readonly ShapeParameter[] = [
	...ALL_PHENOTYPE_LABELS.map((label): ShapeParameter => ({ kind: "phenotype", label })),
	...LOCAL_CHANGES.map(([labels]): ShapeParameter => ({ kind: "local", labels })),
];

export const SHAPE_COUNT = SHAPE_PARAMETERS.length;

/** Index of a phenotype among {@link SHAPE_PARAMETERS}. */
export function phenotypeIndex(label: PhenotypeLabel): number {
	return ALL_PHENOTYPE_LABELS.indexOf(label);
}

/** Named values of a shape vector: what Anny's forward pass and the result document take. */
export function namedShape(values: ArrayLike<number>): {
	phenotypes: Record<string, number>;
	localChanges: Record<string, number>;
} {
	const phenotypes: Record<string, number> = {};
	const localChanges: Record<string, number> = {};
	SHAPE_PARAMETERS.forEach((parameter, i) => {
		if (parameter.kind === "phenotype") phenotypes[parameter.label] = values[i];
		else for (const label of parameter.labels) localChanges[label] = values[i];
	});
	return { phenotypes, localChanges };
}

export type Sex = "male" | "female" | "unspecified";

/** Independent Gaussians on the shape vector. */
export interface ShapePrior {
	/** [SHAPE_COUNT] */
	readonly mean: Float64Array;
	/** [SHAPE_COUNT] */
	readonly sigma: Float64Array;
	/** [SHAPE_COUNT] hard bounds */
	readonly lower: Float64Array;
	readonly upper: Float64Array;
}

/** Between these ages the prior goes over from Anny's average child to the survey's adults. */
const GROWING_UP_YEARS = [13, 18] as const;

/**
 * What is believed of a body before looking at it. Means of adults are those of Anny bodies fitted to the ANSUR II survey
 * (gender .08 / .69, muscle .46 / .57, weight .74 / .67, height .37 / .38 for men / women: 0.5 is not average), local
 * changes included; widths from fitting trials. Soldiers stand for everybody here, and children's means are rough.
 *
 * @param annyAge Anny's age in −1/3…1 (see `annyAgeFromYears`)
 * @param ageSigma how sure that age is, in the same unit
 */
export function shapePrior(sex: Sex, annyAge: number, ageSigma: number): ShapePrior {
	const mean = new Float64Array(SHAPE_COUNT);
	const sigma = new Float64Array(SHAPE_COUNT);
	const lower = new Float64Array(SHAPE_COUNT).fill(-1);
	const upper = new Float64Array(SHAPE_COUNT).fill(1);
	const femaleness = sex === "female" ? 1 : sex === "male" ? 0 : 0.5;
	const blend = (male: number, female: number): number => male + femaleness * (female - male);
	const set = (label: PhenotypeLabel, m: number, s: number): void => {
		const i = phenotypeIndex(label);
		mean[i] = m;
		sigma[i] = s;
		lower[i] = 0;
	};
	const young = annyAgeFromYears(GROWING_UP_YEARS[0]);
	const adulthood = Math.min(1, Math.max(0, (annyAge - young) / (annyAgeFromYears(GROWING_UP_YEARS[1]) - young)));
	const grow = (child: number, adult: number): number => child + adulthood * (adult - child);
	const woman = femaleness * adulthood;
	set("gender", blend(0.08, 0.69), sex === "unspecified" ? 0.35 : 0.12);
	set("age", annyAge, ageSigma);
	set("muscle", grow(0.5, blend(0.46, 0.57)), 0.2);
	set("weight", grow(0.5, blend(0.74, 0.67)), 0.35);
	set("height", grow(0.42, blend(0.37, 0.38)), 0.2);
	set("proportions", grow(0.5, 0.55), 0.2);
	set("cupsize", 0.5 + 0.05 * woman, 0.03 + 0.17 * woman);
	set("firmness", 0.5 + 0.07 * woman, 0.1 + 0.1 * woman);
	for (const label of ["african", "asian", "caucasian"] as const) set(label, 0.5, 0.25);
	lower[phenotypeIndex("age")] = -1 / 3;
	LOCAL_CHANGES.forEach(([, meanMan, meanWoman], k) => {
		mean[ALL_PHENOTYPE_LABELS.length + k] = grow(0, blend(meanMan, meanWoman));
		sigma[ALL_PHENOTYPE_LABELS.length + k] = 0.1;
	});
	return { mean, sigma, lower, upper };
}
