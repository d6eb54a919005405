import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client.js";
import type { components } from "../../generated/api.js";

export type ModelMeasurementsDocument = components["schemas"]["ModelMeasurements"];

/** What differs between two models: b − a. */
export const comparisonQuery = (a: string, b: string) =>
	queryOptions({
		queryKey: ["models", "compare", a, b],
		queryFn: () => answer(api.GET("/api/v1/models/compare", { params: { query: { a, b } } })),
		staleTime: Number.POSITIVE_INFINITY,
	});

/** The measurements of a model with their errors. */
export const measurementsQuery = (model_id: string) =>
	queryOptions({
		queryKey: ["models", model_id, "measurements"],
		// The client's types lose the lengths of tuples and add the other format.
		queryFn: () =>
			answer(
				api.GET("/api/v1/models/{model_id}/measurements", {
					params: { path: { model_id }, query: { format: "json" } },
				}),
			) as Promise<ModelMeasurementsDocument>,
		staleTime: Number.POSITIVE_INFINITY,
	});
