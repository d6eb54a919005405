import { AppError } from "@anny-fitter/contracts";
import { type Kysely, type Migration, Migrator, NO_MIGRATIONS, sql } from "kysely";
import { MIGRATIONS } from "./migrations/index.js";
import { ensureRoles, grantReads, grantRoles } from "./roles.js";

const MINIMUM_VERSION = 15;
const MIGRATION_TABLE = "schema_migrations";

/** Name of a migration, or `latest`, or `none` for an empty database. */
export type MigrationTarget = string;

/**
 * Brings the schema to a state, forwards or back, all in one transaction under an advisory lock, so that any number of
 * processes may start at once.
 *
 * @param db as the owner of the schema; texts of several statements must be allowed
 * @param login role of the application when it is not the owner's
 * @returns names of the migrations that ran, in that order
 */
export async function migrate(
	db: Kysely<unknown>,
	options: { readonly target?: MigrationTarget | undefined; readonly login?: string | undefined } = {},
): Promise<string[]> {
	await ensureRoles(db);
	if (options.login !== undefined) await grantRoles(db, options.login);
	const target = options.target ?? "latest";
	if (target !== "latest" && target !== "none" && !Object.hasOwn(MIGRATIONS, target)) {
		throw new AppError("invalid_argument", `There is no migration "${target}".`, {
			remedy: `Use latest, none, or one of ${Object.keys(MIGRATIONS).join(", ")}.`,
		});
	}
	const migrator = await createMigrator(db);
	const { error, results } = await (target === "latest"
		? migrator.migrateToLatest()
		: migrator.migrateTo(target === "none" ? NO_MIGRATIONS : target));
	if (error !== undefined) throw error;
	// A login that may not migrate looks whether others have.
	if (options.login !== undefined) await grantReads(db, MIGRATION_TABLE, options.login);
	return (results ?? []).map((result) => result.migrationName);
}

/** @throws AppError `invalid_configuration` when migrations are missing */
export async function checkMigrated(db: Kysely<unknown>): Promise<void> {
	const migrator = await createMigrator(db);
	const pending = (await migrator.getMigrations()).filter((migration) => migration.executedAt === undefined);
	if (pending[0] !== undefined) {
		throw new AppError("invalid_configuration", `The database lacks the migration ${pending[0].name}.`, {
			remedy: "Run the migrations first: `anny-fitter database migrate`, or DATABASE_MIGRATE=on.",
		});
	}
}

/**
 * Role that the connection logged in as.
 *
 * @throws AppError `invalid_configuration` when the server is too old for the schema
 */
export async function loginOf(db: Kysely<unknown>): Promise<string> {
	const { rows } = await sql<{ name: string; version: number }>`
		select session_user::text as name, current_setting('server_version_num')::int as version`.execute(db);
	const { name, version } = rows[0]!;
	const major = Math.floor(version / 10_000);
	if (major < MINIMUM_VERSION) {
		throw new AppError("invalid_configuration", `PostgreSQL ${major} is too old.`, {
			remedy: `Use PostgreSQL ${MINIMUM_VERSION} or newer.`,
		});
	}
	return name;
}

async function createMigrator(db: Kysely<unknown>): Promise<Migrator> {
	const migrations = { ...MIGRATIONS, ...(await laterMigrations(db)) };
	return new Migrator({
		db,
		provider: { getMigrations: async () => migrations },
		migrationTableName: MIGRATION_TABLE,
		migrationLockTableName: `${MIGRATION_TABLE}_lock`,
	});
}

/**
 * What a later release did to the database. It only adds (docs/runbook.md), so this release may start beside it, or after
 * users were led back to it; only that release can undo it.
 */
async function laterMigrations(db: Kysely<unknown>): Promise<Record<string, Migration>> {
	const { rows: tables } =
		await sql`select from pg_tables where schemaname = 'public' and tablename = ${MIGRATION_TABLE}`.execute(db);
	if (tables.length === 0) return {};
	const newest = Object.keys(MIGRATIONS).at(-1)!;
	const { rows } = await sql<{
		name: string;
	}>`select name from ${sql.table(MIGRATION_TABLE)} where name > ${newest}`.execute(db);
	const refuse = (name: string) => async () => {
		throw new AppError("invalid_configuration", `This release does not know the migration ${name}.`, {
			remedy: "Undo it with the release that made it.",
		});
	};
	return Object.fromEntries(rows.map(({ name }) => [name, { up: refuse(name), down: refuse(name) }]));
}
