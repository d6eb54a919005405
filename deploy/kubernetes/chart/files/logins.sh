#!/bin/bash
# Makes the logins of docs/decisions/0008 and one for backups, when PostgreSQL starts with an empty volume (or by hand, with
# PGHOST, PGPORT, POSTGRES_USER and POSTGRES_DB). Passwords come from files and appear in no argument.
set -euo pipefail
secrets=${SECRETS_DIR:-/run/secrets/postgres}

psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
	--set database="$POSTGRES_DB" <<SQL
\set owner_password \`cat "$secrets/owner-password"\`
\set login_password \`cat "$secrets/login-password"\`
\set backup_password \`cat "$secrets/backup-password"\`
set log_statement = 'none';
create role anny_fitter_owner login createrole password :'owner_password';
create role anny_fitter_login login noinherit password :'login_password';
-- Reads everything, whoever it belongs to; changes nothing.
create role anny_fitter_backup login bypassrls password :'backup_password';
grant pg_read_all_data to anny_fitter_backup;
alter database :"database" owner to anny_fitter_owner;
revoke all on database :"database" from public;
grant connect on database :"database" to anny_fitter_login, anny_fitter_backup;
alter schema public owner to anny_fitter_owner;
-- No query may change role or user from inside (docs/decisions/0008); pg_dump uses it, too.
revoke execute on function pg_catalog.set_config(text, text, boolean) from public;
grant execute on function pg_catalog.set_config(text, text, boolean)
	to anny_fitter_owner, anny_fitter_login, anny_fitter_backup;
SQL
