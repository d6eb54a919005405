import type { BodySide, LandmarkName } from "./landmarks.js";
import { type JointName, type Measurer, placeJoint, placeLandmark, pullJoint, pullLandmark } from "./measurer.js";
import type { GradientBuilder } from "./surface-gradient.js";

/** A place on or in the body taken up, with the way back to what it comes from. */
export interface BodyPoint {
	/** `[3]` */
	readonly position: Float64Array;
	/** Pull back the position: derivatives of the value by its x, y and z. */
	readonly pull: (gradient: GradientBuilder, x: number, y: number, z: number) => void;
}

/** A landmark. */
export function landmarkPoint(measurer: Measurer, name: LandmarkName, side: BodySide): BodyPoint {
	const position = new Float64Array(3);
	placeLandmark(position, measurer, name, side);
	return { position, pull: (gradient, x, y, z) => pullLandmark(gradient, measurer, name, side, x, y, z) };
}

/** A joint. */
export function jointPoint(measurer: Measurer, name: JointName, side: BodySide): BodyPoint {
	const position = new Float64Array(3);
	placeJoint(position, measurer, name, side);
	return { position, pull: (gradient, x, y, z) => pullJoint(gradient, measurer, name, side, x, y, z) };
}

/** The middle of several points. */
export function meanPoint(...points: readonly BodyPoint[]): BodyPoint {
	const n = points.length;
	const position = new Float64Array(3);
	for (const point of points) for (let i = 0; i < 3; i++) position[i] += point.position[i] / n;
	return {
		position,
		pull: (gradient, x, y, z) => {
			for (const point of points) point.pull(gradient, x / n, y / n, z / n);
		},
	};
}
