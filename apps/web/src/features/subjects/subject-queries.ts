import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client.js";
import { nextOffset } from "../../api/queries.js";

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
