import {
	ARTICULATED_BONES,
	type ArticulatedBone,
	evaluateFitterPose,
	evaluateFitterShape,
	type PhotoFitter,
	shapePrior,
} from "@anny-fitter/fitting";
import { renderPreview } from "@anny-fitter/mesh";
import sharp from "sharp";

const [WIDTH_PX, HEIGHT_PX, FOCAL_PX, DISTANCE_M] = [720, 960, 1080, 2.9];
/** Camera at the height of the waist. */
const CAMERA_M = 0.85;

/**
 * A photo of a mannequin with the mean woman's body that stands in a studio and faces the camera.
 *
 * @param turned rotation vectors of bones in rest axes (+X left, −Y front, +Z up), radians
 */
export function renderBody(
	fitter: PhotoFitter,
	turned: Readonly<Partial<Record<ArticulatedBone, readonly [number, number, number]>>>,
): Promise<Buffer> {
	const rotations = new Float64Array(3 * ARTICULATED_BONES.length);
	for (const [bone, vector] of Object.entries(turned)) {
		rotations.set(vector, 3 * ARTICULATED_BONES.indexOf(bone as ArticulatedBone));
	}
	evaluateFitterShape(fitter, shapePrior("female", 0.7, 0.01).mean);
	evaluateFitterPose(fitter, rotations, 0);
	const posed = fitter.pose.vertices;
	let floor = Infinity;
	for (let v = 2; v < posed.length; v += 3) floor = Math.min(floor, posed[v] as number);
	const vertices = new Float64Array(posed.length);
	for (let v = 0; v < posed.length; v += 3) {
		const [x, y, z] = [posed[v] as number, posed[v + 1] as number, posed[v + 2] as number];
		vertices.set([x, floor + CAMERA_M - z, DISTANCE_M + y], v);
	}
	const camera = {
		width: WIDTH_PX,
		height: HEIGHT_PX,
		focal_px: FOCAL_PX,
		cx_px: WIDTH_PX / 2,
		cy_px: HEIGHT_PX / 2,
	};
	const rgba = renderPreview({ vertices, triangles: fitter.model.triangles }, camera, {
		colour: [176, 122, 98],
		backdrop: [205, 214, 220],
		samplesPerSide: 2,
	});
	return sharp(rgba, { raw: { width: WIDTH_PX, height: HEIGHT_PX, channels: 4 } })
		.removeAlpha()
		.png()
		.toBuffer();
}

/** Upper arms brought towards the body by an angle, mirrored left and right. */
export function armsDown(angle_rad: number): Partial<Record<ArticulatedBone, [number, number, number]>> {
	return { "upperarm01.L": [0, angle_rad, 0], "upperarm01.R": [0, -angle_rad, 0] };
}

/** A deep knee bend. */
export function crouching(): Partial<Record<ArticulatedBone, [number, number, number]>> {
	return {
		"upperleg01.L": [-1.3, 0.2, 0],
		"upperleg01.R": [-1.3, -0.2, 0],
		"lowerleg01.L": [1.9, 0, 0],
		"lowerleg01.R": [1.9, 0, 0],
		spine05: [0.3, 0, 0],
	};
}
