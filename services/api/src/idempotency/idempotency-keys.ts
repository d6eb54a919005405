import { createHash } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import type { Tx } from "@anny-fitter/platform/database";

const LIFETIME_MS = 24 * 3600_000;

/** A key that a caller chose for a request, and what tells the request from others. */
export interface IdempotencyKey {
	readonly key: string;
	readonly fingerprint: Buffer;
}

/** What the first request with a key has made. */
export type MadeThing =
	| { readonly session_id: string; readonly model_id: null }
	| { readonly session_id: null; readonly model_id: string };

/** Another request with the same key was faster; what it has made is the answer. */
export class TakenKeyError extends Error {}

/** @throws AppError `invalid_argument` */
export function readIdempotencyKey(value: string | undefined): string | null {
	if (value === undefined) return null;
	if (/^[\x21-\x7e]{1,255}$/.test(value)) return value;
	throw new AppError("invalid_argument", "The Idempotency-Key is not 1 to 255 printable characters without spaces.", {
		remedy: "Use a UUID.",
		details: { field: "Idempotency-Key" },
	});
}

/** Tells requests with a JSON body; the names of a body's fields in any order. */
export function fingerprintOf(route: string, body: unknown): Buffer {
	return createHash("sha256")
		.update(JSON.stringify([route, sorted(body)]))
		.digest();
}

function sorted(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(sorted);
	const entries = Object.entries(value).map(([name, part]) => [name, sorted(part)] as const);
	return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * What an earlier request with the same key and content has made, within a transaction of its user.
 *
 * @throws AppError `idempotency_conflict` when the content was another
 */
export async function findEarlier(
	tx: Tx,
	userId: string,
	given: IdempotencyKey | null,
	now: Date,
): Promise<MadeThing | null> {
	if (given === null) return null;
	const earlier = await tx
		.selectFrom("idempotency_keys")
		.select(["fingerprint", "session_id", "model_id"])
		.where("user_id", "=", userId)
		.where("key", "=", given.key)
		.where("expires_at", ">", now)
		.executeTakeFirst();
	if (earlier === undefined) return null;
	if (!given.fingerprint.equals(earlier.fingerprint)) {
		throw new AppError("idempotency_conflict", "This Idempotency-Key was used for another request.");
	}
	return earlier as MadeThing;
}

/**
 * Makes a key stand for what a transaction makes. Waits for a transaction that takes the same key at this moment.
 *
 * @throws TakenKeyError when that one was faster
 */
export async function takeKey(
	tx: Tx,
	userId: string,
	given: IdempotencyKey,
	made: MadeThing,
	now: Date,
): Promise<void> {
	await tx
		.deleteFrom("idempotency_keys")
		.where("user_id", "=", userId)
		.where("key", "=", given.key)
		.where("expires_at", "<=", now)
		.execute();
	const taken = await tx
		.insertInto("idempotency_keys")
		.values({
			user_id: userId,
			key: given.key,
			fingerprint: given.fingerprint,
			...made,
			expires_at: new Date(now.getTime() + LIFETIME_MS),
		})
		.onConflict((conflict) => conflict.columns(["user_id", "key"]).doNothing())
		.returning("key")
		.executeTakeFirst();
	if (taken === undefined) throw new TakenKeyError("the key was taken meanwhile");
}

/**
 * Runs a transaction that takes a key, and once more when another request took the key meanwhile: then the transaction
 * finds what that one has made.
 *
 * @throws AppError `conflict` when it is gone by then
 */
export async function withKey<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof TakenKeyError)) throw error;
	}
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof TakenKeyError)) throw error;
		throw new AppError("conflict", "Another request with this Idempotency-Key just ended.");
	}
}
