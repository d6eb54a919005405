import type { BodySide, LandmarkName } from "./landmarks.js";
import { searchExtremum } from "./level-search.js";
import { type JointName, type Measurer, placeJoint, placeLandmark } from "./measurer.js";
import { type MeasureResult, tapeResult } from "./result.js";
import { layTape, type TapePlane } from "./tape.js";

const LIMB_SAMPLES = 13;
/** Relative to stature. */
const CROTCH_CLEARANCE = 0.005;

/** Tape around a limb at a fixed place: perpendicular to the line between two joints. */
export interface LimbSection {
	readonly region: "legs" | "arms" | "trunkAndLegs";
	/** Joints whose line gives the plane's normal. */
	readonly axis: readonly [JointName, JointName];
	/** Joint the tape's axis passes through. */
	readonly through: JointName;
	/** Landmarks whose mean place along the axis is the level; none: see `fraction`. */
	readonly at: readonly LandmarkName[];
	/** Without landmarks: part of the axis' length from `through` on. Default 0, the joint itself. */
	readonly fraction?: number;
	/** Keep the plane at least {@link CROTCH_CLEARANCE} of stature below the perineum, so that it holds one leg only. */
	readonly isBelowPerineum?: boolean;
}

/** Tape of extreme length around a limb or the neck, perpendicular to the line between two joints. */
export interface LimbSearch {
	readonly region: "legs" | "arms" | "trunkAndHead";
	readonly axis: readonly [JointName, JointName];
	/** Part of the line that is searched, 0 at the first joint, 1 at the second. */
	readonly range: readonly [number, number];
	readonly sign: 1 | -1;
}

/** Measure at a fixed place. */
export function measureLimbSection(measurer: Measurer, section: LimbSection, side: BodySide): MeasureResult {
	const plane = limbPlane(measurer, section.region, section.axis, side);
	const { origin, normal } = plane;
	const point = new Float64Array(3);
	placeJoint(origin, measurer, section.through, side);
	let along = 0;
	for (const name of section.at) {
		placeLandmark(point, measurer, name, side);
		for (let i = 0; i < 3; i++) along += ((point[i] - origin[i]) * normal[i]) / section.at.length;
	}
	if (section.at.length === 0) {
		placeJoint(point, measurer, section.axis[1], side);
		for (let i = 0; i < 3; i++) along += (section.fraction ?? 0) * (point[i] - origin[i]) * normal[i];
	}
	if (section.isBelowPerineum === true) {
		placeLandmark(point, measurer, "perineum", side);
		let lowest = CROTCH_CLEARANCE * measurer.frame.stature;
		for (let i = 0; i < 3; i++) lowest += (point[i] - origin[i]) * normal[i];
		along = Math.max(along, lowest);
	}
	for (let i = 0; i < 3; i++) origin[i] += along * normal[i];
	layTape(measurer.tape, measurer.vertices, plane);
	return tapeResult(measurer.tape, false);
}

/** Measure where the tape is longest or shortest. */
export function measureLimbSearch(measurer: Measurer, search: LimbSearch, side: BodySide): MeasureResult {
	const plane = limbPlane(measurer, search.region, search.axis, side);
	const from = new Float64Array(3);
	const to = new Float64Array(3);
	placeJoint(from, measurer, search.axis[0], side);
	placeJoint(to, measurer, search.axis[1], side);
	const girthAt = (t: number): number => {
		const place = search.range[0] + t * (search.range[1] - search.range[0]);
		for (let i = 0; i < 3; i++) plane.origin[i] = from[i] + place * (to[i] - from[i]);
		return layTape(measurer.tape, measurer.vertices, plane);
	};
	const found = searchExtremum(girthAt, LIMB_SAMPLES, search.sign);
	girthAt(found.t);
	return tapeResult(measurer.tape, found.isAtEdge);
}

/** Plane perpendicular to the line between two joints; the origin is set by the caller. */
function limbPlane(
	measurer: Measurer,
	region: LimbSection["region"] | LimbSearch["region"],
	axis: readonly [JointName, JointName],
	side: BodySide,
): TapePlane {
	const { regions } = measurer;
	const start = new Float64Array(3);
	const normal = new Float64Array(3);
	placeJoint(start, measurer, axis[0], side);
	placeJoint(normal, measurer, axis[1], side);
	for (let i = 0; i < 3; i++) normal[i] -= start[i];
	const length = Math.sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
	if (!(length > 0)) throw new RangeError(`the joints ${axis[0]} and ${axis[1]} coincide`);
	for (let i = 0; i < 3; i++) normal[i] /= length;
	const part = region === "legs" || region === "arms" ? regions[region][side] : regions[region];
	return { region: part, origin: new Float64Array(3), normal, curves: "around" };
}
