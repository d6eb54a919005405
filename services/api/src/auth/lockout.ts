import { createHmac } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import type { ApiDependencies } from "../dependencies.js";

export const MAX_ATTEMPTS = 10;
const WINDOW_MS = 15 * 60_000;

/** Bounds how often a password can be tried, for addresses that exist and for those that do not alike. */
export interface Lockout {
	/**
	 * Counts a try before the password is looked at, so that parallel tries count too.
	 * @throws AppError `too_many_attempts`
	 */
	countAttempt(email: string): Promise<void>;
	/** The password was right. */
	reset(email: string): Promise<void>;
}

export function createLockout({ cache, config }: Pick<ApiDependencies, "cache" | "config">): Lockout {
	// Keyed, so that whoever reads the cache does not learn addresses.
	const keyOf = (email: string) =>
		`attempts:${createHmac("sha256", config.jwtSecret).update(`lockout:${email}`).digest("base64url")}`;
	return {
		countAttempt: async (email) => {
			const { count, left_ms } = await cache.count(keyOf(email), WINDOW_MS);
			if (count <= MAX_ATTEMPTS) return;
			throw new AppError("too_many_attempts", "The password was wrong too often.", {
				details: { retry_after_s: Math.ceil(left_ms / 1000) },
				retryable: true,
			});
		},
		reset: (email) => cache.delete(keyOf(email)),
	};
}
