import { queryClient } from "../api/queries.js";
import type { SubjectDocument } from "../api/types.js";

/** Takes up what the server answered to a change of a person. */
export function keepSubject(subject: SubjectDocument): void {
	queryClient.setQueryData(["subjects", subject.subject_id], subject);
	void queryClient.invalidateQueries({ queryKey: ["subjects", "list"] });
}
