import { randomUUID } from "node:crypto";
import type { SubjectDocument } from "@anny-fitter/contracts";
import type { SubjectRow } from "@anny-fitter/platform/database";
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

/**
 * Remembers read subjects for an hour, per user. A user's entries share a random generation in their keys; a write
 * replaces it after its commit, so that a slow reader stores what it read before under a key that nobody asks again.
 */
export interface SubjectCache {
	read(userId: string, subjectId: string, load: () => Promise<SubjectDocument>): Promise<SubjectDocument>;
	/** Call after each committed change of any of the user's subjects. */
	forget(userId: string): Promise<void>;
}

export function createSubjectCache({ cache }: Pick<ApiDependencies, "cache">): SubjectCache {
	const generationKey = (userId: string) => `subjects:${userId}:generation`;
	async function renew(userId: string): Promise<string> {
		const generation = randomUUID();
		// Outlives every entry of its generation.
		await cache.set(generationKey(userId), generation, 2 * HOUR_MS);
		return generation;
	}
	return {
		read: async (userId, subjectId, load) => {
			const generation = (await cache.get(generationKey(userId))) ?? (await renew(userId));
			const key = `subjects:${userId}:${generation}:${subjectId}`;
			const known = (await cache.get(key)) as SubjectDocument | undefined;
			if (known !== undefined) return known;
			const loaded = await load();
			await cache.set(key, loaded, HOUR_MS);
			return loaded;
		},
		forget: async (userId) => {
			await renew(userId);
		},
	};
}
