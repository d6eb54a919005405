import { createRandom } from "@anny-fitter/math";
import { confidenceOf } from "./confidence.js";
import {
	LENGTH_POPULATION,
	SECTION_IDS,
	SECTION_POPULATION,
	type SectionId,
	sectionMeasurementId,
} from "./population.js";
import { superellipsePerimeter_m } from "./superellipse.js";
import type { MeasuredView, ViewMeasurement } from "./view.js";

/** A measurement of all photos together. */
export interface ImageMeasurement {
	readonly id: string;
	readonly value_m: number;
	readonly sigma_m: number;
	/** Probability that the value is within 3 % of the body's, lowered where landmarks are hard to see. */
	readonly confidence: number;
	/** The photos that it was seen in. */
	readonly views: readonly ImageMeasurementView[];
	/** Whether it goes over clothes. */
	readonly isOverClothing: boolean;
}

export interface ImageMeasurementView {
	/** Index of the photo. */
	readonly view: number;
	readonly value_m: number;
	readonly sigma_m: number;
	readonly confidence: number;
	/** Whether it agrees with what most of the photos show; others do not count. */
	readonly isInlier: boolean;
}

/** Values agree within this many of their standard deviations. */
const INLIER_SIGMAS = 2.5;
const DRAWS = 64;
const SEED = 20260111;

/** Everything that photos may show: girths first, what they are made of next. */
const READING_ORDER: readonly string[] = [
	"stature",
	...SECTION_IDS.map((id) => sectionMeasurementId(id, "girth")),
	...SECTION_IDS.flatMap((id) => [sectionMeasurementId(id, "breadth"), sectionMeasurementId(id, "depth")]),
	...Object.keys(LENGTH_POPULATION),
];

interface Fused {
	readonly value_m: number;
	readonly ownSigma_m: number;
	readonly sharedSigma_m: number;
	readonly visibility: number;
	readonly isOverClothing: boolean;
	readonly views: readonly FusedView[];
}

/** A photo's share with the visibility that its confidence holds. */
interface FusedView extends ImageMeasurementView {
	readonly visibility: number;
}

/**
 * Fuses what several photos of one person show. Per measurement, random sample consensus (Fischler & Bolles 1981) finds
 * the photos that agree; their mean, weighted by confidence and precision, is the value. Girths are superellipses of the
 * fused breadth and depth with the population's exponent, or the population's multiple of the one that was seen.
 *
 * @param views by photo; null for photos that were not measured
 */
export function fuseViews(views: readonly (MeasuredView | null)[]): ImageMeasurement[] {
	const fused = new Map<string, Fused>();
	for (const id of READING_ORDER) {
		const candidates = views.flatMap((view, index) => {
			const measurement = view?.measurements.find((m) => m.id === id);
			return measurement === undefined ? [] : [{ index, measurement }];
		});
		if (candidates.length > 0) fused.set(id, fuse(candidates));
	}
	for (const id of SECTION_IDS) {
		const girth = girthOf(id, fused);
		if (girth !== null) fused.set(sectionMeasurementId(id, "girth"), girth);
	}
	const inOrder = [...fused].sort(([a], [b]) => READING_ORDER.indexOf(a) - READING_ORDER.indexOf(b));
	return inOrder.map(([id, { value_m, ownSigma_m, sharedSigma_m, visibility, isOverClothing, views: seen }]) => {
		const sigma_m = Math.hypot(ownSigma_m, sharedSigma_m);
		const confidence = confidenceOf(value_m, sigma_m, visibility);
		return { id, value_m, sigma_m, confidence, views: seen.map(publicView), isOverClothing };
	});
}

interface Candidate {
	readonly index: number;
	readonly measurement: ViewMeasurement;
}

function fuse(candidates: readonly Candidate[]): Fused {
	const inliers = consensus(candidates);
	let sum = 0;
	let weights = 0;
	let noise = 0;
	let shared = 0;
	let visibility = 0;
	for (const { measurement } of inliers) {
		const weight = weightOf(measurement);
		sum += weight * measurement.value_m;
		weights += weight;
		noise += (weight * measurement.ownSigma_m) ** 2;
		shared += weight * measurement.sharedSigma_m;
		visibility = Math.max(visibility, measurement.visibility);
	}
	const value_m = sum / weights;
	// Photos that disagree more than their errors explain have larger ones (Birge 1932); a rejected one leaves a doubt.
	let chiSquare = 0;
	for (const { measurement } of inliers) chiSquare += ((measurement.value_m - value_m) / measurement.ownSigma_m) ** 2;
	const birge = inliers.length > 1 ? Math.max(1, Math.sqrt(chiSquare / (inliers.length - 1))) : 1;
	const doubt = candidates.length / inliers.length;
	return {
		value_m,
		ownSigma_m: (Math.sqrt(noise) / weights) * birge * Math.sqrt(doubt),
		sharedSigma_m: shared / weights,
		visibility,
		isOverClothing: inliers.some(({ measurement }) => measurement.isOverClothing),
		views: candidates.map((candidate) => ({
			view: candidate.index,
			value_m: candidate.measurement.value_m,
			sigma_m: Math.hypot(candidate.measurement.ownSigma_m, candidate.measurement.sharedSigma_m),
			confidence: candidate.measurement.confidence,
			visibility: candidate.measurement.visibility,
			isInlier: inliers.includes(candidate),
		})),
	};
}

/** Confidence over variance: an unsure photo counts less than its error alone says. */
function weightOf({ confidence, ownSigma_m }: ViewMeasurement): number {
	return Math.max(confidence, 1e-3) / ownSigma_m ** 2;
}

/** The photos that agree with the value, drawn by confidence, that gathers the most confidence. */
function consensus(candidates: readonly Candidate[]): Candidate[] {
	const random = createRandom(SEED);
	const total = candidates.reduce((sum, { measurement }) => sum + Math.max(measurement.confidence, 1e-3), 0);
	let best: Candidate[] = [];
	let bestScore = -1;
	for (let draw = 0; draw < (candidates.length === 1 ? 1 : DRAWS); draw++) {
		let left = random.uniform() * total;
		const drawn = candidates.find(({ measurement }) => {
			left -= Math.max(measurement.confidence, 1e-3);
			return left < 0;
		}) as Candidate;
		const { value_m, ownSigma_m } = drawn.measurement;
		let score = 0;
		const inliers = candidates.filter(({ measurement }) => {
			const reach = INLIER_SIGMAS * Math.hypot(measurement.ownSigma_m, ownSigma_m);
			const away = (measurement.value_m - value_m) / reach;
			if (Math.abs(away) > 1) return false;
			// Of draws with the same inliers the most central one wins (MSAC, Torr & Zisserman 2000).
			score += Math.max(measurement.confidence, 1e-3) * (1 - 0.5 * away * away);
			return true;
		});
		if (score > bestScore) {
			bestScore = score;
			best = inliers;
		}
	}
	return best;
}

/** A section's girth from its fused breadth and depth; null when neither was seen. */
function girthOf(id: SectionId, fused: ReadonlyMap<string, Fused>): Fused | null {
	const breadth = fused.get(sectionMeasurementId(id, "breadth"));
	const depth = fused.get(sectionMeasurementId(id, "depth"));
	const people = SECTION_POPULATION[id];
	const alone = (seen: Fused, factor: number, share: number): Fused => ({
		...seen,
		value_m: factor * seen.value_m,
		ownSigma_m: Math.hypot(factor * seen.ownSigma_m, share * factor * seen.value_m),
		sharedSigma_m: factor * seen.sharedSigma_m,
		views: scaledViews(seen.views, factor, share),
	});
	const byBreadth = breadth && alone(breadth, people.girthByBreadth, people.girthByBreadthSigma);
	const byDepth = depth && alone(depth, people.girthByDepth, people.girthByDepthSigma);
	if (!breadth || !depth || !byBreadth || !byDepth) return byBreadth ?? byDepth ?? null;
	const girth = (b: number, d: number): number => superellipsePerimeter_m(b, d, people.exponent);
	const value_m = girth(breadth.value_m, depth.value_m);
	const step = 0.001;
	const byB = (girth(breadth.value_m + step, depth.value_m) - value_m) / step;
	const byD = (girth(breadth.value_m, depth.value_m + step) - value_m) / step;
	return {
		value_m,
		ownSigma_m: Math.hypot(byB * breadth.ownSigma_m, byD * depth.ownSigma_m, people.girthSigma * value_m),
		// Scale and cloth err alike in both.
		sharedSigma_m: byB * breadth.sharedSigma_m + byD * depth.sharedSigma_m,
		visibility: Math.min(breadth.visibility, depth.visibility),
		isOverClothing: breadth.isOverClothing || depth.isOverClothing,
		views: [...byBreadth.views, ...byDepth.views].sort((a, b) => a.view - b.view),
	};
}

function scaledViews(views: readonly FusedView[], factor: number, share: number): readonly FusedView[] {
	return views.map((view) => {
		const value_m = factor * view.value_m;
		const sigma_m = Math.hypot(factor * view.sigma_m, share * value_m);
		return { ...view, value_m, sigma_m, confidence: confidenceOf(value_m, sigma_m, view.visibility) };
	});
}

function publicView({ visibility: _, ...view }: FusedView): ImageMeasurementView {
	return view;
}
