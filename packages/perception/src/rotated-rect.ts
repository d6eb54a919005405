/** A rotated rectangle in image pixels. Rotation in radians, clockwise on screen (x right, y down), in [−π, π). */
export interface RotatedRect {
	readonly centerX: number;
	readonly centerY: number;
	readonly width: number;
	readonly height: number;
	readonly rotation: number;
}

/** The same angle in [−π, π). */
export function normalizeAngle(angle: number): number {
	return angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
}

/** Rotation that brings the direction (dx, dy) (pixels, y down) to `target` radians above the x axis. */
export function rotationTowards(target: number, dx: number, dy: number): number {
	return normalizeAngle(target - Math.atan2(-dy, dx));
}

/**
 * Image position of a point given in the rectangle's own axes.
 *
 * @param u across, 0 at the left edge and 1 at the right edge
 * @param v down, 0 at the top edge and 1 at the bottom edge
 */
export function pointInImage(rect: RotatedRect, u: number, v: number): [x: number, y: number] {
	const cos = Math.cos(rect.rotation);
	const sin = Math.sin(rect.rotation);
	const x = (u - 0.5) * rect.width;
	const y = (v - 0.5) * rect.height;
	return [rect.centerX + x * cos - y * sin, rect.centerY + x * sin + y * cos];
}

/**
 * MediaPipe's `RectTransformation` with `square_long`: shift along the rectangle's own axes by a fraction of its height,
 * then make it a square of `scale` times its longer side.
 */
export function shiftAndSquare(rect: RotatedRect, scale: number, shiftY: number): RotatedRect {
	const [centerX, centerY] = pointInImage(rect, 0.5, 0.5 + shiftY);
	const side = Math.max(rect.width, rect.height) * scale;
	return { centerX, centerY, width: side, height: side, rotation: rect.rotation };
}

/** Axis-aligned square around the whole image: what a letterboxed detector sees. */
export function letterboxRect(width: number, height: number): RotatedRect {
	const side = Math.max(width, height);
	return { centerX: width / 2, centerY: height / 2, width: side, height: side, rotation: 0 };
}
