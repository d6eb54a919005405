import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "@anny-fitter/contracts";
import { type Kysely, sql } from "kysely";
import type pg from "pg";
import type { ServiceMetrics } from "../observability/index.js";
import type { Tx } from "./database.js";
import type { DatabaseSchema } from "./schema.js";
import { SharedQuestion } from "./shared-question.js";
import { isConnectionLost, isTransient } from "./transient-errors.js";

/** Why a read went to the primary although there is a replica. */
type Obstacle = "behind" | "away" | "cancelled" | "not_a_replica" | "position_unknown";

/** How long the replica is left alone after that, ms: nobody waits for what is known to fail. */
const REST_MS: Readonly<Record<Obstacle, number>> = {
	behind: 1_000,
	away: 5_000,
	cancelled: 0,
	not_a_replica: 5_000,
	position_unknown: 0,
};
const FIRST_PAUSE_ms = 1;
const LONGEST_PAUSE_ms = 10;
/** A replica that is now and then too late does not fill the log. */
const LOG_INTERVAL_ms = 60_000;

export interface ReplicaOptions {
	/** The replica, as reads use it. */
	readonly kysely: Kysely<DatabaseSchema>;
	/** The replica, for what is no read of the application. */
	readonly pool: pg.Pool;
	/** The primary. One connection is enough: one question at a time is asked. */
	readonly primary: pg.Pool;
	/** How long a read waits for the replica to have what the primary has. */
	readonly wait_ms: number;
	readonly log?: { warn(details: object, message: string): void } | undefined;
	readonly metrics?: Pick<ServiceMetrics, "countRead"> | undefined;
}

class Unfit extends Error {
	readonly obstacle: Obstacle;
	constructor(obstacle: Obstacle) {
		super(obstacle);
		this.obstacle = obstacle;
	}
}

/**
 * A streaming replica that reads are made on once it has all that the primary had committed when they were asked for
 * (docs/decisions/0021).
 */
export class Replica {
	readonly #options: ReplicaOptions;
	readonly #position: SharedQuestion<string>;
	#restUntil_ms = 0;
	#loggedAt_ms = Number.NEGATIVE_INFINITY;
	#isVerified = false;

	constructor(options: ReplicaOptions) {
		this.#options = options;
		this.#position = new SharedQuestion(async () => {
			// What is acknowledged is flushed, so this is never before a commit that anybody may know of.
			const { rows } = await options.primary.query<{ position: string }>(
				"select pg_current_wal_flush_lsn()::text as position",
			);
			return rows[0]!.position;
		});
	}

	/**
	 * @param attempt does the read on the given database, and calls `prepare` as the first thing in its transaction
	 * @returns null when it is to be done on the primary
	 */
	async read<T>(
		attempt: (kysely: Kysely<DatabaseSchema>, prepare: (tx: Tx) => Promise<void>) => Promise<T>,
	): Promise<{ readonly value: T } | null> {
		if (performance.now() < this.#restUntil_ms) {
			this.#options.metrics?.countRead("primary", "resting");
			return null;
		}
		try {
			const position = await this.#position.ask().catch(() => {
				throw new Unfit("position_unknown");
			});
			if (!this.#isVerified) await this.#verifyAgain();
			const value = await attempt(this.#options.kysely, (tx) => this.#reach(tx, position));
			this.#options.metrics?.countRead("replica", "fresh");
			return { value };
		} catch (error) {
			const obstacle = obstacleOf(error);
			if (obstacle === null) throw error;
			this.#giveUp(obstacle, error);
			return null;
		}
	}

	/** @throws AppError `invalid_configuration` when it belongs to another database; what the connection throws */
	async verify(): Promise<void> {
		const [own, other] = await Promise.all([identityOf(this.#options.primary), identityOf(this.#options.pool)]);
		if (own !== null && other !== null && own !== other) {
			throw new AppError("invalid_configuration", "DATABASE_REPLICA_URL names no replica of DATABASE_URL.", {
				remedy: "Name a streaming replica of the same PostgreSQL, or leave DATABASE_REPLICA_URL out.",
				details: { variable: "DATABASE_REPLICA_URL" },
			});
		}
		this.#isVerified = true;
	}

	/** Leaves the replica alone for a while. */
	rest(error: unknown): void {
		this.#giveUp("away", error);
	}

	/** What the start found out may have changed while the replica was away. */
	async #verifyAgain(): Promise<void> {
		await this.verify().catch((error) => {
			throw error instanceof AppError ? new Unfit("not_a_replica") : error;
		});
	}

	/** Waits until the replica has the position; later statements of the transaction see at least that. */
	async #reach(tx: Tx, position: string): Promise<void> {
		const end_ms = performance.now() + this.#options.wait_ms;
		for (let pause_ms = FIRST_PAUSE_ms; ; pause_ms = Math.min(2 * pause_ms, LONGEST_PAUSE_ms)) {
			const { rows } = await sql<{ is_replica: boolean; is_there: boolean | null }>`
				select pg_is_in_recovery() as is_replica, pg_last_wal_replay_lsn() >= ${position}::pg_lsn as is_there`.execute(
				tx,
			);
			const { is_replica, is_there } = rows[0]!;
			if (!is_replica) throw new Unfit("not_a_replica");
			if (is_there === true) return;
			if (performance.now() >= end_ms) throw new Unfit("behind");
			await sleep(pause_ms);
		}
	}

	#giveUp(obstacle: Obstacle, error: unknown): void {
		const { log, metrics } = this.#options;
		metrics?.countRead("primary", obstacle);
		if (obstacle === "away") this.#isVerified = false;
		const now_ms = performance.now();
		if (REST_MS[obstacle] === 0) return;
		this.#restUntil_ms = now_ms + REST_MS[obstacle];
		if (now_ms - this.#loggedAt_ms < LOG_INTERVAL_ms) return;
		this.#loggedAt_ms = now_ms;
		log?.warn(
			{ obstacle, ...(obstacle === "away" ? { err: error } : {}) },
			"Reads go to the primary, not the replica.",
		);
	}
}

/** Null for what the replica is not to blame for. */
function obstacleOf(error: unknown): Obstacle | null {
	if (error instanceof Unfit) return error.obstacle;
	if (!isTransient(error)) return null;
	// Such as a read that stood in the way of what the replica had to replay.
	return isConnectionLost(error) ? "away" : "cancelled";
}

/** Of the cluster, which replicas share; null where the login may not know. */
async function identityOf(pool: pg.Pool): Promise<string | null> {
	try {
		const { rows } = await pool.query<{ id: string }>("select system_identifier::text as id from pg_control_system()");
		return rows[0]!.id;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "42501") return null;
		throw error;
	}
}
