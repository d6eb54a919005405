/**
 * Measures the rendered subjects in their photos and compares with their bodies: mean absolute error per measurement, by
 * clothing class, beside the same on the exact mask of the naked body, which leaves cloth and segmentation out.
 *
 *   npm run image-measurements -w @anny-fitter/benchmarks
 */
import { fileURLToPath } from "node:url";
import { measureBody } from "@anny-fitter/anthropometry";
import { createBodyModel, evaluateShape } from "@anny-fitter/body-model";
import {
	createPhotoFitter,
	fitPhotos,
	type PhotoFit,
	type PhotoFitter,
	type PhotoObservation,
} from "@anny-fitter/fitting";
import { type ImageMeasurement, LIMB_LENGTHS, sectionMeasurementId } from "@anny-fitter/perception";
import { laySectionTapes, measurePhotos, seeFittedSections } from "@anny-fitter/pipeline";
import { openBodyModelData } from "@anny-fitter/platform";
import { openVision } from "@anny-fitter/vision";
import sharp from "sharp";
import { mean, median } from "./statistics.js";
import { loadSyntheticSubjects, observe, type SyntheticSubject, statedTruth } from "./synthetic-subjects.js";

const CLASSES = ["tight", "regular", "loose"] as const;
/** What a fit with a stated stature knows of its scale. */
const SCALE_SIGMA = 0.004;
const IDENTITY = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
/** The 90 % interval of a normal error. */
const Z90 = 1.6448536269514722;

interface Row {
	readonly clothing: SyntheticSubject["clothing"];
	readonly error_mm: number;
	readonly sigma_mm: number;
	readonly share: number;
}

/** The body's own values by id, metres. */
function truthOf(fitter: PhotoFitter, subject: SyntheticSubject): Map<string, number> {
	evaluateShape(fitter.shape, fitter.model, { phenotypes: subject.phenotypes, localChanges: subject.localChanges });
	const truth = new Map(
		[...measureBody(fitter.measurer, fitter.shape)].map(([id, { value_m }]) => [String(id), value_m]),
	);
	const tapes = laySectionTapes(fitter);
	const rotations = new Float64Array(3 * fitter.articulation.bones.length);
	const { joints_m, sections } = seeFittedSections(fitter, tapes, { rotations, cameraFromBody: IDENTITY });
	for (const section of sections) {
		if (section.side === "left") continue;
		truth.set(sectionMeasurementId(section.id, "breadth"), section.expectedBreadth_m);
		truth.set(sectionMeasurementId(section.id, "depth"), section.expectedDepth_m);
	}
	for (const [id, [[from, to]]] of Object.entries(LIMB_LENGTHS)) {
		if (truth.has(id)) continue;
		const at = (joint: number, k: number) => joints_m[3 * joint + k] ?? 0;
		truth.set(id, Math.hypot(...[0, 1, 2].map((k) => at(from, k) - at(to, k))));
	}
	return truth;
}

async function bodyMask(file: string, { width_px, height_px }: PhotoObservation): Promise<Float32Array> {
	const { data } = await sharp(file)
		.resize(width_px, height_px, { fit: "fill", kernel: "lanczos3" })
		.greyscale()
		.raw()
		.toBuffer({ resolveWithObject: true });
	return Float32Array.from(data, (value) => value / 255);
}

function table(rows: ReadonlyMap<string, readonly Row[]>): string {
	const head = ["measurement", "n", ...CLASSES.map((c) => `${c} mm`), "all mm", "all %", "bias mm", "inside 90 %"];
	const lines = [...rows].map(([id, all]) => {
		const of = (clothing?: string) => all.filter((row) => clothing === undefined || row.clothing === clothing);
		const error = (list: readonly Row[]) =>
			list.length === 0 ? "–" : mean(list.map((row) => Math.abs(row.error_mm))).toFixed(1);
		const inside = all.filter((row) => Math.abs(row.error_mm) <= Z90 * row.sigma_mm).length;
		return [
			id,
			all.length,
			...CLASSES.map((clothing) => error(of(clothing))),
			error(all),
			(100 * mean(all.map((row) => Math.abs(row.share)))).toFixed(1),
			mean(all.map((row) => row.error_mm)).toFixed(1),
			`${Math.round((100 * inside) / all.length)} %`,
		];
	});
	return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

async function main(): Promise<void> {
	const subjects = loadSyntheticSubjects();
	if (subjects === null) {
		console.log("There are no rendered subjects beside the repository; nothing to measure.");
		return;
	}
	const { data } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const vision = await openVision();
	const byMask = new Map<string, Map<string, Row[]>>([
		["Mask as segmented", new Map()],
		["Exact mask of the naked body", new Map()],
		["Mask as segmented, stature not stated", new Map()],
	]);
	const times_ms: number[] = [];
	let photoCount = 0;
	const collect = (name: string, seen: readonly ImageMeasurement[], subject: SyntheticSubject) => {
		const truth = truthOf(fitter, subject);
		const rows = byMask.get(name);
		for (const { id, value_m, sigma_m } of seen) {
			const true_m = truth.get(id);
			if (true_m === undefined || rows === undefined) continue;
			const row = {
				clothing: subject.clothing,
				error_mm: 1000 * (value_m - true_m),
				sigma_mm: 1000 * sigma_m,
				share: value_m / true_m - 1,
			};
			rows.set(id, [...(rows.get(id) ?? []), row]);
		}
	};
	for (const subject of subjects) {
		const seen: PhotoObservation[] = [];
		const naked: PhotoObservation[] = [];
		for (const view of subject.views) {
			const observation = await observe(vision, view);
			seen.push(observation);
			const mask = await bodyMask(maskFile(view.file), observation);
			naked.push({ ...observation, mask });
		}
		photoCount += seen.length;
		const stated = { scaleSigma: SCALE_SIGMA, isStatureStated: true };
		const fit: PhotoFit = fitPhotos(fitter, seen, statedTruth(subject));
		const started = performance.now();
		const measured = measurePhotos(fitter, fit, seen, stated);
		times_ms.push((performance.now() - started) / seen.length);
		collect("Mask as segmented", measured, subject);
		collect("Exact mask of the naked body", measurePhotos(fitter, fit, naked, stated), subject);
		const unscaled = fitPhotos(fitter, seen, { ...statedTruth(subject), stature_m: null });
		const free = measurePhotos(fitter, unscaled, seen, { scaleSigma: 0.04, isStatureStated: false });
		collect("Mask as segmented, stature not stated", free, subject);
	}
	await vision.close();
	console.log(
		`${subjects.length} rendered subjects, ${photoCount} photos; ${median(times_ms).toFixed(0)} ms per photo.\n`,
	);
	for (const [name, rows] of byMask) console.log(`### ${name}\n\n${table(rows)}\n`);
}

/** `…/photos/p01_front.jpg` → `…/truth/masks/p01_front.body.png` */
function maskFile(photo: string): string {
	return photo.replace(/\/photos\/([^/]+)\.jpg$/, "/truth/masks/$1.body.png");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
