import type { SubjectDocument } from "@anny-fitter/contracts";
import type { SubjectRow } from "@anny-fitter/platform/database";
import { createUserCache } from "../caching/user-cache.js";
import type { ApiDependencies } from "../dependencies.js";

const HOUR_MS = 3_600_000;

export function toSubjectDocument(row: SubjectRow): SubjectDocument {
	return {
		subject_id: row.subject_id,
		name: row.name,
		date_of_birth: row.date_of_birth,
		gender: row.gender,
		anonymized: row.anonymized,
		created_by_fit: row.created_by_fit,
		created_at: row.created_at.toISOString(),
		updated_at: row.updated_at.toISOString(),
	};
}

/** Remembers read subjects for an hour. */
export interface SubjectCache {
	read(userId: string, subjectId: string, load: () => Promise<SubjectDocument>): Promise<SubjectDocument>;
	/** Call after each committed change of any of the user's subjects. */
	forget(userId: string): Promise<void>;
}

export function createSubjectCache(
	dependencies: Pick<ApiDependencies, "cache" | "database" | "metrics">,
): SubjectCache {
	const entries = createUserCache(dependencies);
	// What is encrypted in the database does not lie readable in Redis.
	const isKept = dependencies.database.fieldKeyId === null;
	return {
		read: (userId, id, load) =>
			isKept ? entries.read({ userId, kind: "subject", id, lifetime_ms: HOUR_MS, load }) : load(),
		forget: entries.forget,
	};
}
