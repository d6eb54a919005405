import type { StandardView } from "../viewer-types.js";

/** Where the eye is: on a sphere about the target. Scene frame: Y up, the body faces +Z; radians and metres. */
export interface Orbit {
	/** 0 in front of the body, towards the body's left positive. */
	readonly azimuth: number;
	/** 0 at the target's height, upwards positive. */
	readonly elevation: number;
	readonly distance: number;
	readonly target: readonly [number, number, number];
}

/** Vertical angle of view: long enough that proportions look right. */
export const FIELD_OF_VIEW = (24 * Math.PI) / 180;
const MAX_ELEVATION = (80 * Math.PI) / 180;
/** Not far under the floor. */
const MIN_ELEVATION = (-30 * Math.PI) / 180;
const NEAREST_M = 0.3;
const FARTHEST_M = 20;

/** Radians about the body; see {@link Orbit.azimuth}. */
const AZIMUTHS: Readonly<Record<StandardView, number>> = {
	front: 0,
	back: Math.PI,
	// Seen from the person's left, and from their right.
	left: Math.PI / 2,
	right: -Math.PI / 2,
	"three-quarter": Math.PI / 6,
};

/** Walks round the body, and up or down as far as the view allows; radians. */
export function turn(orbit: Orbit, azimuth: number, elevation: number): Orbit {
	return {
		...orbit,
		azimuth: orbit.azimuth + azimuth,
		elevation: clamp(orbit.elevation + elevation, MIN_ELEVATION, MAX_ELEVATION),
	};
}

/** @param factor above 1 goes away */
export function zoom(orbit: Orbit, factor: number): Orbit {
	return { ...orbit, distance: clamp(orbit.distance * factor, NEAREST_M, FARTHEST_M) };
}

/** Moves the target across the picture: metres to the right and up as seen. */
export function pan(orbit: Orbit, right: number, up: number): Orbit {
	const [x, y, z] = orbit.target;
	const { azimuth, elevation } = orbit;
	const upright = up * Math.cos(elevation);
	const away = up * Math.sin(elevation);
	return {
		...orbit,
		target: [
			x + right * Math.cos(azimuth) - away * Math.sin(azimuth),
			y + upright,
			z - right * Math.sin(azimuth) - away * Math.cos(azimuth),
		],
	};
}

/** Turns to a standard view the short way round. */
export function look(orbit: Orbit, view: StandardView): Orbit {
	const wanted = AZIMUTHS[view];
	const turns = Math.round((orbit.azimuth - wanted) / (2 * Math.PI));
	return { ...orbit, azimuth: wanted + turns * 2 * Math.PI, elevation: view === "three-quarter" ? 0.08 : 0 };
}

/** What the picture must hold: a cylinder about the bodies' middle. */
export interface Subject {
	readonly centre: readonly [number, number, number];
	readonly halfHeight_m: number;
	/** Half of what can be seen from the side that shows most. */
	readonly halfWidth_m: number;
}

/** The distance at which the subject fills a part of the picture's height, `clear`, and its whole width. */
export function fit(orbit: Orbit, subject: Subject, picture: { aspect: number; clear: number }): Orbit {
	const slope = Math.tan(FIELD_OF_VIEW / 2);
	const forHeight = (1.04 * subject.halfHeight_m) / (slope * picture.clear);
	const forWidth = (1.06 * subject.halfWidth_m) / (slope * picture.aspect);
	return {
		...orbit,
		distance: Math.max(forHeight, forWidth) + 0.25 * subject.halfWidth_m,
		target: subject.centre,
	};
}

/**
 * A step from one orbit towards another: the rest of the way shrinks by e every 90 ms.
 *
 * @returns `to` itself when it is reached
 */
export function approach(from: Orbit, to: Orbit, elapsed_ms: number): Orbit {
	const part = 1 - Math.exp(-elapsed_ms / 90);
	const mix = (a: number, b: number) => a + (b - a) * part;
	const next: Orbit = {
		azimuth: mix(from.azimuth, to.azimuth),
		elevation: mix(from.elevation, to.elevation),
		distance: mix(from.distance, to.distance),
		target: [mix(from.target[0], to.target[0]), mix(from.target[1], to.target[1]), mix(from.target[2], to.target[2])],
	};
	const rest =
		Math.abs(next.azimuth - to.azimuth) +
		Math.abs(next.elevation - to.elevation) +
		Math.abs(next.distance - to.distance) / to.distance +
		Math.hypot(...next.target.map((value, axis) => value - (to.target[axis] as number)));
	return rest < 1e-3 ? to : next;
}

/** The standard view that an orbit shows, if it is one. */
export function viewOf(orbit: Orbit): StandardView | null {
	for (const view of Object.keys(AZIMUTHS) as StandardView[]) {
		const off = Math.abs(Math.sin((orbit.azimuth - AZIMUTHS[view]) / 2));
		if (off < 0.01 && Math.abs(orbit.elevation) < 0.1) return view;
	}
	return null;
}

/** The eye's place in the scene. */
export function eyeOf(orbit: Orbit): [number, number, number] {
	const { azimuth, elevation, distance, target } = orbit;
	const across = distance * Math.cos(elevation);
	return [
		target[0] + across * Math.sin(azimuth),
		target[1] + distance * Math.sin(elevation),
		target[2] + across * Math.cos(azimuth),
	];
}

function clamp(value: number, low: number, high: number): number {
	return Math.min(high, Math.max(low, value));
}
