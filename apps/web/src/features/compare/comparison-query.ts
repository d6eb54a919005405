import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client.js";

/** What differs between two models: b − a. */
export const comparisonQuery = (a: string, b: string) =>
	queryOptions({
		queryKey: ["models", "compare", a, b],
		queryFn: () => answer(api.GET("/api/v1/models/compare", { params: { query: { a, b } } })),
		staleTime: Number.POSITIVE_INFINITY,
	});
