import { AppError } from "@anny-fitter/contracts";
import { type Kysely, Migrator, NO_MIGRATIONS, sql } from "kysely";
import { MIGRATIONS } from "./migrations/index.js";
import { ensureRoles, grantRoles } from "./roles.js";

const MINIMUM_VERSION = 15;

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
	const migrator = createMigrator(db);
	const { error, results } = await (target === "latest"
		? migrator.migrateToLatest()
		: migrator.migrateTo(target === "none" ? NO_MIGRATIONS : target));
	if (error !== undefined) throw error;
	return (results ?? []).map((result) => result.migrationName);
}

/** @throws AppError `invalid_configuration` when migrations are missing */
export async function checkMigrated(db: Kysely<unknown>): Promise<void> {
	const pending = (await createMigrator(db).getMigrations()).filter((migration) => migration.executedAt === undefined);
	if (pending[0] !== undefined) {
		throw new AppError("invalid_configuration", `The database lacks the migration ${pending[0].name}.`, {
			remedy: "Run the migrations first.",
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

function createMigrator(db: Kysely<unknown>): Migrator {
	return new Migrator({
		db,
		provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
		migrationTableName: "schema_migrations",
		migrationLockTableName: "schema_migrations_lock",
	});
}
