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
	/** Whether the difference is larger than the errors explain. */
	readonly isBeyond: boolean;
}

/** As the catalogue lists them, or what stands out most from the error first. */
export type ComparisonOrder = "catalogue" | "largest";
/** Half the width of a 90 % interval, in standard deviations. */
const Z90 = 1.6449;

/**
 * The lines of a comparison, the mass first.
 *
 * @param order `largest`: what stands out most from the error first
 */
export function comparisonRows(comparison: ModelComparison, order: ComparisonOrder): ComparisonRow[] {
	const { mass, measurements } = comparison;
	const rows: ComparisonRow[] = [
		{
			id: "mass",
			a: mass.a_kg,
			b: mass.b_kg,
			difference: mass.difference_kg,
			margin: Z90 * mass.difference_sigma_kg,
			isBeyond: mass.is_beyond_interval90,
		},
		...Object.entries(measurements).map(([id, entry]) => ({
			id,
			a: entry.a_m,
			b: entry.b_m,
			difference: entry.difference_m,
			margin: Z90 * entry.difference_sigma_m,
			isBeyond: entry.is_beyond_interval90,
		})),
	];
	if (order === "catalogue") return rows;
	const weight = ({ difference, margin }: ComparisonRow) =>
		margin > 0 ? Math.abs(difference) / margin : Math.abs(difference) > 0 ? Number.POSITIVE_INFINITY : 0;
	return rows.toSorted((one, other) => weight(other) - weight(one));
}
