/** What a person does at a page. */
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
const CHECK_INTERVAL_MS = 1000;
/** The server ends a log-in by its own clock; the page should be first. */
const HEAD_START_MS = 5000;
const CHANNEL = "anny-fitter.activity";

export interface IdleActions {
	/** How long nobody may do anything; null while nobody is signed in, or where the server sets no limit. */
	limit_ms(): number | null;
	/** Tells the server that somebody is there. */
	renew(): Promise<unknown>;
	/** Signs out. */
	end(): Promise<unknown>;
}

/**
 * Signs out when nobody has done anything for as long as the server allows, in none of the tabs, so that no screen is left
 * open. Whoever does something stays signed in, also without asking the server for anything.
 *
 * @returns stops watching
 */
export function watchIdleness({ limit_ms, renew, end }: IdleActions): () => void {
	const others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
	let isLimited = false;
	let active_ms = 0;
	let renewed_ms = 0;
	const currentLimit_ms = (): number | null => {
		const limit = limit_ms();
		// Signing in is doing something.
		if (limit !== null && !isLimited) active_ms = renewed_ms = Date.now();
		isLimited = limit !== null;
		return limit;
	};
	/** Whether the time was over. */
	const check = (): boolean => {
		const limit = currentLimit_ms();
		if (limit === null || Date.now() - active_ms < limit - HEAD_START_MS) return false;
		active_ms = Date.now();
		void end();
		return true;
	};
	const onActivity = () => {
		const limit = currentLimit_ms();
		// Whoever wakes a computer that slept is not the person who was signed in, as far as one can tell.
		if (limit === null || check()) return;
		const now_ms = Date.now();
		if (now_ms - active_ms > CHECK_INTERVAL_MS) others?.postMessage(now_ms);
		active_ms = now_ms;
		if (now_ms - renewed_ms <= limit / 3) return;
		renewed_ms = now_ms;
		void renew();
	};
	for (const sign of SIGNS) addEventListener(sign, onActivity, { capture: true, passive: true });
	document.addEventListener("visibilitychange", check);
	others?.addEventListener("message", ({ data }) => {
		active_ms = Math.max(active_ms, Number(data));
	});
	const timer = setInterval(check, CHECK_INTERVAL_MS);
	return () => {
		clearInterval(timer);
		others?.close();
		document.removeEventListener("visibilitychange", check);
		for (const sign of SIGNS) removeEventListener(sign, onActivity, { capture: true });
	};
}
