import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "./database.js";

export interface AuditLogReport {
	readonly ok: boolean;
	/** Rows that were checked. */
	readonly rows: number;
	/** The first row that was changed, follows a removed one, or was removed. */
	readonly firstBrokenLogId?: number;
	/** Hash of the last row in hex. Kept elsewhere, it shows later that nothing before it was rewritten. */
	readonly headHash: string;
}

interface Row {
	readonly log_id: number;
	readonly user_id: string | null;
	readonly action: string;
	readonly resource_type: string | null;
	readonly resource_id: string | null;
	readonly time: string;
	readonly ip_address: string | null;
	readonly user_agent: string | null;
	readonly erasable_salt: Buffer | null;
	readonly erasable_hash: Buffer;
	readonly previous_hash: Buffer;
	readonly row_hash: Buffer;
}

const BATCH_ROWS = 2_000;

/**
 * Computes all hashes of the audit log anew. Finds rows that were changed, removed (also the last ones), inserted or put
 * in another order by somebody with the rights to do so. Who could rewrite all later rows and the chain's head as well is
 * found only by comparing `headHash` with one kept elsewhere.
 */
export async function verifyAuditLog(database: Database): Promise<AuditLogReport> {
	// Later rows may come while this runs; they are not looked at.
	const { row_count: rows, head_hash: head } = await database.asSystem(
		async (tx) => await tx.selectFrom("audit_chain").select(["row_count", "head_hash"]).executeTakeFirstOrThrow(),
	);
	let previous: Buffer = Buffer.alloc(32);
	let checked = 0;
	const report = (firstBrokenLogId?: number): AuditLogReport => ({
		ok: firstBrokenLogId === undefined,
		rows: checked,
		headHash: head.toString("hex"),
		...(firstBrokenLogId === undefined ? {} : { firstBrokenLogId }),
	});
	while (checked < rows) {
		const batch = await readBatch(database, checked, rows);
		for (const row of batch) {
			if (row.log_id !== checked + 1 || !isIntact(row, previous)) return report(checked + 1);
			previous = row.row_hash;
			checked++;
		}
		if (batch.length === 0) return report(checked + 1);
	}
	if (!previous.equals(head)) return report(Math.max(rows, 1));
	return report();
}

async function readBatch(database: Database, after: number, last: number): Promise<Row[]> {
	return await database.asSystem(async (tx) => {
		const { rows } = await sql<Row>`
			select log_id, user_id, action, resource_type, resource_id, ip_address::text as ip_address, user_agent,
				to_char("timestamp" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time,
				erasable_salt, erasable_hash, previous_hash, row_hash
			from audit_log where log_id > ${after} and log_id <= ${last} order by log_id limit ${BATCH_ROWS}`.execute(tx);
		return rows;
	});
}

function isIntact(row: Row, previous: Buffer): boolean {
	const erasable = [row.user_id, row.ip_address, row.user_agent];
	const isErasableIntact =
		row.erasable_salt === null
			? erasable.every((value) => value === null)
			: sha256(row.erasable_salt, erasable).equals(row.erasable_hash);
	const content = [
		String(row.log_id),
		row.action,
		row.resource_type,
		row.resource_id,
		row.time,
		row.erasable_hash.toString("hex"),
	];
	return isErasableIntact && row.previous_hash.equals(previous) && sha256(previous, content).equals(row.row_hash);
}

/** As `audit_field` in migration 0003. */
function sha256(start: Buffer, values: readonly (string | null)[]): Buffer {
	const hash = createHash("sha256").update(start);
	for (const value of values) hash.update(value === null ? "-" : `${Buffer.byteLength(value)}:${value}`);
	return hash.digest();
}
