import type { RgbImage } from "../crop.js";
import { AnalysisAborted } from "../holistic.js";
import { coarseSize, findMasks } from "./automatic-masks.js";
import { borderShare, coarseMask, coarsen, expandMask, maskAgreement, maskArea } from "./mask-geometry.js";
import { encodeForMasks, type MaskCandidates, type SegmentationNetwork } from "./mask-network.js";
import { promptFromBody } from "./segmentation-prompt.js";

/** What is known of the person before a SAM-type network looks. */
export interface KnownPerson {
	/** [33 * 5] x, y, z (px), visibility, presence; empty when nobody was found */
	readonly body: Float64Array;
	/** [width * height] MediaPipe's mask, 0…1 */
	readonly mask: Float32Array;
}

export interface SegmentPersonOptions {
	/** Checked before each network. */
	readonly signal?: { readonly aborted: boolean };
	/** `automatic`: look for every object, and take the person's; also where nothing tells where the person is. */
	readonly mode?: "prompted" | "automatic";
}

export interface SegmentedPerson {
	/** [width * height] person probability 0…1: the network's mask, or MediaPipe's (the same array) where it was not used. */
	readonly mask: Float32Array;
	/** Size in pixels of the image of one cell of the network's own mask; null where it was not used. */
	readonly maskPixel_px: number | null;
	/** Whether the mask is the network's. */
	readonly isUsed: boolean;
	/** Intersection over union with MediaPipe's mask, null when that is empty or the network offered none. */
	readonly agreement: number | null;
	/** The network's own estimate of the mask's intersection over union; null when it offered none. */
	readonly score: number | null;
}

/** Masks that agree less with MediaPipe's show something else than the person; among good ones of people it is above 0.8. */
const MIN_AGREEMENT = 0.6;
/** A mask that holds more of the photo's border than this is the background. */
const MAX_BORDER_SHARE = 0.5;

/**
 * Separate a person from the background with a SAM-type network, asked with the person's box and points on trunk and
 * limbs.
 *
 * Of the masks that it offers, the one with the largest product of predicted quality and agreement with MediaPipe's mask
 * is taken; where all of them disagree with that, MediaPipe's stays.
 *
 * @throws AnalysisAborted if the signal is aborted before the last network has run
 * @throws RangeError if sizes do not match, or the network gives something else than its interface says
 */
export async function segmentPerson(
	image: RgbImage,
	known: KnownPerson,
	network: SegmentationNetwork,
	{ signal, mode = "prompted" }: SegmentPersonOptions = {},
): Promise<SegmentedPerson> {
	const throwIfAborted = () => {
		if (signal?.aborted) throw new AnalysisAborted("the analysis was cancelled");
	};
	const { width, height } = image;
	const prompt = mode === "prompted" ? promptFromBody(known.body, known.mask, width, height) : null;
	throwIfAborted();
	const encoded = await encodeForMasks(image, network);
	throwIfAborted();
	const [coarseWidth, coarseHeight] = coarseSize(width, height);
	const reference = coarsen(known.mask, width, height, coarseWidth, coarseHeight);
	const isReferenceEmpty = maskArea(reference) === 0;
	const offers: Offer[] = [];
	if (prompt !== null) {
		const candidates = await encoded.ask(prompt);
		for (let index = 0; index < candidates.count; index++) {
			const agreement = maskAgreement(coarseMask(candidates, index, coarseWidth, coarseHeight), reference);
			offers.push({ candidates, index, score: candidates.scores[index], agreement, area: 0 });
		}
	} else {
		for (const { candidates, index, score, coarse } of await findMasks(encoded, width, height, throwIfAborted)) {
			if (borderShare(coarse) > MAX_BORDER_SHARE) continue;
			offers.push({ candidates, index, score, agreement: maskAgreement(coarse, reference), area: maskArea(coarse) });
		}
	}
	let best: Offer | null = null;
	// Without any idea of the person, the largest object of the photo counts.
	const worth = (offer: Offer) =>
		(isReferenceEmpty ? offer.area : offer.agreement) * Math.min(Math.max(offer.score, 0), 1);
	for (const offer of offers) if (best === null || worth(offer) > worth(best)) best = offer;
	const agreement = best === null || isReferenceEmpty ? null : best.agreement;
	if (best === null || (agreement !== null && agreement < MIN_AGREEMENT)) {
		return { mask: known.mask, maskPixel_px: null, isUsed: false, agreement, score: best?.score ?? null };
	}
	const mask = new Float32Array(width * height);
	expandMask(mask, width, height, best.candidates, best.index);
	const maskPixel_px = Math.max(width / best.candidates.contentWidth, height / best.candidates.contentHeight);
	return { mask, maskPixel_px, isUsed: true, agreement, score: best.score };
}

interface Offer {
	readonly candidates: MaskCandidates;
	readonly index: number;
	readonly score: number;
	readonly agreement: number;
	/** In cells; only of masks that nobody asked for. */
	readonly area: number;
}
