import { type Kysely, sql } from "kysely";
import { SYSTEM_ROLE } from "../roles.js";

/**
 * Each row's hash covers the hash before it. User, address and agent enter through a salted hash of their own, so that
 * they can be erased with the user's account without breaking the chain. `verifyAuditLog` computes the same in
 * TypeScript.
 *
 * The row of `audit_chain` is locked until the transaction ends, so rows are numbered and chained in the order of their
 * commits, without gaps.
 */
const UP = `
create table audit_chain (
	id boolean primary key default true check (id),
	row_count integer not null,
	head_hash bytea not null
);
insert into audit_chain (row_count, head_hash) values (0, decode(repeat('00', 32), 'hex'));
revoke all on audit_chain from public;
grant select on audit_chain to ${SYSTEM_ROLE};

-- With its length in front, no two lists of values look the same.
create function audit_field(value text) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
	select case when value is null then '-' else octet_length(convert_to(value, 'UTF8')) || ':' || value end
$$;

create function audit_log_append() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
declare
	head public.audit_chain%rowtype;
begin
	select * into strict head from public.audit_chain for update;
	new.log_id := head.row_count + 1;
	new."timestamp" := clock_timestamp();
	new.erasable_salt := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
	new.erasable_hash := sha256(new.erasable_salt || convert_to(
		public.audit_field(new.user_id::text) || public.audit_field(new.ip_address::text)
		|| public.audit_field(new.user_agent), 'UTF8'));
	new.previous_hash := head.head_hash;
	new.row_hash := sha256(new.previous_hash || convert_to(
		public.audit_field(new.log_id::text) || public.audit_field(new.action)
		|| public.audit_field(new.resource_type) || public.audit_field(new.resource_id::text)
		|| public.audit_field(to_char(new."timestamp" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
		|| public.audit_field(encode(new.erasable_hash, 'hex')), 'UTF8'));
	update public.audit_chain set row_count = new.log_id, head_hash = new.row_hash;
	return new;
end $$;
create trigger audit_log_append before insert on audit_log for each row execute function audit_log_append();

create function audit_log_refuse() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	-- The one change that is right: the foreign key clears the user whose account is deleted.
	if tg_op = 'UPDATE' and pg_trigger_depth() > 1 and old.user_id is not null and new.user_id is null
		and to_jsonb(new) - 'user_id' = to_jsonb(old) - 'user_id' then
		new.ip_address := null;
		new.user_agent := null;
		new.erasable_salt := null;
		return new;
	end if;
	raise exception 'the audit log only grows' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_refuse before update or delete on audit_log for each row execute function audit_log_refuse();
create trigger audit_log_refuse_truncate before truncate on audit_log for each statement
	execute function audit_log_refuse();
`;

const DOWN = `
drop trigger audit_log_refuse_truncate on audit_log;
drop trigger audit_log_refuse on audit_log;
drop trigger audit_log_append on audit_log;
drop function audit_log_refuse();
drop function audit_log_append();
drop function audit_field(text);
drop table audit_chain;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
	await sql.raw(UP).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql.raw(DOWN).execute(db);
}
