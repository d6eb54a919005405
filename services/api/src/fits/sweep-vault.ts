import type { ApiDependencies } from "../dependencies.js";
import { uploadTimeout_ms } from "../http/arrival-time.js";
import { isFinal } from "./session-document.js";

/** Wipes photos that are past their time or that no unfinished session needs. */
export async function sweepVault({ vault, database, config, log }: ApiDependencies): Promise<void> {
	const swept = await vault.sweep();
	if (swept.length > 0) log.warn({ count: swept.length }, "photos past their time wiped");
	const held = await vault.list();
	if (held.length === 0) return;
	const rows = await database.asSystem((tx) =>
		tx
			.selectFrom("sessions")
			.select(["session_id", "status"])
			.where(
				"session_id",
				"in",
				held.map((photos) => photos.jobId),
			)
			.execute(),
	);
	const statuses = new Map(rows.map((row) => [row.session_id, row.status]));
	for (const { jobId, modifiedAt } of held) {
		const status = statuses.get(jobId);
		// Photos come before their session: those of an upload that still runs belong to none yet. The vault's times are
		// the machine's, not the tests'.
		const isUploadOver = Date.now() - modifiedAt.getTime() > uploadTimeout_ms(config) + 60_000;
		if (!(status === undefined ? isUploadOver : isFinal(status))) continue;
		// One that resists must not keep the others.
		await vault.wipe(jobId).catch((error) => log.error({ err: error, session_id: jobId }, "photos not wiped yet"));
	}
}
