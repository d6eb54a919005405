import type { Actor, Tx } from "@anny-fitter/platform/database";
import { type AuditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { EXPORT_PREFIX } from "../models/export-store.js";
import { cancelOpenFits, finishCancelledFits } from "./cancel-open-fits.js";
import { lockConsents } from "./consents.js";

/**
 * Removes a user and everything that is theirs: rows, exports, photos. What lies outside the database goes first, so that
 * a failure in between leaves an account that can be deleted again rather than files that belong to nobody. Rows of the
 * audit log stay; the database clears user, address and agent in them.
 */
export async function deleteAccount(dependencies: ApiDependencies, actor: Actor, origin: AuditOrigin): Promise<void> {
	const { database, objects, vault, now } = dependencies;
	const before = await database.asUser(actor, async (tx) => ({
		cancelled: await cancelOpenFits(tx, actor.userId, now()),
		sessionIds: await sessionIds(tx, actor.userId),
		objectKeys: await objectKeys(tx, actor.userId),
	}));
	await finishCancelledFits(dependencies, before.cancelled);
	for (const sessionId of before.sessionIds) await vault.wipe(sessionId);
	await objects.delete(before.objectKeys);
	const after = await database.asSystem(async (tx) => {
		// Waits for requests that add to the account at this moment; later ones find no consent and no user.
		await lockConsents(tx, actor.userId, "exclusive");
		await tx.selectFrom("users").select("user_id").where("user_id", "=", actor.userId).forUpdate().execute();
		const left = await sessionIds(tx, actor.userId);
		await recordAudit(tx, origin, { action: "account_delete", resourceType: "user", resourceId: actor.userId });
		await tx.deleteFrom("users").where("user_id", "=", actor.userId).execute();
		return left;
	});
	for (const sessionId of after) await vault.wipe(sessionId);
	// An export that was made meanwhile has lost its row, but not its file.
	for await (const { key } of objects.list(`${EXPORT_PREFIX}${actor.userId}/`)) await objects.delete([key]);
}

async function sessionIds(tx: Tx, userId: string): Promise<string[]> {
	const rows = await tx.selectFrom("sessions").select("session_id").where("user_id", "=", userId).execute();
	return rows.map((row) => row.session_id);
}

async function objectKeys(tx: Tx, userId: string): Promise<string[]> {
	const rows = await tx.selectFrom("exports").select("object_key").where("user_id", "=", userId).execute();
	return rows.map((row) => row.object_key);
}
