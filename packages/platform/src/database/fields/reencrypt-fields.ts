import { sql } from "kysely";
import type { Database } from "../database.js";
import { ENCRYPTED_PATHS, ENCRYPTED_TEXTS } from "./encrypted-columns.js";
import { ENCRYPTED } from "./field-cipher.js";

const KEYS = { users: "user_id", subjects: "subject_id", fitted_models: "model_id", sessions: "session_id" } as const;
type Table = keyof typeof KEYS;

export interface ReencryptOptions {
	/** Rows of one transaction; default 200. */
	readonly batchSize?: number;
	/** @param rows done so far */
	readonly onProgress?: (table: string, rows: number) => void;
	readonly signal?: { readonly aborted: boolean };
}

/**
 * Brings every value under the current key: those of earlier keys, and those from before there was one. In small
 * transactions, while the application runs; whatever was not done is found again by the next run. Afterwards earlier keys
 * may be thrown away, unless a backup needs them.
 *
 * @returns rows that were changed, by table
 */
export async function reencryptFields(
	database: Database,
	options: ReencryptOptions = {},
): Promise<Readonly<Record<string, number>>> {
	const { batchSize = 200, onProgress, signal } = options;
	const changed: Record<string, number> = {};
	for (const table of Object.keys(KEYS) as Table[]) {
		changed[table] = 0;
		while (signal?.aborted !== true) {
			const rows = await reencryptBatch(database, table, batchSize);
			changed[table] += rows;
			if (rows > 0) onProgress?.(table, changed[table]);
			if (rows < batchSize) break;
		}
	}
	if (Object.values(changed).some((rows) => rows > 0)) {
		await database.asSystem((tx) =>
			tx.insertInto("audit_log").values({ user_id: null, action: "fields_reencrypt" }).execute(),
		);
	}
	return changed;
}

async function reencryptBatch(database: Database, table: Table, batchSize: number): Promise<number> {
	const key = KEYS[table];
	const texts = ENCRYPTED_TEXTS[table] ?? [];
	const documents = Object.keys(ENCRYPTED_PATHS[table] ?? {});
	// Another writer encrypts under the current key by itself, so that rows need no second look.
	const prefix = database.fieldKeyId === null ? null : `${ENCRYPTED}${database.fieldKeyId}:`;
	const isOld = (value: ReturnType<typeof sql<string | null>>) =>
		prefix === null
			? sql<boolean>`starts_with(${value}, ${ENCRYPTED})`
			: sql<boolean>`(${value} is not null and not starts_with(${value}, ${prefix}))`;
	const values = [
		...texts.map((column) => sql<string | null>`${sql.ref(column)}`),
		...Object.entries(ENCRYPTED_PATHS[table] ?? {}).flatMap(([column, paths]) =>
			paths.map((path) => sql<string | null>`${sql.ref(column)} #>> ${sql.lit(`{${path.join(",")}}`)}`),
		),
	];
	const condition = sql<boolean>`(${sql.join(values.map(isOld), sql` or `)})`;
	return database.asSystem(async (tx) => {
		const rows = (await tx
			.selectFrom(table)
			.select([key, ...texts, ...documents] as never)
			.where(condition)
			.orderBy(key as never)
			.limit(batchSize)
			.forUpdate()
			.execute()) as Record<string, unknown>[];
		for (const row of rows) {
			const { [key]: id, ...fields } = row;
			const set = Object.fromEntries(
				Object.entries(fields).map(([column, value]) => [
					column,
					documents.includes(column) ? JSON.stringify(value) : value,
				]),
			);
			await tx
				.updateTable(table)
				.set(set as never)
				.where(key as never, "=", id as never)
				.execute();
		}
		return rows.length;
	});
}
