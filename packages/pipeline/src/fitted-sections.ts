import {
	carryPath,
	createPathCarrier,
	type MeasurementId,
	measureBody,
	type PathCarrier,
	takeUpSurface,
} from "@anny-fitter/anthropometry";
import { evaluateFitterPose, type FittedView, LANDMARK_ANCHORS, type PhotoFitter } from "@anny-fitter/fitting";
import {
	type BodySection,
	type SectionId,
	type SectionSide,
	sectionMeasurementId,
	sectionOfTape,
	sectionSides,
} from "@anny-fitter/perception";

/** The tapes of a resting body, ready to be carried to its poses. */
export interface SectionTapes {
	readonly carrier: PathCarrier;
	readonly paths: readonly {
		readonly id: SectionId;
		readonly side: SectionSide | null;
		readonly path_m: Float64Array;
	}[];
	readonly stature_m: number;
}

/** What one camera sees of a fitted body: camera coordinates, metres. */
export interface FittedSections {
	/** [33*3] places of MediaPipe's landmarks; NaN for those that have none on the body */
	readonly joints_m: Float64Array;
	readonly sections: readonly BodySection[];
}

/** Lays the tapes of all sections around the resting body in `fitter.shape`. */
export function laySectionTapes(fitter: PhotoFitter): SectionTapes {
	const { vertices } = fitter.shape;
	const sides = sectionSides();
	const ids = [...new Set(sides.map(({ id }) => sectionMeasurementId(id, "girth") as MeasurementId))];
	const measured = measureBody(fitter.measurer, fitter.shape, ["stature", ...ids]);
	const carrier = createPathCarrier(fitter.model);
	takeUpSurface(carrier, vertices.slice());
	return {
		carrier,
		paths: sides.flatMap(({ id, side }) => {
			const tape = measured.get(sectionMeasurementId(id, "girth") as MeasurementId);
			const path = side === "left" ? tape?.left?.path : tape?.path;
			return path ? [{ id, side, path_m: path.slice() }] : [];
		}),
		stature_m: measured.get("stature")?.value_m ?? Number.NaN,
	};
}

/**
 * Where a camera sees the tapes and landmarks of the body that they were laid around. `fitter.shape` must still hold that
 * body; leaves its pose in `fitter.pose`.
 */
export function seeFittedSections(
	fitter: PhotoFitter,
	tapes: SectionTapes,
	{ rotations, cameraFromBody }: Pick<FittedView, "rotations" | "cameraFromBody">,
): FittedSections {
	evaluateFitterPose(fitter, rotations, 0);
	const { pose, shape, model } = fitter;
	const posed = { posedVertices: pose.vertices, boneTransforms: pose.boneTransforms };
	const column = (k: number): [number, number, number] => [
		cameraFromBody[k] ?? 0,
		cameraFromBody[4 + k] ?? 0,
		cameraFromBody[8 + k] ?? 0,
	];
	const sections = tapes.paths.map(({ id, side, path_m }) => {
		const path = new Float64Array(path_m.length);
		carryPath(path, tapes.carrier, posed, path_m);
		transform(path, cameraFromBody);
		return sectionOfTape(id, side, path, column(0), column(2));
	});
	const joints_m = new Float64Array(33 * 3).fill(Number.NaN);
	for (const anchor of LANDMARK_ANCHORS) {
		const bone = model.boneLabels.indexOf(anchor.bone);
		const head = shape.boneHeads.subarray(3 * bone, 3 * bone + 3);
		const point = Float64Array.from(head, (v, k) => v + tapes.stature_m * (anchor.offset[k] ?? 0));
		transform(point, pose.boneTransforms.subarray(12 * bone, 12 * bone + 12));
		transform(point, cameraFromBody);
		joints_m.set(point, 3 * anchor.landmark);
	}
	return { joints_m, sections };
}

/** @param points [3k] become M p; @param m [12] row-major 3×4 */
function transform(points: Float64Array, m: ArrayLike<number>): void {
	const at = (i: number): number => m[i] ?? 0;
	for (let i = 0; i < points.length; i += 3) {
		const [x, y, z] = [points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0];
		for (let k = 0; k < 3; k++) points[i + k] = at(4 * k) * x + at(4 * k + 1) * y + at(4 * k + 2) * z + at(4 * k + 3);
	}
}
