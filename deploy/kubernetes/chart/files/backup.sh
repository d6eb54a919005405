#!/bin/bash
# Writes one encrypted backup of the database to BACKUP_DIR and removes those that are too old.
#
# The plain dump exists only in the pipe between pg_dump and age. What decrypts it is not here: AGE_RECIPIENT is a public
# key. Beside each backup lies a manifest, signed by nobody and without personal data: its digest and the rows per table.
#
# Surroundings: PGHOST, PGPORT, PGDATABASE, PGUSER (a login that reads everything), PGPASSWORD or PGPASSWORD_FILE,
# AGE_RECIPIENT, BACKUP_DIR, KEEP_DAYS.
set -euo pipefail
umask 077
: "${AGE_RECIPIENT:?set it to the public key of age, age1…}" "${BACKUP_DIR:?set it to a folder}" "${KEEP_DAYS:?set it to a number of days}"
if [ -n "${PGPASSWORD_FILE:-}" ]; then PGPASSWORD=$(cat "$PGPASSWORD_FILE"); export PGPASSWORD; fi

name=anny-fitter-$(date -u +%Y%m%dT%H%M%SZ)
partial=$BACKUP_DIR/.$name.partial
trap 'rm -f "$partial"' EXIT

# Counted and dumped in one snapshot, so that the test of the restore can compare exactly.
coproc SESSION { psql --quiet --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1; }
# shellcheck disable=SC2154
trap 'rm -f "$partial"; kill "$SESSION_PID" 2>/dev/null || true' EXIT
ask() { echo "$1" >&"${SESSION[1]}"; IFS= read -r -t 600 "${2?}" <&"${SESSION[0]}"; }
ask "begin isolation level repeatable read read only; select pg_export_snapshot();" snapshot
ask "select json_object_agg(table_schema || '.' || table_name, (xpath('/row/n/text()', query_to_xml(
	format('select count(*) as n from %I.%I', table_schema, table_name), false, true, '')))[1]::text::bigint
	order by table_schema, table_name)::jsonb
	from information_schema.tables where table_type = 'BASE TABLE' and table_schema in ('public', 'pgboss');" rows

pg_dump --format=custom --snapshot="$snapshot" | age --encrypt --recipient "$AGE_RECIPIENT" >"$partial"
echo "commit;" >&"${SESSION[1]}"

digest=$(sha256sum "$partial" | cut -d' ' -f1)
printf '{"name":"%s","sha256":"%s","bytes":%s,"rows":%s}\n' "$name" "$digest" "$(stat -c %s "$partial")" "$rows" \
	>"$BACKUP_DIR/$name.json"
mv "$partial" "$BACKUP_DIR/$name.dump.age"

find "$BACKUP_DIR" -maxdepth 1 -type f \( -name 'anny-fitter-*.dump.age' -o -name 'anny-fitter-*.json' \) \
	-mtime "+$((KEEP_DAYS - 1))" -delete
echo "backup $name written"
