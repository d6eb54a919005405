import { type Kysely, sql } from "kysely";
import PgBoss from "pg-boss";
import { SYSTEM_ROLE } from "../roles.js";

/** Schema and queue of pg-boss; only the system's role uses them. */
export const JOB_SCHEMA = "pgboss";
export const FIT_QUEUE = "fit";

export async function up(db: Kysely<unknown>): Promise<void> {
	// This makes the schema of the installed version. When pg-boss is raised, a further migration brings older ones there
	// with getMigrationPlans, if `version` in its schema says that they are older.
	// pg-boss brings a transaction of its own; this runs within the migration's.
	const plans = PgBoss.getConstructionPlans(JOB_SCHEMA)
		.replace(/^\s*BEGIN;/, "")
		.replace(/COMMIT;\s*$/, "");
	await sql.raw(plans).execute(db);
	await sql`select ${sql.raw(JOB_SCHEMA)}.create_queue(${FIT_QUEUE}, '{"policy": "standard"}'::json)`.execute(db);
	await sql
		.raw(`
			grant usage on schema ${JOB_SCHEMA} to ${SYSTEM_ROLE};
			grant select, insert, update, delete on all tables in schema ${JOB_SCHEMA} to ${SYSTEM_ROLE};
			revoke execute on all functions in schema ${JOB_SCHEMA} from public;
		`)
		.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql.raw(`drop schema ${JOB_SCHEMA} cascade`).execute(db);
}
