/**
 * Fits rendered subjects and compares with their truth, per kind of clothing, beside the body of the stated values alone.
 * Synthetic subjects flatter: truth and fit share one body model, stated values are exact, clothes are simple.
 *
 *   npm run accuracy -w @anny-fitter/benchmarks [-- --folder DIR]
 *
 * DIR holds subjects that `npm run subjects` drew; by default those beside the repository are taken.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { measureBody } from "@anny-fitter/anthropometry";
import { createBodyModel, evaluateShape } from "@anny-fitter/body-model";
import {
	createPhotoFitter,
	estimateMeasurements,
	evaluateFitterPose,
	evaluateFitterShape,
	expandAnchors,
	fitPhotos,
	type LandmarkAnchor,
	type PhotoFit,
	type PhotoFitter,
	type PhotoObservation,
	type StatedBody,
} from "@anny-fitter/fitting";
import { openBodyModelData } from "@anny-fitter/platform";
import { openVision } from "@anny-fitter/vision";
import { calibrateAnchors, collectSightings } from "./calibrate-landmarks.js";
import { mean, median } from "./statistics.js";
import {
	loadSyntheticSubjects,
	observe,
	type SyntheticSubject,
	type SyntheticView,
	statedTruth,
} from "./synthetic-subjects.js";

export const GIRTHS = [
	"chest_girth",
	"waist_girth",
	"waist_girth_omphalion",
	"hip_girth",
	"thigh_girth",
	"calf_girth",
	"upper_arm_girth",
	"neck_girth",
] as const;

/** Joints that a viewer would check: the big ones of limbs and trunk. */
export const JOINTS = [
	"neck01",
	"head",
	...["L", "R"].flatMap((s) =>
		["upperarm01", "lowerarm01", "wrist", "upperleg01", "lowerleg01", "foot"].map((b) => `${b}.${s}`),
	),
];

export interface AccuracyRow {
	readonly name: string;
	/** per subject and girth: fitted − true, mm */
	readonly girthErrors_mm: readonly (readonly number[])[];
	/** per subject: mean distance of resting vertices after aligning their centroids, mm */
	readonly pve_mm: readonly number[];
	/** all joints of all photos: distance in the photo, fraction of stature */
	readonly jointErrors: readonly number[];
	/** per subject and measurement of the catalogue: whether the truth lies inside the 90 % interval */
	readonly covered: readonly boolean[];
	readonly staturesMissed_mm: readonly number[];
	readonly massesMissed_kg: readonly number[];
	readonly silhouetteIous: readonly number[];
	readonly fit_ms: readonly number[];
	readonly clothing: readonly string[];
	readonly failed: number;
}

export interface AccuracySetting {
	readonly name: string;
	readonly views: (view: SyntheticView) => boolean;
	readonly stated: (subject: SyntheticSubject) => StatedBody;
	/** landmark places for a subject; the calibrated ones by default */
	readonly anchors?: (subject: SyntheticSubject) => readonly LandmarkAnchor[];
}

export function measureAccuracy(
	fitter: PhotoFitter,
	subjects: readonly SyntheticSubject[],
	observations: ReadonlyMap<SyntheticView, PhotoObservation>,
	setting: AccuracySetting,
): AccuracyRow {
	const row = {
		name: setting.name,
		girthErrors_mm: [] as number[][],
		pve_mm: [] as number[],
		jointErrors: [] as number[],
		covered: [] as boolean[],
		staturesMissed_mm: [] as number[],
		massesMissed_kg: [] as number[],
		silhouetteIous: [] as number[],
		fit_ms: [] as number[],
		clothing: [] as string[],
		failed: 0,
	};
	for (const subject of subjects) {
		const views = subject.views.filter((v) => setting.views(v) && observations.has(v));
		const seen = views.flatMap((v) => observations.get(v) ?? []);
		const stated = setting.stated(subject);
		const started = performance.now();
		const fit = fitPhotos(fitter, seen, stated, {
			...(setting.anchors ? { anchors: setting.anchors(subject) } : {}),
		});
		row.fit_ms.push(performance.now() - started);
		row.clothing.push(subject.clothing);
		if (!fit.converged) row.failed++;
		views.forEach((view, i) => {
			row.jointErrors.push(...jointErrors(fitter, fit, view, i));
			const iou = fit.views[i]?.silhouetteIou;
			if (typeof iou === "number") row.silhouetteIous.push(iou);
		});
		row.staturesMissed_mm.push(1000 * Math.abs(fit.stature_m - subject.stature_m));
		row.massesMissed_kg.push(Math.abs(fit.mass_kg - subject.mass_kg));
		const estimates = estimateMeasurements(fitter, fit, stated);
		evaluateFitterShape(fitter, fit.shape);
		const fitted = measureBody(fitter.measurer, fitter.shape, GIRTHS);
		const fittedVertices = fitter.shape.vertices.slice();
		const truth = truthMeasures(fitter, subject);
		row.girthErrors_mm.push(
			GIRTHS.map((id) => 1000 * ((fitted.get(id)?.value_m ?? 0) - (truth.get(id)?.value_m ?? 0))),
		);
		for (const [id, { value_m }] of truth) {
			const [low, high] = estimates.get(id)?.interval90_m ?? [Number.NaN, Number.NaN];
			row.covered.push(value_m >= low && value_m <= high);
		}
		row.pve_mm.push(1000 * vertexError(fittedVertices, subject.restVertices));
	}
	return row;
}

/** Measures the subject's true resting vertices, on joints of its parameters; leaves them in `fitter.shape`. */
function truthMeasures(fitter: PhotoFitter, subject: SyntheticSubject) {
	evaluateShape(fitter.shape, fitter.model, { phenotypes: subject.phenotypes, localChanges: subject.localChanges });
	// Other body data than the subject was rendered with would make another body of the same parameters.
	fitter.shape.vertices.set(subject.restVertices);
	return measureBody(fitter.measurer, fitter.shape);
}

/** Distances of fitted and true bone heads in a photo, fractions of stature. */
function jointErrors(fitter: PhotoFitter, fit: PhotoFit, view: SyntheticView, i: number): number[] {
	const fitted = fit.views[i];
	if (!fitted) return [];
	evaluateFitterShape(fitter, fit.shape);
	evaluateFitterPose(fitter, fitted.rotations, 0);
	const scale = fitted.width_px / view.width_px;
	const m = fitted.cameraFromBody;
	return JOINTS.flatMap((label) => {
		const bone = fitter.model.boneLabels.indexOf(label);
		const truth = view.boneHeads_px.get(label);
		if (!truth) return [];
		const h = fitter.pose.boneHeads.subarray(3 * bone, 3 * bone + 3);
		const c = [0, 1, 2].map(
			(k) =>
				(m[4 * k] ?? 0) * (h[0] ?? 0) +
				(m[4 * k + 1] ?? 0) * (h[1] ?? 0) +
				(m[4 * k + 2] ?? 0) * (h[2] ?? 0) +
				(m[4 * k + 3] ?? 0),
		);
		const u = fitted.width_px / 2 + (fitted.focal_px * (c[0] ?? 0)) / (c[2] ?? 1);
		const v = fitted.height_px / 2 + (fitted.focal_px * (c[1] ?? 0)) / (c[2] ?? 1);
		return [Math.hypot(u - (truth[0] ?? 0) * scale, v - (truth[1] ?? 0) * scale) / fitted.stature_px];
	});
}

function vertexError(a: ArrayLike<number>, b: ArrayLike<number>): number {
	const n = a.length / 3;
	const shift = [0, 0, 0];
	for (let i = 0; i < a.length; i++) shift[i % 3] = (shift[i % 3] ?? 0) + ((a[i] ?? 0) - (b[i] ?? 0)) / n;
	let sum = 0;
	for (let v = 0; v < n; v++) {
		let squared = 0;
		for (let k = 0; k < 3; k++) squared += ((a[3 * v + k] ?? 0) - (b[3 * v + k] ?? 0) - (shift[k] ?? 0)) ** 2;
		sum += Math.sqrt(squared);
	}
	return sum / n;
}

/** The fits of one kind of input, and the bodies of the same stated values without photos. */
export interface AccuracyComparison {
	readonly photos: AccuracyRow;
	readonly stated: AccuracyRow;
}

export const CLOTHING = ["tight", "regular", "loose"] as const;

/** What a row says of the subjects in one kind of clothing. */
export interface ClothingSummary {
	readonly subjects: number;
	/** [GIRTHS] mean absolute errors, mm */
	readonly girths_mm: readonly number[];
	readonly meanOfGirths_mm: number;
	readonly pve_mm: number;
	readonly coverage: number;
	readonly fit_ms: number;
}

/** Null when nobody wears it. */
export function summarise(row: AccuracyRow, clothing: (typeof CLOTHING)[number]): ClothingSummary | null {
	const indices = row.clothing.flatMap((c, i) => (c === clothing ? [i] : []));
	if (indices.length === 0) return null;
	const of = <T>(values: readonly T[]): T[] => indices.flatMap((i) => values[i] ?? []);
	const errors = indices.map((i) => row.girthErrors_mm[i] ?? []);
	const girths_mm = GIRTHS.map((_, g) => mean(errors.map((e) => Math.abs(e[g] ?? Number.NaN))));
	const perSubject = row.covered.length / row.clothing.length;
	return {
		subjects: indices.length,
		girths_mm,
		meanOfGirths_mm: mean(girths_mm),
		pve_mm: mean(of(row.pve_mm)),
		coverage: mean(indices.flatMap((i) => row.covered.slice(i * perSubject, (i + 1) * perSubject).map(Number))),
		fit_ms: median(of(row.fit_ms)),
	};
}

/** The table as Markdown: a line per kind of input and of clothing. */
export function accuracyTable(comparisons: readonly AccuracyComparison[]): string {
	const head = [
		"inputs",
		"clothing (subjects)",
		...GIRTHS.map((g) => g.replace("_girth", "").replaceAll("_", " ")),
		"mean of 8",
		"stated alone",
		"PVE mm (stated alone)",
		"inside 90 %",
		"fit ms",
	];
	const lines = comparisons.flatMap(({ photos, stated }) =>
		CLOTHING.flatMap((clothing) => {
			const seen = summarise(photos, clothing);
			const blind = summarise(stated, clothing);
			if (!seen || !blind) return [];
			return [
				[
					photos.name,
					`${clothing} (${seen.subjects})`,
					...seen.girths_mm.map((v) => v.toFixed(1)),
					`**${seen.meanOfGirths_mm.toFixed(1)}**`,
					blind.meanOfGirths_mm.toFixed(1),
					`${seen.pve_mm.toFixed(1)} (${blind.pve_mm.toFixed(1)})`,
					`${(100 * seen.coverage).toFixed(0)} %`,
					seen.fit_ms.toFixed(0),
				],
			];
		}),
	);
	return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export const STATED_NOTHING: StatedBody = {
	stature_m: null,
	mass_kg: null,
	age_years: null,
	sex: "unspecified",
	measures_m: {},
};

const isFront = ({ view }: SyntheticView): boolean => view === "front";
const isFrontOrSide = ({ view }: SyntheticView): boolean => view === "front" || view === "side";

/** The inputs that the product is judged by. */
export const ACCURACY_SETTINGS: readonly AccuracySetting[] = [
	{ name: "front + side", views: isFrontOrSide, stated: statedTruth },
	{ name: "front", views: isFront, stated: statedTruth },
	{
		name: "front + side, no weight",
		views: isFrontOrSide,
		stated: (subject) => ({ ...statedTruth(subject), mass_kg: null }),
	},
	{ name: "every photo", views: () => true, stated: statedTruth },
	{ name: "front, nothing stated", views: isFront, stated: () => STATED_NOTHING },
];

/** Fits with and without photos. */
export function compareWithStated(
	fitter: PhotoFitter,
	subjects: readonly SyntheticSubject[],
	observations: ReadonlyMap<SyntheticView, PhotoObservation>,
	setting: AccuracySetting,
): AccuracyComparison {
	return {
		photos: measureAccuracy(fitter, subjects, observations, setting),
		stated: measureAccuracy(fitter, subjects, observations, { ...setting, views: () => false }),
	};
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { folder: { type: "string" } } });
	const subjects = loadSyntheticSubjects(values.folder === undefined ? undefined : resolve(values.folder));
	if (!subjects) {
		console.error("There are no rendered subjects in that folder, or none beside the repository; nothing to measure.");
		process.exitCode = 2;
		return;
	}
	const vision = await openVision();
	const observations = new Map<SyntheticView, PhotoObservation>();
	for (const view of subjects.flatMap((s) => s.views)) observations.set(view, await observe(vision, view));
	await vision.close();
	const { data, source } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const held = landmarksOfTheOthers(fitter, subjects, observations);
	const settings: AccuracySetting[] = [
		...ACCURACY_SETTINGS,
		{
			name: "front + side, landmarks calibrated on the others",
			views: isFrontOrSide,
			stated: statedTruth,
			anchors: (subject) => held.get(subject) ?? [],
		},
	];
	const comparisons = settings.map((setting) => compareWithStated(fitter, subjects, observations, setting));
	console.log(`Mean absolute error in mm on ${subjects.length} rendered subjects, body data: ${source.name}.`);
	console.log("Synthetic subjects flatter a fit of the same body model; these are no figures for real people.\n");
	console.log(accuracyTable(comparisons));
	for (const { photos } of comparisons) {
		const worst = (values: readonly number[]): number => Math.max(...values);
		console.log(
			`\n${photos.name}: stature missed by at most ${worst(photos.staturesMissed_mm).toFixed(1)} mm, weight by at most ${worst(photos.massesMissed_kg).toFixed(2)} kg, joints by ${(100 * median(photos.jointErrors)).toFixed(2)} % of stature (median), overlap ${mean(photos.silhouetteIous).toFixed(3)}, ${photos.failed} not converged`,
		);
	}
}

/** Landmark places calibrated without the subject itself. */
function landmarksOfTheOthers(
	{ model }: PhotoFitter,
	subjects: readonly SyntheticSubject[],
	observations: ReadonlyMap<SyntheticView, PhotoObservation>,
): Map<SyntheticSubject, readonly LandmarkAnchor[]> {
	return new Map(
		subjects.map((subject) => {
			const others = subjects.filter((other) => other !== subject);
			return [subject, expandAnchors(calibrateAnchors(collectSightings(model, others, observations)))];
		}),
	);
}

if (process.argv[1]?.endsWith("accuracy.js")) await main();
