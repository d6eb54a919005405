import { addSpan } from "./spans.js";

/** Turns progress into stages: each lasts until the next begins. */
export interface StageClock {
	/** Progress within the stage that runs already changes nothing. */
	begin(stage: string): void;
	/** Ends the last stage. */
	end(): void;
}

/**
 * Records each stage as a span of the active trace and reports its time.
 *
 * @param prefix of the spans' names
 */
export function createStageClock(prefix: string, onStage?: (stage: string, duration_s: number) => void): StageClock {
	let current: { readonly stage: string; readonly start_ms: number } | null = null;
	const finish = (now_ms: number) => {
		if (current === null) return;
		addSpan(`${prefix} ${current.stage}`, current.start_ms, now_ms);
		onStage?.(current.stage, (now_ms - current.start_ms) / 1000);
		current = null;
	};
	// As spans count time: milliseconds since 1970, finer than Date's.
	const now = () => performance.timeOrigin + performance.now();
	return {
		begin: (stage) => {
			if (current?.stage === stage) return;
			const now_ms = now();
			finish(now_ms);
			current = { stage, start_ms: now_ms };
		},
		end: () => finish(now()),
	};
}
