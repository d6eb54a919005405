import i18next from "i18next";
import { create } from "zustand";
import { api } from "../../api/client.js";
import { queryClient } from "../../api/queries.js";
import { toast, undoable } from "../../ui/toasts.js";

const useDecided = create<{ readonly ids: ReadonlySet<string> }>(() => ({ ids: new Set() }));

/** Fits whose decision is on its way: gone from the queue already. */
export function useDecidedReviews(): ReadonlySet<string> {
	return useDecided((state) => state.ids);
}

/** Decides about a fit, with some seconds to take it back. */
export function decideReview(model_id: string, decision: "accepted" | "rejected", note: string | null): void {
	mark(model_id, true);
	undoable(i18next.t(`admin:review.done.${decision}`), i18next.t("undo"), {
		run: () => void send(model_id, decision, note),
		undo: () => mark(model_id, false),
	});
}

async function send(model_id: string, decision: "accepted" | "rejected", note: string | null): Promise<void> {
	try {
		await api.POST("/api/v1/admin/review/{model_id}", {
			params: { path: { model_id } },
			body: { decision, note },
			keepalive: true,
		});
	} catch {
		toast(i18next.t("admin:review.failed"));
	}
	await queryClient.invalidateQueries({ queryKey: ["admin", "review"] });
	mark(model_id, false);
}

function mark(model_id: string, isDecided: boolean): void {
	useDecided.setState(({ ids }) => {
		const changed = new Set(ids);
		if (isDecided) changed.add(model_id);
		else changed.delete(model_id);
		return { ids: changed };
	});
}
