import { AppError } from "@anny-fitter/contracts";

/** How far a piece of work is. */
export interface FitProgress {
	readonly stage: string;
	/** 0…1 of the call that reports it */
	readonly fraction: number;
	/** One sentence or phrase for people. */
	readonly message: string;
}

/** @throws {AppError} `cancelled` when the signal is aborted */
export function throwIfAborted(signal: { readonly aborted: boolean } | undefined): void {
	if (signal?.aborted) throw new AppError("cancelled", "The fit was cancelled.");
}
