import type { RgbImage } from "./crop.js";
import { MIN_BODY_SCORE, RIVAL_PROMINENCE } from "./holistic.js";
import type { RunModel } from "./models.js";
import { findPeople } from "./people.js";
import { bodyRegion, regionOfCircle } from "./pose-detector.js";
import { findBodyLandmarks } from "./pose-landmarks.js";
import type { RotatedRect } from "./rotated-rect.js";

/** A body in one frame of a video. Axes and units as in `HolisticResult`. */
export interface TrackedBody {
	/** [33 * 5] x, y, z in pixels, visibility and presence 0..1. */
	readonly landmarks: Float64Array;
	/** [33 * 3] metres from the hip centre. */
	readonly world: Float64Array;
	/** Probability that the region shows a person. */
	readonly score: number;
	/** Where to look in the next frame. */
	readonly nextRegion: RotatedRect;
	/** Whether the detector had to search the whole frame. */
	readonly isDetected: boolean;
	/** People whom the detector saw in this frame as prominently as the first; null when it did not run. */
	readonly peopleCount: number | null;
}

/**
 * Find one body in a frame: where the frame before says, else by the detector. Only the pose networks run; no mask, hands
 * or face (MediaPipe's pose tracking).
 *
 * @param previous `nextRegion` of the frame before; null searches the whole frame
 * @returns null when nobody is in the frame
 */
export async function trackBody(
	image: RgbImage,
	runModel: RunModel,
	previous: RotatedRect | null,
): Promise<TrackedBody | null> {
	if (previous !== null) {
		const tracked = await analyse(image, runModel, previous);
		if (tracked !== null) return { ...tracked, isDetected: false, peopleCount: null };
	}
	const people = await findPeople(image, runModel);
	const first = people[0];
	if (first === undefined) return null;
	const found = await analyse(image, runModel, bodyRegion(first.detection));
	const peopleCount = people.filter(({ prominence }) => prominence >= RIVAL_PROMINENCE).length;
	return found === null ? null : { ...found, isDetected: true, peopleCount };
}

async function analyse(image: RgbImage, runModel: RunModel, region: RotatedRect) {
	const { score, landmarks, world, circle } = await findBodyLandmarks(image, region, runModel);
	if (!(score > MIN_BODY_SCORE)) return null;
	return { score, landmarks, world, nextRegion: regionOfCircle(circle) };
}
