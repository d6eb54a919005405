#!/bin/sh
# Runs once, when PostgreSQL's volume is empty: the owner of the tables, who migrates them, and the login of the
# application, which owns nothing (docs/decisions/0008).
set -eu
export OWNER_PASSWORD_FILE="${OWNER_PASSWORD_FILE:-/run/secrets/postgres_owner_password}"
export APP_PASSWORD_FILE="${APP_PASSWORD_FILE:-/run/secrets/postgres_password}"
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
	-v database="$POSTGRES_DB" -v owner="${OWNER_LOGIN:-anny_fitter_owner}" -v login="${APP_LOGIN:-anny_fitter}" <<'SQL'
-- Not as arguments: those of a process are for all to see.
\set owner_password `cat "$OWNER_PASSWORD_FILE"`
\set password `cat "$APP_PASSWORD_FILE"`
create role :"owner" login createrole nosuperuser nobypassrls password :'owner_password';
create role :"login" login nocreaterole nocreatedb nosuperuser nobypassrls password :'password';
alter database :"database" owner to :"owner";
revoke all on database :"database" from public;
grant connect, temporary on database :"database" to :"login";
alter schema public owner to :"owner";
SQL
