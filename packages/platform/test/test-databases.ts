import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, type DatabaseOptions, openDatabase } from "@anny-fitter/platform/database";
import pg from "pg";

export type TestDatabaseKind = "pglite" | "postgres";

export interface TestDatabase {
	readonly database: Database;
	/** Of the PostgreSQL database, as a superuser; undefined for PGlite. */
	readonly url?: string;
	/** Folder of PGlite; undefined in memory and for PostgreSQL. */
	readonly dataDir?: string;
	/** Closes the database and removes it. */
	dispose(): Promise<void>;
}

/** A PostgreSQL server on which databases and roles may be made. */
export const TEST_DATABASE_URL = process.env.TEST_DATABASE_URL ?? "postgres://root@127.0.0.1:5432/postgres";

/** Whether the server answers; in CI it must. */
export const isPostgresPresent = await answers();

/** For `describe.each`: PostgreSQL is left out, visibly, where no server answers. */
export const TEST_DATABASE_KINDS: readonly TestDatabaseKind[] = isPostgresPresent ? ["pglite", "postgres"] : ["pglite"];

/**
 * A fresh, migrated database: PGlite in memory (in a folder when `onDisk`), or one with a random name on the server.
 * Have only one PGlite open at a time, it takes 300 MB.
 */
export async function createTestDatabase(
	kind: TestDatabaseKind,
	options: Partial<DatabaseOptions> & { readonly onDisk?: boolean } = {},
): Promise<TestDatabase> {
	const { onDisk = false, ...databaseOptions } = options;
	if (kind === "pglite") {
		const dataDir = onDisk ? mkdtempSync(join(tmpdir(), "anny-fitter-database-")) : undefined;
		const database = await openDatabase({ timeout_ms: 30_000, ...databaseOptions, dataDir });
		return {
			database,
			...(dataDir === undefined ? {} : { dataDir }),
			async dispose() {
				await database.close();
				if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
			},
		};
	}
	const { url, drop } = await createEmptyPostgres();
	const database = await openDatabase({ timeout_ms: 30_000, poolSize: 5, ...databaseOptions, url });
	return {
		database,
		url,
		async dispose() {
			await database.close();
			await drop();
		},
	};
}

/** A database without any table. */
export async function createEmptyPostgres(): Promise<{ url: string; drop(): Promise<void> }> {
	const name = `anny_test_${randomBytes(8).toString("hex")}`;
	await onServer((client) => client.query(`create database ${name}`));
	const url = new URL(TEST_DATABASE_URL);
	url.pathname = `/${name}`;
	return {
		url: url.href,
		drop: () => onServer((client) => client.query(`drop database if exists ${name} with (force)`)),
	};
}

/** Runs statements as the superuser, outside of any role. */
export async function asSuperuser<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}

async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
	await asSuperuser(TEST_DATABASE_URL, work);
}

async function answers(): Promise<boolean> {
	try {
		await asSuperuser(TEST_DATABASE_URL, (client) => client.query("select 1"));
		return true;
	} catch (error) {
		if (process.env.CI === "true") throw error;
		console.warn("PostgreSQL does not answer; its tests are left out (TEST_DATABASE_URL).");
		return false;
	}
}
