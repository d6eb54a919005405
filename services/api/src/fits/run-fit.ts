import type { Observation, Progress } from "@anny-fitter/contracts/rpc";
import type { PhotoVault } from "@anny-fitter/platform/vault";
import type { StoredFitRequest } from "./create-fit-session.js";
import type { Fallback, FitResult, FittingClient } from "./fitting-client.js";
import { photoName } from "./read-fit-upload.js";
import { type VisionClient, VisionUnavailableError } from "./vision-client.js";

/** Part of the whole that looking at the photos takes. */
const VISION_SHARE = 0.4;
const FIT_SHARE = 0.55;

/** What stands for photos that nobody could look at. */
export const VISION_UNAVAILABLE: Fallback = {
	code: "vision_unavailable",
	message: "The photos could not be analysed; the body is the one that the stated facts let expect.",
};

export interface FitProgress {
	readonly stage: string;
	/** 0…1 of the whole fit */
	readonly progress: number;
	readonly message: string;
}

export interface RunFitMeans {
	readonly vault: PhotoVault;
	readonly vision: VisionClient;
	readonly fitting: FittingClient;
}

export interface RunFitOptions {
	readonly signal: AbortSignal;
	/** Called when a stage begins; a rejection ends the fit. */
	readonly onStage: (progress: FitProgress) => Promise<void>;
	readonly onProgress: (progress: FitProgress) => void;
}

/**
 * From photos in the vault to the result document. Photos that the vision service cannot look at give way to the body
 * that the stated facts let expect, flagged for review.
 *
 * @throws AppError
 */
export async function runFit(
	{ vault, vision, fitting }: RunFitMeans,
	sessionId: string,
	request: StoredFitRequest,
	{ signal, onStage, onProgress }: RunFitOptions,
): Promise<FitResult> {
	const count = request.photo_count;
	const seen: Observation[] = [];
	let fallback: Fallback | null = null;
	await onStage({ stage: "vision", progress: 0, message: "Finding the person in the photos" });
	for (let index = 0; index < count && fallback === null; index++) {
		const report = (progress: Progress) =>
			onProgress({
				stage: "vision",
				progress: (VISION_SHARE * (index + progress.fraction)) / count,
				message: progress.message,
			});
		const photo = await vault.load(sessionId, index);
		try {
			seen.push(await vision.analyse(photo, photoName(index), { signal, onProgress: report }));
		} catch (error) {
			if (!(error instanceof VisionUnavailableError)) throw error;
			fallback = VISION_UNAVAILABLE;
		} finally {
			photo.fill(0);
		}
	}
	await onStage({ stage: "fit", progress: VISION_SHARE, message: "Fitting the body" });
	const result = await fitting.fit(request, fallback ?? seen, {
		signal,
		onProgress: (progress) =>
			onProgress({
				stage: "fit",
				progress: VISION_SHARE + FIT_SHARE * progress.fraction,
				message: progress.message,
			}),
	});
	await onStage({ stage: "store", progress: VISION_SHARE + FIT_SHARE, message: "Storing the result" });
	return result;
}
