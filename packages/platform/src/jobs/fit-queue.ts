import type { Tx } from "../database/database.js";

/** A job names a session; everything else is read from the database and the vault. */
export interface FitJob {
	readonly sessionId: string;
	/** Aborted when the server stops and its grace has run out. */
	readonly signal: AbortSignal;
}

/**
 * Jobs that survive a restart (pg-boss). A job may arrive twice; whoever works it claims its session in the database
 * first and drops it when another has. Progress and outcome live in the session, not here.
 */
export interface FitQueue {
	/** Queues a job in the caller's transaction (system role, or elevated): no session without job, no job without it. */
	enqueue(tx: Tx, sessionId: string): Promise<void>;
	/** Wakes this process's workers at once, after a transaction that queued a job has committed. */
	notify(): void;
	/** Number of jobs that wait. Opens a transaction, so not for use within one. */
	size(): Promise<number>;
	/**
	 * Starts working; a handler that throws makes the job fail without another try, unless its signal was aborted: then
	 * the job goes back to the queue for another process. So does the job of a process that died, a minute later.
	 */
	work(handler: (job: FitJob) => Promise<void>, options: { readonly concurrency: number }): Promise<void>;
	/** Stops taking jobs and waits for running ones; after the grace aborts their signals. */
	stop(options: { readonly grace_ms: number }): Promise<void>;
}
