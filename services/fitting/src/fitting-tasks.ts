import type { PerceptionDocument, StatedFacts, ViewLabel, Warning } from "@anny-fitter/contracts";
import type { FallbackReason, FitProgress } from "@anny-fitter/pipeline";

/** A view as it travels to the thread, its numbers not looked at yet. */
export interface FitTaskView {
	readonly name: string;
	readonly label: ViewLabel | null;
	readonly width_px: number;
	readonly height_px: number;
	readonly focal_px: number | null;
	/** [33*5] */
	readonly body: Float64Array;
	/** [33*3] */
	readonly bodyWorld: Float64Array;
	/** [width*height] */
	readonly mask: Float32Array | null;
	/** [width*height] */
	readonly regions: Uint8Array | null;
	/** [width*height] of its own, over the whole photo */
	readonly inverseDepth: { readonly width: number; readonly height: number; readonly values: Float32Array } | null;
	readonly perception: PerceptionDocument | undefined;
	readonly faceSeen: boolean | null;
	/** See the observation's; null when nobody looked. */
	readonly photoQuality: {
		readonly meanLuma: number;
		readonly darkShare: number;
		readonly brightShare: number;
		readonly blur: number | null;
		readonly peopleCount: number;
	} | null;
}

export interface FitTaskInput {
	readonly views: readonly FitTaskView[];
	readonly stated: StatedFacts;
	readonly warnings: readonly Warning[];
	readonly timings_ms: Readonly<Record<string, number>>;
	readonly fallback: FallbackReason | null;
}

export interface FitTaskOutput {
	/** The result document as JSON: one string is handed over faster than its thousands of objects. */
	readonly documentJson: string;
	readonly isFlaggedForReview: boolean;
	/** Why a fit ended in the body of the stated facts, for logs: where the mathematics broke down. */
	readonly failure: { readonly error_name: string; readonly stack: readonly string[] } | null;
}

/** What the fitting thread does. */
export type FittingTasks = {
	fit: { input: FitTaskInput; output: FitTaskOutput; progress: FitProgress };
};

/** What the fitting thread is started with. */
export interface FittingThreadData {
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
}
