import { SECTION_IDS, SECTION_POPULATION, type SectionId, type Vector } from "./population.js";

export type { Vector } from "./population.js";

export type BodySide = "left" | "right";

/** A section of the body as one camera sees it: camera coordinates (+X right, +Y down, +Z forward), metres. */
export interface BodySection {
	readonly id: SectionId;
	/** Null for sections of neck and trunk. */
	readonly side: BodySide | null;
	readonly centre_m: Vector;
	/** Unit normal of the tape's plane, towards the head or the limb's root. */
	readonly normal: Vector;
	/** Unit vector in the plane, towards the person's left. */
	readonly left: Vector;
	/** What is expected before looking: it tells arms from trunk and corrects for perspective, the mask gives the value. */
	readonly expectedBreadth_m: number;
	readonly expectedDepth_m: number;
}

/** Indices among MediaPipe's 33 pose landmarks. */
export const LANDMARK = {
	leftEar: 7,
	rightEar: 8,
	leftShoulder: 11,
	rightShoulder: 12,
	leftElbow: 13,
	rightElbow: 14,
	leftWrist: 15,
	rightWrist: 16,
	leftIndex: 19,
	rightIndex: 20,
	leftHip: 23,
	rightHip: 24,
	leftKnee: 25,
	rightKnee: 26,
	leftAnkle: 27,
	rightAnkle: 28,
	leftHeel: 29,
	rightHeel: 30,
} as const;

/** Origin at the lower or outer end; axes are unit vectors in camera coordinates. */
export interface SegmentFrame {
	readonly origin: Vector;
	readonly left: Vector;
	readonly front: Vector;
	readonly up: Vector;
	readonly length_m: number;
}

/**
 * Frame of the segment of the body that a section belongs to, from the landmarks at its ends.
 *
 * @param joints_m [33*3] MediaPipe's landmarks in camera coordinates, metres
 * @returns null where landmarks coincide or are missing
 */
export function segmentFrame(joints_m: Float64Array, id: SectionId, side: BodySide | null): SegmentFrame | null {
	const [top, bottom] = segmentEnds(joints_m, id, side);
	const bodyLeft = plus(
		minus(joint(joints_m, LANDMARK.leftHip), joint(joints_m, LANDMARK.rightHip)),
		minus(joint(joints_m, LANDMARK.leftShoulder), joint(joints_m, LANDMARK.rightShoulder)),
	);
	const along = minus(top, bottom);
	const length_m = Math.hypot(...along);
	const up = unit(along);
	const left = unit(minus(bodyLeft, times(up, dot(bodyLeft, up))));
	const front = cross(up, left);
	if (![...up, ...left].every(Number.isFinite)) return null;
	return { origin: bottom, left, front: times(front, -1), up, length_m };
}

/** Landmarks at which the segment of a section ends. */
export function segmentLandmarks(id: SectionId, side: BodySide | null): readonly [top: number[], bottom: number[]] {
	const isLeft = side === "left";
	switch (id) {
		case "neck":
			return [
				[LANDMARK.leftEar, LANDMARK.rightEar],
				[LANDMARK.leftShoulder, LANDMARK.rightShoulder],
			];
		case "thigh":
			return isLeft ? [[LANDMARK.leftHip], [LANDMARK.leftKnee]] : [[LANDMARK.rightHip], [LANDMARK.rightKnee]];
		case "calf":
			return isLeft ? [[LANDMARK.leftKnee], [LANDMARK.leftAnkle]] : [[LANDMARK.rightKnee], [LANDMARK.rightAnkle]];
		case "upper_arm":
			return isLeft
				? [[LANDMARK.leftShoulder], [LANDMARK.leftElbow]]
				: [[LANDMARK.rightShoulder], [LANDMARK.rightElbow]];
		default:
			return [
				[LANDMARK.leftShoulder, LANDMARK.rightShoulder],
				[LANDMARK.leftHip, LANDMARK.rightHip],
			];
	}
}

function segmentEnds(joints_m: Float64Array, id: SectionId, side: BodySide | null): [Vector, Vector] {
	const [top, bottom] = segmentLandmarks(id, side);
	return [middle(joints_m, top), middle(joints_m, bottom)];
}

/** Every section with its sides, in the order of the results. */
export function sectionSides(): { readonly id: SectionId; readonly side: BodySide | null }[] {
	return SECTION_IDS.flatMap((id): { id: SectionId; side: BodySide | null }[] =>
		isLimbSection(id)
			? [
					{ id, side: "right" },
					{ id, side: "left" },
				]
			: [{ id, side: null }],
	);
}

export function isLimbSection(id: SectionId): boolean {
	return id === "thigh" || id === "calf" || id === "upper_arm";
}

/**
 * Sections where the population has them, for whoever knows no more than landmarks.
 *
 * @param joints_m [33*3] MediaPipe's landmarks in camera coordinates, metres
 */
export function locateSections(joints_m: Float64Array): BodySection[] {
	return sectionSides().flatMap(({ id, side }): BodySection[] => {
		const frame = segmentFrame(joints_m, id, side);
		if (frame === null) return [];
		const people = SECTION_POPULATION[id];
		const mirror = side === "left" ? -1 : 1;
		// The table holds the right side, outward to the person's right being negative.
		const place = (v: Vector): Vector =>
			plus(plus(times(frame.left, mirror * v[0]), times(frame.front, v[1])), times(frame.up, v[2]));
		const normal = unit(place(people.normal));
		const expectedBreadth_m = people.breadth * frame.length_m;
		return [
			{
				id,
				side,
				centre_m: plus(frame.origin, times(place(people.centre), frame.length_m)),
				normal,
				left: unit(minus(frame.left, times(normal, dot(frame.left, normal)))),
				expectedBreadth_m,
				expectedDepth_m: people.depthByBreadth * expectedBreadth_m,
			},
		];
	});
}

/**
 * The section in which a tape lies.
 *
 * @param path_m [3k] closed polyline in camera coordinates, metres
 * @param bodyLeft any vector towards the person's left
 * @param up any vector to the side of the plane that the normal shall point to
 */
export function sectionOfTape(
	id: SectionId,
	side: BodySide | null,
	path_m: ArrayLike<number>,
	bodyLeft: Vector,
	up: Vector,
): BodySection {
	let area: Vector = [0, 0, 0];
	const count = path_m.length / 3;
	const point = (i: number): Vector => [path_m[3 * i], path_m[3 * i + 1], path_m[3 * i + 2]];
	const first = point(0);
	// Newell's normal: a carried tape is not exactly flat.
	for (let i = 0; i < count; i++) {
		area = plus(area, cross(minus(point(i), first), minus(point((i + 1) % count), first)));
	}
	let normal = unit(area);
	if (dot(normal, up) < 0) normal = times(normal, -1);
	const left = unit(minus(bodyLeft, times(normal, dot(bodyLeft, normal))));
	const front = cross(left, normal);
	const low = [Infinity, Infinity, Infinity];
	const high = [-Infinity, -Infinity, -Infinity];
	for (let i = 0; i < count; i++) {
		const p = minus(point(i), first);
		[left, front, normal].forEach((axis, k) => {
			low[k] = Math.min(low[k], dot(p, axis));
			high[k] = Math.max(high[k], dot(p, axis));
		});
	}
	let centre = first;
	[left, front, normal].forEach((axis, k) => {
		centre = plus(centre, times(axis, (low[k] + high[k]) / 2));
	});
	return {
		id,
		side,
		centre_m: centre,
		normal,
		left,
		expectedBreadth_m: high[0] - low[0],
		expectedDepth_m: high[1] - low[1],
	};
}

export function joint(joints_m: Float64Array, index: number): Vector {
	return [joints_m[3 * index], joints_m[3 * index + 1], joints_m[3 * index + 2]];
}

function middle(joints_m: Float64Array, indices: readonly number[]): Vector {
	let sum: Vector = [0, 0, 0];
	for (const index of indices) sum = plus(sum, joint(joints_m, index));
	return times(sum, 1 / indices.length);
}

export function plus(a: Vector, b: Vector): Vector {
	return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function minus(a: Vector, b: Vector): Vector {
	return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function times(a: Vector, factor: number): Vector {
	return [factor * a[0], factor * a[1], factor * a[2]];
}

export function dot(a: Vector, b: Vector): number {
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
	return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function unit(a: Vector): Vector {
	return times(a, 1 / Math.hypot(...a));
}
