/**
 * Fits the rendered subjects and compares with their truth, beside the body of the stated values alone.
 * Synthetic subjects flatter: truth and fit share one body model, stated values are exact, clothes are simple.
 *
 *   npm run accuracy -w @anny-fitter/benchmarks
 */
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

/** Measures the subject's resting body, made from its own parameters; leaves it in `fitter.shape`. */
function truthMeasures(fitter: PhotoFitter, subject: SyntheticSubject) {
	evaluateShape(fitter.shape, fitter.model, { phenotypes: subject.phenotypes, localChanges: subject.localChanges });
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

/** The table as Markdown. */
export function accuracyTable(rows: readonly AccuracyRow[]): string {
	const head = [
		"inputs",
		...GIRTHS.map((g) => g.replace("_girth", "").replaceAll("_", " ")),
		"mean of 8",
		"tight / regular / loose",
		"PVE mm",
		"joints % of stature",
		"IoU",
		"inside 90 %",
		"fit ms",
	];
	const lines = rows.map((row) => {
		const perGirth = GIRTHS.map((_, g) => mean(row.girthErrors_mm.map((e) => Math.abs(e[g] ?? 0))));
		const byClothing = ["tight", "regular", "loose"].map((c) =>
			mean(row.girthErrors_mm.filter((_, s) => row.clothing[s] === c).flatMap((e) => e.map(Math.abs))).toFixed(1),
		);
		return [
			row.name,
			...perGirth.map((v) => v.toFixed(1)),
			mean(perGirth).toFixed(1),
			byClothing.join(" / "),
			mean(row.pve_mm).toFixed(1),
			row.jointErrors.length > 0 ? (100 * median(row.jointErrors)).toFixed(2) : "–",
			row.silhouetteIous.length > 0 ? mean(row.silhouetteIous).toFixed(3) : "–",
			`${(100 * mean(row.covered.map(Number))).toFixed(0)} %`,
			median(row.fit_ms).toFixed(0),
		];
	});
	return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export const STATED_NOTHING: StatedBody = {
	stature_m: null,
	mass_kg: null,
	age_years: null,
	sex: "unspecified",
	measures_m: {},
};

async function main(): Promise<void> {
	const subjects = loadSyntheticSubjects();
	if (!subjects) {
		console.error("The rendered subjects are not beside the repository; nothing to measure.");
		process.exitCode = 2;
		return;
	}
	const vision = await openVision();
	const observations = new Map<SyntheticView, PhotoObservation>();
	for (const view of subjects.flatMap((s) => s.views)) observations.set(view, await observe(vision, view));
	await vision.close();
	const { data, source } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const heldOut = new Map(
		subjects.map((s) => [
			s,
			expandAnchors(
				calibrateAnchors(
					collectSightings(
						fitter.model,
						subjects.filter((other) => other !== s),
						observations,
					),
				),
			),
		]),
	);
	const frontSide = (v: SyntheticView): boolean => v.view === "front" || v.view === "side";
	const front = (v: SyntheticView): boolean => v.view === "front";
	const leaveOneOut = (s: SyntheticSubject): readonly LandmarkAnchor[] => heldOut.get(s) ?? [];
	const rows = [
		{ name: "stated values, no photo", views: () => false, stated: statedTruth },
		{ name: "front + side", views: frontSide, stated: statedTruth },
		{
			name: "front + side, landmarks calibrated on the others",
			views: frontSide,
			stated: statedTruth,
			anchors: leaveOneOut,
		},
		{ name: "front", views: front, stated: statedTruth },
		{ name: "every photo", views: () => true, stated: statedTruth },
		{
			name: "front + side, no weight",
			views: frontSide,
			stated: (s: SyntheticSubject) => ({ ...statedTruth(s), mass_kg: null }),
		},
		{ name: "front + side, nothing stated", views: frontSide, stated: () => STATED_NOTHING },
	].map((setting) => measureAccuracy(fitter, subjects, observations, setting));
	console.log(`Mean absolute error in mm on ${subjects.length} rendered subjects, body data: ${source.name}.`);
	console.log("Synthetic subjects flatter a fit of the same body model; these are no figures for real people.\n");
	console.log(accuracyTable(rows));
	for (const row of rows) {
		console.log(
			`\n${row.name}: stature missed by at most ${Math.max(...row.staturesMissed_mm).toFixed(1)} mm, weight by at most ${Math.max(...row.massesMissed_kg).toFixed(2)} kg, ${row.failed} not converged`,
		);
	}
}

if (process.argv[1]?.endsWith("accuracy.js")) await main();
