import { type Kysely, sql } from "kysely";
import { SYSTEM_ROLE } from "../roles.js";
import { RESEARCH_MEASUREMENTS } from "./0002-row-level-security.js";

/** A body that somebody changed by hand is no measurement of a person: research reads fits alone. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await replaceView(db, "and m.document ->> 'based_on_model_id' is null");
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await replaceView(db, "");
}

/** The views belong to the system role, which may make nothing new. */
async function replaceView(db: Kysely<unknown>, condition: string): Promise<void> {
	await sql
		.raw(`
			grant create on schema public to ${SYSTEM_ROLE};
			set local role ${SYSTEM_ROLE};
			create or replace view research_measurements with (security_barrier) as ${RESEARCH_MEASUREMENTS} ${condition};
			reset role;
			revoke create on schema public from ${SYSTEM_ROLE};
		`)
		.execute(db);
}
