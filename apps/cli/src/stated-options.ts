import { AppError, STATED_SOURCES, type StatedSource } from "@anny-fitter/contracts";
import { parseNumber, parseSpreadMeasures, parseSpreadNumber, requireOneOf } from "./parse-values.js";

/** Options by which a user states something about the person. */
export interface StatedOptions {
	readonly heightCm?: string;
	readonly heightSource?: string;
	readonly weightKg?: string;
	readonly weightSource?: string;
	readonly ageYears?: string;
	readonly dob?: string;
	readonly sex?: string;
	readonly measure: string[];
}

/**
 * What the options state about the person, in the units of the contracts, not checked yet. A value may carry its standard
 * deviation, such as `62±1`.
 *
 * @throws {AppError} `invalid_argument`
 */
export function statedByOptions(options: StatedOptions): Record<string, unknown> {
	const { heightCm, weightKg, ageYears, dob, sex, measure } = options;
	const { measures, sigmas } = parseSpreadMeasures(measure);
	const facts: Record<string, unknown> = {};
	if (heightCm !== undefined) {
		const { value, sigma } = parseSpreadNumber(heightCm, "--height-cm", "175");
		facts.stature_m = value / 100;
		if (sigma !== null) sigmas.stature = sigma / 100;
	}
	if (weightKg !== undefined) {
		const { value, sigma } = parseSpreadNumber(weightKg, "--weight-kg", "70");
		facts.weight_kg = value;
		if (sigma !== null) sigmas.mass = sigma;
	}
	if (ageYears !== undefined) facts.age_years = parseNumber(ageYears, "--age-years", "35");
	if (dob !== undefined) facts.date_of_birth = dob;
	if (sex !== undefined) facts.sex = sex;
	if (Object.keys(measures).length > 0) facts.measures = measures;
	if (options.heightSource !== undefined) {
		facts.stature_source = parseSource(options.heightSource, "height", heightCm, sigmas.stature);
	}
	if (options.weightSource !== undefined) {
		facts.weight_source = parseSource(options.weightSource, "weight", weightKg, sigmas.mass);
	}
	if (Object.keys(sigmas).length > 0) facts.sigmas = sigmas;
	return facts;
}

/** How a value is known, which means something only beside a value whose error is not given. */
function parseSource(
	text: string,
	of: "height" | "weight",
	value: string | undefined,
	sigma: number | undefined,
): StatedSource {
	const option = `--${of}-source`;
	const source = requireOneOf(text, STATED_SOURCES, option);
	const valueOption = of === "height" ? "--height-cm" : "--weight-kg";
	if (value === undefined) {
		throw new AppError("invalid_argument", `${option} is given, but no ${of}.`, {
			remedy: `Add ${valueOption}, or leave ${option} out.`,
			details: { field: option },
		});
	}
	if (sigma !== undefined) {
		throw new AppError("invalid_argument", `The error of the ${of} is given twice, after ± and by ${option}.`, {
			remedy: `Leave out ${option}, or what follows ±.`,
			details: { field: option },
		});
	}
	return source;
}
