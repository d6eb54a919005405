import pg from "pg";

/** Calendar dates stay text: a Date at midnight would move to the day before in some time zones. */
const DATE_OID = 1082;

export const TYPES: pg.CustomTypesConfig = {
	getTypeParser: ((oid: number, format?: "text" | "binary") =>
		oid === DATE_OID ? (value: string) => value : pg.types.getTypeParser(oid, format as "text")) as never,
};

export interface PostgresPoolOptions {
	readonly url: string;
	readonly size: number;
	/** Longest statement, ms. */
	readonly statementTimeout_ms: number;
	/** Longest wait for a lock, ms. */
	readonly lockTimeout_ms: number;
	/** Longest wait for a free or new connection, ms. */
	readonly connectTimeout_ms: number;
}

export function createPostgresPool(options: PostgresPoolOptions): pg.Pool {
	return new pg.Pool({
		connectionString: options.url,
		max: options.size,
		types: TYPES,
		application_name: "anny-fitter",
		keepAlive: true,
		connectionTimeoutMillis: options.connectTimeout_ms,
		idleTimeoutMillis: 30_000,
		statement_timeout: options.statementTimeout_ms,
		lock_timeout: options.lockTimeout_ms,
		idle_in_transaction_session_timeout: options.statementTimeout_ms * 2,
		// When the server no longer answers at all, its own timeouts do not help.
		...(options.statementTimeout_ms > 0 ? { query_timeout: options.statementTimeout_ms + 2_000 } : {}),
	});
}
