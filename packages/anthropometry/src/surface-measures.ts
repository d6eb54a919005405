import { polylineLength } from "@anny-fitter/mesh";
import { jointPoint, landmarkPoint, meanPoint } from "./body-point.js";
import type { BodySide, LandmarkName } from "./landmarks.js";
import type { JointName, Measurer } from "./measurer.js";
import { type MeasureResult, openPath } from "./result.js";
import { stretchTape } from "./stretched-tape.js";

/** Tape over the back from one acromion over the cervicale to the other. */
export function measureShoulderWidth(measurer: Measurer): MeasureResult {
	return openTape([reversed(stretchOverShoulder(measurer, "right")), stretchOverShoulder(measurer, "left")]);
}

/** Tape from the cervicale over the acromion and the tip of the elbow to the wrist. */
export function measureSleeveLength(measurer: Measurer, side: BodySide): MeasureResult {
	return openTape([
		stretchOverShoulder(measurer, side),
		stretchAlongArm(measurer, side, ["acromion", "elbow"], ["shoulder", "elbow"]),
		stretchAlongArm(measurer, side, ["elbow", "wrist_ulnar"], ["elbow", "wrist"]),
	]);
}

/** Tape around the base of the neck: cervicale, side of the neck, notch of the breastbone, other side, cervicale. */
export function measureNeckBase(measurer: Measurer): MeasureResult {
	const corners = [
		landmarkPoint(measurer, "cervicale", "right"),
		landmarkPoint(measurer, "neck_base_side", "right"),
		landmarkPoint(measurer, "suprasternale", "right"),
		landmarkPoint(measurer, "neck_base_side", "left"),
	];
	const beneath = meanPoint(...corners);
	const region = measurer.regions.trunk;
	const pieces = corners.map((from, i) =>
		stretchTape(measurer, { region, from, to: corners[(i + 1) % corners.length], beneath }),
	);
	const { value_m, path } = openTape(pieces);
	// The last point is the first one again.
	return { value_m, path: path.slice(0, -3), isClosed: true, isSearchAtEdge: false };
}

/** From the cervicale to an acromion, over the line from the neck's joint to the shoulder's. */
function stretchOverShoulder(measurer: Measurer, side: BodySide): Float64Array {
	return stretchTape(measurer, {
		region: measurer.regions.trunkAndArms,
		from: landmarkPoint(measurer, "cervicale", side),
		to: landmarkPoint(measurer, "acromion", side),
		beneath: meanPoint(jointPoint(measurer, "neck", side), jointPoint(measurer, "shoulder", side)),
	});
}

/** Along a part of the arm, over the line between its two joints. */
function stretchAlongArm(
	measurer: Measurer,
	side: BodySide,
	ends: readonly [LandmarkName, LandmarkName],
	joints: readonly [JointName, JointName],
): Float64Array {
	return stretchTape(measurer, {
		region: measurer.regions.trunkAndArms,
		from: landmarkPoint(measurer, ends[0], side),
		to: landmarkPoint(measurer, ends[1], side),
		beneath: meanPoint(jointPoint(measurer, joints[0], side), jointPoint(measurer, joints[1], side)),
	});
}

/** One tape from pieces of which each begins where the one before ends. */
function openTape(pieces: readonly Float64Array[]): MeasureResult {
	const path = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length - 3, 3));
	let at = 0;
	for (const piece of pieces) {
		path.set(piece, at);
		at += piece.length - 3;
	}
	return openPath(polylineLength(path, 0, path.length / 3, false), path);
}

function reversed(path: Float64Array): Float64Array {
	const out = new Float64Array(path.length);
	for (let i = 0; i < path.length; i += 3) out.set(path.subarray(i, i + 3), path.length - 3 - i);
	return out;
}
