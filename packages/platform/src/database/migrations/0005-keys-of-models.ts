import { type Kysely, sql } from "kysely";

/** An idempotency key may stand for a model that was made at once, as well as for a fit's session. */
const UP = `
alter table idempotency_keys
	alter column session_id drop not null,
	add column model_id uuid,
	add constraint idempotency_keys_model_id_user_id_fkey foreign key (model_id, user_id)
		references fitted_models (model_id, user_id) on delete cascade,
	add constraint one_answer check (num_nonnulls(session_id, model_id) = 1);
create index idempotency_keys_model_id on idempotency_keys (model_id);
`;

const DOWN = `
delete from idempotency_keys where session_id is null;
alter table idempotency_keys
	drop constraint one_answer,
	drop column model_id,
	alter column session_id set not null;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
	await sql.raw(UP).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql.raw(DOWN).execute(db);
}
