import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import type { StatedFacts } from "@anny-fitter/contracts";
import { AppError, nearestName, statedAgeYears } from "@anny-fitter/contracts";
import type { StatedBody } from "@anny-fitter/fitting";

/** A scale is exact; clothes, food and water are not. */
const MEASURED_WEIGHT_SHARE = 0.015;
/** What people say they weigh is off by so much, mostly downwards. */
const ESTIMATED_WEIGHT_SHARE = 0.04;
/** Statures from memory: rounded, in shoes, or of years ago. */
const ESTIMATED_STATURE_SIGMA_M = 0.02;

/**
 * What was stated, as the fitter takes it, with the standard deviations that follow from how stature and weight are known.
 * Where nothing was said of that, the fitter's own errors count.
 *
 * @throws {AppError} `invalid_argument` for a measurement that does not exist
 */
export function statedBody(facts: StatedFacts): StatedBody {
	const measures = facts.measures ?? {};
	const known: readonly string[] = MEASUREMENTS.map((m) => m.id);
	for (const id of Object.keys(measures)) {
		if (known.includes(id)) continue;
		const nearest = nearestName(id, known);
		throw new AppError("invalid_argument", `There is no measurement "${id}".`, {
			remedy: nearest === null ? `Use one of ${known.join(", ")}.` : `Did you mean "${nearest}"?`,
		});
	}
	return {
		stature_m: facts.stature_m ?? null,
		mass_kg: facts.weight_kg ?? null,
		age_years: statedAgeYears(facts, new Date()),
		sex: facts.sex ?? "unspecified",
		measures_m: measures,
		sigmas: statedSigmas(facts),
	};
}

/** Standard deviations by id: as stated, else as the source lets expect; metres, `mass` in kilograms. */
export function statedSigmas({
	weight_kg,
	weight_source,
	stature_source,
	sigmas,
}: StatedFacts): Record<string, number> {
	const out: Record<string, number> = {};
	if (weight_kg !== undefined && weight_source !== undefined) {
		out.mass = weight_kg * (weight_source === "measured" ? MEASURED_WEIGHT_SHARE : ESTIMATED_WEIGHT_SHARE);
	}
	if (stature_source === "estimated") out.stature = ESTIMATED_STATURE_SIGMA_M;
	return { ...out, ...sigmas };
}
