import type { Transaction } from "kysely";
import type { DatabaseSchema, UserRole } from "./schema.js";

/** Who a transaction runs for. */
export interface Actor {
	readonly userId: string;
	readonly role: UserRole;
}

export type Tx = Transaction<DatabaseSchema>;

/**
 * PostgreSQL or PGlite. Every piece of work is one transaction under a role that cannot bypass row-level security.
 *
 * The work may be run again after a lost connection, a deadlock or a timeout, so it must have no effect outside its
 * transaction; and it must not open another one, since PGlite has a single connection.
 *
 * All of them throw {@link AppError} `database_unavailable` (503, retryable) when the database does not answer after
 * retries with backoff. Errors that the work throws pass through and roll back.
 */
export interface Database {
	readonly kind: "pglite" | "postgres";
	/** Key that names, dates of birth and addresses are encrypted under; null: they are not. */
	readonly fieldKeyId: string | null;
	/** Only this user's rows exist for the work (an admin's see what the policies grant admins). */
	asUser<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T>;
	/**
	 * The same for work that changes nothing and may run on a replica, where there is one. It sees all that was committed
	 * before this call, by whomever; a replica that does not have that soon enough is not asked. A change fails.
	 */
	readAsUser<T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T>;
	/** For what no single user does: logging in, finishing jobs, cleaning up. */
	asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
	/** Runs a part of a user's transaction under the system's role, such as queueing the job of a new session. */
	elevate<T>(tx: Tx, work: () => Promise<T>): Promise<T>;
	/** Throws when the database does not answer within its timeout. */
	ping(): Promise<void>;
	/** For metrics. */
	poolUse(): PoolUse;
	close(): Promise<void>;
}

export interface PoolUse {
	readonly total: number;
	readonly idle: number;
	/** Pieces of work that wait for a connection. */
	readonly waiting: number;
}
