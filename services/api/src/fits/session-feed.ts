import type { SessionDocument } from "@anny-fitter/contracts";
import type { Cache } from "@anny-fitter/platform/cache";
import type { EventBus } from "@anny-fitter/platform/events";
import { isFinal } from "./session-document.js";

/** How long the states of sessions are remembered. */
export const SESSION_CACHE_LIFETIME_MS = 30 * 60_000;
/** A running fit reports more often than this, so an older state in the cache may have missed a change. */
const FRESH_MS = 2_000;

interface CachedSession {
	readonly at_ms: number;
	readonly document: SessionDocument;
}

/**
 * The states of sessions on their way to whoever watches them, in this process or another. A message may be lost; the
 * database has the truth.
 */
export class SessionFeed {
	readonly #events: EventBus;
	readonly #cache: Cache;
	readonly #now: () => Date;

	constructor(means: { readonly events: EventBus; readonly cache: Cache; readonly now: () => Date }) {
		this.#events = means.events;
		this.#cache = means.cache;
		this.#now = means.now;
	}

	/** Tells a new state. Never throws: a fit does not depend on who watches it. */
	async publish(userId: string, document: SessionDocument): Promise<void> {
		const cached: CachedSession = { at_ms: this.#now().getTime(), document };
		const key = cacheKey(userId, document.session_id);
		// An end is remembered before it is told: who hears of it and asks must not be shown an older state.
		if (isFinal(document.status)) await this.noteEnd(userId, document.session_id);
		await Promise.allSettled([
			isFinal(document.status) ? null : this.#cache.set(key, cached, SESSION_CACHE_LIFETIME_MS),
			this.#events.publish(channel(document.session_id), document),
		]);
	}

	/**
	 * Remembers that a session has ended: also for whoever finds so in the database, since its worker may have died between
	 * storing the end and telling of it. Never throws.
	 */
	async noteEnd(userId: string, sessionId: string): Promise<void> {
		// A key of its own: a worker that does not know of the end yet must not write over it.
		const key = endKey(cacheKey(userId, sessionId));
		await this.#cache.set(key, true, SESSION_CACHE_LIFETIME_MS).catch(() => undefined);
	}

	/**
	 * Where a running fit was by its own last account; null when it has given none or has ended. An account that is not
	 * fresh holds only if the database shows no later change. Only the user's own: the key names the user.
	 */
	async latest(
		userId: string,
		sessionId: string,
	): Promise<{ readonly document: SessionDocument; readonly isFresh: boolean } | null> {
		const key = cacheKey(userId, sessionId);
		try {
			const cached = (await this.#cache.get(key)) as CachedSession | undefined;
			if (cached === undefined || (await this.#cache.get(endKey(key))) !== undefined) return null;
			const isFresh = Math.abs(this.#now().getTime() - cached.at_ms) < FRESH_MS;
			return { document: cached.document, isFresh };
		} catch {
			return null;
		}
	}

	/** @returns ends the subscription */
	subscribe(sessionId: string, listener: (document: SessionDocument) => void): Promise<() => Promise<void>> {
		return this.#events.subscribe(channel(sessionId), (message) => listener(message as SessionDocument));
	}
}

function channel(sessionId: string): string {
	return `session:${sessionId}`;
}

function cacheKey(userId: string, sessionId: string): string {
	return `session:${userId}:${sessionId}`;
}

function endKey(key: string): string {
	return `${key}:ended`;
}
