import type { PhenotypeLabel, ShapeParameter } from "@anny-fitter/body-model";
import { ALL_PHENOTYPE_LABELS, yearsFromAnnyAge } from "@anny-fitter/body-model";
import { LOCAL_CHANGES } from "./local-changes.js";
import { adulthoodAt, childShape } from "./prior/child-prior.js";

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

/**
 * What is believed of a body before looking at it. Means of adults are those of Anny bodies fitted to the ANSUR II survey
 * (gender .08 / .69, muscle .46 / .57, weight .74 / .67, height .37 / .38 for men / women: 0.5 is not average), local
 * changes included; widths from fitting trials. Soldiers stand for all adults here. Until 20 years means are those of
 * {@link childShape}, which follow the growth charts, and go over to the adults' until 26.
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
	set("gender", blend(0.08, 0.69), sex === "unspecified" ? 0.35 : 0.12);
	set("age", annyAge, ageSigma);
	set("muscle", blend(0.46, 0.57), 0.2);
	set("weight", blend(0.74, 0.67), 0.35);
	set("height", blend(0.37, 0.38), 0.2);
	set("proportions", 0.55, 0.2);
	set("cupsize", 0.5 + 0.05 * femaleness, 0.03 + 0.17 * femaleness);
	set("firmness", 0.5 + 0.07 * femaleness, 0.1 + 0.1 * femaleness);
	for (const label of ["african", "asian", "caucasian"] as const) set(label, 0.5, 0.25);
	lower[phenotypeIndex("age")] = -1 / 3;
	LOCAL_CHANGES.forEach(([, meanMan, meanWoman], k) => {
		mean[ALL_PHENOTYPE_LABELS.length + k] = blend(meanMan, meanWoman);
		sigma[ALL_PHENOTYPE_LABELS.length + k] = 0.1;
	});
	const years = yearsFromAnnyAge(annyAge);
	const adulthood = adulthoodAt(years);
	const child = childShape(femaleness, years);
	for (let p = 0; p < SHAPE_COUNT; p++) {
		if (p !== phenotypeIndex("age")) mean[p] = child.mean[p] + adulthood * (mean[p] - child.mean[p]);
	}
	// Breasts grow up; all else of a child may differ from its mean as widely as in adults, since photos find it out.
	for (const label of ["cupsize", "firmness"] as const) {
		const p = phenotypeIndex(label);
		sigma[p] = child.sigma[p] + adulthood * (sigma[p] - child.sigma[p]);
	}
	return { mean, sigma, lower, upper };
}
