import { createRasterBuffer, rasterizeMesh } from "@anny-fitter/mesh";
import type { PhotoObservation } from "./observation.js";

/** A fitted body as a photo's camera sees it, and the photo's relative depth. */
export interface DepthCueInput {
	/** [vertices*3] posed vertices in the camera frame: +X right, +Y down, +Z forward, metres */
	readonly cameraVertices: Float64Array | Float32Array;
	/** [triangles*3] vertex indices */
	readonly triangles: Uint32Array | Uint16Array;
	/** The photo's camera; its principal point is the photo's centre. */
	readonly width_px: number;
	readonly height_px: number;
	readonly focal_px: number;
	/** Over the whole photo. */
	readonly inverseDepth: NonNullable<PhotoObservation["inverseDepth"]>;
	/** [width_px*height_px] person mask 0…1; depth elsewhere is not looked at. Null: wherever the body is. */
	readonly mask: Float32Array | null;
	/** [vertices] part of the body that each vertex belongs to: 0 … `partCount` − 1, such as a limb */
	readonly partOfVertex: Uint8Array | Uint16Array;
	readonly partCount: number;
}

/** How one part of the body compares with the photo's depth. */
export interface PartDepth {
	/** Cells of the depth map that show the part. */
	readonly cellCount: number;
	/** Median of how much farther away the photo shows the part than the fitted body has it, metres. */
	readonly offset_m: number;
	/** Spread of that within the part (1.4826 × median absolute deviation), metres. Neighbours err alike: no error of `offset_m`. */
	readonly spread_m: number;
}

/** The photo's depth, aligned to a fitted body. */
export interface DepthCue {
	/** The map is about `scale` / z + `shift`; `scale` is positive, in metres. */
	readonly scale_m: number;
	readonly shift: number;
	/** Cells compared, and the share of them that the alignment did not leave aside. */
	readonly cellCount: number;
	readonly inlierShare: number;
	/** Correlation between map and fitted inverse depth over all compared cells, −1…1. */
	readonly correlation: number;
	/** Robust standard deviation of the depth difference over all compared cells, metres. */
	readonly spread_m: number;
	/** [partCount]; null for parts of which too little is seen. */
	readonly parts: readonly (PartDepth | null)[];
}

/** Cells of a depth map that show the fitted body, with the map brought to its scale. */
export interface DepthAlignment {
	/** The map is about `scale` / z + `shift`; `scale` is positive, in metres. */
	readonly scale: number;
	readonly shift: number;
	readonly inlierShare: number;
	/** Cells compared, in the map's row-major order; the arrays below run along them. */
	readonly cells: readonly number[];
	/** The map there, and 1 / depth of the fitted body, 1/metre. */
	readonly map: Float64Array;
	readonly nearness: Float64Array;
	/** Triangle of the fitted body that each cell shows. */
	readonly triangles: Int32Array;
	/** How much farther away the photo shows the place than the fitted body has it, metres. */
	readonly offsets_m: Float64Array;
}

/** What {@link alignDepth} needs of {@link DepthCueInput}. */
export type DepthAlignmentInput = Omit<DepthCueInput, "partOfVertex" | "partCount">;

/** Fewer cells say nothing. */
const MIN_CELLS = 200;
const MIN_PART_CELLS = 20;
/** Depth changes by more than this to the next cell where one part hides another, metres: networks smear such edges. */
const EDGE_M = 0.08;
const MIN_MASK = 0.5;
const HUBER_STEPS = 10;
const TUKEY_STEPS = 15;
const HUBER = 1.345;
const TUKEY = 4.685;
const NORMAL_MAD = 1.4826;

/**
 * Align a photo's relative inverse depth to a fitted body and tell where the two differ.
 *
 * A depth network's answer is an affine function of inverse depth, of unknown scale and shift (Ranftl et al. 2020). Both
 * are found by robust least squares over the cells that show the body (Huber's, then Tukey's weights), so that a part
 * that the fit has at the wrong depth stands out instead of bending the alignment. Depth as a whole cannot be told: only
 * how parts lie relative to one another. A depth difference is linearised: −z² times that of the inverse depth.
 *
 * @returns null where too little of the body is seen, it lies at one depth, or the map does not grow with nearness
 * @throws RangeError if sizes do not match
 */
export function alignDepth(input: DepthAlignmentInput): DepthAlignment | null {
	const { inverseDepth } = input;
	requireSizes(input);
	const seen = drawBody(input);
	const cells = comparableCells(input, seen.nearness);
	if (cells.length < MIN_CELLS) return null;
	const nearness = Float64Array.from(cells, (cell) => seen.nearness[cell]);
	const map = Float64Array.from(cells, (cell) => inverseDepth.values[cell]);
	const alignment = alignRobustly(nearness, map);
	if (alignment === null) return null;
	const { scale, shift } = alignment;
	return {
		...alignment,
		cells,
		map,
		nearness,
		triangles: Int32Array.from(cells, (cell) => seen.faces[cell]),
		offsets_m: nearness.map((n, i) => -(map[i] - scale * n - shift) / (scale * n * n)),
	};
}

/**
 * {@link alignDepth}, and how parts of the body lie in the photo against the fitted body.
 *
 * @returns null as {@link alignDepth} does
 * @throws RangeError if sizes do not match
 */
export function compareDepth(input: DepthCueInput): DepthCue | null {
	const { partOfVertex, partCount, triangles } = input;
	if (input.cameraVertices.length !== 3 * partOfVertex.length) throw new RangeError("every vertex needs a part");
	const aligned = alignDepth(input);
	if (aligned === null) return null;
	const { offsets_m } = aligned;
	const byPart: number[][] = Array.from({ length: partCount }, () => []);
	aligned.triangles.forEach((triangle, i) => {
		byPart[partOfVertex[triangles[3 * triangle]]].push(offsets_m[i]);
	});
	return {
		scale_m: aligned.scale,
		shift: aligned.shift,
		cellCount: offsets_m.length,
		inlierShare: aligned.inlierShare,
		correlation: correlationOf(aligned.nearness, aligned.map),
		spread_m: medianAndSpread(offsets_m).spread,
		parts: byPart.map((values) => {
			if (values.length < MIN_PART_CELLS) return null;
			const { median, spread } = medianAndSpread(Float64Array.from(values));
			return { cellCount: values.length, offset_m: median, spread_m: spread };
		}),
	};
}

function requireSizes({ inverseDepth, mask, width_px, height_px }: DepthAlignmentInput): void {
	if (inverseDepth.values.length !== inverseDepth.width * inverseDepth.height) {
		throw new RangeError("the depth map does not match its size");
	}
	if (mask !== null && mask.length !== width_px * height_px) throw new RangeError("the mask does not match the photo");
}

/** The body on the depth map's grid, which may be stretched against the photo. */
function drawBody({ cameraVertices, triangles, width_px, height_px, focal_px, inverseDepth }: DepthAlignmentInput) {
	const { width, height } = inverseDepth;
	const across = (focal_px * width) / width_px;
	const stretch = height / height_px / (width / width_px);
	const vertices = Float64Array.from(cameraVertices);
	for (let i = 1; i < vertices.length; i += 3) vertices[i] *= stretch;
	const buffer = createRasterBuffer(width, height);
	const camera = { width, height, focal_px: across, cx_px: width / 2, cy_px: height / 2 };
	rasterizeMesh(buffer, { vertices, triangles }, camera);
	return buffer;
}

/** Cells inside body and mask, away from outlines and from edges where one part hides another. */
function comparableCells(input: DepthAlignmentInput, nearness: Float32Array): number[] {
	const { mask } = input;
	const { width, height } = input.inverseDepth;
	const cells: number[] = [];
	for (let y = 1; y < height - 1; y++) {
		for (let x = 1; x < width - 1; x++) {
			const cell = y * width + x;
			if (nearness[cell] === 0) continue;
			const z = 1 / nearness[cell];
			const isFlat = [cell - 1, cell + 1, cell - width, cell + width].every(
				(other) => nearness[other] > 0 && Math.abs(1 / nearness[other] - z) < EDGE_M,
			);
			if (!isFlat) continue;
			if (mask !== null && mask[photoPixelOf(input, cell)] < MIN_MASK) continue;
			cells.push(cell);
		}
	}
	return cells;
}

/** Index of the photo's pixel at the middle of a cell of its depth map, both row-major. */
export function photoPixelOf(
	{ inverseDepth, width_px, height_px }: Pick<DepthCueInput, "inverseDepth" | "width_px" | "height_px">,
	cell: number,
): number {
	const { width, height } = inverseDepth;
	const column = Math.floor((((cell % width) + 0.5) * width_px) / width);
	const row = Math.floor(((Math.floor(cell / width) + 0.5) * height_px) / height);
	return row * width_px + column;
}

/** `y ≈ scale x + shift` with little regard for what does not follow it. */
function alignRobustly(x: Float64Array, y: Float64Array): { scale: number; shift: number; inlierShare: number } | null {
	const weights = new Float64Array(x.length).fill(1);
	const residuals = new Float64Array(x.length);
	let scale = 0;
	let shift = 0;
	for (let step = 0; step <= HUBER_STEPS + TUKEY_STEPS; step++) {
		let sum = 0;
		let sumX = 0;
		let sumY = 0;
		for (let i = 0; i < x.length; i++) {
			sum += weights[i];
			sumX += weights[i] * x[i];
			sumY += weights[i] * y[i];
		}
		const meanX = sumX / sum;
		const meanY = sumY / sum;
		let xx = 0;
		let xy = 0;
		for (let i = 0; i < x.length; i++) {
			xx += weights[i] * (x[i] - meanX) ** 2;
			xy += weights[i] * (x[i] - meanX) * (y[i] - meanY);
		}
		// A body at one depth, to a thousandth of it, has no slope.
		if (!(xx > sum * (1e-3 * meanX) ** 2)) return null;
		scale = xy / xx;
		shift = meanY - scale * meanX;
		for (let i = 0; i < x.length; i++) residuals[i] = y[i] - scale * x[i] - shift;
		const spread = NORMAL_MAD * median(Float64Array.from(residuals, Math.abs));
		// Everything fits as well as numbers can tell.
		if (!(spread > 1e-9 * Math.abs(scale * meanX))) break;
		for (let i = 0; i < x.length; i++) {
			const u = Math.abs(residuals[i]) / spread;
			if (step < HUBER_STEPS) weights[i] = u < HUBER ? 1 : HUBER / u;
			else weights[i] = u < TUKEY ? (1 - (u / TUKEY) ** 2) ** 2 : 0;
		}
	}
	if (!(scale > 0)) return null;
	let inliers = 0;
	for (const weight of weights) if (weight > 0) inliers++;
	return { scale, shift, inlierShare: inliers / x.length };
}

export function correlationOf(x: Float64Array, y: Float64Array): number {
	let meanX = 0;
	let meanY = 0;
	for (let i = 0; i < x.length; i++) {
		meanX += x[i] / x.length;
		meanY += y[i] / x.length;
	}
	let xx = 0;
	let yy = 0;
	let xy = 0;
	for (let i = 0; i < x.length; i++) {
		xx += (x[i] - meanX) ** 2;
		yy += (y[i] - meanY) ** 2;
		xy += (x[i] - meanX) * (y[i] - meanY);
	}
	return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/** Sorts `values`. */
function median(values: Float64Array): number {
	values.sort();
	const half = values.length >> 1;
	return values.length % 2 === 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/** Median, and standard deviation by the median absolute deviation. */
export function medianAndSpread(values: Float64Array): { median: number; spread: number } {
	const middle = median(values.slice());
	return { median: middle, spread: NORMAL_MAD * median(values.map((value) => Math.abs(value - middle))) };
}
