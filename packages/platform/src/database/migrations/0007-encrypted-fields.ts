import { type Kysely, sql } from "kysely";
import { APP_ROLE, SYSTEM_ROLE } from "../roles.js";

const ME_IS_RESEARCHER = "(select current_setting('app.user_role', true) = 'researcher')";

/** As before, but for where the year comes from. Views belong to the system's role, which may otherwise make nothing. */
const makeView = (year: string) => `
grant create on schema public to ${SYSTEM_ROLE};
set local role ${SYSTEM_ROLE};
create view research_subjects with (security_barrier) as
	select left(encode(sha256(convert_to('research:' || s.subject_id::text, 'UTF8')), 'hex'), 32) as research_subject_id,
		s.gender, ${year} as birth_year
	from subjects s
	where ${ME_IS_RESEARCHER} and s.anonymized and exists (
		select from consents c
		where c.user_id = s.user_id and c.purpose = 'research_use' and c.granted and not exists (
			select from consents later
			where later.user_id = c.user_id and later.purpose = c.purpose
				and (later.created_at > c.created_at or (later.created_at = c.created_at and not later.granted))));
grant select on research_subjects to ${APP_ROLE};
reset role;
revoke create on schema public from ${SYSTEM_ROLE};
`;

/** It holds on to the columns' types. */
const DROP_VIEW = `
set local role ${SYSTEM_ROLE};
drop view research_subjects;
reset role;
`;

/**
 * Room for encrypted names, dates of birth and addresses. What stood there stays readable as it is; a key that the
 * application gets later encrypts it (`anny-fitter database reencrypt`). Beside them stays what the database itself needs:
 * the year of birth, and a hash that keeps addresses unique. While a value is not encrypted the triggers make both.
 */
const UP = `
-- The owner sees all rows for this; nobody else is at work in the same transaction.
alter table users no force row level security;
alter table subjects no force row level security;
alter table users
	drop constraint users_email_check,
	alter column email type text,
	add column email_hash bytea;
update users set email_hash = sha256(convert_to(email, 'UTF8'));
alter table users
	alter column email_hash set not null,
	add constraint users_email_hash_key unique (email_hash),
	add constraint users_email_check check (starts_with(email, 'enc1:') or (email = lower(email) and length(email) <= 255));

create function users_index_email() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if not starts_with(new.email, 'enc1:') then
		new.email_hash := sha256(convert_to(new.email, 'UTF8'));
	end if;
	return new;
end $$;
create trigger users_index_email before insert or update of email on users
	for each row execute function users_index_email();

alter table subjects
	alter column name type text,
	alter column date_of_birth type text using to_char(date_of_birth, 'YYYY-MM-DD'),
	add column birth_year integer,
	add constraint subjects_name_check check (starts_with(name, 'enc1:') or length(name) <= 255),
	add constraint subjects_date_of_birth_check
		check (starts_with(date_of_birth, 'enc1:') or date_of_birth ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$');
update subjects set birth_year = left(date_of_birth, 4)::integer;
grant insert (birth_year), update (birth_year) on subjects to ${APP_ROLE};

create function subjects_note_birth_year() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if new.date_of_birth is null then
		new.birth_year := null;
	elsif not starts_with(new.date_of_birth, 'enc1:') then
		new.birth_year := left(new.date_of_birth, 4)::integer;
	end if;
	return new;
end $$;
create trigger subjects_note_birth_year before insert or update of date_of_birth on subjects
	for each row execute function subjects_note_birth_year();
alter table users force row level security;
alter table subjects force row level security;
`;

const DOWN = `
alter table users no force row level security;
alter table subjects no force row level security;
do $$ begin
	if exists (select from users where starts_with(email, 'enc1:'))
		or exists (select from subjects where starts_with(name, 'enc1:') or starts_with(date_of_birth, 'enc1:')) then
		raise exception 'fields are encrypted; put "plain," in front of FIELD_KEYS and run "anny-fitter database reencrypt"';
	end if;
end $$;
drop trigger subjects_note_birth_year on subjects;
drop function subjects_note_birth_year();
alter table subjects
	drop constraint subjects_date_of_birth_check,
	drop constraint subjects_name_check,
	drop column birth_year,
	alter column date_of_birth type date using date_of_birth::date,
	alter column name type varchar(255);
drop trigger users_index_email on users;
drop function users_index_email();
alter table users
	drop column email_hash,
	drop constraint users_email_check,
	alter column email type varchar(255),
	add constraint users_email_check check (email = lower(email));
alter table users force row level security;
alter table subjects force row level security;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
	await sql.raw(DROP_VIEW + UP + makeView("s.birth_year")).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql.raw(DROP_VIEW + DOWN + makeView("extract(year from s.date_of_birth)::integer")).execute(db);
}
