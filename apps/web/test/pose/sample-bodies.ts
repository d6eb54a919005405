import { readFileSync } from "node:fs";
import type { PoseFrame } from "../../src/pose/pose-types.js";

export const SAMPLES = ["woman-front", "woman-side", "man-front", "man-side", "girl-front", "girl-side"] as const;
export type SampleName = (typeof SAMPLES)[number];

interface Stored {
	readonly width: number;
	readonly height: number;
	readonly landmarks: readonly number[];
	readonly world: readonly number[];
}

/** What `trackBody` with the light pose network finds in `samples/*.jpg`, scaled to 512 pixels. */
const STORED = JSON.parse(readFileSync(new URL("./sample-landmarks.json", import.meta.url), "utf8")) as Record<
	SampleName,
	Stored
>;

/** A frame as the camera would give it, with a chance to change the landmarks. */
export function sampleFrame(name: SampleName, change?: (landmarks: number[]) => void): PoseFrame {
	const { width, height, landmarks, world } = STORED[name];
	const own = [...landmarks];
	change?.(own);
	return {
		width,
		height,
		body: { landmarks: own, world },
		peopleCount: 1,
		light: { mean: 0.5, dark: 0.02, bright: 0.01 },
		inference_ms: 0,
	};
}
