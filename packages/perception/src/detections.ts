import { sigmoid } from "./sigmoid.js";

/** A detected face or person. Coordinates in the unit square of the network input, or in whatever `map` produced. */
export interface Detection {
	/** 0..1 */
	readonly score: number;
	/** x0, y0, x1, y1 */
	readonly box: readonly [number, number, number, number];
	/** x, y per keypoint */
	readonly keypoints: Float64Array;
}

/**
 * Anchor centres of a single-shot detector (MediaPipe's `SsdAnchorsCalculator` with unit anchors): two per layer and
 * cell; consecutive layers of equal stride share their cells.
 *
 * @param inputSize width and height of the network input in pixels
 * @param strides stride of each layer in pixels
 * @returns x, y per anchor, in the unit square
 */
export function createAnchors(inputSize: number, strides: readonly number[]): Float64Array {
	const anchors: number[] = [];
	for (let layer = 0; layer < strides.length; ) {
		const stride = strides[layer];
		let next = layer;
		while (next < strides.length && strides[next] === stride) next++;
		const cells = Math.ceil(inputSize / stride);
		const anchorsPerCell = 2 * (next - layer);
		for (let y = 0; y < cells; y++) {
			for (let x = 0; x < cells; x++) {
				for (let k = 0; k < anchorsPerCell; k++) anchors.push((x + 0.5) / cells, (y + 0.5) / cells);
			}
		}
		layer = next;
	}
	return Float64Array.from(anchors);
}

export interface DetectionDecoding {
	readonly anchors: Float64Array;
	/** Width and height of the network input: the unit of raw offsets. */
	readonly inputSize: number;
	readonly keypointCount: number;
	readonly minScore: number;
}

/**
 * Raw detector outputs → detections above the score threshold, in anchor order.
 *
 * @param regressors per anchor: centre x, y, width, height, then x, y per keypoint; offsets in input pixels
 * @param logits one per anchor
 * @throws RangeError if the lengths do not match the anchors
 */
export function decodeDetections(
	regressors: Float32Array,
	logits: Float32Array,
	options: DetectionDecoding,
): Detection[] {
	const { anchors, inputSize, keypointCount, minScore } = options;
	const stride = 4 + 2 * keypointCount;
	if (anchors.length !== 2 * logits.length || regressors.length !== stride * logits.length) {
		throw new RangeError("detector outputs do not match the anchors");
	}
	const detections: Detection[] = [];
	for (let i = 0; i < logits.length; i++) {
		const score = sigmoid(Math.max(-100, Math.min(100, logits[i])));
		if (!(score >= minScore)) continue;
		const base = i * stride;
		const anchorX = anchors[2 * i];
		const anchorY = anchors[2 * i + 1];
		const x = regressors[base] / inputSize + anchorX;
		const y = regressors[base + 1] / inputSize + anchorY;
		const halfWidth = regressors[base + 2] / inputSize / 2;
		const halfHeight = regressors[base + 3] / inputSize / 2;
		const keypoints = new Float64Array(2 * keypointCount);
		for (let k = 0; k < keypointCount; k++) {
			keypoints[2 * k] = regressors[base + 4 + 2 * k] / inputSize + anchorX;
			keypoints[2 * k + 1] = regressors[base + 5 + 2 * k] / inputSize + anchorY;
		}
		detections.push({ score, box: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight], keypoints });
	}
	return detections;
}

/** Intersection over union of two boxes, 0 when they do not overlap. */
export function boxOverlap(a: Detection["box"], b: Detection["box"]): number {
	const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
	const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
	if (!(width > 0 && height > 0)) return 0;
	const shared = width * height;
	return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared);
}

/**
 * Merge overlapping detections (MediaPipe's weighted non-maximum suppression): each group around the best remaining
 * score becomes its score-weighted mean, with the best score.
 *
 * @param maxOverlap boxes with a larger intersection over union belong to one group
 * @returns by falling score
 */
export function mergeOverlapping(detections: readonly Detection[], maxOverlap: number): Detection[] {
	let remaining = [...detections].sort((a, b) => b.score - a.score);
	const merged: Detection[] = [];
	while (remaining.length > 0) {
		const best = remaining[0];
		// A degenerate box overlaps nothing, not even itself: it still belongs to its own group.
		const group = remaining.filter((other) => other === best || boxOverlap(other.box, best.box) > maxOverlap);
		merged.push(weightedMean(group, best.score));
		const taken = new Set(group);
		remaining = remaining.filter((other) => !taken.has(other));
	}
	return merged;
}

function weightedMean(group: readonly Detection[], score: number): Detection {
	const box: [number, number, number, number] = [0, 0, 0, 0];
	const keypoints = new Float64Array(group[0].keypoints.length);
	let total = 0;
	for (const { score: weight } of group) total += weight;
	for (const detection of group) {
		const weight = detection.score / total;
		for (let i = 0; i < 4; i++) box[i] += detection.box[i] * weight;
		for (let i = 0; i < keypoints.length; i++) keypoints[i] += detection.keypoints[i] * weight;
	}
	return { score, box, keypoints };
}
