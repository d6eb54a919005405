import { type RefObject, useCallback, useSyncExternalStore } from "react";

const REDUCED = "(prefers-reduced-motion: reduce)";

/** Whether the person wants little motion. */
export function useReducedMotion(): boolean {
	return useSyncExternalStore(
		(onChange) => {
			const query = matchMedia(REDUCED);
			query.addEventListener("change", onChange);
			return () => query.removeEventListener("change", onChange);
		},
		() => matchMedia(REDUCED).matches,
	);
}

export interface Fullscreen {
	/** iPhones cannot. */
	readonly isSupported: boolean;
	readonly isOn: boolean;
	readonly toggle: () => void;
}

/** Lets an element fill the screen. */
export function useFullscreen(element: RefObject<HTMLElement | null>): Fullscreen {
	const isOn = useSyncExternalStore(
		(onChange) => {
			document.addEventListener("fullscreenchange", onChange);
			return () => document.removeEventListener("fullscreenchange", onChange);
		},
		() => document.fullscreenElement !== null && document.fullscreenElement === element.current,
	);
	const toggle = useCallback(() => {
		// A browser may refuse; then everything stays as it is.
		const done = document.fullscreenElement === null ? element.current?.requestFullscreen() : document.exitFullscreen();
		done?.catch(() => {});
	}, [element]);
	return { isSupported: document.fullscreenEnabled === true, isOn, toggle };
}
