import { createHash, randomUUID } from "node:crypto";
import type { Tx } from "@anny-fitter/platform/database";

/**
 * Two tabs may present the same token at the same moment. Within this time the second is told to try again (by then the
 * browser has the successor), later it counts as stolen. A successor is never issued twice.
 */
export const REUSE_GRACE_MS = 10_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export type Rotation =
	| { readonly outcome: "rotated"; readonly userId: string; readonly token: string }
	| { readonly outcome: "concurrent" }
	| { readonly outcome: "reused"; readonly userId: string }
	| { readonly outcome: "invalid" };

/** Issues a token of a family; a new log-in begins a new family. Only the hash is stored. */
export async function issueRefreshToken(
	tx: Tx,
	user: { readonly userId: string; readonly familyId?: string },
	now: Date,
	lifetime_s: number,
): Promise<string> {
	const token = randomUUID();
	await tx
		.insertInto("refresh_tokens")
		.values({
			user_id: user.userId,
			family_id: user.familyId ?? randomUUID(),
			token_hash: hashToken(token),
			created_at: now,
			expires_at: new Date(now.getTime() + lifetime_s * 1000),
		})
		.execute();
	return token;
}

/** Exchanges a token for its successor; one that was exchanged before revokes all that descend from its log-in. */
export async function rotateRefreshToken(tx: Tx, token: string, now: Date, lifetime_s: number): Promise<Rotation> {
	if (!UUID.test(token)) return { outcome: "invalid" };
	const row = await tx
		.selectFrom("refresh_tokens")
		.select(["token_id", "user_id", "family_id", "expires_at", "used_at", "revoked_at"])
		.where("token_hash", "=", hashToken(token))
		.forUpdate()
		.executeTakeFirst();
	if (row === undefined || row.revoked_at !== null || row.expires_at <= now) return { outcome: "invalid" };
	if (row.used_at !== null) {
		if (now.getTime() - row.used_at.getTime() < REUSE_GRACE_MS) return { outcome: "concurrent" };
		await revokeFamily(tx, row.family_id, now);
		return { outcome: "reused", userId: row.user_id };
	}
	await tx.updateTable("refresh_tokens").set({ used_at: now }).where("token_id", "=", row.token_id).execute();
	const successor = await issueRefreshToken(tx, { userId: row.user_id, familyId: row.family_id }, now, lifetime_s);
	return { outcome: "rotated", userId: row.user_id, token: successor };
}

/** Ends the log-in that a token belongs to. @returns its user, or null when there is no such token */
export async function revokeLogin(tx: Tx, token: string, now: Date): Promise<string | null> {
	if (!UUID.test(token)) return null;
	const row = await tx
		.selectFrom("refresh_tokens")
		.select(["user_id", "family_id"])
		.where("token_hash", "=", hashToken(token))
		.executeTakeFirst();
	if (row === undefined) return null;
	await revokeFamily(tx, row.family_id, now);
	return row.user_id;
}

async function revokeFamily(tx: Tx, familyId: string, now: Date): Promise<void> {
	await tx
		.updateTable("refresh_tokens")
		.set({ revoked_at: now })
		.where("family_id", "=", familyId)
		.where("revoked_at", "is", null)
		.execute();
}

function hashToken(token: string): Buffer {
	return createHash("sha256").update(token.toLowerCase()).digest();
}
