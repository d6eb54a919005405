import type { PostgresPool, PostgresPoolClient } from "kysely";
import type pg from "pg";
import { withinTrace } from "../observability/index.js";
import { isConnectionLost } from "./transient-errors.js";

/**
 * What queries of the application run on. Differs from the bare pool in two ways: a text is a single statement, so that
 * nothing can be appended to one by injection; and a lost connection is reported as what broke it, not as the failure
 * to roll back, and leaves the pool.
 */
export function guardPool(pool: pg.Pool): PostgresPool {
	return {
		async connect() {
			return guardClient(await pool.connect());
		},
		end: () => pool.end(),
	};
}

function guardClient(client: pg.PoolClient): PostgresPoolClient {
	let lost: Error | undefined;
	// Between queries the connection may be ended by the server; without a listener that would end the process.
	const onError = (error: Error) => {
		lost ??= error;
	};
	client.on("error", onError);
	const query = async (text: string, values: readonly unknown[]) => {
		try {
			// The simple protocol takes several statements in one text, the extended one refuses them.
			const stacked = values.length === 0 && text.includes(";");
			const run = () => client.query(stacked ? extended(text) : { text, values: [...values] });
			const name = nameOfQuery(text);
			return await (name === null ? run() : withinTrace(name, { kind: "client", facts: FACTS }, run));
		} catch (error) {
			if (isConnectionLost(error)) lost ??= error as Error;
			// The server rolls back what it lost.
			if (lost !== undefined && text === "rollback") return { command: "ROLLBACK", rowCount: 0, rows: [] };
			throw error;
		}
	};
	return {
		query: query as unknown as PostgresPoolClient["query"],
		release() {
			client.off("error", onError);
			client.release(lost);
		},
	};
}

const FACTS = { "db.system": "postgresql" } as const;

/** Such as `select sessions`: what is done to which table, without any value; null for what only frames that. */
function nameOfQuery(text: string): string | null {
	const verb = /^\s*(select|insert|update|delete|with)\b/i.exec(text)?.[1];
	const table = /\b(?:from|into|update)\s+(?:"?pgboss"?\.)?"?([a-z_]{1,40})"?/i.exec(text)?.[1];
	return verb === undefined || table === undefined ? null : `${verb} ${table}`.toLowerCase();
}

/** The driver's types do not know the option yet. */
function extended(text: string): pg.QueryConfig {
	return { text, queryMode: "extended" } as pg.QueryConfig;
}
