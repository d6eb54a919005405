import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client.js";
import { queryClient } from "../../api/queries.js";
import type { SubjectDocument } from "../../api/types.js";

export const SUBJECT_ORDERS = ["-created_at", "-updated_at", "name"] as const;
export type SubjectOrder = (typeof SUBJECT_ORDERS)[number];

const PAGE_LENGTH = 20;

/** People that match, a page at a time. */
export const endlessSubjectsQuery = (search: string, order: SubjectOrder) =>
	infiniteQueryOptions({
		queryKey: ["subjects", "list", "endless", search, order],
		queryFn: ({ pageParam }) =>
			answer(
				api.GET("/api/v1/subjects", {
					params: { query: { limit: PAGE_LENGTH, offset: pageParam, order, ...(search === "" ? {} : { search }) } },
				}),
			),
		initialPageParam: 0,
		getNextPageParam: nextOffset,
	});

/** A person's bodies, newest first, a page at a time. */
export const endlessModelsQuery = (subject_id: string) =>
	infiniteQueryOptions({
		queryKey: ["subjects", subject_id, "models", "endless"],
		queryFn: ({ pageParam }) =>
			answer(
				api.GET("/api/v1/subjects/{subject_id}/models", {
					params: { path: { subject_id }, query: { limit: PAGE_LENGTH, offset: pageParam } },
				}),
			),
		initialPageParam: 0,
		getNextPageParam: nextOffset,
	});

/** Takes up what the server answered to a change of a person. */
export function keepSubject(subject: SubjectDocument): void {
	queryClient.setQueryData(["subjects", subject.subject_id], subject);
	void queryClient.invalidateQueries({ queryKey: ["subjects", "list"] });
}

function nextOffset(page: { readonly offset: number; readonly limit: number; readonly total: number }): number | null {
	const next = page.offset + page.limit;
	return next < page.total ? next : null;
}
