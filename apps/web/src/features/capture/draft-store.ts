import { create } from "zustand";
import { onAccess } from "../../auth/access.js";
import { type Draft, NO_DRAFT } from "./draft.js";

interface DraftState {
	readonly draft: Draft;
	/** The fit that this draft was sent for; null before, and once something new is begun. */
	readonly session_id: string | null;
}

/** The draft outlives the page, so that a failed fit can be tried again with better photos. */
export const useDraft = create<DraftState>(() => ({ draft: NO_DRAFT, session_id: null }));

/** Changes the present draft. */
export function changeDraft(change: (draft: Draft) => Partial<Draft>): void {
	useDraft.setState(({ draft }) => ({ draft: { ...draft, ...change(draft) } }));
}

/** Begins anew. */
export function startDraft(draft: Draft = NO_DRAFT): void {
	useDraft.setState({ draft, session_id: null });
}

/** Remembers which fit the draft went into. */
export function sentDraft(session_id: string): void {
	useDraft.setState({ session_id });
}

// Nothing of one person is left for the next.
onAccess((tokens) => {
	if (tokens === null) startDraft();
});
