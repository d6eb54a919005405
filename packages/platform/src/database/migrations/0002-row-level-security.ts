import { type Kysely, sql } from "kysely";
import { APP_ROLE, SYSTEM_ROLE } from "../roles.js";

/** As sub-selects they are evaluated once per statement, not per row. */
const ME = "(select nullif(current_setting('app.user_id', true), '')::uuid)";
const ADMIN = "(select current_setting('app.user_role', true) = 'admin')";
const RESEARCHER = "(select current_setting('app.user_role', true) = 'researcher')";
const OWN = `user_id = ${ME}`;

const TABLES = [
	"users",
	"subjects",
	"sessions",
	"fitted_models",
	"measurements",
	"audit_log",
	"refresh_tokens",
	"consents",
	"idempotency_keys",
	"exports",
] as const;

/**
 * What the role of users' work may do at all; policies say on which rows. Ids are left out of INSERT, because whoever
 * chooses an id learns from the answer whether it exists.
 */
const APP_GRANTS = `
grant usage on schema public to ${APP_ROLE};
grant select (user_id, email, role, created_at, last_login, tokens_valid_after), update (role, tokens_valid_after), delete
	on users to ${APP_ROLE};
grant select, delete, insert (user_id, name, date_of_birth, gender, anonymized, created_by_fit, created_at, updated_at),
	update (name, date_of_birth, gender, anonymized, created_by_fit, updated_at) on subjects to ${APP_ROLE};
grant select, delete, insert (user_id, subject_id, status, stage, progress, request, created_at, updated_at, expires_at),
	update (subject_id, status, stage, progress, error_code, error_detail, error_remedy, lease_expires_at, request,
		updated_at, expires_at) on sessions to ${APP_ROLE};
grant select, delete, update (flagged_for_review, review_state, review_note, reviewed_by, reviewed_at)
	on fitted_models to ${APP_ROLE};
grant select on measurements to ${APP_ROLE};
grant select, insert (user_id, action, resource_type, resource_id, ip_address, user_agent) on audit_log to ${APP_ROLE};
grant select, insert (user_id, purpose, granted, version, created_at) on consents to ${APP_ROLE};
grant select, insert, update (fingerprint, session_id, created_at, expires_at), delete on idempotency_keys to ${APP_ROLE};
grant select, delete, insert (user_id, model_id, format, object_key, size_bytes, created_at, expires_at)
	on exports to ${APP_ROLE};
`;

const SYSTEM_GRANTS = `
grant usage on schema public to ${SYSTEM_ROLE};
grant select, insert, update, delete on users, subjects, sessions, fitted_models, measurements, refresh_tokens, consents,
	idempotency_keys, exports to ${SYSTEM_ROLE};
grant select, insert (user_id, action, resource_type, resource_id, ip_address, user_agent) on audit_log to ${SYSTEM_ROLE};
`;

const APP_POLICIES = `
create policy app_select on users for select to ${APP_ROLE} using (${OWN} or ${ADMIN});
create policy app_update on users for update to ${APP_ROLE} using (${OWN} or ${ADMIN}) with check (${OWN} or ${ADMIN});
create policy app_delete on users for delete to ${APP_ROLE} using (${OWN});

create policy app_own on subjects to ${APP_ROLE} using (${OWN}) with check (${OWN});
create policy app_own on sessions to ${APP_ROLE} using (${OWN}) with check (${OWN});
create policy app_own on measurements to ${APP_ROLE} using (${OWN}) with check (${OWN});
create policy app_own on consents to ${APP_ROLE} using (${OWN}) with check (${OWN});
create policy app_own on idempotency_keys to ${APP_ROLE} using (${OWN}) with check (${OWN});
create policy app_own on exports to ${APP_ROLE} using (${OWN}) with check (${OWN});

create policy app_select on fitted_models for select to ${APP_ROLE} using (${OWN});
create policy app_delete on fitted_models for delete to ${APP_ROLE} using (${OWN});
create policy app_review_select on fitted_models for select to ${APP_ROLE}
	using (${ADMIN} and (flagged_for_review or review_state <> 'none'));
create policy app_review_update on fitted_models for update to ${APP_ROLE}
	using (${ADMIN} and (flagged_for_review or review_state <> 'none'))
	with check (${ADMIN} and review_state <> 'none' and (reviewed_by is null or reviewed_by = ${ME}));

create policy app_select on audit_log for select to ${APP_ROLE} using (${OWN} or ${ADMIN});
create policy app_insert on audit_log for insert to ${APP_ROLE} with check (${OWN});
`;

/** Column privileges cannot tell an admin from others: only an admin may change a role. */
const ROLE_GUARD = `
create function users_guard_role() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if current_user = '${APP_ROLE}' and new.role is distinct from old.role
		and coalesce(current_setting('app.user_role', true), '') <> 'admin' then
		raise exception 'only an administrator changes roles' using errcode = 'insufficient_privilege';
	end if;
	return new;
end $$;
create trigger users_guard_role before update on users for each row execute function users_guard_role();
`;

/** Ids are hashed, so that what a researcher holds matches no id elsewhere in the application. */
const researchId = (column: string) =>
	`left(encode(sha256(convert_to('research:' || ${column}::text, 'UTF8')), 'hex'), 32)`;

/** The owner's latest word on research is yes; when two have the same time, no wins. */
const RESEARCH_GRANTED = `exists (
	select from consents c
	where c.user_id = s.user_id and c.purpose = 'research_use' and c.granted and not exists (
		select from consents later
		where later.user_id = c.user_id and later.purpose = c.purpose
			and (later.created_at > c.created_at or (later.created_at = c.created_at and not later.granted))))`;

/** Measurements that researchers may read; later conditions are added to its end. */
export const RESEARCH_MEASUREMENTS = `	select ${researchId("s.subject_id")} as research_subject_id, ${researchId("m.model_id")} as research_model_id,
		x.measurement_type, x.value, x.unit, x.sigma, x.interval90_low, x.interval90_high, x.confidence,
		x.extracted_from, extract(year from x.created_at)::integer as measured_year
	from measurements x
	join fitted_models m on m.model_id = x.model_id
	join subjects s on s.subject_id = m.subject_id
	where ${RESEARCHER} and s.anonymized and m.review_state <> 'rejected' and ${RESEARCH_GRANTED}`;

const RESEARCH_VIEWS = `
create view research_subjects with (security_barrier) as
	select ${researchId("s.subject_id")} as research_subject_id, s.gender,
		extract(year from s.date_of_birth)::integer as birth_year
	from subjects s
	where ${RESEARCHER} and s.anonymized and ${RESEARCH_GRANTED};

create view research_measurements with (security_barrier) as
${RESEARCH_MEASUREMENTS};

-- The views read with the rights of their owner; the tables' own owner is subject to row-level security, too.
grant create on schema public to ${SYSTEM_ROLE};
alter view research_subjects owner to ${SYSTEM_ROLE};
alter view research_measurements owner to ${SYSTEM_ROLE};
revoke create on schema public from ${SYSTEM_ROLE};
`;

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const table of TABLES) {
		await sql
			.raw(`
				alter table ${table} enable row level security;
				alter table ${table} force row level security;
				revoke all on ${table} from public;
				create policy system_all on ${table} to ${SYSTEM_ROLE} using (true) with check (true);
			`)
			.execute(db);
	}
	await sql.raw(APP_GRANTS + SYSTEM_GRANTS + APP_POLICIES + ROLE_GUARD + RESEARCH_VIEWS).execute(db);
	// The owner of a view grants its use.
	await sql
		.raw(`
			set local role ${SYSTEM_ROLE};
			revoke all on research_subjects, research_measurements from public;
			grant select on research_subjects, research_measurements to ${APP_ROLE};
			reset role;
		`)
		.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql
		.raw(`
			set local role ${SYSTEM_ROLE};
			drop view research_measurements, research_subjects;
			reset role;
			drop trigger users_guard_role on users;
			drop function users_guard_role();
		`)
		.execute(db);
	const policies = await sql<{ name: string; table: string }>`
		select policyname as name, tablename as "table" from pg_policies where schemaname = 'public'
			and tablename in (${sql.join([...TABLES])})`.execute(db);
	for (const { name, table } of policies.rows) {
		await sql`drop policy ${sql.ref(name)} on ${sql.table(table)}`.execute(db);
	}
	for (const table of TABLES) {
		await sql
			.raw(`
				alter table ${table} no force row level security;
				alter table ${table} disable row level security;
				revoke all on ${table} from ${APP_ROLE}, ${SYSTEM_ROLE};
			`)
			.execute(db);
	}
	await sql.raw(`revoke usage on schema public from ${APP_ROLE}, ${SYSTEM_ROLE}`).execute(db);
}
