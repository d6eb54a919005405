#!/bin/bash
# Puts a backup into an empty database.
#
#   restore.sh [NAME]        NAME as anny-fitter-20260101T021700Z; the newest without it
#
# Surroundings: PGHOST, PGPORT, PGDATABASE (empty), PGUSER (a superuser, because tables keep their owners), PGPASSWORD or
# PGPASSWORD_FILE, AGE_IDENTITY_FILE (the private key), BACKUP_DIR.
set -euo pipefail
umask 077
: "${AGE_IDENTITY_FILE:?set it to the file of the private key}" "${BACKUP_DIR:?set it to a folder}"
if [ -n "${PGPASSWORD_FILE:-}" ]; then PGPASSWORD=$(cat "$PGPASSWORD_FILE"); export PGPASSWORD; fi

name=${1:-$(cd "$BACKUP_DIR" && ls anny-fitter-*.dump.age 2>/dev/null | sort | tail -1)}
name=${name%.dump.age}
file=$BACKUP_DIR/$name.dump.age
[ -n "$name" ] && [ -f "$file" ] || { echo "There is no backup ${name:-} in $BACKUP_DIR." >&2; exit 66; }
wanted=$(sed -n 's/.*"sha256":"\([0-9a-f]*\)".*/\1/p' "$BACKUP_DIR/$name.json")
[ "$(sha256sum "$file" | cut -d' ' -f1)" = "$wanted" ] || {
	echo "The backup $name is damaged: its digest is not the one in its manifest. Take another." >&2
	exit 65
}
tables=$(psql --no-psqlrc --tuples-only --no-align --command \
	"select count(*) from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')")
[ "$tables" = 0 ] || { echo "The database $PGDATABASE is not empty. Make a new one and restore into that." >&2; exit 73; }

# Roles belong to the server, not to a database, and the backup names them as owners and in grants. Those that are missing
# are made without a right to log in; logins.sh makes the real ones.
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --command "do \$\$ declare name text; begin
	foreach name in array array['anny_fitter_app', 'anny_fitter_system', 'anny_fitter_owner', 'anny_fitter_login',
		'anny_fitter', 'anny_fitter_backup'] loop
		if not exists (select from pg_roles where rolname = name) then
			execute format('create role %I nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole', name);
		end if;
	end loop; end \$\$"
age --decrypt --identity "$AGE_IDENTITY_FILE" "$file" |
	pg_restore --exit-on-error --single-transaction --dbname "$PGDATABASE"
echo "$name restored"
