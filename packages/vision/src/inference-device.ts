/** Where the networks run. */
export type InferenceDevice = "cpu" | "cuda";

/** A step at which inference can fail: loading the networks, or running the first of them on a photo. */
export type InferenceStep = "open" | "run";

/** Faults and time for tests. */
export interface VisionFaults {
	/** Asked before each step: the message of the error that it fails with, or `null` to let it be. */
	readonly nextFailure?: (device: InferenceDevice, step: InferenceStep) => string | null;
	/** Runs what is asked of `cuda` on the CPU, under its name: its fallback without a GPU. */
	readonly emulateCuda?: boolean;
	/** Milliseconds; default `performance.now`. */
	readonly now?: () => number;
}
