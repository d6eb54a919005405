import { performance } from "node:perf_hooks";
import type { StatedFacts, ViewLabel, Warning } from "@anny-fitter/contracts";
import { AppError } from "@anny-fitter/contracts";
import type { StatedBody } from "@anny-fitter/fitting";
import type { Photo, Vision } from "@anny-fitter/vision";
import { type BodyFitter, type ObservedView, openBodyFitter } from "./body-fitter.js";
import { buildBody } from "./build-body.js";
import type { FitOutcome } from "./fit-photo-files.js";
import { type FitProgress, throwIfAborted } from "./fit-progress.js";
import { observePhoto } from "./observe-photo.js";
import { drawOverlay } from "./overlay.js";
import { statedBody } from "./stated-body.js";
import { turnEventLoop } from "./turn-event-loop.js";

export interface FitEngineOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string;
	readonly cacheDir?: string;
}

export interface PhotoInput {
	readonly bytes: Uint8Array;
	/** File name without folders; shown in messages and in the result. */
	readonly name: string;
	readonly view?: ViewLabel;
}

export interface FitRequest {
	readonly photos: readonly PhotoInput[];
	readonly stated: StatedFacts;
	readonly signal?: AbortSignal;
	readonly onProgress?: (event: FitProgress) => void;
}

/** Keeps the networks and the body model loaded, to fit one person after the other. */
export interface FitEngine {
	/**
	 * @throws {AppError} with a code of the error table: unusable photos, impossible input, cancelled
	 */
	fit(request: FitRequest): Promise<FitOutcome>;
	close(): Promise<void>;
}

/** Loads body model and networks, side by side. */
export async function openFitEngine(options: FitEngineOptions = {}): Promise<FitEngine> {
	// Loaded when needed: programs that measure or write meshes do without the networks' runtime.
	const { openVision } = await import("@anny-fitter/vision");
	const visionPromise = openVision(options.cacheDir === undefined ? {} : { cacheDir: options.cacheDir });
	let bodyFitter: BodyFitter;
	try {
		bodyFitter = await openBodyFitter(options);
	} catch (error) {
		await visionPromise.then(
			(vision) => vision.close(),
			() => undefined,
		);
		throw error;
	}
	const vision = await visionPromise;
	return {
		fit: (request) => fitOnce(vision, bodyFitter, request),
		close: () => vision.close(),
	};
}

/** Share of a fit's progress that looking at the photos takes. */
const VISION_SHARE = 0.3;

async function fitOnce(vision: Vision, bodyFitter: BodyFitter, request: FitRequest): Promise<FitOutcome> {
	const { photos: inputs, signal, onProgress } = request;
	checkFitRequest(request);
	const started = performance.now();
	const timings_ms: Record<string, number> = {};
	const warnings: Warning[] = [];
	const photos: Photo[] = [];
	const views: ObservedView[] = [];
	for (const [i, input] of inputs.entries()) {
		const which = inputs.length > 1 ? ` ${i + 1} of ${inputs.length}` : "";
		const seen = await observePhoto(vision, input, {
			...(signal === undefined ? {} : { signal }),
			onProgress: ({ stage, fraction, message }) =>
				onProgress?.({
					stage,
					fraction: (VISION_SHARE * (i + fraction)) / inputs.length,
					message: `${message}${which}`,
				}),
		});
		for (const [stage, time] of Object.entries(seen.timings_ms)) timings_ms[stage] = (timings_ms[stage] ?? 0) + time;
		warnings.push(...seen.warnings);
		photos.push(seen.photo);
		const { observation, perception } = seen;
		views.push({ observation, name: input.name, label: input.view ?? null, perception });
	}

	const steps = bodyFitter.fitSteps({ views, stated: request.stated, warnings, timings_ms }, { signal });
	let step = steps.next();
	while (!step.done) {
		const { stage, fraction, message } = step.value;
		onProgress?.({ stage, fraction: VISION_SHARE + (1 - VISION_SHARE) * fraction, message });
		await turnEventLoop();
		throwIfAborted(signal);
		step = steps.next();
	}
	const { document, fit } = step.value;
	document.timings_ms.total = performance.now() - started;
	onProgress?.({ stage: "done", fraction: 1, message: "Done" });
	const { fitter, modelData } = bodyFitter;
	const { phenotypes, local_changes, all_phenotypes, pose_parameterization, pose } = document;
	const parameters = { phenotypes, local_changes, all_phenotypes, pose_parameterization, pose };
	const body = buildBody(fitter.model, parameters, modelData);
	return {
		document,
		flaggedForReview: document.quality.flagged_for_review,
		exportMesh: (format, options) => body.exportMesh(format, options),
		renderOverlay: (viewIndex) => {
			const photo = photos[viewIndex];
			if (!photo) throw new RangeError(`There is no photo ${viewIndex}.`);
			return drawOverlay(fitter, fit, fit.views[viewIndex] ?? null, photo);
		},
	};
}

/**
 * Refuses what cannot be fitted whatever the photos show, before anything is loaded.
 *
 * @returns what was stated, as the fitter takes it
 * @throws {AppError} `invalid_argument`
 */
export function checkFitRequest({ photos, stated }: Pick<FitRequest, "photos" | "stated">): StatedBody {
	requirePhotos(photos);
	requireDifferentPhotos(photos);
	return statedBody(stated);
}

/** Most photos that one fit takes. */
const MAX_PHOTOS = 8;

function requirePhotos(photos: readonly PhotoInput[]): void {
	if (photos.length >= 1 && photos.length <= MAX_PHOTOS) return;
	throw new AppError("invalid_argument", `A fit takes 1 to ${MAX_PHOTOS} photos, not ${photos.length}.`, {
		remedy: "Give one to eight photos of the same person.",
	});
}

/** A photo that counts twice makes a result look more certain than it is. */
function requireDifferentPhotos(photos: readonly PhotoInput[]): void {
	for (const [i, photo] of photos.entries()) {
		if (photo.bytes.length === 0) continue;
		const j = photos.findIndex((other) => Buffer.compare(other.bytes, photo.bytes) === 0);
		if (j === i) continue;
		throw new AppError("invalid_argument", `Photo ${i + 1}, ${photo.name}, is the same as photo ${j + 1}.`, {
			remedy: "Give each photo once.",
		});
	}
}
