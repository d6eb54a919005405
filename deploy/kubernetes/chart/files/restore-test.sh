#!/bin/bash
# Proves that the newest backup can be used: restores it into a PostgreSQL of its own, which listens on no network and
# lives in memory or on a scratch volume, compares the rows of every table with the manifest, and checks the chain of the audit
# log. Ends with an error when anything differs, or when the newest backup is older than MAX_AGE_HOURS.
#
# Surroundings: AGE_IDENTITY_FILE, BACKUP_DIR, MAX_AGE_HOURS, SCRATCH_DIR. Not as root: PostgreSQL refuses that.
set -euo pipefail
umask 077
: "${AGE_IDENTITY_FILE:?set it to the file of the private key}" "${BACKUP_DIR:?set it to a folder}" "${MAX_AGE_HOURS:?set it}" "${SCRATCH_DIR:?set it to a folder}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)

newest=$(cd "$BACKUP_DIR" && ls anny-fitter-*.dump.age 2>/dev/null | sort | tail -1)
[ -n "$newest" ] || { echo "There is no backup in $BACKUP_DIR." >&2; exit 66; }
name=${newest%.dump.age}
taken=$(date -u -d "$(sed -E 's/^anny-fitter-(....)(..)(..)T(..)(..)(..)Z$/\1-\2-\3 \4:\5:\6/' <<<"$name")" +%s)
age_hours=$((($(date -u +%s) - taken) / 3600))
((age_hours <= MAX_AGE_HOURS)) || { echo "The newest backup is $age_hours hours old; $MAX_AGE_HOURS are allowed." >&2; exit 75; }

work=$(mktemp -d "$SCRATCH_DIR/restore-XXXXXX")
stop() {
	pg_ctl --pgdata "$work/data" --mode immediate stop >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap stop EXIT
initdb --pgdata "$work/data" --auth=trust --username postgres >/dev/null
pg_ctl --pgdata "$work/data" --wait --log "$work/log" \
	--options "-c listen_addresses='' -c unix_socket_directories='$work' -c fsync=off -c log_min_error_statement=panic" \
	start >/dev/null || { cat "$work/log" >&2; exit 1; }
export PGHOST=$work PGUSER=postgres PGDATABASE=restored PGPORT=5432
unset PGPASSWORD PGPASSWORD_FILE
createdb --maintenance-db postgres restored
bash "$here/restore.sh" "$name"

# Each table that the manifest names, with its rows; then each broken link of the audit log's chain.
sed -n 's/.*"rows":\({[^}]*}\).*/\1/p' "$BACKUP_DIR/$name.json" >"$work/rows.json"
psql --quiet --no-psqlrc --tuples-only --no-align --set ON_ERROR_STOP=1 >"$work/differences" <<SQL
\set rows \`cat "$work/rows.json"\`
select format('%s: %s rows, the manifest says %s', key, n, value) from (
	select key, value::bigint, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s',
		(select string_agg(quote_ident(part), '.') from unnest(string_to_array(key, '.')) part)), false, true, '')))[1]::text::bigint as n
	from json_each_text(:'rows'::json)) counted where n is distinct from value;
select format('audit_log: the chain is broken at row %s', log_id) from (
	select log_id, previous_hash, lag(row_hash, 1, decode(repeat('00', 32), 'hex')) over (order by log_id) as before
	from audit_log) links where previous_hash <> before;
select 'audit_log: rows are missing at its end' from audit_chain
	where row_count <> (select count(*) from audit_log);
SQL
if [ -s "$work/differences" ]; then
	cat "$work/differences" >&2
	exit 70
fi
echo "$name can be restored: $(tr -cd ':' <"$work/rows.json" | wc -c) tables compared, the audit log's chain is whole"
