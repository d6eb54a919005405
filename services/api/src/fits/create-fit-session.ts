import { createHash } from "node:crypto";
import { AppError, type StatedFacts, type ViewLabel } from "@anny-fitter/contracts";
import type { Actor, Tx } from "@anny-fitter/platform/database";
import { activeTraceparent } from "@anny-fitter/platform/observability";
import { type AuditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { findEarlier, type IdempotencyKey, takeKey, withKey } from "../idempotency/idempotency-keys.js";
import { requireConsent } from "./admit-fit.js";
import { statedFacts, subjectId, viewLabels } from "./fit-fields.js";
import type { FitUpload } from "./read-fit-upload.js";
import { SESSION_COLUMNS, type ShownSessionRow } from "./session-document.js";

/** What a session keeps for its job; `sessions.request`. No photo. */
export interface StoredFitRequest {
	readonly photo_count: number;
	readonly views: readonly (ViewLabel | null)[];
	readonly stated: StatedFacts;
	/** The trace that the upload belongs to: whoever works on the fit, and whenever, continues it. */
	readonly traceparent?: string | undefined;
}

export interface FitSessionOrder {
	readonly sessionId: string;
	readonly upload: FitUpload;
	readonly idempotencyKey: string | null;
	readonly actor: Actor;
	readonly origin: AuditOrigin;
}

/**
 * Makes subject, session, idempotency key, job and audit entry: all or none.
 *
 * @returns the new session, or that of an earlier request with the same key and content
 * @throws AppError `not_found` for the subject, `invalid_argument`, `idempotency_conflict`, `consent_required`
 */
export async function createFitSession(
	dependencies: ApiDependencies,
	order: FitSessionOrder,
): Promise<{ readonly row: ShownSessionRow; readonly isNew: boolean }> {
	const { database, queue } = dependencies;
	const given =
		order.idempotencyKey === null ? null : { key: order.idempotencyKey, fingerprint: fingerprintOf(order.upload) };
	// The request's, not that of the transaction below.
	const traceparent = activeTraceparent();
	const created = await withKey(() =>
		database.asUser(order.actor, async (tx) => {
			const earlier = await earlierSession(dependencies, tx, order, given);
			if (earlier !== null) return { row: earlier, isNew: false };
			return { row: await insertAll(dependencies, tx, order, given, traceparent), isNew: true };
		}),
	);
	if (created.isNew) queue.notify();
	return created;
}

async function earlierSession(
	{ now }: ApiDependencies,
	tx: Tx,
	{ actor }: FitSessionOrder,
	given: IdempotencyKey | null,
): Promise<ShownSessionRow | null> {
	const made = await findEarlier(tx, actor.userId, given, now());
	if (made === null) return null;
	const row = await tx
		.selectFrom("sessions")
		.select(SESSION_COLUMNS)
		.where("session_id", "=", made.session_id)
		.executeTakeFirst();
	return row ?? null;
}

async function insertAll(
	{ database, queue, config, now }: ApiDependencies,
	tx: Tx,
	{ sessionId, upload, actor, origin }: FitSessionOrder,
	given: IdempotencyKey | null,
	traceparent: string | undefined,
): Promise<ShownSessionRow> {
	// It may have been withdrawn while the photos arrived.
	await requireConsent(tx, actor.userId);
	const named = subjectId(upload.fields);
	const subject = named === null ? null : await findSubject(tx, named);
	const stated = statedFacts(upload.fields, subject, now());
	const request: StoredFitRequest = {
		photo_count: upload.photoHashes.length,
		views: viewLabels(upload.fields, upload.photoHashes.length),
		stated,
		traceparent,
	};
	const subject_id = subject?.subject_id ?? (await createUnnamedSubject(tx, actor, stated));
	// Users may not choose ids; this one was chosen here, because the photos came before the session.
	const row = await database.elevate(tx, () =>
		tx
			.insertInto("sessions")
			.values({
				session_id: sessionId,
				user_id: actor.userId,
				subject_id,
				status: "queued",
				request: JSON.stringify(request),
				expires_at: new Date(now().getTime() + config.vaultLifetime_ms),
			})
			.returning(SESSION_COLUMNS)
			.executeTakeFirstOrThrow(),
	);
	if (given !== null) await takeKey(tx, actor.userId, given, { session_id: sessionId, model_id: null }, now());
	await recordAudit(tx, origin, { action: "fit_request", resourceType: "session", resourceId: sessionId });
	await database.elevate(tx, () => queue.enqueue(tx, sessionId));
	return row;
}

async function findSubject(tx: Tx, subjectId: string) {
	const subject = await tx
		.selectFrom("subjects")
		.select(["subject_id", "date_of_birth", "gender"])
		.where("subject_id", "=", subjectId)
		// Whoever deletes it waits, and then finds the session.
		.forKeyShare()
		.executeTakeFirst();
	if (subject === undefined) throw new AppError("not_found", "There is no such subject.");
	return subject;
}

async function createUnnamedSubject(tx: Tx, actor: Actor, stated: StatedFacts): Promise<string> {
	const { subject_id } = await tx
		.insertInto("subjects")
		.values({
			user_id: actor.userId,
			date_of_birth: stated.date_of_birth ?? null,
			gender: stated.sex ?? null,
			created_by_fit: true,
		})
		.returning("subject_id")
		.executeTakeFirstOrThrow();
	return subject_id;
}

/** Tells requests of equal content: fields whatever their order, photos in theirs. */
function fingerprintOf({ fields, photoHashes }: FitUpload): Buffer {
	const hash = createHash("sha256");
	hash.update(JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
	for (const photo of photoHashes) hash.update(photo);
	return hash.digest();
}
