import type { ApiDependencies } from "../dependencies.js";
import { EXPORT_PREFIX } from "./export-store.js";

const BATCH = 200;
const ORPHAN_AGE_MS = 10 * 60_000;

/** Removes exports past their time, and files that no row knows any more. */
export async function sweepExports(dependencies: ApiDependencies): Promise<void> {
	await removeExpired(dependencies);
	await removeOrphans(dependencies);
}

async function removeExpired({ database, objects, now }: ApiDependencies): Promise<void> {
	const expired = await database.asSystem((tx) =>
		tx
			.selectFrom("exports")
			.select(["export_id", "object_key"])
			.where("expires_at", "<=", now())
			.limit(BATCH)
			.execute(),
	);
	if (expired.length === 0) return;
	// The files first: a row without file is found again, a file without row only by listing.
	await objects.delete(expired.map((row) => row.object_key));
	await database.asSystem((tx) =>
		tx
			.deleteFrom("exports")
			.where(
				"export_id",
				"in",
				expired.map((row) => row.export_id),
			)
			.execute(),
	);
}

/** Rows go with their model and user; their files stay behind. */
async function removeOrphans({ database, objects }: ApiDependencies): Promise<void> {
	const old: string[] = [];
	for await (const object of objects.list(EXPORT_PREFIX)) {
		// A file is written before its row.
		if (Date.now() - object.createdAt.getTime() > ORPHAN_AGE_MS) old.push(object.key);
		if (old.length === BATCH) await removeUnknown(old.splice(0));
	}
	await removeUnknown(old);

	async function removeUnknown(keys: readonly string[]): Promise<void> {
		if (keys.length === 0) return;
		const known = await database.asSystem((tx) =>
			tx.selectFrom("exports").select("object_key").where("object_key", "in", keys).execute(),
		);
		const kept = new Set(known.map((row) => row.object_key));
		const orphans = keys.filter((key) => !kept.has(key));
		if (orphans.length > 0) await objects.delete(orphans);
	}
}
