import { AppError } from "@anny-fitter/contracts";
import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import type { ServiceMetrics } from "../observability/index.js";
import { type DatabaseVariable, explained } from "./connection-errors.js";
import type { Database } from "./database.js";
import { encryptColumns, FieldCipher, type FieldKey } from "./fields/index.js";
import { guardPool } from "./guarded-pool.js";
import { checkMigrated, loginOf, type MigrationTarget, migrate } from "./migrate.js";
import { openPglite } from "./open-pglite.js";
import { createPostgresPool, type PostgresPoolOptions } from "./pools.js";
import { Replica } from "./replica.js";
import { createTransactions } from "./run-transactions.js";
import type { DatabaseSchema } from "./schema.js";

/** Connections of this process. */
export interface DatabaseOptions {
	/** PostgreSQL 15 or newer; undefined means PGlite. */
	readonly url?: string | undefined;
	/** Login that owns the schema, when `url`'s may not; used for migrations only. */
	readonly ownerUrl?: string | undefined;
	/** A streaming replica of `url` for reads; undefined means that the primary answers them. */
	readonly replicaUrl?: string | undefined;
	/** How long a read waits for the replica to have what the primary has, 50 ms by default. */
	readonly replicaWait_ms?: number | undefined;
	/** Folder in which PGlite makes its own; undefined means in memory. */
	readonly dataDir?: string | undefined;
	/** Connections to PostgreSQL, 10 by default. PGlite has one. */
	readonly poolSize?: number | undefined;
	/** Longest statement, 10 s by default. Locks and free connections are waited for half as long. */
	readonly timeout_ms?: number | undefined;
	/** Keys of encrypted fields: the first one encrypts, all decrypt. Without any, nothing is encrypted. */
	readonly fieldKeys?: readonly FieldKey[] | undefined;
	/** Whether to run pending migrations; otherwise they must have run. */
	readonly migrate?: boolean | undefined;
	/** Folder of the seed from which PGlite starts; the user's cache folder by default. */
	readonly cacheDir?: string | undefined;
	readonly log?: { warn(details: object, message: string): void } | undefined;
	readonly metrics?: Pick<ServiceMetrics, "observeTransaction" | "countRead"> | undefined;
}

const DEFAULT_TIMEOUT_ms = 10_000;
const DEFAULT_POOL_SIZE = 10;
const DEFAULT_REPLICA_WAIT_ms = 50;
/** Longest wait for another process's migrations. */
const MIGRATION_LOCK_TIMEOUT_ms = 120_000;

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws AppError `database_unavailable`, `invalid_configuration` (the address, its login or the server's version is not
 * usable, the login cannot make or take the roles, or migrations are missing), `conflict` (another process has the embedded database open)
 */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
	const timeout_ms = options.timeout_ms ?? DEFAULT_TIMEOUT_ms;
	const { pool, close } = options.url === undefined ? await startPglite(options, timeout_ms) : await startPostgres();
	pool.on("error", (error) => options.log?.warn({ err: error }, "A database connection was lost."));
	const fieldCipher = new FieldCipher(options.fieldKeys ?? []);
	const kyselyOf = (guarded: pg.Pool) =>
		new Kysely<DatabaseSchema>({
			dialect: new PostgresDialect({ pool: guardPool(guarded) }),
			plugins: [encryptColumns(fieldCipher)],
		});
	const replica = await openReplica().catch(async (error) => {
		await close();
		throw error;
	});
	let closing: Promise<void> | undefined;
	return {
		kind: options.url === undefined ? "pglite" : "postgres",
		fieldKeyId: fieldCipher.currentKeyId,
		...createTransactions(kyselyOf(pool), options.metrics, replica?.reads),
		async ping() {
			await answerWithin(pool, timeout_ms / 2);
		},
		poolUse: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
		close() {
			closing ??= Promise.all([close(), replica?.close()]).then(() => undefined);
			return closing;
		},
	};

	function createAppPool(url: string, size: number): pg.Pool {
		const wait_ms = timeout_ms / 2;
		return createQuietPool({
			url,
			size,
			statementTimeout_ms: timeout_ms,
			lockTimeout_ms: wait_ms,
			connectTimeout_ms: wait_ms,
		});
	}

	/** A replica that is away is no reason not to start: the primary answers. */
	async function openReplica() {
		const { url, replicaUrl, replicaWait_ms = DEFAULT_REPLICA_WAIT_ms, log, metrics } = options;
		if (url === undefined || replicaUrl === undefined) return undefined;
		const replicaPool = createAppPool(replicaUrl, options.poolSize ?? DEFAULT_POOL_SIZE);
		const primary = createAppPool(url, 1);
		const closeBoth = async () => {
			await Promise.all([replicaPool.end(), primary.end()]);
		};
		const kysely = kyselyOf(replicaPool);
		const reads = new Replica({ kysely, pool: replicaPool, primary, wait_ms: replicaWait_ms, log, metrics });
		try {
			await explained("DATABASE_REPLICA_URL", () => reads.verify());
		} catch (error) {
			if (!(error instanceof AppError) || error.code !== "database_unavailable") {
				await closeBoth();
				throw error;
			}
			reads.rest(error);
		}
		return { reads, close: closeBoth };
	}

	async function startPostgres() {
		const { url, ownerUrl } = options;
		const appPool = createAppPool(url!, options.poolSize ?? DEFAULT_POOL_SIZE);
		try {
			const login = await explained("DATABASE_URL", () => withKysely(appPool, loginOf));
			if (options.migrate === false) {
				await explained("DATABASE_URL", () => withKysely(appPool, checkMigrated));
			} else {
				const ownerPool = createMigrationPool(ownerUrl ?? url!, timeout_ms / 2);
				try {
					await explained(ownerVariable(options), () => withKysely(ownerPool, (db) => migrate(db, { login })));
				} finally {
					await ownerPool.end();
				}
			}
		} catch (error) {
			await appPool.end();
			throw error;
		}
		return { pool: appPool, close: () => appPool.end() };
	}
}

/**
 * Brings a database to a state without opening it for the application.
 *
 * @returns names of the migrations that ran
 */
export async function migrateDatabase(
	options: Pick<DatabaseOptions, "url" | "ownerUrl" | "dataDir" | "cacheDir" | "timeout_ms">,
	target: MigrationTarget = "latest",
): Promise<string[]> {
	const timeout_ms = options.timeout_ms ?? DEFAULT_TIMEOUT_ms;
	if (options.url === undefined) {
		const opened = await openPglite({ ...pgliteFolders(options), connectTimeout_ms: timeout_ms });
		try {
			return await withKysely(opened.pool, (db) => migrate(db, { target }));
		} finally {
			await opened.close();
		}
	}
	const pool = createMigrationPool(options.ownerUrl ?? options.url, timeout_ms / 2);
	const appPool = createMigrationPool(options.url, timeout_ms / 2);
	try {
		const login = await explained("DATABASE_URL", () => withKysely(appPool, loginOf));
		return await explained(ownerVariable(options), () => withKysely(pool, (db) => migrate(db, { target, login })));
	} finally {
		await Promise.all([pool.end(), appPool.end()]);
	}
}

async function startPglite(options: DatabaseOptions, timeout_ms: number) {
	const opened = await openPglite({ ...pgliteFolders(options), connectTimeout_ms: timeout_ms });
	try {
		await withKysely<unknown>(opened.pool, (db) => (options.migrate === false ? checkMigrated(db) : migrate(db)));
		if (opened.isNew && options.migrate !== false) await opened.keepAsSeed();
	} catch (error) {
		await opened.close();
		throw error;
	}
	return opened;
}

function pgliteFolders(options: DatabaseOptions) {
	return { dataDir: options.dataDir, cacheDir: options.cacheDir };
}

function createMigrationPool(url: string, connectTimeout_ms: number): pg.Pool {
	return createQuietPool({
		url,
		size: 1,
		// A migration of a large table takes as long as it takes.
		statementTimeout_ms: 0,
		lockTimeout_ms: MIGRATION_LOCK_TIMEOUT_ms,
		connectTimeout_ms,
	});
}

/** An unheard error of an idle connection would end the process. */
function createQuietPool(options: PostgresPoolOptions): pg.Pool {
	const pool = createPostgresPool(options);
	pool.on("error", () => {});
	return pool;
}

/** The bare pool, which takes texts of several statements. The pool stays open. */
async function withKysely<T>(pool: pg.Pool, work: (db: Kysely<unknown>) => Promise<T>): Promise<T> {
	return await work(new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }));
}

function ownerVariable({ ownerUrl }: Pick<DatabaseOptions, "ownerUrl">): DatabaseVariable {
	return ownerUrl === undefined ? "DATABASE_URL" : "DATABASE_OWNER_URL";
}

async function answerWithin(pool: pg.Pool, timeout_ms: number): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error("no answer to the ping")), timeout_ms);
	});
	const answer = pool.query("select 1");
	// When it comes late, nobody waits for it.
	answer.catch(() => {});
	try {
		await Promise.race([answer, late]);
	} catch (error) {
		throw unavailable(error);
	} finally {
		clearTimeout(timer);
	}
}

function unavailable(cause: unknown): AppError {
	return new AppError("database_unavailable", "The database does not answer.", { retryable: true, cause });
}
