import i18next from "i18next";
import { create } from "zustand";
import { api } from "../api/client.js";
import { queryClient } from "../api/queries.js";
import { toast, undoable } from "../ui/toasts.js";

const useHidden = create<{ readonly ids: ReadonlySet<string> }>(() => ({ ids: new Set() }));

/** Bodies that are being deleted: gone from sight, and gone for good once the time to undo is over. */
export function useHiddenBodies(): ReadonlySet<string> {
	return useHidden((state) => state.ids);
}

/**
 * Deletes a body, with some seconds to undo it.
 *
 * @param onUndo leads back to it
 */
export function deleteBody(model_id: string, onUndo: () => void): void {
	useHidden.setState(({ ids }) => ({ ids: new Set([...ids, model_id]) }));
	const show = () => useHidden.setState(({ ids }) => ({ ids: new Set([...ids].filter((id) => id !== model_id)) }));
	undoable(i18next.t("model:delete.done"), i18next.t("undo"), {
		run: () => void run(model_id).finally(show),
		undo: () => {
			show();
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
