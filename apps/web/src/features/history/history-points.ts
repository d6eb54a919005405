import type { ModelMeasurementsDocument } from "../../api/types.js";

/** A quantity at one time; metres, or kilograms for `mass`. */
export interface HistoryPoint {
	readonly model_id: string;
	/** Unix time. */
	readonly time_s: number;
	readonly value: number;
	/** 90 % interval. */
	readonly low: number;
	readonly high: number;
}

/**
 * The course of a quantity, oldest first; bodies that do not have it are left out.
 *
 * @param id of a measurement, or `mass`
 */
export function historyPoints(
	bodies: readonly { readonly created_at: string; readonly measured: ModelMeasurementsDocument }[],
	id: string,
): HistoryPoint[] {
	return bodies
		.flatMap(({ created_at, measured }) => {
			const estimate = measured.measurements[id];
			const time_s = Date.parse(created_at) / 1000;
			const { model_id } = measured;
			if (id === "mass") {
				const [low, high] = measured.mass_interval90_kg;
				return [{ model_id, time_s, value: measured.mass_kg, low, high }];
			}
			if (estimate === undefined) return [];
			const [low, high] = estimate.interval90_m;
			return [{ model_id, time_s, value: estimate.value_m, low, high }];
		})
		.toSorted((one, other) => one.time_s - other.time_s);
}
