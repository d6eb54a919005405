import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client.js";
import { queryClient, subjectModelsQuery } from "../../api/queries.js";

/** The API counts bodies person by person; for more people than this it would be asked too often. */
const MAX_PEOPLE = 50;

/** How many people and bodies are stored; `bodies` is null when they are too many to count. */
export const countsQuery = queryOptions({
	queryKey: ["subjects", "counts"],
	queryFn: async (): Promise<{ people: number; bodies: number | null }> => {
		const { subjects, total } = await answer(api.GET("/api/v1/subjects", { params: { query: { limit: MAX_PEOPLE } } }));
		if (total > subjects.length) return { people: total, bodies: null };
		const pages = await Promise.all(
			subjects.map(({ subject_id }) => queryClient.fetchQuery(subjectModelsQuery(subject_id, { limit: 1 }))),
		);
		return { people: total, bodies: pages.reduce((sum, page) => sum + page.total, 0) };
	},
});
