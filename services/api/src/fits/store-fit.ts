import { AppError } from "@anny-fitter/contracts";
import type { Database } from "@anny-fitter/platform/database";
import { recordAudit } from "../audit/record-audit.js";
import { measurementRows, modelColumns } from "../models/stored-model.js";
import type { FitResult } from "./fitting-client.js";
import { type Claim, ClaimLostError, completeSession } from "./session-claim.js";
import type { ShownSessionRow } from "./session-document.js";

/**
 * Stores model, measurements, end of the session and audit entry in one transaction; nothing of it when the claim is
 * lost.
 *
 * @throws ClaimLostError when the session was cancelled or is another worker's
 * @throws AppError `conflict` when its subject was deleted
 */
export async function storeFit(
	database: Database,
	claim: Claim,
	{ document, isFlaggedForReview }: FitResult,
	duration_ms: number,
): Promise<ShownSessionRow> {
	return database.asSystem(async (tx) => {
		const session = await tx
			.selectFrom("sessions")
			.select(["subject_id"])
			.where("session_id", "=", claim.sessionId)
			.where("attempt", "=", claim.attempt)
			.where("status", "=", "active")
			.forUpdate()
			.executeTakeFirst();
		if (session === undefined) throw new ClaimLostError();
		if (session.subject_id === null) throw new AppError("conflict", "The subject was deleted during the fit.");
		const { model_id } = await tx
			.insertInto("fitted_models")
			.values({
				...modelColumns(document),
				subject_id: session.subject_id,
				user_id: claim.userId,
				session_id: claim.sessionId,
				processing_time: duration_ms / 1000,
				num_images_used: document.views.length,
				flagged_for_review: isFlaggedForReview,
				review_state: isFlaggedForReview ? "open" : "none",
			})
			.returning("model_id")
			.executeTakeFirstOrThrow();
		const rows = measurementRows(document).map((row) => ({ ...row, model_id, user_id: claim.userId }));
		if (rows.length > 0) await tx.insertInto("measurements").values(rows).execute();
		const row = await completeSession(tx, claim, model_id);
		await recordAudit(
			tx,
			{ userId: claim.userId, ipAddress: null, userAgent: null },
			{ action: "model_fit", resourceType: "model", resourceId: model_id },
		);
		return row;
	});
}
