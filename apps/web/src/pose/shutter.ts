/** What the shutter does. `at_ms` of its clock. */
export type ShutterState =
	| { readonly phase: "waiting" }
	/** All checks hold since then. */
	| { readonly phase: "steady"; readonly since_ms: number }
	| {
			readonly phase: "counting";
			readonly until_ms: number;
			readonly isAutomatic: boolean;
			readonly lost_ms: number | null;
	  }
	| { readonly phase: "release" };

/** All checks must hold for so long before the countdown begins. */
const STEADY_MS = 800;
/** A check may fail for so long while an automatic countdown runs. */
const GRACE_MS = 900;

/**
 * The next state.
 *
 * @param countdown_ms length of the countdown
 * @param isAutomatic whether the countdown begins by itself
 */
export function advanceShutter(
	state: ShutterState,
	now_ms: number,
	areChecksGood: boolean,
	countdown_ms: number,
	isAutomatic: boolean,
): ShutterState {
	if (state.phase === "release") return state;
	if (state.phase === "counting") {
		const lost_ms = areChecksGood || !state.isAutomatic ? null : (state.lost_ms ?? now_ms);
		if (lost_ms !== null && now_ms - lost_ms > GRACE_MS) return { phase: "waiting" };
		return now_ms >= state.until_ms ? { phase: "release" } : { ...state, lost_ms };
	}
	if (!areChecksGood || !isAutomatic) return { phase: "waiting" };
	const since_ms = state.phase === "steady" ? state.since_ms : now_ms;
	if (now_ms - since_ms < STEADY_MS) return { phase: "steady", since_ms };
	return { phase: "counting", until_ms: now_ms + countdown_ms, isAutomatic: true, lost_ms: null };
}

/** Begins the countdown by hand, whatever the checks say. */
export function pressShutter(now_ms: number, countdown_ms: number): ShutterState {
	return { phase: "counting", until_ms: now_ms + countdown_ms, isAutomatic: false, lost_ms: null };
}
