import { useMutation } from "@tanstack/react-query";
import { answer, api } from "../api/client.js";
import type { SubjectDocument } from "../api/types.js";
import { keepSubject } from "./keep-subject.js";

/** What is known of a person and can be changed; null: nothing. */
export type SubjectChange = Partial<Pick<SubjectDocument, "name" | "date_of_birth" | "gender">>;

/** Changes what is known of a person, and tells every page that shows it. */
export function useSubjectChange(subject_id: string, onDone?: () => void) {
	return useMutation({
		mutationFn: (change: SubjectChange) =>
			answer(api.PATCH("/api/v1/subjects/{subject_id}", { params: { path: { subject_id } }, body: change })),
		onSuccess: (subject) => {
			keepSubject(subject);
			onDone?.();
		},
	});
}
