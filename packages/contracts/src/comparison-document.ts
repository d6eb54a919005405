import { z } from "zod";
import { type MeasurementDefinitionDocument, measurementDefinitionSchema } from "./measurement-document.js";

const CHANGE_VERDICTS = ["changed", "unclear", "not_shown"] as const;
const NOT_COMPARED_REASONS = ["other_body_data", "other_definition", "missing"] as const;

const judgementShape = {
	/** Correlation of the two errors: what both share cancels in the difference. */
	correlation: z.number().min(0).max(1),
	/** Probability that the true change has the sign of the difference, for this quantity alone. */
	probability: z.number().min(0.5).max(1),
	/**
	 * `changed`: more than noise, judged beside everything else that is compared; at most 5 % of what is called so is noise
	 * on average. `unclear`: the probability is at least 95 %, which among so many quantities happens by chance, too.
	 * `not_shown`: noise explains the difference.
	 */
	verdict: z.enum(CHANGE_VERDICTS),
};

export const measurementComparisonSchema = z
	.object({
		a_m: z.number(),
		b_m: z.number(),
		/** b − a */
		difference_m: z.number(),
		/** Standard deviation of the difference's error. */
		difference_sigma_m: z.number().nonnegative(),
		...judgementShape,
		definition: measurementDefinitionSchema,
	})
	.meta({ id: "MeasurementComparison" });

/** What differs between two bodies, b − a, and what of it is more than noise. */
export const comparisonShape = {
	/** Measurements that both have under the same version of the definition. */
	measurements: z.record(z.string(), measurementComparisonSchema),
	/** Null when it is not compared. */
	mass: z
		.object({
			a_kg: z.number(),
			b_kg: z.number(),
			difference_kg: z.number(),
			difference_sigma_kg: z.number().nonnegative(),
			...judgementShape,
		})
		.nullable(),
	/** Measurements, or `mass`, that are not compared, and why. */
	not_compared: z.record(z.string(), z.enum(NOT_COMPARED_REASONS)),
};

/** Two result documents compared, as `anny-fitter compare --json` prints it. */
export const comparisonDocumentSchema = z.object({
	/** Whether the two were taken for one person, whose fits share a part of their errors. */
	is_same_person: z.boolean(),
	...comparisonShape,
});

export type ComparisonDocument = z.infer<typeof comparisonDocumentSchema>;

/** A change as `compareBodies` of the reference package gives it. */
interface FoundChange {
	readonly a: number;
	readonly b: number;
	readonly difference: number;
	readonly sigma: number;
	readonly correlation: number;
	readonly probability: number;
	readonly verdict: (typeof CHANGE_VERDICTS)[number];
}

/**
 * A comparison as documents carry it.
 *
 * @param compared from `compareBodies` of the reference package; metres, kilograms
 * @param measured the measurements of one of the bodies, for their definitions
 */
export function describeComparison(
	compared: {
		readonly measurements: ReadonlyMap<string, FoundChange>;
		readonly mass: FoundChange | null;
		readonly notCompared: ReadonlyMap<string, (typeof NOT_COMPARED_REASONS)[number]>;
	},
	measured: Readonly<Record<string, { readonly definition: MeasurementDefinitionDocument }>>,
): Omit<ComparisonDocument, "is_same_person"> {
	const { mass } = compared;
	const measurements: ComparisonDocument["measurements"] = {};
	for (const [id, change] of compared.measurements) {
		const definition = measured[id]?.definition;
		if (definition === undefined) throw new RangeError(`The measurement "${id}" has no definition.`);
		const { a: a_m, b: b_m, difference: difference_m, sigma: difference_sigma_m } = change;
		measurements[id] = { a_m, b_m, difference_m, difference_sigma_m, ...judgement(change), definition };
	}
	return {
		measurements,
		mass:
			mass === null
				? null
				: {
						a_kg: mass.a,
						b_kg: mass.b,
						difference_kg: mass.difference,
						difference_sigma_kg: mass.sigma,
						...judgement(mass),
					},
		not_compared: Object.fromEntries(compared.notCompared),
	};
}

function judgement({ correlation, probability, verdict }: FoundChange) {
	return { correlation, probability, verdict };
}
