import {
	AnalysisAborted,
	type HolisticResult,
	type InverseDepth,
	predictInverseDepth,
	type RgbImage,
	type RunOnnx,
	type SegmentationNetwork,
	type SegmentPersonOptions,
	segmentPerson,
} from "@anny-fitter/perception";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { isOutOfMemory } from "../out-of-memory.js";
import { createSession, type NativeGuard, type SessionOptions } from "../sessions.js";
import type { ChosenModels } from "./find-models.js";
import { hashFile } from "./inspect-file.js";

/** A segmentation or depth network cannot be loaded or does not do what its interface says. */
export class ImageModelError extends Error {
	override readonly name = "ImageModelError";
}

/** What MediaPipe Holistic is called where results name what they rest on. */
export const HOLISTIC_TITLE = "MediaPipe Holistic";

/** What the networks beside Holistic add to its result. */
export interface ImageModelResult {
	/** Where the mask comes from. */
	readonly segmentation: string;
	/** [width * height] person probability 0…1 */
	readonly mask: Float32Array;
	/** Size in pixels of the image of one pixel of the network's own mask; 0 when no person was found. */
	readonly maskPixel_px: number;
	/** The depth network that was asked; null when there is none, or its answer is of no use. */
	readonly depth: string | null;
	readonly inverseDepth: InverseDepth | null;
	/** Sentences about what was done differently than one might expect. */
	readonly warnings: readonly string[];
}

/** Segmentation and depth networks, ready to run. */
export interface ImageSessions {
	/** Whether any network is run at all. */
	readonly hasNetworks: boolean;
	look(image: RgbImage, seen: HolisticResult, options: SegmentPersonOptions): Promise<ImageModelResult>;
	release(): Promise<void>;
}

/**
 * Load the chosen networks.
 *
 * @throws ImageModelError if a file is not what it was when it was pulled, or ONNX Runtime cannot use it
 */
export async function createImageSessions(
	chosen: ChosenModels,
	options: Pick<SessionOptions, "device" | "threads">,
	guard: NativeGuard,
): Promise<ImageSessions> {
	if (chosen.segmentation === null && chosen.depth === null) {
		return { hasNetworks: false, look: async (_, seen) => unchanged(seen), release: async () => undefined };
	}
	const ort = await guard(() => import("onnxruntime-node"));
	const sessions: InferenceSession[] = [];
	const open = async (
		file: { readonly path: string; readonly sha256: string | null },
		title: string,
	): Promise<RunOnnx> => {
		try {
			if (file.sha256 !== null && (await hashFile(file.path)) !== file.sha256) {
				throw new ImageModelError(`The file of ${title} is damaged or was changed.`);
			}
			// By path: the weights of large networks lie in files beside it.
			const session = await guard(() => createSession(ort, file.path, options));
			sessions.push(session);
			return (feeds, wanted) =>
				guard(async () => {
					const tensors: Record<string, Tensor> = {};
					for (const [name, { dimensions, data }] of Object.entries(feeds)) {
						tensors[name] =
							data instanceof Float32Array
								? new ort.Tensor("float32", data, dimensions)
								: new ort.Tensor("int64", data, dimensions);
					}
					const results = await session.run(tensors, [...wanted]);
					return Object.fromEntries(
						Object.entries(results).map(([name, tensor]) => [
							name,
							{ dimensions: tensor.dims, data: tensor.data as Float32Array },
						]),
					);
				});
		} catch (error) {
			throw failed(`${title} cannot be loaded`, error);
		}
	};
	const { segmentation, depth } = chosen;
	const network = segmentation === null ? null : await openSegmentation(segmentation, open);
	const runDepth = depth === null ? null : await open(depth, depth.title);

	return {
		hasNetworks: true,
		look: async (image, seen, segmentOptions) => {
			const base = unchanged(seen);
			// Nobody to separate from the background; an automatic search may still find somebody.
			if (seen.body.length === 0 && segmentOptions.mode !== "automatic") return base;
			const result = { ...base, warnings: [] as string[] };
			if (network !== null && segmentation !== null) {
				try {
					const person = await segmentPerson(image, seen, network, segmentOptions);
					const { mask, maskPixel_px, agreement } = person;
					if (maskPixel_px === null) result.warnings.push(refusal(segmentation.title, agreement));
					else Object.assign(result, { mask, maskPixel_px, segmentation: segmentation.title });
				} catch (error) {
					throw failed(`${segmentation.title} failed`, error);
				}
			}
			if (runDepth !== null && depth !== null) {
				if (segmentOptions.signal?.aborted) throw new AnalysisAborted("the analysis was cancelled");
				try {
					const inverseDepth = await predictInverseDepth(image, depth.model, runDepth);
					if (inverseDepth !== null) Object.assign(result, { inverseDepth, depth: depth.title });
					else result.warnings.push(`${depth.title} gave a depth map without any depth, so it is not used.`);
				} catch (error) {
					throw failed(`${depth.title} failed`, error);
				}
			}
			return result;
		},
		release: async () => {
			for (const session of sessions) await guard(() => session.release());
		},
	};
}

async function openSegmentation(
	segmentation: NonNullable<ChosenModels["segmentation"]>,
	open: (file: { readonly path: string; readonly sha256: string | null }, title: string) => Promise<RunOnnx>,
): Promise<SegmentationNetwork> {
	const { title } = segmentation;
	if ("whole" in segmentation) {
		return { model: segmentation.whole.model, run: await open(segmentation.whole, title) };
	}
	const { encoder, decoder } = segmentation;
	return {
		encoder: { model: encoder.model, run: await open(encoder, title) },
		decoder: { model: decoder.model, run: await open(decoder, title) },
	};
}

function unchanged(seen: HolisticResult): ImageModelResult {
	const { mask, maskPixel_px } = seen;
	return { segmentation: HOLISTIC_TITLE, mask, maskPixel_px, depth: null, inverseDepth: null, warnings: [] };
}

function refusal(title: string, agreement: number | null): string {
	const why =
		agreement === null
			? `${title} found no outline of a person`
			: `The outline of ${title} overlaps MediaPipe's by only ${Math.round(100 * agreement)} %`;
	return `${why}, so MediaPipe's is used.`;
}

function failed(what: string, error: unknown): unknown {
	if (error instanceof AnalysisAborted || error instanceof ImageModelError || isOutOfMemory(error)) return error;
	return new ImageModelError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
