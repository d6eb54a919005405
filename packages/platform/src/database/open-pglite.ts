import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "@anny-fitter/anny/model-data";
import { AppError } from "@anny-fitter/contracts";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import pg from "pg";
import { takeLock } from "./pglite-lock.js";
import { openPgliteSeed } from "./pglite-seed.js";
import { TYPES } from "./pools.js";

export interface OpenedPglite {
	readonly pool: pg.Pool;
	/** Made from nothing, so that its migrated state is worth keeping. */
	readonly isNew: boolean;
	keepAsSeed(): Promise<void>;
	close(): Promise<void>;
}

/**
 * Opens the database in a folder, or one in memory. A folder without one gets a copy of the seed.
 *
 * @throws AppError `conflict` when another process has the folder open, `invalid_configuration` when it cannot be used
 */
export async function openPglite(options: {
	readonly dataDir: string | undefined;
	readonly cacheDir: string | undefined;
	readonly connectTimeout_ms: number;
}): Promise<OpenedPglite> {
	const seed = openPgliteSeed(options.cacheDir);
	let folder: string | undefined;
	let unlock = () => {};
	if (options.dataDir !== undefined) {
		folder = join(options.dataDir, "pglite");
		unlock = await takeFolder(options.dataDir, `${folder}.lock`);
	}
	try {
		const { database, isNew } = folder === undefined ? await openInMemory() : await openFolder(folder);
		const pool = createPool(database, options.connectTimeout_ms);
		return {
			pool,
			isNew,
			keepAsSeed: () => seed.write(database),
			async close() {
				try {
					await pool.end();
					await database.close();
				} finally {
					unlock();
				}
			},
		};
	} catch (error) {
		unlock();
		throw error;
	}

	async function openInMemory() {
		const loadDataDir = seed.read();
		const database = await PGlite.create(loadDataDir === null ? {} : { loadDataDir });
		return { database, isNew: loadDataDir === null };
	}

	async function openFolder(path: string) {
		if (existsSync(join(path, "PG_VERSION"))) return { database: await PGlite.create(path), isNew: false };
		// Made beside its place and moved there when complete: a start that was killed leaves nothing half-made.
		const draft = `${path}.new`;
		rmSync(draft, { recursive: true, force: true });
		rmSync(path, { recursive: true, force: true });
		const loadDataDir = seed.read();
		const first = await PGlite.create(draft, loadDataDir === null ? {} : { loadDataDir });
		await first.close();
		renameSync(draft, path);
		return { database: await PGlite.create(path), isNew: loadDataDir === null };
	}
}

async function takeFolder(folder: string, lock: string): Promise<() => void> {
	try {
		await makeFolder(folder);
		return takeLock(lock);
	} catch (cause) {
		if (cause instanceof AppError || !(cause instanceof Error && "code" in cause)) throw cause;
		throw new AppError("invalid_configuration", `The folder ${folder} cannot be made or written to (${cause.code}).`, {
			remedy: "Set DATA_DIR to a folder that the server may write to, or use PostgreSQL with DATABASE_URL.",
			cause,
		});
	}
}

/** PGlite is one session: more than one client at a time would mix their transactions. */
function createPool(database: PGlite, connectTimeout_ms: number): pg.Pool {
	return new pg.Pool({
		...(createPgConfig(database) as unknown as pg.PoolConfig),
		max: 1,
		idleTimeoutMillis: 0,
		connectionTimeoutMillis: connectTimeout_ms,
		types: TYPES,
	});
}
