import {
	AppError,
	ERROR_TABLE,
	type ErrorCode,
	parseStatedFacts,
	parseWith,
	VIEW_LABELS,
	type ViewLabel,
	type Warning,
	warningSchema,
} from "@anny-fitter/contracts";
import type { FitRequest, FitView, Observation, RpcPhotoQuality, RpcWarning } from "@anny-fitter/contracts/rpc";
import { type FallbackReason, NO_PHOTOS } from "@anny-fitter/pipeline";
import type { FitTaskInput, FitTaskView } from "./fitting-tasks.js";

/** Most photos that one fit takes. */
const MAX_VIEWS = 8;
/** Longest side of a photo; vision scales larger ones down to far less. */
const MAX_SIDE_PX = 16_384;
const LANDMARKS = 33;

/**
 * Checks a request and copies its numbers, so that their memory can be handed to the thread.
 *
 * @throws {AppError} `invalid_argument`; `details.field` names the field
 */
export function parseFitRequest(request: FitRequest): FitTaskInput {
	if (request.views.length > MAX_VIEWS) {
		throw invalid("views", `A fit takes at most ${MAX_VIEWS} views, not ${request.views.length}.`);
	}
	const observations = request.views.map((view) => view.observation);
	return {
		views: request.views.map(parseView),
		stated: parseStatedFacts(parseJson(request.statedJson), new Date()),
		warnings: parseWarnings([...observations.flatMap((seen) => seen?.warnings ?? []), ...request.warnings]),
		timings_ms: sumTimings(observations.map((seen) => seen?.timingsMs ?? {})),
		fallback: parseFallback(request),
	};
}

/** The memory of an input that may be handed over. */
export function buffersOf({ views }: FitTaskInput): ArrayBuffer[] {
	return views
		.flatMap(({ body, bodyWorld, mask, regions, inverseDepth }) =>
			[body, bodyWorld, mask, regions, inverseDepth?.values].map((values) => values?.buffer),
		)
		.filter((buffer) => buffer instanceof ArrayBuffer);
}

function parseJson(text: string): unknown {
	try {
		return text === "" ? {} : JSON.parse(text);
	} catch (cause) {
		throw new AppError("invalid_argument", "stated_json is not valid JSON.", {
			details: { field: "stated_json" },
			cause,
		});
	}
}

function parseView(view: FitView, i: number): FitTaskView {
	const field = `views[${i}].observation`;
	const seen = view.observation;
	if (seen === undefined) throw invalid(field, `${field} is missing.`);
	const { widthPx, heightPx, focalLengthPx } = seen;
	for (const side of [widthPx, heightPx]) {
		if (side < 1 || side > MAX_SIDE_PX) throw invalid(field, `${field} is of a photo that cannot be: ${side} pixels.`);
	}
	if (focalLengthPx !== undefined && !(Number.isFinite(focalLengthPx) && focalLengthPx > 0)) {
		throw invalid(`${field}.focal_length_px`, `${field}.focal_length_px must be above 0.`);
	}
	return {
		name: view.name === "" ? `photo ${i + 1}` : view.name,
		label: parseLabel(view.label, i),
		width_px: widthPx,
		height_px: heightPx,
		focal_px: focalLengthPx ?? null,
		body: new Float64Array(copyBytes(seen.body, 8 * 5 * LANDMARKS, `${field}.body`)),
		bodyWorld: new Float64Array(copyBytes(seen.bodyWorld, 8 * 3 * LANDMARKS, `${field}.body_world`)),
		faceSeen: seen.faceSeen ?? null,
		photoQuality: seen.photoQuality === undefined ? null : parsePhotoQuality(seen.photoQuality, field),
		regions:
			seen.regions.length === 0
				? null
				: new Uint8Array(copyBytes(seen.regions, widthPx * heightPx, `${field}.regions`)),
		mask:
			seen.mask.length === 0 ? null : new Float32Array(copyBytes(seen.mask, 4 * widthPx * heightPx, `${field}.mask`)),
		inverseDepth: parseInverseDepth(seen, field),
		perception: parsePerception(seen, field),
	};
}

function parseInverseDepth(seen: Observation, field: string): FitTaskView["inverseDepth"] {
	if (seen.inverseDepth.length === 0) return null;
	const { inverseDepthWidth: width, inverseDepthHeight: height } = seen;
	for (const side of [width, height]) {
		if (side < 1 || side > MAX_SIDE_PX) throw invalid(field, `${field}.inverse_depth cannot have ${side} cells.`);
	}
	const values = new Float32Array(copyBytes(seen.inverseDepth, 4 * width * height, `${field}.inverse_depth`));
	return { width, height, values };
}

/** Longest name of a network; those of files of the user's own hold the file's name. */
const MAX_NAME = 300;

function parsePerception({ segmentationModel, depthModel }: Observation, field: string): FitTaskView["perception"] {
	if (segmentationModel === "") return undefined;
	if (segmentationModel.length > MAX_NAME || depthModel.length > MAX_NAME) {
		throw invalid(field, `${field} names a network of more than ${MAX_NAME} letters.`);
	}
	return { segmentation: segmentationModel, depth: depthModel || "unavailable" };
}

function parsePhotoQuality(quality: RpcPhotoQuality, field: string): NonNullable<FitTaskView["photoQuality"]> {
	const { meanLuma, darkShare, brightShare, peopleCount } = quality;
	const blur = quality.blur ?? null;
	for (const share of [meanLuma, darkShare, brightShare, blur ?? 0]) {
		if (!(share >= 0 && share <= 1))
			throw invalid(`${field}.photo_quality`, `${field}.photo_quality is not within 0…1.`);
	}
	return { meanLuma, darkShare, brightShare, blur, peopleCount };
}

/** Bytes of a message may lie anywhere in it; numbers want their own, aligned memory. */
function copyBytes(bytes: Uint8Array, length: number, field: string): ArrayBuffer {
	if (bytes.length !== length) throw invalid(field, `${field} has ${bytes.length} bytes instead of ${length}.`);
	const copy = new ArrayBuffer(length);
	new Uint8Array(copy).set(bytes);
	return copy;
}

function parseLabel(label: string, i: number): ViewLabel | null {
	if (label === "") return null;
	const known = VIEW_LABELS.find((candidate) => candidate === label);
	if (known !== undefined) return known;
	throw invalid(`views[${i}].label`, `views[${i}].label is not one of ${VIEW_LABELS.join(", ")}.`);
}

/** A warning that came with an observation and once more with the request counts once. */
function parseWarnings(warnings: readonly RpcWarning[]): Warning[] {
	const byText = new Map<string, Warning>();
	for (const { code, message } of warnings) {
		const warning = parseWith(warningSchema, { code, message }, "a warning");
		byText.set(JSON.stringify(warning), warning);
	}
	return [...byText.values()];
}

function sumTimings(timings: readonly Readonly<Record<string, number>>[]): Record<string, number> {
	const sums: Record<string, number> = {};
	for (const [stage, time] of timings.flatMap((each) => Object.entries(each))) {
		if (!(Number.isFinite(time) && time >= 0)) {
			throw invalid("timings_ms", "timings_ms of an observation has a value that is no duration.");
		}
		// The document has a total of its own.
		if (stage !== "total") sums[stage] = (sums[stage] ?? 0) + time;
	}
	return sums;
}

function parseFallback({ fallbackCode, fallbackMessage }: FitRequest): FallbackReason | null {
	if (fallbackCode === undefined) return null;
	if (!/^[a-z][a-z0-9_]*$/.test(fallbackCode)) throw invalid("fallback_code", "fallback_code must be in snake_case.");
	const isKnown = Object.hasOwn(ERROR_TABLE, fallbackCode);
	return {
		code: fallbackCode,
		message: fallbackMessage || NO_PHOTOS.message,
		advice: isKnown ? ERROR_TABLE[fallbackCode as ErrorCode].remedy : NO_PHOTOS.advice,
	};
}

function invalid(field: string, message: string): AppError {
	return new AppError("invalid_argument", message, { details: { field } });
}
