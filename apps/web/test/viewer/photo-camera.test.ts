import { projectPoint } from "@anny-fitter/camera";
import { createRandom } from "@anny-fitter/math";
import { Matrix4, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { WORLD_FROM_ANNY } from "../../src/features/viewer/scene/frame.js";
import {
	matrixOfPhotoCamera,
	type PinholeCamera,
	placePhoto,
	projectionOfPhoto,
} from "../../src/features/viewer/scene/photo-camera.js";

/** A camera three metres in front of the body (towards −Y), somewhat turned, its principal point off the middle. */
const turn = new Matrix4().makeRotationZ(0.4).multiply(new Matrix4().makeRotationX(0.15)).elements;
// biome-ignore format: a matrix
const FRONTAL = new Matrix4().set(
	1, 0, 0, 0.05,
	0, 0, -1, 0.9,
	0, 1, 0, 3,
	0, 0, 0, 1,
).multiply(new Matrix4().fromArray(turn));
const e = FRONTAL.elements;
const camera: PinholeCamera = {
	width_px: 1080,
	height_px: 1440,
	focal_length_px: 1248.75,
	principal_point_px: [551.5, 702.25],
	camera_from_world: [e[0], e[4], e[8], e[12], e[1], e[5], e[9], e[13], e[2], e[6], e[10], e[14]] as number[],
};

/** By the projection that the fit uses. */
function fittedPixel([x, y, z]: readonly [number, number, number]): [number, number] {
	const m = camera.camera_from_world as number[];
	const row = (r: number) => m[4 * r]! * x + m[4 * r + 1]! * y + m[4 * r + 2]! * z + m[4 * r + 3]!;
	const out = new Float64Array(2);
	const [cx, cy] = camera.principal_point_px as [number, number];
	expect(projectPoint(out, null, row(0), row(1), row(2), camera.focal_length_px, cx, cy)).toBe(true);
	return [out[0]!, out[1]!];
}

/** By the matrices that three.js is given; back in the photo's pixels. */
function drawnPixel(
	point: readonly [number, number, number],
	picture: { width: number; height: number },
	insets: { top: number; bottom: number },
): [number, number] {
	const placement = placePhoto(camera, picture, insets);
	const view = matrixOfPhotoCamera(new Matrix4(), camera).invert();
	const projection = projectionOfPhoto(new Matrix4(), camera, placement, picture);
	const clip = new Vector3(...point).applyMatrix4(WORLD_FROM_ANNY).applyMatrix4(view).applyMatrix4(projection);
	expect(Math.abs(clip.z)).toBeLessThan(1);
	const [x, y] = [((clip.x + 1) / 2) * picture.width, ((1 - clip.y) / 2) * picture.height];
	return [(x - placement.left) / placement.scale, (y - placement.top) / placement.scale];
}

describe("the camera of a photo", () => {
	it.each([
		{ picture: { width: 360, height: 480 }, insets: { top: 0, bottom: 0 } },
		{ picture: { width: 1211, height: 640 }, insets: { top: 60, bottom: 170 } },
		{ picture: { width: 328, height: 900 }, insets: { top: 8, bottom: 100 } },
	])("draws every point where the fit saw it, seed 7, in $picture.width × $picture.height", ({ picture, insets }) => {
		const random = createRandom(7);
		for (let i = 0; i < 200; i++) {
			const point = [random.uniform() - 0.5, random.uniform() - 0.5, 1.9 * random.uniform() - 0.95] as const;
			const fitted = fittedPixel(point);
			const drawn = drawnPixel(point, picture, insets);
			expect(Math.hypot(fitted[0] - drawn[0], fitted[1] - drawn[1])).toBeLessThan(0.001);
		}
	});

	it("would not pass with the principal point in the middle", () => {
		const centred = { ...camera, principal_point_px: [540, 720] };
		const picture = { width: 1080, height: 1440 };
		const projection = projectionOfPhoto(new Matrix4(), centred, placePhoto(centred, picture), picture);
		const view = matrixOfPhotoCamera(new Matrix4(), camera).invert();
		const clip = new Vector3(0, 0, 0.2).applyMatrix4(WORLD_FROM_ANNY).applyMatrix4(view).applyMatrix4(projection);
		const fitted = fittedPixel([0, 0, 0.2]);
		expect(Math.abs(((clip.x + 1) / 2) * 1080 - fitted[0])).toBeCloseTo(11.5, 6);
	});

	it("sends a ray through a pixel back to the point it came from", () => {
		const picture = { width: 700, height: 500 };
		const placement = placePhoto(camera, picture);
		const world = matrixOfPhotoCamera(new Matrix4(), camera);
		const unproject = projectionOfPhoto(new Matrix4(), camera, placement, picture).invert();
		const point = new Vector3(0.21, -0.1, 0.43);
		const [u, v] = fittedPixel([point.x, point.y, point.z]);
		const [x, y] = [placement.left + placement.scale * u, placement.top + placement.scale * v];
		const far = new Vector3((2 * x) / picture.width - 1, 1 - (2 * y) / picture.height, 0.5);
		far.applyMatrix4(unproject).applyMatrix4(world);
		const eye = new Vector3().setFromMatrixPosition(world);
		const scene = point.clone().applyMatrix4(WORLD_FROM_ANNY);
		const way = far.sub(eye).normalize();
		const nearest = eye.clone().addScaledVector(way, scene.clone().sub(eye).dot(way));
		expect(nearest.distanceTo(scene)).toBeLessThan(1e-6);
	});

	it("keeps the photo between the controls", () => {
		const placement = placePhoto(camera, { width: 1000, height: 800 }, { top: 50, bottom: 150 });
		expect(placement.scale).toBeCloseTo(600 / 1440, 12);
		expect(placement.top).toBeCloseTo(50, 9);
		expect(placement.left).toBeCloseTo((1000 - (1080 * 600) / 1440) / 2, 9);
	});
});
