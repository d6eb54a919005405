import { useCallback, useState } from "react";
import type { StandardView } from "./viewer-types.js";

/** What the body's surface is coloured by. */
export type SurfaceColouring = "plain" | "uncertainty" | "difference";

/** Anny's A-pose, the T-pose, or a photo's pose by its place among the views. */
export type PoseChoice = "rest" | "t" | number;

export interface ViewerState {
	/** The standard view that is shown; null when turned freely. */
	readonly view: StandardView | null;
	readonly pose: PoseChoice;
	readonly hasTapes: boolean;
	readonly hasSkeleton: boolean;
	readonly isWireframe: boolean;
	readonly isTurning: boolean;
	readonly colouring: SurfaceColouring;
	/** The body lies over this view's photo. */
	readonly photo: number | null;
	readonly blend: "opacity" | "wipe";
	/** 0 only the photo … 1 only the body. */
	readonly blendValue: number;
}

const INITIAL: ViewerState = {
	view: "three-quarter",
	pose: "rest",
	hasTapes: true,
	hasSkeleton: false,
	isWireframe: false,
	isTurning: false,
	colouring: "plain",
	photo: null,
	blend: "opacity",
	blendValue: 0.6,
};

export function useViewerState(): readonly [ViewerState, (change: Partial<ViewerState>) => void] {
	const [state, setState] = useState(INITIAL);
	const change = useCallback((part: Partial<ViewerState>) => setState((present) => ({ ...present, ...part })), []);
	return [state, change];
}
