import type { ConsentsDocument } from "@anny-fitter/contracts";
import type { Tx } from "@anny-fitter/platform/database";
import { sql } from "kysely";

type Purpose = "photo_processing" | "research_use";

/** The latest decision about each purpose; what was never decided is not granted. */
export async function readConsents(tx: Tx, userId: string): Promise<ConsentsDocument> {
	const rows = await tx
		.selectFrom("consents")
		.distinctOn("purpose")
		.select(["purpose", "granted", "version", "created_at"])
		.where("user_id", "=", userId)
		.orderBy("purpose")
		.orderBy("created_at", "desc")
		// When two have the same time, no wins.
		.orderBy("granted", "asc")
		.execute();
	const isGranted = (purpose: Purpose) => rows.find((row) => row.purpose === purpose)?.granted ?? false;
	const latest = rows.reduce<(typeof rows)[number] | null>(
		(newest, row) => (newest === null || row.created_at > newest.created_at ? row : newest),
		null,
	);
	return {
		photo_processing: isGranted("photo_processing"),
		research_use: isGranted("research_use"),
		version: latest?.version ?? null,
		updated_at: latest?.created_at.toISOString() ?? null,
	};
}

/**
 * Keeps a fit from being queued while the consent for it is withdrawn: whoever comes second sees what the first did.
 * Lasts until the transaction ends.
 */
export async function lockConsents(tx: Tx, userId: string, mode: "shared" | "exclusive"): Promise<void> {
	const key = sql`hashtextextended(${`consents:${userId}`}, 0)`;
	await (mode === "shared"
		? sql`select pg_advisory_xact_lock_shared(${key})`
		: sql`select pg_advisory_xact_lock(${key})`
	).execute(tx);
}
