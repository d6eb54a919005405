import type { RgbImage } from "./crop.js";
import { findFace } from "./face.js";
import { findHand } from "./hands.js";
import { warpMask } from "./mask.js";
import { MODEL_INPUT_SIZE, type RunModel } from "./models.js";
import { type DetectedPerson, findPeople, type RankedPerson } from "./people.js";
import { bodyRegion } from "./pose-detector.js";
import { type BodyLandmarks, findBodyLandmarks } from "./pose-landmarks.js";
import type { RotatedRect } from "./rotated-rect.js";

/**
 * What Holistic sees in one image. Image points are x, y, z in pixels of the image ((0, 0) is the outer corner of the
 * first pixel; z grows away from the camera, in the scale of x). World points are metres in MediaPipe's axes: x right in
 * the image, y down, z away from the camera. Sides are the person's.
 */
export interface HolisticResult {
	readonly imageWidth: number;
	readonly imageHeight: number;
	/** [33 * 5] x, y, z, visibility 0..1, presence 0..1; empty when no person was found. */
	readonly body: Float64Array;
	/** [33 * 3] from the hip centre; empty when no person was found. */
	readonly bodyWorld: Float64Array;
	/** Probability that the analysed region shows a person; 0 when none was found. */
	readonly bodyScore: number;
	/** [468 * 3] or `null` when the face is hidden or turned away. */
	readonly face: Float64Array | null;
	/** [21 * 3] or `null` when the hand is hidden. */
	readonly leftHand: Float64Array | null;
	readonly rightHand: Float64Array | null;
	/** [21 * 3], origin at the hand's own centre. */
	readonly leftHandWorld: Float64Array | null;
	readonly rightHandWorld: Float64Array | null;
	/** [width * height] probability 0..1 that a pixel shows the person. */
	readonly mask: Float32Array;
	/** Size in pixels of the image of one pixel of the network's own mask; 0 when no person was found. */
	readonly maskPixel_px: number;
	/** Everybody found, most prominent first. With people but without landmarks, nobody could be analysed. */
	readonly people: readonly DetectedPerson[];
}

export interface HolisticOptions {
	/** Checked before each network. */
	readonly signal?: { readonly aborted: boolean };
	/**
	 * Whom to analyse when there are several people: the largest and most central one (default), or, like MediaPipe, the
	 * one whose detection has the highest score.
	 */
	readonly person?: "most_prominent" | "highest_score";
}

/** Thrown by `analyseHolistic` when its signal is aborted. */
export class AnalysisAborted extends Error {
	override readonly name = "AnalysisAborted";
}

/** People at least this prominent, relative to the first, rival for being the subject of the photo. */
export const RIVAL_PROMINENCE = 0.7;
/** At or below this the pose network says that its region shows no person. */
export const MIN_BODY_SCORE = 0.5;
/** How many detections are tried before the image counts as empty. */
const MAX_CANDIDATES = 3;

interface Subject {
	readonly region: RotatedRect;
	readonly body: BodyLandmarks;
}

/**
 * Run MediaPipe Holistic on one image, without tracking: detector, body landmarks and mask, both hands, face.
 *
 * @throws AnalysisAborted if the signal is aborted before the last network has run
 */
export async function analyseHolistic(
	image: RgbImage,
	runModel: RunModel,
	options: HolisticOptions = {},
): Promise<HolisticResult> {
	const run: RunModel = (model, input) => {
		if (options.signal?.aborted) throw new AnalysisAborted("the analysis was cancelled");
		return runModel(model, input);
	};
	const { subject, people } = await findSubject(image, run, options.person ?? "most_prominent");
	const mask = new Float32Array(image.width * image.height);
	const base = { imageWidth: image.width, imageHeight: image.height, mask, people };
	if (subject === null) return { ...base, ...NOBODY };
	const { region, body } = subject;
	warpMask(mask, image.width, image.height, body.maskLogits, MODEL_INPUT_SIZE.pose_landmark, region);
	const left = await findHand(image, body.landmarks, "left", run);
	const right = await findHand(image, body.landmarks, "right", run);
	return {
		...base,
		body: body.landmarks,
		bodyWorld: body.world,
		bodyScore: body.score,
		maskPixel_px: Math.max(region.width, region.height) / MODEL_INPUT_SIZE.pose_landmark,
		face: await findFace(image, body.landmarks, run),
		leftHand: left?.landmarks ?? null,
		rightHand: right?.landmarks ?? null,
		leftHandWorld: left?.world ?? null,
		rightHandWorld: right?.world ?? null,
	};
}

const NOBODY = {
	body: new Float64Array(0),
	bodyWorld: new Float64Array(0),
	bodyScore: 0,
	maskPixel_px: 0,
	face: null,
	leftHand: null,
	rightHand: null,
	leftHandWorld: null,
	rightHandWorld: null,
};

/** The person to analyse, and everybody whom the pose network does not reject. */
async function findSubject(
	image: RgbImage,
	run: RunModel,
	choice: "most_prominent" | "highest_score",
): Promise<{ subject: Subject | null; people: DetectedPerson[] }> {
	const ranked = await findPeople(image, run);
	if (choice === "highest_score") ranked.sort((a, b) => b.score - a.score);
	let subject: Subject | null = null;
	const people: RankedPerson[] = [];
	for (const [rank, person] of ranked.entries()) {
		// The pose network costs more than the detector, so only candidates and rivals are checked with it.
		const needsCheck = subject === null ? rank < MAX_CANDIDATES : person.prominence >= RIVAL_PROMINENCE;
		if (needsCheck) {
			const region = bodyRegion(person.detection);
			const body = await findBodyLandmarks(image, region, run);
			if (!(body.score > MIN_BODY_SCORE)) continue;
			subject ??= { region, body };
		}
		people.push(person);
	}
	people.sort((a, b) => b.prominence - a.prominence);
	const largest = people[0]?.prominence ?? 1;
	return {
		subject,
		people: people.map(({ score, box_px, prominence }) => ({ score, box_px, prominence: prominence / largest })),
	};
}
