import { AppError } from "@anny-fitter/contracts";

/** How far a piece of work is. */
export interface FitProgress {
	readonly stage: string;
	/** Which part of the stage, where it has any: `landmarks` of the stage `fit`. For programs, as is `stage`. */
	readonly part?: string;
	/** 0…1 of the call that reports it */
	readonly fraction: number;
	/** One sentence or phrase for people. */
	readonly message: string;
}

/** @throws {AppError} `cancelled` when the signal is aborted */
export function throwIfAborted(signal: { readonly aborted: boolean } | undefined): void {
	if (signal?.aborted) throw new AppError("cancelled", "The fit was cancelled.");
}
