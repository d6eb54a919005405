import type { SessionRow, Tx } from "@anny-fitter/platform/database";
import { sql } from "kysely";
import type { ApiDependencies } from "../dependencies.js";
import { sweepExports } from "../models/sweep-exports.js";
import { sweepRetention } from "../retention/sweep-retention.js";
import { arePhotosReadable } from "./photos-readable.js";
import { MAX_ATTEMPTS } from "./session-claim.js";
import { SESSION_COLUMNS, type ShownSessionRow, sessionDocument } from "./session-document.js";
import { SessionFeed } from "./session-feed.js";
import { sweepVault } from "./sweep-vault.js";

const INTERVAL_MS = 5_000;
/** Exports and keys live for hours. */
const SLOW_INTERVAL_MS = 60_000;
/** When no fit runs anywhere, a session that has waited so long has lost its job. */
const IDLE_GRACE_S = 30;
/** While others run it may just be waiting for its turn. */
const BUSY_GRACE_S = 300;

/**
 * Finds what a process that died, or a message that was lost, has left: sessions without worker, photos without
 * session, exports and keys past their time. Several processes may sweep at once: every change is conditional.
 */
export async function startFitSweeper(dependencies: ApiDependencies): Promise<{ stop(): Promise<void> }> {
	const { log } = dependencies;
	let running: Promise<void> | null = null;
	let slowAt_ms = 0;
	const sweep = async () => {
		const isSlowDue = performance.now() >= slowAt_ms;
		if (isSlowDue) slowAt_ms = performance.now() + SLOW_INTERVAL_MS;
		await sweepFits(dependencies, { withSlow: isSlowDue }).catch((error) => {
			log.warn({ err: error }, "sweep failed; it is tried again");
		});
	};
	const tick = () => {
		running ??= sweep().finally(() => {
			running = null;
		});
		return running;
	};
	// An embedded database belongs to one process: whatever its last one worked on has no worker now.
	if (dependencies.database.kind === "pglite") await releaseAll(dependencies);
	await tick();
	const timer = setInterval(tick, INTERVAL_MS);
	timer.unref();
	return {
		stop: async () => {
			clearInterval(timer);
			await running;
		},
	};
}

/** One round of sweeping. */
export async function sweepFits(
	dependencies: ApiDependencies,
	{ withSlow }: { readonly withSlow: boolean },
): Promise<void> {
	await expireSessions(dependencies);
	await resumeLapsed(dependencies);
	await reviveQueued(dependencies);
	await sweepVault(dependencies);
	if (!withSlow) return;
	await sweepExports(dependencies);
	await dependencies.database.asSystem((tx) =>
		tx.deleteFrom("idempotency_keys").where("expires_at", "<=", dependencies.now()).execute(),
	);
	await sweepRetention(dependencies);
}

/** Makes every unfinished session due for {@link resumeLapsed} and {@link reviveQueued}. */
async function releaseAll({ database }: ApiDependencies): Promise<void> {
	const longAgo = sql<Date>`now() - interval '1 hour'`;
	await database.asSystem(async (tx) => {
		await tx.updateTable("sessions").set({ lease_expires_at: longAgo }).where("status", "=", "active").execute();
		await tx.updateTable("sessions").set({ updated_at: longAgo }).where("status", "=", "queued").execute();
	});
}

async function expireSessions(dependencies: ApiDependencies): Promise<void> {
	const rows = await dependencies.database.asSystem((tx) =>
		tx
			.updateTable("sessions")
			.set({ status: "expired", request: "{}", lease_expires_at: null, updated_at: sql<Date>`now()` })
			.where("status", "in", ["queued", "active"])
			.where("expires_at", "<=", dependencies.now())
			.returning(SESSION_COLUMNS)
			.execute(),
	);
	await publishEnded(dependencies, rows);
}

/** Sessions whose worker is gone are begun again if their photos are still there. */
async function resumeLapsed(dependencies: ApiDependencies): Promise<void> {
	const { database } = dependencies;
	const lapsed = await database.asSystem((tx) =>
		tx
			.selectFrom("sessions")
			.select(["session_id", "attempt", "request"])
			.where("status", "=", "active")
			.where("lease_expires_at", "<", sql<Date>`now()`)
			.limit(50)
			.execute(),
	);
	const failure = { code: "interrupted", detail: "The server was interrupted while the fit ran." } as const;
	for (const session of lapsed) await resumeOrEnd(dependencies, session, failure);
}

/** Queued sessions whose job was lost get another; those whose photos were lost are ended. */
async function reviveQueued(dependencies: ApiDependencies): Promise<void> {
	const { database } = dependencies;
	const stale = await database.asSystem(async (tx) => {
		const running = await tx
			.selectFrom("sessions")
			.select("session_id")
			.where("status", "=", "active")
			.where("lease_expires_at", ">=", sql<Date>`now()`)
			.limit(1)
			.executeTakeFirst();
		const grace_s = running === undefined ? IDLE_GRACE_S : BUSY_GRACE_S;
		return tx
			.selectFrom("sessions")
			.select(["session_id", "attempt", "request"])
			.where("status", "=", "queued")
			.where("updated_at", "<", sql<Date>`now() - make_interval(secs => ${sql.lit(grace_s)})`)
			.orderBy("created_at")
			.limit(50)
			.execute();
	});
	const failure = { code: "photos_lost", detail: "The photos were lost before the fit began." } as const;
	for (const session of stale) await resumeOrEnd(dependencies, session, failure);
}

type Found = Pick<SessionRow, "session_id" | "attempt" | "request">;
type Failure = { readonly code: "interrupted" | "photos_lost"; readonly detail: string };

/** Begins a session again, or ends it with the failure when it may not be begun again. One that resists does not keep the others. */
async function resumeOrEnd(dependencies: ApiDependencies, session: Found, failure: Failure): Promise<void> {
	const { vault, log } = dependencies;
	const { session_id, attempt, request } = session;
	try {
		const canResume = attempt < MAX_ATTEMPTS && (await arePhotosReadable(vault, session_id, request));
		if (canResume) await requeue(dependencies, session);
		else await end(dependencies, session, failure);
	} catch (error) {
		log.warn({ err: error, session_id }, "fit neither begun again nor ended yet");
	}
}

/** The session as it was found; another sweeper or worker may have been faster. */
function unchanged(tx: Tx, session: Found, change: object) {
	return tx
		.updateTable("sessions")
		.set({ ...change, lease_expires_at: null, updated_at: sql<Date>`now()` })
		.where("session_id", "=", session.session_id)
		.where("attempt", "=", session.attempt)
		.where((e) =>
			e.or([
				e("status", "=", "queued"),
				e.and([e("status", "=", "active"), e("lease_expires_at", "<", sql<Date>`now()`)]),
			]),
		)
		.returning(SESSION_COLUMNS)
		.executeTakeFirst();
}

/** A job too many does no harm: whoever takes it finds the session taken. */
async function requeue(dependencies: ApiDependencies, session: Found): Promise<void> {
	const { database, queue, log } = dependencies;
	const row = await database.asSystem(async (tx) => {
		const changed = await unchanged(tx, session, { status: "queued", stage: null, progress: 0 });
		if (changed !== undefined) await queue.enqueue(tx, session.session_id);
		return changed;
	});
	if (row === undefined) return;
	queue.notify();
	log.warn({ session_id: row.session_id, attempt: session.attempt }, "fit queued again");
	await new SessionFeed(dependencies).publish(row.user_id, sessionDocument(row));
}

async function end(dependencies: ApiDependencies, session: Found, { code, detail }: Failure): Promise<void> {
	const row = await dependencies.database.asSystem((tx) =>
		unchanged(tx, session, { status: "failed", error_code: code, error_detail: detail, request: "{}" }),
	);
	if (row === undefined) return;
	dependencies.log.warn({ session_id: row.session_id, code }, "fit given up");
	await publishEnded(dependencies, [row]);
}

async function publishEnded(dependencies: ApiDependencies, rows: readonly ShownSessionRow[]): Promise<void> {
	const feed = new SessionFeed(dependencies);
	for (const row of rows) {
		const { metrics } = dependencies;
		metrics?.countFit(row.status === "expired" ? "expired" : "failed");
		if (row.status === "failed") metrics?.countFitFailure(row.error_code ?? "internal", "server");
		// What is not wiped now, the next sweep of the vault finds.
		await dependencies.vault.wipe(row.session_id).catch((error) => {
			dependencies.log.error({ err: error, session_id: row.session_id }, "photos not wiped yet");
		});
		await feed.publish(row.user_id, sessionDocument(row));
	}
}
