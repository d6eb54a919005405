import { QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client.js";
import { ProblemError } from "./problem-error.js";
import type { ModelDocument, ModelMeasurementsDocument } from "./types.js";

/** Answers are fresh for half a minute; problems that will not pass by themselves are not asked again. */
export const queryClient = new QueryClient({
	defaultOptions: {
		queries: {
			staleTime: 30_000,
			retry: (count, error) =>
				count < 2 && error instanceof ProblemError && (error.status === 0 || error.status >= 500),
		},
	},
});

/** A model with everything that its fit found; it never changes. */
export const modelQuery = (model_id: string) =>
	queryOptions({
		queryKey: ["models", model_id],
		// The client's types lose the lengths of tuples.
		queryFn: () =>
			answer(api.GET("/api/v1/models/{model_id}", { params: { path: { model_id } } })) as Promise<ModelDocument>,
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

/** A subject's models, newest first. */
export const subjectModelsQuery = (subject_id: string, query: { limit?: number; offset?: number } = {}) =>
	queryOptions({
		queryKey: ["subjects", subject_id, "models", query],
		queryFn: () => answer(api.GET("/api/v1/subjects/{subject_id}/models", { params: { path: { subject_id }, query } })),
	});

/** One person. */
export const subjectQuery = (subject_id: string) =>
	queryOptions({
		queryKey: ["subjects", subject_id],
		queryFn: () => answer(api.GET("/api/v1/subjects/{subject_id}", { params: { path: { subject_id } } })),
	});

/** People that match; all when nothing is asked for. */
export const subjectsQuery = (
	query: { search?: string; limit?: number; offset?: number; order?: "-updated_at" | "-created_at" | "name" } = {},
) =>
	queryOptions({
		queryKey: ["subjects", "list", query],
		queryFn: () => answer(api.GET("/api/v1/subjects", { params: { query } })),
	});

/** Where the next page of a list begins; null after the last, as `getNextPageParam` wants it. */
export function nextOffset(page: {
	readonly offset: number;
	readonly limit: number;
	readonly total: number;
}): number | null {
	const next = page.offset + page.limit;
	return next < page.total ? next : null;
}

/** Fits that wait or run, newest first; asked again while there are any. */
export const openFitsQuery = queryOptions({
	queryKey: ["sessions", "open"],
	queryFn: async () => {
		const [active, queued] = await Promise.all(
			(["active", "queued"] as const).map((status) =>
				answer(api.GET("/api/v1/sessions", { params: { query: { status } } })),
			),
		);
		return [...(active?.sessions ?? []), ...(queued?.sessions ?? [])];
	},
	staleTime: 0,
	refetchInterval: ({ state }) => (state.data !== undefined && state.data.length > 0 ? 3000 : false),
});

/** What this person agreed to. */
export const consentsQuery = queryOptions({
	queryKey: ["consents"],
	queryFn: () => answer(api.GET("/api/v1/consents")),
});
