import type { Tx } from "@anny-fitter/platform/database";
import type { ApiDependencies } from "../dependencies.js";
import { SESSION_COLUMNS, type ShownSessionRow, sessionDocument } from "../fits/session-document.js";
import { SessionFeed } from "../fits/session-feed.js";

/**
 * Cancels a user's fits that wait or run, within a transaction of that user. A worker that is at one of them finds that
 * its claim is lost and stops.
 *
 * @param subjectId only the fits of this subject
 */
export async function cancelOpenFits(
	tx: Tx,
	userId: string,
	now: Date,
	subjectId?: string,
): Promise<readonly ShownSessionRow[]> {
	let open = tx
		.updateTable("sessions")
		.set({ status: "cancelled", request: "{}", lease_expires_at: null, updated_at: now })
		.where("user_id", "=", userId)
		.where("status", "in", ["queued", "active"]);
	if (subjectId !== undefined) open = open.where("subject_id", "=", subjectId);
	return open.returning(SESSION_COLUMNS).execute();
}

/** After the commit: wipes the photos of cancelled fits and tells whoever watches them. */
export async function finishCancelledFits(
	dependencies: ApiDependencies,
	sessions: readonly ShownSessionRow[],
): Promise<void> {
	const feed = new SessionFeed(dependencies);
	for (const session of sessions) {
		await dependencies.vault.wipe(session.session_id);
		await feed.publish(session.user_id, sessionDocument(session));
	}
}
