import type { Tx, UserRole } from "@anny-fitter/platform/database";
import type { ApiDependencies } from "../dependencies.js";
import type { AccessToken } from "./access-tokens.js";

/** How long a change may stay unseen that was made by a program beside the server, such as `users grant`. */
const LIFETIME_MS = 60_000;

interface Known {
	readonly role: UserRole;
	readonly validAfter_ms: number;
}

function keyOf(userId: string): string {
	return `token-validity:${userId}`;
}

/** Whether a genuine token still counts: its user exists, has that role, and has not logged out everywhere since. */
export async function isStillValid(
	{ cache, database }: Pick<ApiDependencies, "cache" | "database">,
	token: AccessToken,
): Promise<boolean> {
	const key = keyOf(token.userId);
	let known = (await cache.get(key)) as Known | undefined;
	if (known === undefined) {
		const row = await database.asSystem((tx) =>
			tx
				.selectFrom("users")
				.select(["role", "tokens_valid_after"])
				.where("user_id", "=", token.userId)
				.executeTakeFirst(),
		);
		if (row === undefined) return false;
		known = { role: row.role, validAfter_ms: row.tokens_valid_after.getTime() };
		await cache.set(key, known, LIFETIME_MS);
	}
	return known.role === token.role && token.issuedAt_s * 1000 >= known.validAfter_ms;
}

/** Call after each transaction that changed role or `tokens_valid_after`, or deleted the user. */
export async function forgetTokenValidity({ cache }: Pick<ApiDependencies, "cache">, userId: string): Promise<void> {
	await cache.delete(keyOf(userId));
}

/** Ends all log-ins of a user within a transaction of the system's role: access tokens and refresh tokens. */
export async function revokeAllTokens(tx: Tx, userId: string, now: Date): Promise<void> {
	const user = await tx
		.selectFrom("users")
		.select("tokens_valid_after")
		.where("user_id", "=", userId)
		.forUpdate()
		.executeTakeFirst();
	if (user === undefined) return;
	// Tokens carry whole seconds. The latest that can have been issued is of this second, or of the one in which the
	// revocation before this ended: the second after that excludes them all.
	const latest_s = Math.max(Math.floor(now.getTime() / 1000), Math.ceil(user.tokens_valid_after.getTime() / 1000));
	await tx
		.updateTable("users")
		.set({ tokens_valid_after: new Date((latest_s + 1) * 1000) })
		.where("user_id", "=", userId)
		.execute();
	await tx
		.updateTable("refresh_tokens")
		.set({ revoked_at: now })
		.where("user_id", "=", userId)
		.where("revoked_at", "is", null)
		.execute();
}
