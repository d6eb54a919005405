/** What a formula may need to know; girths by the ids of the measurement catalogue. */
export type Fact =
	| "sex"
	| "age"
	| "stature"
	| "mass"
	| "waist_girth"
	| "waist_girth_omphalion"
	| "hip_girth"
	| "neck_girth";

/** Stable name of a derived value. */
export type DerivedId =
	| "bmi"
	| "waist_to_hip"
	| "waist_to_height"
	| "body_fat"
	| "body_surface"
	| "body_roundness"
	| "body_shape_index"
	| "resting_energy";

/** For whom a value does not hold or what its interval leaves out. */
export type Limit =
	/** Errors of the inputs are taken as independent. */
	| "covariances_ignored"
	/** The interval holds the inputs' errors only, not how far the formula itself is off. */
	| "formula_error_not_included"
	/** Not during pregnancy. */
	| "not_pregnant"
	/** Mass alone cannot tell muscle from fat. */
	| "not_muscular"
	/** Classes hold below a BMI of 35. */
	| "bmi_below_35"
	/** Cut-offs differ between populations. */
	| "population_dependent"
	/** A formula from girths: wide, no measurement of fat. */
	| "wide_range_only"
	/** No accepted classes. */
	| "no_classes";

/** A derived value: what it needs, whom it holds for, where it comes from. */
export interface DerivedDefinition {
	readonly id: DerivedId;
	readonly unit: "kg/m²" | "1" | "%" | "m²" | "kcal/day" | "m^(11/6) kg^(−2/3)";
	readonly needs: readonly Fact[];
	/** Ages it holds for: from, up to but not including. */
	readonly ageYears: { readonly from: number; readonly below: number };
	readonly limits: readonly Limit[];
	readonly source: string;
}

/** Every derived value, in reading order. */
export const DERIVED: readonly DerivedDefinition[] = [
	{
		id: "bmi",
		unit: "kg/m²",
		needs: ["stature", "mass"],
		ageYears: { from: 2, below: 130 },
		limits: ["not_muscular", "not_pregnant", "covariances_ignored"],
		source: "WHO Technical Report Series 894 (2000); CDC Growth Charts (2000, 2022)",
	},
	{
		id: "waist_to_height",
		unit: "1",
		needs: ["stature", "waist_girth"],
		ageYears: { from: 18, below: 130 },
		limits: ["bmi_below_35", "not_pregnant", "covariances_ignored"],
		source: "NICE (2022)",
	},
	{
		id: "waist_to_hip",
		unit: "1",
		needs: ["waist_girth", "hip_girth"],
		ageYears: { from: 18, below: 130 },
		limits: ["population_dependent", "not_pregnant", "covariances_ignored"],
		source: "WHO Expert Consultation, Waist Circumference and Waist–Hip Ratio (2008)",
	},
	{
		id: "body_fat",
		unit: "%",
		needs: ["sex", "age", "stature", "mass", "waist_girth", "waist_girth_omphalion", "hip_girth", "neck_girth"],
		ageYears: { from: 20, below: 80 },
		limits: ["wide_range_only", "not_pregnant", "population_dependent", "covariances_ignored"],
		source: "U.S. Navy (Hodgdon, Beckett 1984); RFM (Woolcott, Bergman 2018); CUN-BAE (Gómez-Ambrosi et al. 2012)",
	},
	{
		id: "resting_energy",
		unit: "kcal/day",
		needs: ["sex", "age", "stature", "mass"],
		ageYears: { from: 19, below: 79 },
		limits: ["not_pregnant", "covariances_ignored"],
		source: "Mifflin et al. 1990",
	},
	{
		id: "body_surface",
		unit: "m²",
		needs: ["stature", "mass"],
		ageYears: { from: 2, below: 130 },
		limits: ["formula_error_not_included", "no_classes", "covariances_ignored"],
		source: "Mosteller 1987",
	},
	{
		id: "body_roundness",
		unit: "1",
		needs: ["stature", "waist_girth_omphalion"],
		ageYears: { from: 18, below: 130 },
		limits: ["formula_error_not_included", "no_classes", "not_pregnant", "covariances_ignored"],
		source: "Thomas et al. 2013",
	},
	{
		id: "body_shape_index",
		unit: "m^(11/6) kg^(−2/3)",
		needs: ["stature", "mass", "waist_girth_omphalion"],
		ageYears: { from: 18, below: 130 },
		limits: ["formula_error_not_included", "no_classes", "not_pregnant", "covariances_ignored"],
		source: "Krakauer, Krakauer 2012",
	},
];
