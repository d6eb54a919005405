import { performance } from "node:perf_hooks";
import type { PerceptionDocument, Warning } from "@anny-fitter/contracts";
import { AppError } from "@anny-fitter/contracts";
import type { PhotoObservation } from "@anny-fitter/fitting";
import type { HolisticResult, PersonPixels } from "@anny-fitter/perception";
import { assessPerson, measurePhotoQuality } from "@anny-fitter/perception";
import type { Photo, Vision, VisionResult } from "@anny-fitter/vision";
import { type FitProgress, throwIfAborted } from "./fit-progress.js";
import { turnEventLoop } from "./turn-event-loop.js";

export interface ObservePhotoOptions {
	readonly signal?: AbortSignal;
	readonly onProgress?: (event: FitProgress) => void;
}

/** What a photo shows, as {@link openBodyFitter} takes it. */
export interface ObservedPhoto {
	readonly photo: Photo;
	readonly observation: PhotoObservation;
	/** The networks that saw it. */
	readonly perception: PerceptionDocument;
	readonly warnings: Warning[];
	/** Wall-clock time of `decode` and `vision`. */
	readonly timings_ms: Record<string, number>;
}

/** Share of the time that decoding takes. */
const DECODE_SHARE = 0.3;

/**
 * Decodes a photo and finds the person in it.
 *
 * @param input the file as it is, and the name that messages give it
 * @throws {AppError} with a code of the error table: not a usable photo, no usable person, `inference_failed`, `cancelled`
 */
export async function observePhoto(
	vision: Pick<Vision, "analyse">,
	input: { readonly bytes: Uint8Array; readonly name: string },
	{ signal, onProgress }: ObservePhotoOptions = {},
): Promise<ObservedPhoto> {
	// Loaded when needed: programs that fit, measure or write meshes do without the networks' runtime.
	const { decodePhoto } = await import("@anny-fitter/vision");
	const timings_ms: Record<string, number> = {};
	const timed = async <T>(stage: string, work: () => Promise<T>): Promise<T> => {
		// Ctrl-C pressed during the stage before is noticed only when the event loop turns.
		await turnEventLoop();
		throwIfAborted(signal);
		const from = performance.now();
		const value = await named(input.name, work());
		timings_ms[stage] = performance.now() - from;
		return value;
	};
	onProgress?.({ stage: "decode", fraction: 0, message: "Reading photo" });
	const photo = await timed("decode", () => decodePhoto(input.bytes));
	onProgress?.({ stage: "vision", fraction: DECODE_SHARE, message: "Finding the person in photo" });
	const seen = await timed("vision", () => vision.analyse(photo, signal === undefined ? {} : { signal }));
	const warnings = requirePerson(seen, input.name);
	for (const message of photo.warnings) warnings.push({ code: "photo", message: `${input.name}: ${message}` });
	for (const message of seen.warnings) warnings.push({ code: "networks", message: `${input.name}: ${message}` });
	const perception = { segmentation: seen.segmentation, depth: seen.depth ?? "unavailable" };
	return { photo, observation: observationOf(photo, seen), perception, warnings, timings_ms };
}

function requirePerson(seen: HolisticResult, name: string): Warning[] {
	const person = assessPerson(seen);
	if (!person.usable) {
		throw new AppError(person.code, `${name}: ${person.message}`, { remedy: person.remedy });
	}
	return person.warnings.map((message) => ({ code: "person", message: `${name}: ${message}` }));
}

function observationOf(photo: Photo, seen: VisionResult & PersonPixels): PhotoObservation {
	return {
		width_px: photo.width,
		height_px: photo.height,
		focal_px: photo.focalLength_px,
		body: seen.body,
		bodyWorld: seen.bodyWorld,
		mask: seen.refinedMask,
		regions: seen.regions,
		inverseDepth: seen.inverseDepth,
		faceSeen: seen.face !== null,
		photoQuality: measurePhotoQuality(photo, seen.mask, seen.people.length),
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
