import i18next from "i18next";
import { api } from "../api/client.js";
import { queryClient } from "../api/queries.js";
import { createHiddenIds } from "../ui/hidden-ids.js";
import { toast, undoable } from "../ui/toasts.js";

const { useHidden, hide, show } = createHiddenIds();

/** Bodies that are being deleted: gone from sight, and gone for good once the time to undo is over. */
export const useHiddenBodies = useHidden;

/**
 * Deletes a body, with some seconds to undo it.
 *
 * @param onUndo leads back to it
 */
export function deleteBody(model_id: string, onUndo: () => void): void {
	hide([model_id]);
	undoable(i18next.t("model:delete.done"), i18next.t("undo"), {
		run: () => void run(model_id).finally(() => show([model_id])),
		undo: () => {
			show([model_id]);
			onUndo();
		},
	});
}

async function run(model_id: string): Promise<void> {
	try {
		// The request outlives the page when the person leaves at once.
		await api.DELETE("/api/v1/models/{model_id}", { params: { path: { model_id } }, keepalive: true });
		queryClient.removeQueries({ queryKey: ["models", model_id] });
	} catch {
		toast(i18next.t("model:delete.failed"));
	}
	await queryClient.invalidateQueries({ queryKey: ["subjects"] });
}
