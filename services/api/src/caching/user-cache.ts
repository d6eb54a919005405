import { randomUUID } from "node:crypto";
import type { Cache } from "@anny-fitter/platform/cache";
import type { Metrics } from "@anny-fitter/platform/observability";

/** Longer than any entry lives, so that no entry outlives the generation in its key. */
const GENERATION_LIFETIME_MS = 2 * 3_600_000;

export interface CachedRead<Value> {
	readonly userId: string;
	/** What the value is, such as `subject`. */
	readonly kind: string;
	readonly id: string;
	readonly lifetime_ms: number;
	readonly load: () => Promise<Value>;
	/** Whether a loaded value may be remembered; all are by default. */
	readonly isLasting?: (value: Value) => boolean;
}

/**
 * Remembers what was read from the database, per user. A user's entries share a random generation in their keys; a write
 * replaces it after its commit, so that a slow reader stores what it read before under a key that nobody asks again.
 * Whatever the cache loses is read again.
 */
export interface UserCache {
	read<Value>(read: CachedRead<Value>): Promise<Value>;
	/** Call after each committed change of anything of the user's that is remembered. */
	forget(userId: string): Promise<void>;
}

export function createUserCache({
	cache,
	metrics,
}: {
	readonly cache: Cache;
	readonly metrics?: Pick<Metrics, "countCacheRead">;
}): UserCache {
	const generationKey = (userId: string) => `user:${userId}:generation`;
	async function renew(userId: string): Promise<string> {
		const generation = randomUUID();
		await cache.set(generationKey(userId), generation, GENERATION_LIFETIME_MS);
		return generation;
	}
	return {
		read: async <Value>({ userId, kind, id, lifetime_ms, load, isLasting = () => true }: CachedRead<Value>) => {
			const generation = (await cache.get(generationKey(userId))) ?? (await renew(userId));
			const key = `user:${userId}:${generation}:${kind}:${id}`;
			const known = (await cache.get(key)) as Value | undefined;
			metrics?.countCacheRead(kind, known !== undefined);
			if (known !== undefined) return known;
			const loaded = await load();
			if (isLasting(loaded)) await cache.set(key, loaded, lifetime_ms);
			return loaded;
		},
		forget: async (userId) => {
			await renew(userId);
		},
	};
}
