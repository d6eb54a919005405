import type { Matrix4 } from "three";
import { WORLD_FROM_ANNY } from "./frame.js";

/** A view's camera as the result document holds it: +X right, +Y down, +Z forward, pixels. */
export interface PinholeCamera {
	readonly width_px: number;
	readonly height_px: number;
	readonly focal_length_px: number;
	readonly principal_point_px: readonly number[];
	/** Row-major 3×4, from Anny's frame. */
	readonly camera_from_world: readonly number[];
}

/** Where a photo lies in the picture that is drawn, CSS pixels from the upper left corner. */
export interface PhotoPlacement {
	readonly left: number;
	readonly top: number;
	/** CSS pixels per pixel of the photo. */
	readonly scale: number;
}

/** The picture that is drawn. */
export interface PictureSize {
	/** CSS pixels. */
	readonly width: number;
	readonly height: number;
}

/** Parts of the picture that controls cover, CSS pixels. */
export interface Insets {
	readonly top: number;
	readonly bottom: number;
}

/** The whole photo, as large as it fits between the controls, centred. */
export function placePhoto(
	photo: { readonly width_px: number; readonly height_px: number },
	picture: PictureSize,
	insets: Insets = { top: 0, bottom: 0 },
): PhotoPlacement {
	const height = Math.max(1, picture.height - insets.top - insets.bottom);
	const scale = Math.min(picture.width / photo.width_px, height / photo.height_px);
	return {
		left: (picture.width - scale * photo.width_px) / 2,
		top: insets.top + (height - scale * photo.height_px) / 2,
		scale,
	};
}

const NEAR_M = 0.1;
const FAR_M = 100;

/**
 * OpenGL's projection of a pinhole camera whose photo is placed somewhere in the picture.
 *
 * From camera coordinates (x, y, z) a photo's pixel is u = cx + f x/z, v = cy + f y/z; OpenGL's view coordinates are
 * (x, −y, −z), and its clip coordinates run from −1 to 1, upwards.
 */
export function projectionOfPhoto(
	out: Matrix4,
	camera: PinholeCamera,
	placement: PhotoPlacement,
	picture: PictureSize,
): Matrix4 {
	const [cx = 0, cy = 0] = camera.principal_point_px;
	const focal = placement.scale * camera.focal_length_px;
	const centreX = placement.left + placement.scale * cx;
	const centreY = placement.top + placement.scale * cy;
	const depth = FAR_M - NEAR_M;
	// biome-ignore format: a matrix
	return out.set(
		(2 * focal) / picture.width, 0, 1 - (2 * centreX) / picture.width, 0,
		0, (2 * focal) / picture.height, (2 * centreY) / picture.height - 1, 0,
		0, 0, -(FAR_M + NEAR_M) / depth, (-2 * FAR_M * NEAR_M) / depth,
		0, 0, -1, 0,
	);
}

/** Where the photo's camera stands in the scene: what three.js calls a camera's matrix. */
export function matrixOfPhotoCamera(out: Matrix4, camera: PinholeCamera): Matrix4 {
	const [a = 1, b = 0, c = 0, x = 0, d = 0, e = 1, f = 0, y = 0, g = 0, h = 0, i = 1, z = 0] = camera.camera_from_world;
	// View from Anny's frame: the camera's rows with y and z turned about.
	out.set(a, b, c, x, -d, -e, -f, -y, -g, -h, -i, -z, 0, 0, 0, 1);
	return out.invert().premultiply(WORLD_FROM_ANNY);
}
