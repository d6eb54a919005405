import { searchExtremum } from "./level-search.js";
import { landmarkLevel, lowestLandmarkLevel, type Measurer, placeLandmark } from "./measurer.js";
import { type MeasureResult, tapeResult } from "./result.js";
import { layTape, type TapePlane, tapeExtent } from "./tape.js";

/** Samples of the natural waist's search; 17 over about 5 % of stature are some 6 mm apart. */
const WAIST_SAMPLES = 17;
/** A minimum this much (relative) below the nearer end of its range counts fully as a waist. */
const WAIST_PROMINENCE = 0.005;
/** Reach of the smooth maximum of the buttocks' protrusion, relative to stature. */
const SEAT_SOFTNESS = 0.001;
/** Half the width of a tape, relative to stature: the tape's upper edge touches the crease. */
const BELOW_CREASE = 0.004;

/** Levels at which the trunk is measured. */
export type TrunkLevel = "bust" | "underbust" | "omphalion" | "hip";

/** Height coordinate of a level. */
export function trunkLevel(measurer: Measurer, level: TrunkLevel): number {
	switch (level) {
		case "bust":
			return landmarkLevel(measurer, "bust_point");
		case "underbust":
			return lowestLandmarkLevel(measurer, "breast_crease") - BELOW_CREASE * measurer.frame.stature;
		case "omphalion":
			return landmarkLevel(measurer, "omphalion");
		case "hip":
			return seatLevel(measurer);
	}
}

/** Horizontal tape at a level. */
export function measureTrunkGirth(measurer: Measurer, level: TrunkLevel): MeasureResult {
	const plane = horizontalPlane(measurer, level === "bust" || level === "hip" ? "all" : "around");
	plane.origin[2] = trunkLevel(measurer, level);
	layTape(measurer.tape, measurer.vertices, plane);
	return tapeResult(measurer.tape, false);
}

/** Smallest horizontal tape between the iliac crests and the lowest ribs, or the middle where none stands out. */
export function measureNaturalWaist(measurer: Measurer): MeasureResult {
	const { tape, vertices } = measurer;
	const plane = horizontalPlane(measurer, "around");
	const low = landmarkLevel(measurer, "iliac_crest");
	const high = landmarkLevel(measurer, "lower_rib");
	const girthAt = (t: number): number => {
		plane.origin[2] = low + t * (high - low);
		return layTape(tape, vertices, plane);
	};
	const found = searchExtremum(girthAt, WAIST_SAMPLES, -1);
	const certainty = Math.min(1, found.prominence / (WAIST_PROMINENCE * found.value));
	girthAt(0.5 + certainty * certainty * (3 - 2 * certainty) * (found.t - 0.5));
	return tapeResult(tape, found.isAtEdge);
}

/** Extent of the tape at a level along a horizontal direction of the body. */
export function measureTrunkExtent(
	measurer: Measurer,
	level: TrunkLevel,
	direction: "lateral" | "anterior",
): MeasureResult {
	const plane = horizontalPlane(measurer, level === "bust" || level === "hip" ? "all" : "around");
	plane.origin[2] = trunkLevel(measurer, level);
	layTape(measurer.tape, measurer.vertices, plane);
	const path = new Float64Array(6);
	const d = measurer.frame[direction];
	const value_m = tapeExtent(path, measurer.tape, d[0], d[1], 0);
	// The two ends need not face each other: the caliper's line runs from the first end straight along the direction.
	for (let i = 0; i < 2; i++) path[3 + i] = path[i] + value_m * d[i];
	return { value_m, path, isClosed: false, isSearchAtEdge: false };
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

/** Level of the most backward point of the buttocks, smoothed over the vertices near it. */
function seatLevel(measurer: Measurer): number {
	const { vertices, frame } = measurer;
	const { seatVertices } = measurer.regions;
	const bx = -frame.anterior[0];
	const by = -frame.anterior[1];
	let furthest = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < seatVertices.length; i++) {
		const v = 3 * seatVertices[i];
		const back = bx * vertices[v] + by * vertices[v + 1];
		if (back > furthest) furthest = back;
	}
	const softness = SEAT_SOFTNESS * frame.stature;
	let weightSum = 0;
	let levelSum = 0;
	for (let i = 0; i < seatVertices.length; i++) {
		const v = 3 * seatVertices[i];
		const weight = Math.exp((bx * vertices[v] + by * vertices[v + 1] - furthest) / softness);
		weightSum += weight;
		levelSum += weight * vertices[v + 2];
	}
	return levelSum / weightSum;
}
