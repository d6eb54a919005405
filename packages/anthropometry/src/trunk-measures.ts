import { abdomenLevel, pullAbdomenLevel } from "./abdomen-level.js";
import { pullAnterior, pullFloor, pullLateral, pullStature } from "./body-frame.js";
import { measureHeight } from "./distance-measures.js";
import type { LandmarkName } from "./landmarks.js";
import { pullSearch, searchExtremum } from "./level-search.js";
import { landmarkLevel, lowestLandmarkVertex, type Measurer, placeLandmark, pullLandmarkLevel } from "./measurer.js";
import { type MeasureResult, tapeResult } from "./result.js";
import { pullSeatLevel, seatLevel } from "./seat-level.js";
import { addVertexGradient, type GradientBuilder } from "./surface-gradient.js";
import { layTape, type TapePlane, tapeExtent } from "./tape.js";
import { pullExtent, pullTape } from "./tape-gradient.js";

/** Samples of the natural waist's search; 17 over about 5 % of stature are some 6 mm apart. */
const WAIST_SAMPLES = 17;
/** A minimum this much (relative) below the nearer end of its range counts fully as a waist. */
const WAIST_PROMINENCE = 0.005;
/** Half the width of a tape, relative to stature: the tape's upper edge touches the crease. */
const BELOW_CREASE = 0.004;

/** Levels at which the trunk is measured. */
export type TrunkLevel = "bust" | "underbust" | "omphalion" | "abdomen" | "hip";

/** Height coordinate of a level. */
export function trunkLevel(measurer: Measurer, level: TrunkLevel): number {
	switch (level) {
		case "bust":
			return landmarkLevel(measurer, "bust_point");
		case "underbust":
			return creaseLevel(measurer) - BELOW_CREASE * measurer.frame.stature;
		case "omphalion":
			return landmarkLevel(measurer, "omphalion");
		case "abdomen":
			return abdomenLevel(measurer);
		case "hip":
			return seatLevel(measurer);
	}
}

/** Pull back {@link trunkLevel}. @param weight derivative of the value by the level. */
export function pullTrunkLevel(gradient: GradientBuilder, measurer: Measurer, level: TrunkLevel, weight: number): void {
	switch (level) {
		case "bust":
			pullLandmarkLevel(gradient, measurer, "bust_point", weight);
			break;
		case "underbust":
			addVertexGradient(gradient, lowestLandmarkVertex(measurer, "breast_crease"), 0, 0, weight);
			pullStature(gradient, measurer.frame, -BELOW_CREASE * weight);
			break;
		case "omphalion":
			pullLandmarkLevel(gradient, measurer, "omphalion", weight);
			break;
		case "abdomen":
			pullAbdomenLevel(gradient, measurer, weight);
			break;
		case "hip":
			pullSeatLevel(gradient, measurer, weight);
	}
}

/** Height of a level, drawn over a landmark's place on the floor. */
export function measureTrunkHeight(measurer: Measurer, level: TrunkLevel, over: LandmarkName): MeasureResult {
	const { gradient, frame } = measurer;
	const point = new Float64Array(3);
	placeLandmark(point, measurer, over, "right");
	if (gradient !== null) {
		pullTrunkLevel(gradient, measurer, level, 1);
		pullFloor(gradient, frame, -1);
	}
	return measureHeight(measurer, trunkLevel(measurer, level), point);
}

/** Horizontal tape at a level. */
export function measureTrunkGirth(measurer: Measurer, level: TrunkLevel): MeasureResult {
	const { tape, vertices, gradient } = measurer;
	const plane = layTrunkTape(measurer, level);
	const result = tapeResult(tape, false);
	if (gradient !== null) {
		pullTape(gradient, tape, vertices, plane, 1);
		pullTrunkLevel(gradient, measurer, level, gradient.plane.byOffset);
	}
	return result;
}

/** Smallest horizontal tape between the iliac crests and the lowest ribs, or the middle where none stands out. */
export function measureNaturalWaist(measurer: Measurer): MeasureResult {
	const { tape, vertices, gradient } = measurer;
	const plane = horizontalPlane(measurer, "around");
	const low = landmarkLevel(measurer, "iliac_crest");
	const high = landmarkLevel(measurer, "lower_rib");
	const girthAt = (t: number): number => {
		plane.origin[2] = low + t * (high - low);
		return layTape(tape, vertices, plane);
	};
	const found = searchExtremum(girthAt, WAIST_SAMPLES, -1);
	const certainty = Math.min(1, found.prominence / (WAIST_PROMINENCE * found.value));
	const share = certainty * certainty * (3 - 2 * certainty);
	const t = 0.5 + share * (found.t - 0.5);
	girthAt(t);
	const result = tapeResult(tape, found.isAtEdge);
	if (gradient !== null) {
		const pull = (at: number, weight: number): number => {
			girthAt(at);
			pullTape(gradient, tape, vertices, plane, weight);
			const { byOffset } = gradient.plane;
			pullLandmarkLevel(gradient, measurer, "iliac_crest", (1 - at) * byOffset);
			pullLandmarkLevel(gradient, measurer, "lower_rib", at * byOffset);
			return byOffset * (high - low);
		};
		const slope = pull(t, 1);
		// 0 at both ends of the certainty's range, where it is cut off.
		const byCertainty = slope * (found.t - 0.5) * 6 * certainty * (1 - certainty);
		const weights = {
			t: slope * share,
			value: (-byCertainty * certainty) / found.value,
			prominence: byCertainty / (WAIST_PROMINENCE * found.value),
		};
		pullSearch(found, weights, pull);
	}
	return result;
}

/** Extent of the tape at a level along a horizontal direction of the body. */
export function measureTrunkExtent(
	measurer: Measurer,
	level: TrunkLevel,
	direction: "lateral" | "anterior",
): MeasureResult {
	const { tape, vertices, frame, gradient } = measurer;
	const plane = layTrunkTape(measurer, level);
	const { points } = tape.slice;
	const ends = new Uint32Array(2);
	const d = frame[direction];
	const value_m = tapeExtent(ends, tape, d[0], d[1], 0);
	// The two ends need not face each other: the caliper's line runs from the first end straight along the direction.
	const [x, y, z] = points.subarray(3 * ends[0], 3 * ends[0] + 3);
	const path = Float64Array.of(x, y, z, x + value_m * d[0], y + value_m * d[1], z);
	if (gradient !== null) {
		pullExtent(gradient, tape, vertices, plane, ends, d);
		pullTrunkLevel(gradient, measurer, level, gradient.plane.byOffset);
		const pullDirection = direction === "lateral" ? pullLateral : pullAnterior;
		const [from, to] = [3 * ends[0], 3 * ends[1]];
		pullDirection(gradient, frame, points[to] - points[from], points[to + 1] - points[from + 1]);
	}
	return { value_m, path, isClosed: false, isSearchAtEdge: false };
}

function layTrunkTape(measurer: Measurer, level: TrunkLevel): TapePlane {
	const plane = horizontalPlane(measurer, level === "bust" || level === "hip" ? "all" : "around");
	plane.origin[2] = trunkLevel(measurer, level);
	layTape(measurer.tape, measurer.vertices, plane);
	return plane;
}

/** A horizontal plane whose origin lies inside the trunk, between the flanks. */
function horizontalPlane(measurer: Measurer, curves: TapePlane["curves"]): TapePlane {
	const origin = new Float64Array(3);
	const other = new Float64Array(3);
	placeLandmark(origin, measurer, "lower_rib", "left");
	placeLandmark(other, measurer, "lower_rib", "right");
	origin[0] = (origin[0] + other[0]) / 2;
	origin[1] = (origin[1] + other[1]) / 2;
	return { region: measurer.regions.trunk, origin, normal: Float64Array.of(0, 0, 1), curves };
}

/** Level of the lowest point of the breast creases. */
function creaseLevel(measurer: Measurer): number {
	return measurer.vertices[3 * lowestLandmarkVertex(measurer, "breast_crease") + 2];
}
