import { findMaskRun, type SoftMask, sampleMask } from "./mask-run.js";
import { type CrossingLimb, crossingLimbs, type SectionLine } from "./other-limbs.js";
import { SECTION_POPULATION } from "./population.js";
import { type BodySection, cross, dot, plus, times, unit, type Vector } from "./sections.js";
import { superellipseExtent } from "./superellipse.js";
import type { ImageNote, MeasurableView, SkippedMeasurement } from "./view.js";

/** What one photo shows of a section. */
export interface SectionSight {
	/** Extent along `aspect`, metres, as if seen square on. */
	readonly value_m: number;
	readonly aspect: "breadth" | "depth";
	readonly sigma_m: number;
	readonly isOverClothing: boolean;
	readonly notes: readonly ImageNote[];
}

/** Lines about the section's own, as multiples of their distance. */
const LINES = [-2, -1, 0, 1, 2];
const LINE_DISTANCE_PX = 1.5;
/** How square on a section has to be seen: cosine between what is wanted and the picture's plane. */
const MIN_SQUARENESS = 0.8;
/** The mask must agree with what is expected this far to count as the section alone. */
const MAX_GROWTH = 1.6;
const MIN_GROWTH = 0.55;
/** Cloth and bodies that the fit does not reach stay below this growth; beyond it, half of the surplus is in doubt. */
const USUAL_GROWTH = 0.12;
const DOUBT = 0.5;
/** Error of a fitted or detected turn of the body, radians. */
const TURN_SIGMA = 0.08;
/** Error of the distance of the section's middle, metres. */
const DEPTH_SIGMA_M = 0.02;
/** Error of a half that is taken from the other half, as a fraction of the extent. */
const MIRROR_SIGMA = 0.05;
/** Error of a trunk between two arms that touch it, as a fraction of the extent. */
const BETWEEN_ARMS_SIGMA = 0.13;
/** How far the half that a section is taken from may be from what is expected, as a fraction. */
const MIRROR_GROWTH = 0.3;
/** Legs whose depths differ by less stand side by side, metres. */
const SIDE_BY_SIDE_M = 0.12;
/** Error of an edge between two limbs that touch, as a fraction of the extent. */
const TOUCH_SIGMA = 0.04;

/**
 * Breadth or depth of a section, from the person's mask along the line in which the camera sees the section's plane.
 *
 * Perspective: the lines of sight touch the section, an ellipse with semi-axes h across and w along the sight at distance
 * D, at the angle θ with tan θ = h / √(D² − w²).
 */
export function measureSection(
	view: MeasurableView,
	section: BodySection,
	armHalf_m: number,
): SectionSight | SkippedMeasurement["reason"] {
	const { focal_px, width_px, height_px } = view;
	const project = (p: Vector): readonly [number, number] => [
		width_px / 2 + (focal_px * p[0]) / p[2],
		height_px / 2 + (focal_px * p[1]) / p[2],
	];
	const { centre_m, normal, left } = section;
	const distance_m = Math.hypot(...centre_m);
	const sight = unit(centre_m);
	const across = unit(cross(normal, sight));
	const along = unit(cross(across, normal));
	const front = cross(left, normal);
	if (!(centre_m[2] > 0) || ![...across, ...along].every(Number.isFinite)) return "hidden";
	// A section that the camera looks at from above shows no rim in its plane.
	if (Math.abs(dot(normal, sight)) > 0.6) return "hidden";
	const squareness = [Math.abs(dot(left, across)), Math.abs(dot(front, across))];
	const aspect = squareness[0] >= squareness[1] ? "breadth" : "depth";
	const square = Math.max(...squareness);
	if (square < MIN_SQUARENESS) return "hidden";

	const people = SECTION_POPULATION[section.id];
	const extentAlong = (direction: Vector, turn = 0): number => {
		const l = dot(left, direction);
		const f = dot(front, direction);
		const [c, s] = [Math.cos(turn), Math.sin(turn)];
		return superellipseExtent(
			section.expectedBreadth_m / 2,
			section.expectedDepth_m / 2,
			people.exponent,
			c * l + s * f,
			c * f - s * l,
		);
	};
	const expected_m = extentAlong(across);
	const sightDepth_m = Math.sqrt(distance_m ** 2 - extentAlong(along) ** 2);
	const [x, y] = project(centre_m);
	if (x < 0 || y < 0 || x >= width_px || y >= height_px) return "cut_off";
	const [x1, y1] = project(plus(centre_m, times(across, expected_m)));
	const expected_px = Math.hypot(x1 - x, y1 - y);
	if (!(expected_px > 2)) return "unclear";
	const line: SectionLine = { x_px: x, y_px: y, dx: (x1 - x) / expected_px, dy: (y1 - y) / expected_px };
	const legHalf_m = Math.max(section.expectedBreadth_m, section.expectedDepth_m) / 2;
	const limbs = crossingLimbs(section, line, view.joints_m, project, focal_px, armHalf_m, legHalf_m);

	const mask: SoftMask = { width: width_px, height: height_px, values: view.mask };
	const lows: number[] = [];
	const highs: number[] = [];
	let softness = 0;
	for (const k of LINES) {
		const lineX = x - k * LINE_DISTANCE_PX * line.dy;
		const lineY = y + k * LINE_DISTANCE_PX * line.dx;
		const shift = nearestOnPerson(mask, lineX, lineY, line.dx, line.dy, 0.4 * expected_px);
		if (shift === null) continue;
		const run = findMaskRun(mask, lineX + shift * line.dx, lineY + shift * line.dy, line.dx, line.dy, 4 * expected_px);
		if (run === null) continue;
		if (run.isLowCutOff || run.isHighCutOff) return "cut_off";
		lows.push(run.low_px + shift);
		highs.push(run.high_px + shift);
		softness = Math.max(softness, run.softness_px);
	}
	if (lows.length < 3) return "not_on_person";
	const separated = separate(median(lows), median(highs), expected_px, limbs, centre_m[2]);
	if (separated === null) return "unclear";
	const { low, high, share, witnesses } = separated;
	const notes = new Set(separated.notes);
	if (square < 0.94) notes.add("turned");

	// Angles from the middle's line of sight, in the plane that holds it and the picture's line.
	const tangent = (s: number): number => {
		const ray: Vector = [x + s * line.dx - width_px / 2, y + s * line.dy - height_px / 2, focal_px];
		return dot(ray, across) / dot(ray, sight);
	};
	const seen_m = (tangent(high) - tangent(low)) * sightDepth_m;
	const growth = seen_m / (2 * expected_m);
	if (growth > MAX_GROWTH || growth < MIN_GROWTH) return "unclear";
	const expected = aspect === "breadth" ? section.expectedBreadth_m : section.expectedDepth_m;
	const value_m = growth * expected;

	const turned = Math.max(
		...[-TURN_SIGMA, TURN_SIGMA].map((turn) => Math.abs(extentAlong(across, turn) / expected_m - 1)),
	);
	// What is not seen of the section enters through its expected proportion.
	const unseen = (1 - square ** 2) * people.depthByBreadthSigma;
	const px_m = seen_m / (high - low);
	const edge_m = Math.max(0.35, 0.35 * softness) * Math.SQRT2 * px_m;
	// An edge that is not the section's own tells nothing of its slope.
	const outlines = [lows.map((v) => -v), highs].filter((_, end) => witnesses[end]);
	const sides = 2 / Math.max(1, outlines.length);
	const slope = sides * Math.abs(outlines.reduce((sum, edge) => sum + trend(edge), 0));
	const noise_px = sides * Math.hypot(...outlines.map(spread));
	const level_m = view.levelSigma_m ?? people.levelSigma * segmentLengthOf(section, people.breadth);
	const sigma_m = Math.hypot(
		edge_m,
		noise_px * px_m,
		slope * level_m,
		(DEPTH_SIGMA_M / distance_m) * value_m,
		turned * value_m,
		unseen * value_m,
		share * value_m,
		// A fitted or average section whose size the mask contradicts is in doubt.
		DOUBT * Math.max(0, Math.abs(growth - 1) - USUAL_GROWTH) * value_m,
	);
	const material = lookAtEdges(view, line, low, high);
	if (material.hair > 0.3) notes.add("hair");
	if (disagreesInDepth(view, line, limbs, low, high, centre_m[2])) notes.add("depth_order");
	return {
		value_m,
		aspect,
		sigma_m: sigma_m * (notes.has("depth_order") ? 1.5 : 1) + (notes.has("hair") ? 0.02 : 0),
		isOverClothing: material.isOverClothing ?? isUsuallyClothed(section),
		notes: [...notes],
	};
}

/** Length of the segment that a population-placed section belongs to. */
function segmentLengthOf(section: BodySection, breadth: number): number {
	return section.expectedBreadth_m / breadth;
}

function isUsuallyClothed({ id }: BodySection): boolean {
	return id !== "neck";
}

interface Separated {
	readonly low: number;
	readonly high: number;
	/** What the separation may miss, as a fraction of the extent. */
	readonly share: number;
	/** Which of the two edges are the section's own. */
	readonly witnesses: readonly [boolean, boolean];
	readonly notes: ImageNote[];
}

/**
 * Takes other limbs off a run. Two legs that touch part half-way between their axes; a side on which an arm or the other
 * leg sticks out is taken from the other side.
 *
 * @returns null when neither side is the section's own
 */
function separate(
	low: number,
	high: number,
	expected_px: number,
	limbs: readonly CrossingLimb[],
	depth_m: number,
): Separated | null {
	const notes: ImageNote[] = [];
	const edges = [-low, high];
	const isClear: [boolean, boolean] = [true, true];
	const inner = [0, 0];
	let share = 0;
	for (const limb of limbs) {
		const end = limb.at_px < 0 ? 0 : 1;
		const at = Math.abs(limb.at_px);
		if (limb.kind === "arm") {
			// The arm makes the edge: its axis is on the run, its outline reaches the run's end, which lies too far out.
			const isEdge = at <= edges[end] && at + 1.3 * limb.half_px >= 0.97 * edges[end];
			if (!isEdge || edges[end] < 1.02 * expected_px) continue;
			isClear[end] = false;
			inner[end] = Math.max(0, at - limb.half_px);
			notes.push("arm_touches");
		} else if (Math.abs(limb.depth_m - depth_m) < SIDE_BY_SIDE_M) {
			if (edges[end] <= at / 2 || at < 0.6 * expected_px) continue;
			edges[end] = at / 2;
			share = Math.max(share, TOUCH_SIGMA);
			notes.push("legs_touch");
		} else {
			// One leg before the other: the nearer one hides the farther one, which sticks out at most on one side.
			if (at - limb.half_px > edges[end]) continue;
			if (limb.depth_m < depth_m) return null;
			if (at + limb.half_px < 1.02 * expected_px) continue;
			isClear[end] = false;
			notes.push("limb_overlaps");
		}
	}
	// Something else sticks out: a bag, hair, an arm that the landmarks missed.
	for (const end of [0, 1]) {
		if (edges[end] > MAX_GROWTH * expected_px) {
			isClear[end] = false;
			if (!notes.includes("arm_touches")) notes.push("limb_overlaps");
		}
	}
	if (!isClear[0] && !isClear[1]) {
		// Between two arms: where they should begin, if that is about what is expected.
		const isPlausible = inner.every((at) => Math.abs(at / expected_px - 1) < MIRROR_GROWTH);
		if (!isPlausible) return null;
		return {
			low: -inner[0],
			high: inner[1],
			share: BETWEEN_ARMS_SIGMA,
			witnesses: isClear,
			notes: [...new Set(notes)],
		};
	}
	for (const end of [0, 1]) {
		if (isClear[end]) continue;
		edges[end] = Math.min(edges[end], edges[1 - end]);
		// Half a section of another size is no witness of the other half.
		if (Math.abs(edges[end] / expected_px - 1) > MIRROR_GROWTH) return null;
		share = Math.max(share, MIRROR_SIGMA);
	}
	return { low: -edges[0], high: edges[1], share, witnesses: isClear, notes: [...new Set(notes)] };
}

/** Smallest shift along a line that leads onto the person; null within the reach. */
function nearestOnPerson(mask: SoftMask, x: number, y: number, dx: number, dy: number, reach: number): number | null {
	for (let s = 0; s <= reach; s += 1) {
		if (sampleMask(mask, x + s * dx, y + s * dy) >= 0.5) return s;
		if (sampleMask(mask, x - s * dx, y - s * dy) >= 0.5) return -s;
	}
	return null;
}

const SKIN = 2;
const HAIR = 3;
const CLOTH = 1;
/** How deep inside the edges the picture is asked what it shows, as a fraction of the extent. */
const RIM_SHARE = 0.08;

/** What the pixels inside the two edges show; null when nobody knows. */
function lookAtEdges({ regions, width_px, height_px }: MeasurableView, line: SectionLine, low: number, high: number) {
	if (regions === null) return { isOverClothing: null, hair: 0 };
	const counts = [0, 0, 0, 0];
	for (let i = 0; i < 8; i++) {
		const inside = ((i + 0.5) / 8) * RIM_SHARE * (high - low);
		for (const s of [low + inside, high - inside]) {
			const column = Math.floor(line.x_px + s * line.dx);
			const row = Math.floor(line.y_px + s * line.dy);
			if (column < 0 || row < 0 || column >= width_px || row >= height_px) continue;
			counts[regions[row * width_px + column]]++;
		}
	}
	const known = counts[CLOTH] + counts[SKIN] + counts[HAIR];
	if (known < 4) return { isOverClothing: null, hair: 0 };
	return { isOverClothing: counts[SKIN] < 0.75 * known, hair: counts[HAIR] / known };
}

/** Whether the depth map sees an arm or leg on the other side of the section than its landmarks say. */
function disagreesInDepth(
	{ inverseDepth, width_px, height_px }: MeasurableView,
	line: SectionLine,
	limbs: readonly CrossingLimb[],
	low: number,
	high: number,
	depth_m: number,
): boolean {
	if (inverseDepth === null) return false;
	const { width, height, values } = inverseDepth;
	const at = (s: number): number => {
		const column = Math.floor(((line.x_px + s * line.dx) * width) / width_px);
		const row = Math.floor(((line.y_px + s * line.dy) * height) / height_px);
		return values[Math.min(Math.max(row, 0), height - 1) * width + Math.min(Math.max(column, 0), width - 1)];
	};
	let spread = 0;
	const middle = at((low + high) / 2);
	for (let i = 1; i < 8; i++) spread = Math.max(spread, Math.abs(at(low + (i / 8) * (high - low)) - middle));
	return limbs.some(({ at_px, depth_m: limbDepth_m }) => {
		if (at_px < low || at_px > high || Math.abs(limbDepth_m - depth_m) < 0.05 || spread === 0) return false;
		const nearer = at(at_px) - middle;
		return Math.abs(nearer) > 0.5 * spread && nearer > 0 !== limbDepth_m < depth_m;
	});
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Slope of an edge along the axis, pixels per pixel: the median over all pairs of lines (Theil 1950, Sen 1968). */
function trend(edge: readonly number[]): number {
	const slopes: number[] = [];
	for (let i = 0; i < edge.length; i++) {
		for (let k = i + 1; k < edge.length; k++) slopes.push((edge[k] - edge[i]) / ((k - i) * LINE_DISTANCE_PX));
	}
	return median(slopes);
}

/** Standard deviation of an edge about its trend, pixels, by the median: one line may run into an arm. */
function spread(edge: readonly number[]): number {
	const slope = trend(edge) * LINE_DISTANCE_PX;
	const straight = edge.map((at, i) => at - slope * i);
	const middle = median(straight);
	return 1.4826 * median(straight.map((at) => Math.abs(at - middle)));
}
