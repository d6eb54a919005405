import pg from "pg";
import type { TestEnvironment } from "./test-environment.js";

/**
 * Keeps the database from answering whoever writes to `subjects`: on PostgreSQL another session holds a lock, PGlite's
 * only connection is in use.
 *
 * @returns ends it
 */
export async function blockDatabase({ dependencies, config }: TestEnvironment): Promise<() => Promise<void>> {
	if (config.databaseUrl === undefined) {
		let release = () => {};
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		let isHeld = () => {};
		const holding = new Promise<void>((resolve) => {
			isHeld = resolve;
		});
		const holder = dependencies.database.asSystem(async () => {
			isHeld();
			await held;
		});
		await holding;
		return async () => {
			release();
			await holder;
		};
	}
	const client = await connect(config.databaseUrl);
	await client.query("begin");
	await client.query("lock table subjects in access exclusive mode");
	return async () => {
		await client.query("rollback");
		await client.end();
	};
}

/** Counts how often a statement of the application begins to wait for a lock, and when. PostgreSQL only. */
export async function watchLockWaits({ config }: TestEnvironment): Promise<() => Promise<readonly number[]>> {
	const client = await connect(config.databaseUrl!);
	const begins_ms: number[] = [];
	let isWatching = true;
	const watching = (async () => {
		const known = new Set<string>();
		while (isWatching) {
			const { rows } = await client.query<{ id: string }>(
				`select pid || '/' || extract(epoch from waitstart) as id from pg_locks
				where not granted and waitstart is not null and database = (select oid from pg_database where datname = current_database())`,
			);
			for (const { id } of rows) {
				if (known.has(id)) continue;
				known.add(id);
				begins_ms.push(1000 * Number(id.split("/")[1]));
			}
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	})();
	return async () => {
		isWatching = false;
		await watching;
		await client.end();
		return begins_ms;
	};
}

/** Ends every connection of the application, as a restart of the database does. */
export async function cutConnections({ config }: TestEnvironment): Promise<number> {
	const client = await connect(config.databaseUrl!);
	try {
		const { rowCount } = await client.query(
			`select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and application_name = 'anny-fitter' and pid <> pg_backend_pid()`,
		);
		return rowCount ?? 0;
	} finally {
		await client.end();
	}
}

async function connect(url: string): Promise<pg.Client> {
	const client = new pg.Client({ connectionString: url });
	// Dropping the test's database ends it.
	client.on("error", () => undefined);
	await client.connect();
	return client;
}
