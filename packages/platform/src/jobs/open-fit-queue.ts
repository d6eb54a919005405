import { CompiledQuery } from "kysely";
import PgBoss from "pg-boss";
import type { Database, Tx } from "../database/database.js";
import { FIT_QUEUE, JOB_SCHEMA } from "../database/migrations/0004-job-queue.js";
import type { FitJob, FitQueue } from "./fit-queue.js";
import { createJobLoop } from "./job-loop.js";

export interface FitQueueOptions {
	/** How often this process looks for jobs that others queued, ms; at least 100, 1000 by default. */
	readonly pollInterval_ms?: number | undefined;
	/** How long a job of a process that died stays taken, s; 60 by default. Living ones renew it four times as often. */
	readonly expiry_s?: number | undefined;
	/** How often a job is given out again after its process died. */
	readonly redeliveries?: number | undefined;
	readonly log?: { warn(details: object, message: string): void } | undefined;
}

interface SqlRunner {
	executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A job that nobody took in this time is forgotten; its session has long expired. */
const RETENTION_hours = 24;
/** Ended jobs hold nothing but a session's id, and even that not for long. */
const KEEP_ENDED_s = 3_600;
const DEFAULT_POLL_INTERVAL_ms = 1_000;
const DEFAULT_EXPIRY_s = 60;
const DEFAULT_REDELIVERIES = 3;
/** How long an aborted handler may take to end before its job is given to others all the same. */
const ABORT_GRACE_ms = 5_000;

/** Opens the queue of fits in a database that is migrated. Any number of processes may share it. */
export async function openFitQueue(database: Database, options: FitQueueOptions = {}): Promise<FitQueue> {
	const expiry_s = options.expiry_s ?? DEFAULT_EXPIRY_s;
	const boss = new PgBoss({
		db: { executeSql: (text: string, values?: unknown[]) => database.asSystem((tx) => runScript(tx, text, values)) },
		schema: JOB_SCHEMA,
		migrate: false,
		schedule: false,
		maintenanceIntervalSeconds: Math.max(1, Math.round(expiry_s / 2)),
		archiveCompletedAfterSeconds: KEEP_ENDED_s,
		deleteAfterSeconds: KEEP_ENDED_s,
	});
	boss.on("error", (error) => options.log?.warn({ err: error }, "The job queue could not be maintained."));
	// The embedded database has one process: whatever is taken now, was taken by one that is dead.
	if (database.kind === "pglite") await releaseTakenJobs(database, boss);
	await boss.start();

	const loop = createJobLoop<FitJob>({
		pollInterval_ms: options.pollInterval_ms ?? DEFAULT_POLL_INTERVAL_ms,
		renewalInterval_ms: (expiry_s * 1_000) / 4,
		fetch: async (count) => {
			const jobs = await boss.fetch<{ sessionId: string }>(FIT_QUEUE, { batchSize: count });
			return jobs.map((job) => ({ id: job.id, job: { sessionId: job.data.sessionId } }));
		},
		async complete(id) {
			await boss.complete(FIT_QUEUE, id);
		},
		async fail(id) {
			await database.asSystem(async (tx) => {
				await tx.executeQuery(
					CompiledQuery.raw(`update ${JOB_SCHEMA}.job set retry_limit = retry_count where name = $1 and id = $2`, [
						FIT_QUEUE,
						id,
					]),
				);
				await boss.fail(FIT_QUEUE, id, {}, { db: runnerOf(tx) });
			});
		},
		async handOver(id) {
			// Does not count as a redelivery, which are for jobs that end their process.
			await database.asSystem((tx) =>
				tx.executeQuery(
					CompiledQuery.raw(
						`update ${JOB_SCHEMA}.job set state = 'retry', retry_limit = retry_limit + 1
						where name = $1 and id = $2 and state = 'active'`,
						[FIT_QUEUE, id],
					),
				),
			);
		},
		async renew(ids) {
			await database.asSystem((tx) =>
				tx.executeQuery(
					CompiledQuery.raw(
						`update ${JOB_SCHEMA}.job set started_on = now() where name = $1 and id = any($2::uuid[]) and state = 'active'`,
						[FIT_QUEUE, ids],
					),
				),
			);
		},
		onError: (error) => options.log?.warn({ err: error }, "A job's outcome could not be recorded; it may run again."),
	});

	let stopped: Promise<void> | undefined;
	return {
		async enqueue(tx, sessionId) {
			await boss.send(
				FIT_QUEUE,
				{ sessionId },
				{
					db: runnerOf(tx),
					expireInSeconds: expiry_s,
					retryLimit: options.redeliveries ?? DEFAULT_REDELIVERIES,
					retentionHours: RETENTION_hours,
				},
			);
		},
		notify: () => loop.wake(),
		size: () => boss.getQueueSize(FIT_QUEUE),
		async work(handler, { concurrency }) {
			loop.start(handler, concurrency);
		},
		stop({ grace_ms }) {
			stopped ??= loop.stop(grace_ms, ABORT_GRACE_ms).then(() => boss.stop({ graceful: false, close: false }));
			return stopped;
		},
	};
}

function runnerOf(tx: Tx): SqlRunner {
	return { executeSql: (text, values) => runScript(tx, text, values) };
}

/**
 * Runs what pg-boss writes. Its maintenance comes as texts of several statements with a transaction of their own; here
 * every statement runs alone, in the transaction that there is.
 */
async function runScript(tx: Tx, text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
	if (!/^\s*BEGIN;/.test(text)) return { rows: (await tx.executeQuery(CompiledQuery.raw(text, values))).rows };
	for (const statement of text.split(";")) {
		if (!/^\s*(BEGIN|COMMIT)?\s*$/.test(statement)) await tx.executeQuery(CompiledQuery.raw(statement));
	}
	return { rows: [] };
}

async function releaseTakenJobs(database: Database, boss: PgBoss): Promise<void> {
	await database.asSystem((tx) =>
		tx.executeQuery(
			CompiledQuery.raw(`update ${JOB_SCHEMA}.job set started_on = 'epoch' where name = $1 and state = 'active'`, [
				FIT_QUEUE,
			]),
		),
	);
	await boss.expire();
}
