import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import type { StatedFacts } from "@anny-fitter/contracts";
import { AppError, nearestName, statedAgeYears } from "@anny-fitter/contracts";
import type { StatedBody } from "@anny-fitter/fitting";

/**
 * What was stated, as the fitter takes it.
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
	};
}
