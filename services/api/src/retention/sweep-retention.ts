import type { ApiDependencies } from "../dependencies.js";

const DAY_MS = 86_400_000;
/** Rows of one sweep, so that none takes long; the next one is a minute away. */
const BATCH = 1000;

/**
 * Removes what has served its time: refresh tokens a day after their end (until then a stolen one is still told from one
 * that nobody ever issued), and, where SESSION_RETENTION_DAYS says so, the notes of fits that ended. Bodies stay.
 */
export async function sweepRetention({ config, database, now }: ApiDependencies): Promise<void> {
	const before = (days: number) => new Date(now().getTime() - days * DAY_MS);
	await database.asSystem((tx) =>
		tx
			.deleteFrom("refresh_tokens")
			.where("token_id", "in", (from) =>
				from.selectFrom("refresh_tokens").select("token_id").where("expires_at", "<=", before(1)).limit(BATCH),
			)
			.execute(),
	);
	const days = config.sessionRetention_days ?? 0;
	if (days === 0) return;
	await database.asSystem((tx) =>
		tx
			.deleteFrom("sessions")
			.where("session_id", "in", (from) =>
				from
					.selectFrom("sessions")
					.select("session_id")
					.where("status", "not in", ["queued", "active"])
					.where("expires_at", "<=", before(days))
					.limit(BATCH),
			)
			.execute(),
	);
}
