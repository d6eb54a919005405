import type { RgbImage } from "./crop.js";
import type { Detection } from "./detections.js";
import type { RunModel } from "./models.js";
import { detectPeople } from "./pose-detector.js";

/** A person found in the image, whether analysed or not. */
export interface DetectedPerson {
	/** Detector's score 0..1. */
	readonly score: number;
	/** x0, y0, x1, y1 in image pixels: the square around the whole body, cut to the image. */
	readonly box_px: readonly [number, number, number, number];
	/** How much the photo is about this person, 0..1 of the most prominent one. */
	readonly prominence: number;
}

/** A detection with what ranks it. */
export interface RankedPerson extends DetectedPerson {
	readonly detection: Detection;
}

/** Images wider than this many times their height are also searched piecewise. */
const WIDE_ASPECT = 1.2;
/** A person seen only in a piece must be this certain: pieces cut people, and cut people look like others. */
const MIN_PIECE_SCORE = 0.7;
/** Two detections whose hips are closer than this part of the larger body's radius show the same body. */
const SAME_BODY_DISTANCE = 0.3;

/**
 * Find everybody in an image, most prominent first.
 *
 * MediaPipe's detector sees the whole image letterboxed to 224 pixels, where people in a wide image become too small for
 * it; so wide images are searched again in overlapping squares. A person found in the whole image keeps that detection.
 */
export async function findPeople(image: RgbImage, runModel: RunModel): Promise<RankedPerson[]> {
	const found = distinctBodies(await detectPeople(image, runModel));
	const { width, height } = image;
	if (width > WIDE_ASPECT * height) {
		const pieces = Math.ceil((2 * width) / height - 1);
		for (let i = 0; i < pieces; i++) {
			const centerX = height / 2 + ((width - height) * i) / (pieces - 1);
			const square = { centerX, centerY: height / 2, width: height, height, rotation: 0 };
			for (const candidate of await detectPeople(image, runModel, square)) {
				if (candidate.score >= MIN_PIECE_SCORE && !found.some((other) => isSameBody(candidate, other))) {
					found.push(candidate);
				}
			}
		}
	}
	return rankPeople(found, width, height);
}

/**
 * Order detections by how much the photo is about them: large and central first. The detector's score says how sure it
 * is, not who is meant.
 */
export function rankPeople(detections: readonly Detection[], width: number, height: number): RankedPerson[] {
	const weights = detections.map((detection) => prominence(detection, width, height));
	const largest = Math.max(...weights);
	return detections
		.map((detection, i) => ({
			score: detection.score,
			box_px: bodyBox(detection, width, height),
			prominence: weights[i] / largest,
			detection,
		}))
		.sort((a, b) => b.prominence - a.prominence);
}

/** Radius of the circle around the whole body, in pixels. */
function bodyRadius({ keypoints }: Detection): number {
	return Math.hypot(keypoints[2] - keypoints[0], keypoints[3] - keypoints[1]);
}

function prominence(detection: Detection, width: number, height: number): number {
	const [x, y] = detection.keypoints;
	const offset = Math.hypot((x - width / 2) / width, (y - height / 2) / height);
	// At the middle of a side (offset 0.5) a person must be a third larger to count as much as one at the centre.
	return bodyRadius(detection) / (1 + offset / 1.5);
}

function bodyBox(detection: Detection, width: number, height: number): DetectedPerson["box_px"] {
	const [x, y] = detection.keypoints;
	const radius = bodyRadius(detection);
	return [Math.max(0, x - radius), Math.max(0, y - radius), Math.min(width, x + radius), Math.min(height, y + radius)];
}

function isSameBody(a: Detection, b: Detection): boolean {
	const distance = Math.hypot(a.keypoints[0] - b.keypoints[0], a.keypoints[1] - b.keypoints[1]);
	return distance < SAME_BODY_DISTANCE * Math.max(bodyRadius(a), bodyRadius(b));
}

/** Detections come by falling score: the surest of each body stays. */
function distinctBodies(detections: readonly Detection[]): Detection[] {
	const distinct: Detection[] = [];
	for (const detection of detections) {
		if (!distinct.some((other) => isSameBody(detection, other))) distinct.push(detection);
	}
	return distinct;
}
