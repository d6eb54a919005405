import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api, apiFetch, problemOf } from "../../api/client.js";
import type { ResearchPage } from "../../api/types.js";

const PAGE_LENGTH = 1000;
/** The most that the server gives in one answer. */
const CSV_PAGE_LENGTH = 10_000;

/** De-identified measurements, a thousand at a time; the server does not say how many there are. */
export const researchQuery = (measurement_type: string) =>
	infiniteQueryOptions({
		queryKey: ["research", measurement_type],
		queryFn: async ({ pageParam }) =>
			(await answer(
				api.GET("/api/v1/research/measurements", {
					params: {
						query: { limit: PAGE_LENGTH, offset: pageParam, ...(measurement_type === "" ? {} : { measurement_type }) },
					},
				}),
			)) as ResearchPage,
		initialPageParam: 0,
		getNextPageParam: ({ measurements, offset, limit }) => (measurements.length < limit ? null : offset + limit),
	});

/**
 * Everything that matches as one CSV file.
 *
 * @param onRows hears how many rows have arrived
 */
export async function fetchResearchCsv(measurement_type: string, onRows: (rows: number) => void): Promise<Blob> {
	const parts: string[] = [];
	for (let offset = 0; ; offset += CSV_PAGE_LENGTH) {
		const query = new URLSearchParams({ format: "csv", limit: String(CSV_PAGE_LENGTH), offset: String(offset) });
		if (measurement_type !== "") query.set("measurement_type", measurement_type);
		const response = await apiFetch(`/api/v1/research/measurements?${query}`);
		if (!response.ok) throw await problemOf(response);
		const text = await response.text();
		const endOfHeader = text.indexOf("\n") + 1;
		const rows = text.slice(endOfHeader);
		parts.push(offset === 0 ? text : rows);
		// No field holds a line break: they are ids, numbers and words of fixed lists.
		const count = rows.split("\n").length - 1;
		onRows(offset + count);
		if (count < CSV_PAGE_LENGTH) return new Blob(parts, { type: "text/csv" });
	}
}
