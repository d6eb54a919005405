import { AppError } from "@anny-fitter/contracts";
import type { Actor, Tx } from "@anny-fitter/platform/database";
import { lockConsents } from "../account/consents.js";
import type { ApiDependencies } from "../dependencies.js";

/** What a fit takes when none was measured yet, s. */
const DEFAULT_DURATION_S = 15;
const MAX_RETRY_AFTER_S = 600;
/** What recent fits took is averaged over so many. */
const RECENT_FITS = 20;

/**
 * Whether a user's fit may be taken: consent, and room in the queue.
 *
 * @param idempotencyKey a fit that was taken under this key already needs no room
 * @throws AppError `consent_required`, `queue_full`
 */
export async function admitFit(
	{ database, config, now }: ApiDependencies,
	actor: Actor,
	idempotencyKey: string | null,
): Promise<void> {
	await database.asUser(actor, async (tx) => {
		await requireConsent(tx, actor.userId);
		if (idempotencyKey !== null) {
			const known = await tx
				.selectFrom("idempotency_keys")
				.select("session_id")
				.where("user_id", "=", actor.userId)
				.where("key", "=", idempotencyKey)
				.where("expires_at", ">", now())
				.executeTakeFirst();
			if (known !== undefined) return;
		}
		const full = await database.elevate(tx, async () => {
			const waiting = await countWaiting(tx);
			return waiting < config.maxQueuedFits ? null : { waiting, duration_s: await recentDuration_s(tx) };
		});
		if (full === null) return;
		// Until a place is free, one fit has to end; ask again when a good part of the queue is gone.
		const wait_s = (full.duration_s * Math.max(1, full.waiting / 4)) / config.fitConcurrency;
		throw new AppError("queue_full", "Too many fits are waiting already.", {
			retryable: true,
			details: { retry_after_s: Math.min(MAX_RETRY_AFTER_S, Math.max(1, Math.ceil(wait_s))) },
		});
	});
}

/**
 * Consent, which nobody can withdraw unseen until the transaction ends.
 *
 * @throws AppError `consent_required`
 */
export async function requireConsent(tx: Tx, userId: string): Promise<void> {
	await lockConsents(tx, userId, "shared");
	const latest = await tx
		.selectFrom("consents")
		.select("granted")
		.where("user_id", "=", userId)
		.where("purpose", "=", "photo_processing")
		.orderBy("created_at", "desc")
		.limit(1)
		.executeTakeFirst();
	if (latest?.granted === true) return;
	throw new AppError("consent_required", "You have not agreed to the processing of photos.");
}

async function countWaiting(tx: Tx): Promise<number> {
	const { count } = await tx
		.selectFrom("sessions")
		.select((e) => e.fn.countAll().as("count"))
		.where("status", "=", "queued")
		.executeTakeFirstOrThrow();
	return Number(count);
}

async function recentDuration_s(tx: Tx): Promise<number> {
	const rows = await tx
		.selectFrom("fitted_models")
		.select("processing_time")
		.where("processing_time", "is not", null)
		.orderBy("created_at", "desc")
		.limit(RECENT_FITS)
		.execute();
	if (rows.length === 0) return DEFAULT_DURATION_S;
	return rows.reduce((sum, row) => sum + (row.processing_time ?? 0), 0) / rows.length;
}
