import { pullStature } from "./body-frame.js";
import type { BodySide, LandmarkName } from "./landmarks.js";
import { pullSearch, searchExtremum } from "./level-search.js";
import { type JointName, type Measurer, placeJoint, placeLandmark, pullJoint, pullLandmark } from "./measurer.js";
import { type MeasureResult, tapeResult } from "./result.js";
import type { GradientBuilder } from "./surface-gradient.js";
import { layTape, type TapePlane } from "./tape.js";
import { pullTape } from "./tape-gradient.js";
import { pullUnitVector } from "./vector-gradient.js";

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
	const { tape, vertices, gradient } = measurer;
	const plane = limbPlane(measurer, section.region, section.axis, side);
	const { origin, normal } = plane;
	const start = new Float64Array(3);
	const point = new Float64Array(3);
	placeJoint(start, measurer, section.through, side);
	let along = 0;
	for (const name of section.at) {
		placeLandmark(point, measurer, name, side);
		along += distanceAlong(start, point, normal) / section.at.length;
	}
	if (section.at.length === 0 && section.fraction !== undefined) {
		placeJoint(point, measurer, section.axis[1], side);
		along += section.fraction * distanceAlong(start, point, normal);
	}
	let isAtPerineum = false;
	if (section.isBelowPerineum === true) {
		placeLandmark(point, measurer, "perineum", side);
		const lowest = CROTCH_CLEARANCE * measurer.frame.stature + distanceAlong(start, point, normal);
		isAtPerineum = lowest > along;
		if (isAtPerineum) along = lowest;
	}
	for (let i = 0; i < 3; i++) origin[i] = start[i] + along * normal[i];
	layTape(tape, vertices, plane);
	const result = tapeResult(tape, false);
	if (gradient !== null) {
		pullTape(gradient, tape, vertices, plane, 1);
		pullSectionPlane(gradient, measurer, section, side, plane, start, isAtPerineum);
	}
	return result;
}

/**
 * Pull back the plane of a section, whose derivatives are in `gradient.plane`. The plane's offset is n·start + along, and
 * so n·point wherever `along` comes from a point: then only the point and the normal matter.
 */
function pullSectionPlane(
	gradient: GradientBuilder,
	measurer: Measurer,
	{ axis, through, at, fraction = 0, isBelowPerineum }: LimbSection,
	side: BodySide,
	{ origin, normal }: TapePlane,
	start: Float64Array,
	isAtPerineum: boolean,
): void {
	const { byNormal, byOffset } = gradient.plane;
	const point = new Float64Array(3);
	/** Part of the offset that follows a point; the rest stays with `start`. */
	const follow = (place: Float64Array, share: number): [number, number, number] => {
		const weight = share * byOffset;
		for (let i = 0; i < 3; i++) byNormal[i] += weight * (place[i] - origin[i]);
		return [weight * normal[0], weight * normal[1], weight * normal[2]];
	};
	if (isBelowPerineum === true && isAtPerineum) {
		placeLandmark(point, measurer, "perineum", side);
		pullLandmark(gradient, measurer, "perineum", side, ...follow(point, 1));
		pullStature(gradient, measurer.frame, CROTCH_CLEARANCE * byOffset);
	} else if (at.length > 0) {
		for (const name of at) {
			placeLandmark(point, measurer, name, side);
			pullLandmark(gradient, measurer, name, side, ...follow(point, 1 / at.length));
		}
	} else {
		placeJoint(point, measurer, axis[1], side);
		pullJoint(gradient, measurer, axis[1], side, ...follow(point, fraction));
		pullJoint(gradient, measurer, through, side, ...follow(start, 1 - fraction));
	}
	pullAxis(gradient, measurer, axis, side, normal);
}

/** Measure where the tape is longest or shortest. */
export function measureLimbSearch(measurer: Measurer, search: LimbSearch, side: BodySide): MeasureResult {
	const { tape, vertices, gradient } = measurer;
	const plane = limbPlane(measurer, search.region, search.axis, side);
	const { origin, normal } = plane;
	const [low, high] = search.range;
	const from = new Float64Array(3);
	const to = new Float64Array(3);
	placeJoint(from, measurer, search.axis[0], side);
	placeJoint(to, measurer, search.axis[1], side);
	const girthAt = (t: number): number => {
		const place = low + t * (high - low);
		for (let i = 0; i < 3; i++) origin[i] = from[i] + place * (to[i] - from[i]);
		return layTape(tape, vertices, plane);
	};
	const found = searchExtremum(girthAt, LIMB_SAMPLES, search.sign);
	girthAt(found.t);
	const result = tapeResult(tape, found.isAtEdge);
	if (gradient !== null) {
		pullSearch(found, { t: 0, value: 1, prominence: 0 }, (t, weight) => {
			girthAt(t);
			pullTape(gradient, tape, vertices, plane, weight);
			const { byOffset } = gradient.plane;
			const place = low + t * (high - low);
			const [x, y, z] = [byOffset * normal[0], byOffset * normal[1], byOffset * normal[2]];
			pullJoint(gradient, measurer, search.axis[0], side, (1 - place) * x, (1 - place) * y, (1 - place) * z);
			pullJoint(gradient, measurer, search.axis[1], side, place * x, place * y, place * z);
			pullAxis(gradient, measurer, search.axis, side, normal);
			return byOffset * (high - low) * distanceAlong(from, to, normal);
		});
	}
	return result;
}

/** Pull back the unit normal of {@link limbPlane}, whose derivative is in `gradient.plane` and is used up. */
function pullAxis(
	gradient: GradientBuilder,
	measurer: Measurer,
	axis: LimbSection["axis"],
	side: BodySide,
	normal: Float64Array,
): void {
	const from = new Float64Array(3);
	const to = new Float64Array(3);
	placeJoint(from, measurer, axis[0], side);
	placeJoint(to, measurer, axis[1], side);
	const { byNormal } = gradient.plane;
	pullUnitVector(byNormal, normal, distanceAlong(from, to, normal));
	pullJoint(gradient, measurer, axis[1], side, byNormal[0], byNormal[1], byNormal[2]);
	pullJoint(gradient, measurer, axis[0], side, -byNormal[0], -byNormal[1], -byNormal[2]);
}

/** Distance from a point to another along a unit vector. */
function distanceAlong(from: Float64Array, to: Float64Array, direction: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < 3; i++) sum += (to[i] - from[i]) * direction[i];
	return sum;
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
