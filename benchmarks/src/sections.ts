/**
 * Derives what a population's bodies have in common at the sections that are measured in photos: where they lie between
 * MediaPipe's landmarks, their proportions, and the superellipse that has their breadth, depth and girth. Prints the
 * table of packages/perception/src/image-measurements/population.ts.
 *
 *   npm run sections -w @anny-fitter/benchmarks
 *
 * Bodies are random ones of the body model's adult prior, half of them women, 18 to 70 years old; girths are their tapes.
 */
import { fileURLToPath } from "node:url";
import { measureBody } from "@anny-fitter/anthropometry";
import { annyAgeFromYears, createBodyModel } from "@anny-fitter/body-model";
import { createPhotoFitter, evaluateFitterShape, type PhotoFitter, shapePrior } from "@anny-fitter/fitting";
import { createRandom, type RandomStream } from "@anny-fitter/math";
import {
	LIMB_LENGTHS,
	SECTION_IDS,
	type SectionId,
	sectionMeasurementId,
	segmentFrame,
	superellipseExponent,
	superellipsePerimeter_m,
} from "@anny-fitter/perception";
import { laySectionTapes, seeFittedSections } from "@anny-fitter/pipeline";
import { openBodyModelData } from "@anny-fitter/platform";
import { mean } from "./statistics.js";

const BODY_COUNT = 400;
const SEED = 17;
/** The body's own frame: a camera that stands where the body does. */
const IDENTITY = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);

function randomAdult(random: RandomStream): Float64Array {
	const sex = random.uniform() < 0.5 ? "female" : "male";
	const prior = shapePrior(sex, annyAgeFromYears(18 + 52 * random.uniform()), 0.01);
	return prior.mean.map((m, i) =>
		Math.min(prior.upper[i] ?? 1, Math.max(prior.lower[i] ?? 0, m + (prior.sigma[i] ?? 0) * random.normal())),
	);
}

interface Sample {
	readonly centre: number[];
	readonly normal: number[];
	readonly breadth: number;
	readonly depth: number;
	readonly girth: number;
	readonly length: number;
}

function sampleSections(fitter: PhotoFitter, rotations: Float64Array) {
	const random = createRandom(SEED);
	const samples = new Map<SectionId, Sample[]>(SECTION_IDS.map((id) => [id, []]));
	const lengths = new Map<string, number[]>(Object.keys(LIMB_LENGTHS).map((id) => [id, []]));
	for (let i = 0; i < BODY_COUNT; i++) {
		const shape = randomAdult(random);
		evaluateFitterShape(fitter, shape);
		const tapes = laySectionTapes(fitter);
		const { joints_m, sections } = seeFittedSections(fitter, tapes, { rotations, cameraFromBody: IDENTITY });
		const ids = SECTION_IDS.map((id) => sectionMeasurementId(id, "girth"));
		const tapeLengths = measureBody(fitter.measurer, fitter.shape, [...ids, "upper_arm_length", "forearm_length"], {
			left: false,
		});
		for (const section of sections) {
			if (section.side === "left") continue;
			const frame = segmentFrame(joints_m, section.id, section.side);
			const girth = tapeLengths.get(sectionMeasurementId(section.id, "girth") as never)?.value_m;
			if (frame === null || girth === undefined) continue;
			const axes = [frame.left, frame.front, frame.up];
			const project = (v: readonly number[], axis: readonly number[]) =>
				v.reduce((sum, value, k) => sum + value * (axis[k] ?? 0), 0);
			const from = section.centre_m.map((value, k) => value - (frame.origin[k] ?? 0));
			samples.get(section.id)?.push({
				centre: axes.map((axis) => project(from, axis) / frame.length_m),
				normal: axes.map((axis) => project(section.normal, axis)),
				breadth: section.expectedBreadth_m,
				depth: section.expectedDepth_m,
				girth,
				length: frame.length_m,
			});
		}
		for (const [id, [right]] of Object.entries(LIMB_LENGTHS)) {
			const [a, b] = right.map((index) => joints_m.subarray(3 * index, 3 * index + 3));
			const between = Math.hypot(...[0, 1, 2].map((k) => (a?.[k] ?? 0) - (b?.[k] ?? 0)));
			lengths.get(id)?.push((tapeLengths.get(id as never)?.value_m ?? between) / between);
		}
	}
	return { samples, lengths };
}

function deviation(values: readonly number[]): number {
	const middle = mean(values);
	return Math.sqrt(mean(values.map((v) => (v - middle) ** 2)));
}

function tableRow(samples: readonly Sample[]) {
	const of = (take: (sample: Sample) => number) => samples.map(take);
	const vector = (take: (sample: Sample) => readonly number[]) =>
		[0, 1, 2].map((k) => mean(of((s) => take(s)[k] ?? 0)).toFixed(3));
	const exponent = mean(of((s) => superellipseExponent(s.breadth, s.depth, s.girth)));
	const relative = (values: readonly number[]) => deviation(values) / mean(values);
	const missed = of((s) => s.girth / superellipsePerimeter_m(s.breadth, s.depth, exponent) - 1);
	const byBreadth = of((s) => s.girth / s.breadth);
	const byDepth = of((s) => s.girth / s.depth);
	return {
		centre: `[${vector((s) => s.centre).join(", ")}]`,
		normal: `[${vector((s) => s.normal).join(", ")}]`,
		levelSigma: deviation(of((s) => s.centre[2] ?? 0)).toFixed(3),
		breadth: mean(of((s) => s.breadth / s.length)).toFixed(3),
		depthByBreadth: mean(of((s) => s.depth / s.breadth)).toFixed(3),
		depthByBreadthSigma: deviation(of((s) => s.depth / s.breadth)).toFixed(3),
		exponent: exponent.toFixed(3),
		girthSigma: Math.hypot(mean(missed), deviation(missed)).toFixed(4),
		girthByBreadth: mean(byBreadth).toFixed(3),
		girthByBreadthSigma: relative(byBreadth).toFixed(3),
		girthByDepth: mean(byDepth).toFixed(3),
		girthByDepthSigma: relative(byDepth).toFixed(3),
	};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { data } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const { samples, lengths } = sampleSections(fitter, new Float64Array(3 * fitter.articulation.bones.length));
	for (const [id, rows] of samples) {
		const cells = Object.entries(tableRow(rows)).map(([name, value]) => `\t\t${name}: ${value},\n`);
		console.log(`\t${id}: {\n${cells.join("")}\t},`);
	}
	for (const [id, factors] of lengths) {
		const sigma = deviation(factors) / mean(factors);
		console.log(`\t${id}: { factor: ${mean(factors).toFixed(3)}, sigma: ${sigma.toFixed(3)} },`);
	}
}
