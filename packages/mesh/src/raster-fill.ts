/**
 * Triangle filling in fixed point: the core that every rasteriser of this package shares.
 *
 * Corners are snapped to 1/256 pixel and edge functions are evaluated in whole numbers (held exactly in doubles), with
 * the top-left rule on the edges. So triangles that share an edge neither leave out nor double a pixel, whatever their
 * order, and equal input gives equal output on every machine.
 */

/** Sub-pixel steps per pixel. */
export const SUBPIXELS = 256;

/** What has been drawn: per pixel the nearest surface. Row-major, `width*height`. */
export interface RasterBuffer {
	readonly width: number;
	readonly height: number;
	/** Nearness, larger is nearer: 1/z (1/m) under perspective. 0 where nothing was drawn. */
	readonly nearness: Float32Array;
	/** Index of the visible triangle, −1 where nothing was drawn. */
	readonly faces: Int32Array;
}

/**
 * Allocates an empty buffer.
 *
 * @throws RangeError unless both sizes are positive integers.
 */
export function createRasterBuffer(width: number, height: number): RasterBuffer {
	if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
		throw new RangeError(`A raster of ${width}×${height} pixels is impossible.`);
	}
	const count = width * height;
	return { width, height, nearness: new Float32Array(count), faces: new Int32Array(count).fill(-1) };
}

/** Empties a buffer. */
export function clearRasterBuffer(buffer: RasterBuffer): void {
	buffer.nearness.fill(0);
	buffer.faces.fill(-1);
}

/**
 * Fills one triangle, either way round, where it is nearer than what is there. On equal nearness the lower face stays.
 *
 * @param x0,y0,x1,y1,x2,y2 Corners in pixels.
 * @param q0,q1,q2 Nearness at the corners, positive, linear across the screen.
 */
export function fillTriangle(
	buffer: RasterBuffer,
	face: number,
	x0: number,
	y0: number,
	q0: number,
	x1: number,
	y1: number,
	q1: number,
	x2: number,
	y2: number,
	q2: number,
): void {
	const ax = Math.round(x0 * SUBPIXELS);
	const ay = Math.round(y0 * SUBPIXELS);
	let bx = Math.round(x1 * SUBPIXELS);
	let by = Math.round(y1 * SUBPIXELS);
	let cx = Math.round(x2 * SUBPIXELS);
	let cy = Math.round(y2 * SUBPIXELS);
	let area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
	if (area === 0 || !Number.isFinite(area)) return;
	let qb = q1;
	let qc = q2;
	if (area < 0) {
		const swapX = bx;
		const swapY = by;
		bx = cx;
		by = cy;
		cx = swapX;
		cy = swapY;
		qb = q2;
		qc = q1;
		area = -area;
	}
	const { width, height, nearness, faces } = buffer;
	const half = SUBPIXELS / 2;
	// First and last pixel whose centre can lie inside.
	const minX = Math.max(0, Math.ceil((Math.min(ax, bx, cx) - half) / SUBPIXELS));
	const maxX = Math.min(width - 1, Math.floor((Math.max(ax, bx, cx) - half) / SUBPIXELS));
	const minY = Math.max(0, Math.ceil((Math.min(ay, by, cy) - half) / SUBPIXELS));
	const maxY = Math.min(height - 1, Math.floor((Math.max(ay, by, cy) - half) / SUBPIXELS));
	if (minX > maxX || minY > maxY) return;

	// Edge functions, positive inside; a pixel exactly on an edge belongs to it if the edge is a top or a left one.
	const abX = bx - ax;
	const abY = by - ay;
	const bcX = cx - bx;
	const bcY = cy - by;
	const caX = ax - cx;
	const caY = ay - cy;
	const abBias = abY < 0 || (abY === 0 && abX > 0) ? 0 : 1;
	const bcBias = bcY < 0 || (bcY === 0 && bcX > 0) ? 0 : 1;
	const caBias = caY < 0 || (caY === 0 && caX > 0) ? 0 : 1;
	const startX = minX * SUBPIXELS + half;
	const startY = minY * SUBPIXELS + half;
	let rowAb = abX * (startY - ay) - abY * (startX - ax) - abBias;
	let rowBc = bcX * (startY - by) - bcY * (startX - bx) - bcBias;
	let rowCa = caX * (startY - cy) - caY * (startX - cx) - caBias;

	// Nearness as a plane over the screen; differences are taken before scaling to keep digits.
	const qu = (qb - q0) / area;
	const qv = (qc - q0) / area;
	const stepX = (-caY * qu - abY * qv) * SUBPIXELS;
	const stepY = (caX * qu + abX * qv) * SUBPIXELS;
	let rowQ = q0 + (rowCa + caBias) * qu + (rowAb + abBias) * qv;

	const abStepX = -abY * SUBPIXELS;
	const bcStepX = -bcY * SUBPIXELS;
	const caStepX = -caY * SUBPIXELS;
	for (let y = minY; y <= maxY; y++) {
		let ab = rowAb;
		let bc = rowBc;
		let ca = rowCa;
		let q = rowQ;
		const row = y * width;
		for (let x = minX; x <= maxX; x++) {
			if (ab >= 0 && bc >= 0 && ca >= 0 && q > nearness[row + x]) {
				nearness[row + x] = q;
				faces[row + x] = face;
			}
			ab += abStepX;
			bc += bcStepX;
			ca += caStepX;
			q += stepX;
		}
		rowAb += abX * SUBPIXELS;
		rowBc += bcX * SUBPIXELS;
		rowCa += caX * SUBPIXELS;
		rowQ += stepY;
	}
}
