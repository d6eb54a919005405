import { useEffect, useEffectEvent, useRef, useState } from "react";
import { advanceShutter, pressShutter, type ShutterState } from "../../../pose/shutter.js";

const TICK_MS = 100;

/**
 * The countdown: begins by itself once all checks hold, or by hand.
 *
 * @returns seconds left, null while nothing counts; and what its button does
 */
export function useShutter({
	isRunning,
	areChecksGood,
	countdown_s,
	isAutomatic,
	onSecond,
	onRelease,
}: {
	readonly isRunning: boolean;
	readonly areChecksGood: boolean;
	readonly countdown_s: number;
	readonly isAutomatic: boolean;
	readonly onSecond: () => void;
	readonly onRelease: () => void;
}) {
	const state = useRef<ShutterState>({ phase: "waiting" });
	const [left_s, setLeft] = useState<number | null>(null);
	const tick = useEffectEvent(() => {
		const now = performance.now();
		state.current = advanceShutter(state.current, now, areChecksGood, countdown_s * 1000, isAutomatic);
		if (state.current.phase === "release") {
			state.current = { phase: "waiting" };
			setLeft(null);
			onRelease();
			return;
		}
		const left = state.current.phase === "counting" ? Math.ceil((state.current.until_ms - now) / 1000) : null;
		if (left !== null && left !== left_s) onSecond();
		setLeft(left);
	});
	useEffect(() => {
		state.current = { phase: "waiting" };
		setLeft(null);
		if (!isRunning) return;
		const timer = setInterval(() => tick(), TICK_MS);
		return () => clearInterval(timer);
	}, [isRunning]);
	return {
		left_s,
		press: () => {
			state.current =
				state.current.phase === "counting" ? { phase: "waiting" } : pressShutter(performance.now(), countdown_s * 1000);
		},
	};
}
