import { performance } from "node:perf_hooks";
import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { createBodyModel } from "@anny-fitter/body-model";
import type { ModelDataDocument, StatedFacts, ViewLabel, Warning } from "@anny-fitter/contracts";
import { AppError, nearestName, statedAgeYears } from "@anny-fitter/contracts";
import type { PhotoFitter, PhotoObservation, StatedBody } from "@anny-fitter/fitting";
import {
	assessPhotoFit,
	createPhotoFitter,
	estimateMeasurements,
	expectedVertexError_mm,
	photoFitSteps,
} from "@anny-fitter/fitting";
import type { HolisticResult } from "@anny-fitter/perception";
import { assessPerson } from "@anny-fitter/perception";
import { openBodyModelData } from "@anny-fitter/platform";
import type { decodePhoto as DecodePhoto, Photo, Vision } from "@anny-fitter/vision";
import { buildBody, describeModelData, describeWarnings } from "./build-body.js";
import type { FitOutcome } from "./fit-photo-files.js";
import { drawOverlay } from "./overlay.js";
import { buildResultDocument } from "./result-document.js";

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

export interface FitProgress {
	readonly stage: string;
	/** 0…1 of the whole fit */
	readonly fraction: number;
	readonly message: string;
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
	const { decodePhoto, openVision } = await import("@anny-fitter/vision");
	const visionPromise = openVision(options.cacheDir === undefined ? {} : { cacheDir: options.cacheDir });
	let fitter: PhotoFitter;
	let modelData: ModelDataDocument;
	let modelWarnings: Warning[];
	try {
		const opened = await openBodyModelData(options);
		const model = createBodyModel(opened.data, { allPhenotypes: true, localChanges: true });
		fitter = createPhotoFitter(model);
		modelData = describeModelData(opened, model);
		modelWarnings = describeWarnings(opened);
	} catch (error) {
		await visionPromise.then(
			(vision) => vision.close(),
			() => undefined,
		);
		throw error;
	}
	const vision = await visionPromise;
	return {
		fit: (request) => fitOnce({ vision, decodePhoto, fitter, modelData, modelWarnings }, request),
		close: () => vision.close(),
	};
}

interface FitMeans {
	readonly vision: Vision;
	readonly decodePhoto: typeof DecodePhoto;
	readonly fitter: PhotoFitter;
	readonly modelData: ModelDataDocument;
	readonly modelWarnings: readonly Warning[];
}

async function fitOnce(means: FitMeans, request: FitRequest): Promise<FitOutcome> {
	const { vision, decodePhoto, fitter, modelData, modelWarnings } = means;
	const { photos: inputs, signal } = request;
	const stated = checkFitRequest(request);
	const timings: Record<string, number> = {};
	const warnings: Warning[] = [...modelWarnings];
	const started = performance.now();
	const timed = async <T>(stage: string, work: () => Promise<T> | T): Promise<T> => {
		// Ctrl-C pressed during the stage before is noticed only when the event loop turns.
		await turnEventLoop();
		throwIfAborted(signal);
		const from = performance.now();
		const value = await work();
		timings[stage] = (timings[stage] ?? 0) + performance.now() - from;
		return value;
	};
	const report = (stage: string, fraction: number, message: string): void =>
		request.onProgress?.({ stage, fraction, message });

	const photos: Photo[] = [];
	const observations: PhotoObservation[] = [];
	for (const [i, input] of inputs.entries()) {
		const which = inputs.length > 1 ? ` ${i + 1} of ${inputs.length}` : "";
		report("decode", (0.3 * i) / inputs.length, `Reading photo${which}`);
		const photo = await timed("decode", () => named(input.name, decodePhoto(input.bytes)));
		report("vision", (0.3 * (i + 0.3)) / inputs.length, `Finding the person in photo${which}`);
		const seen = await timed("vision", () =>
			named(input.name, vision.analyse(photo, signal === undefined ? {} : { signal })),
		);
		requirePerson(seen, input.name, warnings);
		for (const message of photo.warnings) warnings.push({ code: "photo", message: `${input.name}: ${message}` });
		photos.push(photo);
		observations.push(observe(photo, seen));
	}

	const fit = await timed("fit", async () => {
		const steps = photoFitSteps(fitter, observations, stated, signal === undefined ? {} : { signal });
		for (;;) {
			const step = steps.next();
			if (step.done) return step.value;
			report("fit", 0.3 + 0.5 * step.value.fraction, STAGE_MESSAGES[step.value.stage]);
			await turnEventLoop();
			throwIfAborted(signal);
		}
	});
	report("measure", 0.85, "Measuring the body");
	const measurements = await timed("measure", () => estimateMeasurements(fitter, fit, stated));
	const document = await timed("describe", () =>
		buildResultDocument({
			fitter,
			fit,
			measurements,
			quality: assessPhotoFit(
				fit,
				stated,
				inputs.map((p) => p.view ?? null),
			),
			expectedVertexError_mm: expectedVertexError_mm(fitter, fit),
			stated: request.stated,
			photos: inputs.map((p) => ({ name: p.name, label: p.view ?? null })),
			timings_ms: timings,
			modelData,
			warnings,
		}),
	);
	document.timings_ms = { ...timings, total: performance.now() - started };
	report("done", 1, "Done");
	const body = buildBody(
		fitter.model,
		{
			phenotypes: document.phenotypes,
			local_changes: document.local_changes,
			all_phenotypes: document.all_phenotypes,
			pose_parameterization: document.pose_parameterization,
			pose: document.pose,
		},
		modelData,
	);
	return {
		document,
		flaggedForReview: document.quality.flagged_for_review,
		exportMesh: (format, options) => body.exportMesh(format, options),
		renderOverlay: (viewIndex) => {
			const view = fit.views[viewIndex];
			const photo = photos[viewIndex];
			if (!view || !photo) throw new RangeError(`There is no photo ${viewIndex}.`);
			return drawOverlay(fitter, fit, view, photo);
		},
	};
}

const STAGE_MESSAGES = {
	stated: "Starting from the stated values",
	cameras: "Placing the camera",
	landmarks: "Fitting pose and proportions",
	silhouettes: "Fitting the outline",
} as const;

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

function requirePerson(seen: HolisticResult, name: string, warnings: Warning[]): void {
	const person = assessPerson(seen);
	if (!person.usable) {
		throw new AppError(person.code, `${name}: ${person.message}`, { remedy: person.remedy });
	}
	for (const message of person.warnings) warnings.push({ code: "person", message: `${name}: ${message}` });
}

function observe(photo: Photo, seen: HolisticResult): PhotoObservation {
	return {
		width_px: photo.width,
		height_px: photo.height,
		focal_px: photo.focalLength_px,
		body: seen.body,
		bodyWorld: seen.bodyWorld,
		mask: seen.mask,
	};
}

function statedBody(facts: StatedFacts): StatedBody {
	const measures = facts.measures ?? {};
	const known: readonly string[] = MEASUREMENTS.map((m) => m.id);
	for (const id of Object.keys(measures)) {
		if (known.includes(id)) continue;
		const nearest = nearestName(id, known);
		throw new AppError("invalid_argument", `There is no measurement "${id}".`, {
			remedy: nearest === null ? `Use one of ${known.join(", ")}.` : `Did you mean "${nearest}"?`,
		});
	}
	return {
		stature_m: facts.stature_m ?? null,
		mass_kg: facts.weight_kg ?? null,
		age_years: statedAgeYears(facts, new Date()),
		sex: facts.sex ?? "unspecified",
		measures_m: measures,
	};
}

/** Puts the photo's name before an error's message, so that the user knows which of several photos is meant. */
async function named<T>(name: string, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		if (!(error instanceof AppError) || error.code === "cancelled") throw error;
		throw new AppError(error.code, `${name}: ${error.message}`, {
			remedy: error.remedy,
			details: error.details,
			retryable: error.retryable,
			cause: error,
		});
	}
}

function throwIfAborted(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw new AppError("cancelled", "The fit was cancelled.");
}

/** Lets signals, sockets and timers in between two pieces of computing. */
function turnEventLoop(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
