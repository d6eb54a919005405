import i18next from "i18next";
import { api } from "../../api/client.js";
import { queryClient } from "../../api/queries.js";
import { createHiddenIds } from "../../ui/hidden-ids.js";
import { toast, undoable } from "../../ui/toasts.js";

const { useHidden, hide, show } = createHiddenIds();

/** People who are being deleted: gone from sight, and gone for good once the time to undo is over. */
export const useHiddenSubjects = useHidden;

/**
 * Deletes people with all their bodies, with some seconds to undo it.
 *
 * @param name of the person, when it is one
 */
export function deleteSubjects(ids: readonly string[], name: string | null): void {
	hide(ids);
	const text = i18next.t(name === null ? "subjects:deleted.several" : "subjects:deleted.one", {
		name,
		number: ids.length,
	});
	undoable(text, i18next.t("undo"), { run: () => void run(ids), undo: () => show(ids) });
}

async function run(ids: readonly string[]): Promise<void> {
	// The request outlives the page when the person leaves at once.
	const results = await Promise.allSettled(
		ids.map((subject_id) =>
			api.DELETE("/api/v1/subjects/{subject_id}", { params: { path: { subject_id } }, keepalive: true }),
		),
	);
	const failed = ids.filter((_, index) => results[index]?.status === "rejected");
	if (failed.length > 0) toast(i18next.t("subjects:deleted.failed"));
	await queryClient.invalidateQueries({ queryKey: ["subjects"] });
	show(ids);
}
