import type { components } from "../../generated/api.js";

export type ModelComparison = components["schemas"]["ModelComparison"];

/** One line of a comparison; metres, or kilograms for `mass`. */
export interface ComparisonRow {
	readonly id: string;
	readonly a: number;
	readonly b: number;
	readonly difference: number;
	/** Half the width of the difference's 90 % interval. */
	readonly margin: number;
	/** Probability that the true change has the sign of the difference. */
	readonly probability: number;
	/** Whether the difference is more than noise. */
	readonly verdict: ChangeVerdict;
}

export type ChangeVerdict = ModelComparison["measurements"][string]["verdict"];

/** As the catalogue lists them, or what stands out most from the error first. */
export type ComparisonOrder = "catalogue" | "largest";
/** Half the width of a 90 % interval, in standard deviations. */
const Z90 = 1.6449;
/** The surest first. */
const VERDICTS: readonly ChangeVerdict[] = ["changed", "unclear", "not_shown"];

/**
 * The lines of a comparison, the mass first where it is compared.
 *
 * @param order `largest`: what stands out most from the error first
 */
export function comparisonRows(comparison: ModelComparison, order: ComparisonOrder): ComparisonRow[] {
	const { mass, measurements } = comparison;
	const rows: ComparisonRow[] = [
		...(mass === null
			? []
			: [
					{
						id: "mass",
						a: mass.a_kg,
						b: mass.b_kg,
						difference: mass.difference_kg,
						margin: Z90 * mass.difference_sigma_kg,
						probability: mass.probability,
						verdict: mass.verdict,
					},
				]),
		...Object.entries(measurements).map(([id, entry]) => ({
			id,
			a: entry.a_m,
			b: entry.b_m,
			difference: entry.difference_m,
			margin: Z90 * entry.difference_sigma_m,
			probability: entry.probability,
			verdict: entry.verdict,
		})),
	];
	if (order === "catalogue") return rows;
	// A weight from the scale counts as changed sooner than an estimate that stands out as much.
	const weight = ({ difference, margin, verdict }: ComparisonRow) => [
		VERDICTS.indexOf(verdict),
		margin > 0 ? -Math.abs(difference) / margin : Math.abs(difference) > 0 ? Number.NEGATIVE_INFINITY : 0,
	];
	return rows.toSorted((one, other) => {
		const [[rankA = 0, clearA = 0], [rankB = 0, clearB = 0]] = [weight(one), weight(other)];
		return rankA - rankB || (clearA === clearB ? 0 : clearA - clearB);
	});
}
