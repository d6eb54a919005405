import { QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client.js";
import { ProblemError } from "./problem-error.js";
import type { ModelDocument } from "./types.js";

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

export const modelQuery = (model_id: string) =>
	queryOptions({
		queryKey: ["models", model_id],
		// The client's types lose the lengths of tuples.
		queryFn: () =>
			answer(api.GET("/api/v1/models/{model_id}", { params: { path: { model_id } } })) as Promise<ModelDocument>,
		staleTime: Number.POSITIVE_INFINITY,
	});

/** A subject's models, newest first. */
export const subjectModelsQuery = (subject_id: string, query: { limit?: number; offset?: number } = {}) =>
	queryOptions({
		queryKey: ["subjects", subject_id, "models", query],
		queryFn: () => answer(api.GET("/api/v1/subjects/{subject_id}/models", { params: { path: { subject_id }, query } })),
	});

export const subjectQuery = (subject_id: string) =>
	queryOptions({
		queryKey: ["subjects", subject_id],
		queryFn: () => answer(api.GET("/api/v1/subjects/{subject_id}", { params: { path: { subject_id } } })),
	});

export const subjectsQuery = (
	query: { search?: string; limit?: number; offset?: number; order?: "-updated_at" | "-created_at" | "name" } = {},
) =>
	queryOptions({
		queryKey: ["subjects", "list", query],
		queryFn: () => answer(api.GET("/api/v1/subjects", { params: { query } })),
	});

export const sessionQuery = (session_id: string) =>
	queryOptions({
		queryKey: ["sessions", session_id],
		queryFn: () => answer(api.GET("/api/v1/sessions/{session_id}", { params: { path: { session_id } } })),
	});

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

export const consentsQuery = queryOptions({
	queryKey: ["consents"],
	queryFn: () => answer(api.GET("/api/v1/consents")),
});
