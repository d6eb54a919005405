import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client.js";
import { nextOffset } from "../../api/queries.js";
import type { ReviewDocument, UserRole } from "../../api/types.js";

const PAGE_LENGTH = 50;

/** Users, newest first. */
export const usersQuery = (search: string, role: UserRole | "") =>
	infiniteQueryOptions({
		queryKey: ["admin", "users", search, role],
		queryFn: ({ pageParam }) =>
			answer(
				api.GET("/api/v1/admin/users", {
					params: {
						query: {
							limit: PAGE_LENGTH,
							offset: pageParam,
							...(search === "" ? {} : { search }),
							...(role === "" ? {} : { role }),
						},
					},
				}),
			),
		initialPageParam: 0,
		getNextPageParam: nextOffset,
	});

/** Some users whose addresses hold `search`, to choose one. */
export const userChoicesQuery = (search: string) =>
	queryOptions({
		queryKey: ["admin", "users", "choices", search],
		queryFn: () =>
			answer(
				api.GET("/api/v1/admin/users", { params: { query: { limit: 100, ...(search === "" ? {} : { search }) } } }),
			),
	});

/** Which entries of the audit log are wanted; what is left out does not matter. */
export interface AuditFilter {
	readonly user_id?: string;
	readonly action?: string;
	/** ISO 8601, inclusive. */
	readonly from?: string;
	/** ISO 8601, exclusive. */
	readonly to?: string;
}

/** What was done, newest first. */
export const auditQuery = (filter: AuditFilter) =>
	infiniteQueryOptions({
		queryKey: ["admin", "audit", filter],
		queryFn: ({ pageParam }) =>
			answer(
				api.GET("/api/v1/admin/audit", {
					params: { query: { limit: PAGE_LENGTH, ...filter, ...(pageParam === null ? {} : { before: pageParam }) } },
				}),
			),
		initialPageParam: null as number | null,
		getNextPageParam: (page) => page.next_before,
	});

export type ReviewState = Exclude<ReviewDocument["review_state"], "none">;

/** Fits that were flagged, oldest first. */
export const reviewsQuery = (state: ReviewState) =>
	infiniteQueryOptions({
		queryKey: ["admin", "review", state],
		queryFn: ({ pageParam }) =>
			answer(api.GET("/api/v1/admin/review", { params: { query: { state, limit: PAGE_LENGTH, offset: pageParam } } })),
		initialPageParam: 0,
		getNextPageParam: nextOffset,
	});
