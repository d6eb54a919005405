/**
 * Person masks of the rendered subjects against their true outlines, before and after refinement, and what the labels
 * cloth, skin and hair say at the outline against the true distance from outline to body.
 *
 *   npm run masks -w @anny-fitter/benchmarks
 */
import { readFileSync } from "node:fs";
import { type SignedDistanceField, sampleSignedDistance, signedDistanceField } from "@anny-fitter/fitting";
import { REGION, skinShares } from "@anny-fitter/perception";
import { decodePhoto, openVision, type Vision } from "@anny-fitter/vision";
import sharp from "sharp";
import { mean, median, rootMeanSquare } from "./statistics.js";
import { loadSyntheticSubjects, type SyntheticSubject, type SyntheticView } from "./synthetic-subjects.js";

export const OUTLINE_PARTS = ["trunk", "arm", "thigh", "shank", "head"] as const;
export type OutlinePart = (typeof OUTLINE_PARTS)[number];

/** Bones between whose heads a part lies; the nearest one counts. */
const PART_BONES: readonly (readonly [part: OutlinePart | null, from: string, to: string])[] = [
	["trunk", "spine05", "neck01"],
	["trunk", "upperarm01.L", "upperarm01.R"],
	["trunk", "upperleg01.L", "upperleg01.R"],
	["trunk", "spine05", "upperleg01.L"],
	["trunk", "spine05", "upperleg01.R"],
	...["L", "R"].flatMap(
		(side) =>
			[
				["arm", `upperarm01.${side}`, `lowerarm01.${side}`],
				["arm", `lowerarm01.${side}`, `wrist.${side}`],
				["thigh", `upperleg01.${side}`, `lowerleg01.${side}`],
				["shank", `lowerleg01.${side}`, `foot.${side}`],
				// Hands and feet: no part.
				[null, `wrist.${side}`, `finger3-1.${side}`],
				[null, `foot.${side}`, `toe1-1.${side}`],
			] as const,
	),
];
/** No single outline point counts as more than this: a missing hand is another error. */
const LARGEST_ERROR_MM = 15;
/** Bare skin has no gap but the outlines' own errors. */
const SKIN_GAP_MM = 2;
/** Hair and loose cloth stand off at least this much. */
const HAIR_GAP_MM = 5;
/** Labels are read this far inside the outline, pixels. */
const INSET_PX = 3;

/** One point of a mask's outline. */
export interface OutlinePoint {
	readonly part: OutlinePart;
	/** Distance from the true outline of body, clothes and hair, mm, positive outside. */
	readonly error_mm: number;
	/** True distance there between that outline and the body's, mm. */
	readonly gap_mm: number;
	readonly label: number;
}

/** What one photo's masks and labels are worth. */
export interface MaskRow {
	readonly name: string;
	readonly before: readonly OutlinePoint[];
	readonly after: readonly OutlinePoint[];
	readonly hasRegions: boolean;
	/** Share of the person's pixels without a label. */
	readonly unknownShare: number;
	readonly skinShares: Readonly<Record<string, number | null>>;
}

/** Look at one photo and compare with its truth. */
export async function measureMasks(vision: Vision, subject: SyntheticSubject, view: SyntheticView): Promise<MaskRow> {
	const photo = await decodePhoto(readFileSync(view.file));
	const seen = await vision.analyse(photo);
	const all = await readTruth(view, subject.id, "all");
	const body = await readTruth(view, subject.id, "body");
	const regions = seen.regions ?? new Uint8Array(photo.width * photo.height);
	const context = { view, all, body, regions, width: photo.width, height: photo.height };
	let person = 0;
	let unknown = 0;
	for (let i = 0; i < regions.length; i++) {
		if ((seen.refinedMask[i] ?? 0) < 0.5) continue;
		person++;
		if (regions[i] === REGION.unknown) unknown++;
	}
	return {
		name: `${subject.id} ${view.view}`,
		before: outlinePoints(seen.mask, context),
		after: outlinePoints(seen.refinedMask, context),
		hasRegions: seen.regions !== null,
		unknownShare: unknown / Math.max(1, person),
		skinShares: skinShares(regions, photo.width, photo.height, seen),
	};
}

async function readTruth(view: SyntheticView, id: string, kind: "all" | "body"): Promise<SignedDistanceField> {
	const file = view.file.replace(`/photos/${id}`, `/truth/masks/${id}`).replace(/\.jpg$/, `.${kind}.png`);
	const { data, info } = await sharp(file).greyscale().raw().toBuffer({ resolveWithObject: true });
	return signedDistanceField(
		Uint8Array.from(data, (value) => (value > 127 ? 1 : 0)),
		info.width,
		info.height,
	);
}

interface OutlineContext {
	readonly view: SyntheticView;
	readonly all: SignedDistanceField;
	readonly body: SignedDistanceField;
	readonly regions: Uint8Array;
	readonly width: number;
	readonly height: number;
}

/** Every crossing of one half between neighbouring pixels. */
function outlinePoints(mask: Float32Array, context: OutlineContext): OutlinePoint[] {
	const { width, height } = context;
	const points: OutlinePoint[] = [];
	const value = (i: number) => mask[i] ?? 0;
	const add = (x: number, y: number, inwardX: number, inwardY: number) => {
		if (x < 3 || y < 3 || x > width - 3 || y > height - 3) return;
		const point = outlinePoint(x, y, x + INSET_PX * inwardX, y + INSET_PX * inwardY, context);
		if (point !== null) points.push(point);
	};
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const here = value(y * width + x);
			const right = x + 1 < width ? value(y * width + x + 1) : here;
			const below = y + 1 < height ? value((y + 1) * width + x) : here;
			if (here >= 0.5 !== right >= 0.5) {
				add(x + 0.5 + (here - 0.5) / (here - right), y + 0.5, here > right ? -1 : 1, 0);
			}
			if (here >= 0.5 !== below >= 0.5) {
				add(x + 0.5, y + 0.5 + (here - 0.5) / (here - below), 0, here > below ? -1 : 1);
			}
		}
	}
	return points;
}

function outlinePoint(
	x: number,
	y: number,
	innerX: number,
	innerY: number,
	{ view, all, body, regions, width }: OutlineContext,
): OutlinePoint | null {
	const scale = width / view.width_px;
	const part = partOf(view, x / scale, y / scale);
	if (part === null) return null;
	const mmPerPixel = (1000 * depthOf(view)) / view.focal_px;
	const sample = new Float64Array(3);
	sampleSignedDistance(sample, all, x / scale, y / scale);
	const error_mm = (sample[0] ?? Number.NaN) * mmPerPixel;
	sampleSignedDistance(sample, body, x / scale, y / scale);
	const gap_mm = (sample[0] ?? Number.NaN) * mmPerPixel - error_mm;
	return { part, error_mm, gap_mm, label: regions[Math.floor(innerY) * width + Math.floor(innerX)] ?? 0 };
}

function depthOf({ cameraFromWorld: m, boneHeadsWorld }: SyntheticView): number {
	const [x = 0, y = 0, z = 0] = boneHeadsWorld.get("spine05") ?? [];
	return (m[8] ?? 0) * x + (m[9] ?? 0) * y + (m[10] ?? 0) * z + (m[11] ?? 0);
}

function partOf({ boneHeads_px }: SyntheticView, x: number, y: number): OutlinePart | null {
	const neck = boneHeads_px.get("neck01")?.[1] ?? 0;
	if (y < neck) return "head";
	let least = Infinity;
	let found: OutlinePart | null = null;
	for (const [part, from, to] of PART_BONES) {
		const [ax = 0, ay = 0] = boneHeads_px.get(from) ?? [];
		const [bx = 0, by = 0] = boneHeads_px.get(to) ?? [];
		const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2 + 1e-9);
		const t = Math.min(1, Math.max(0, along));
		const distance = Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
		if (distance < least) {
			least = distance;
			found = part;
		}
	}
	return found;
}

/** Medians and mean absolute errors of outlines, photo by photo, then over photos. */
export function summariseOutlines(rows: readonly MaskRow[], when: "before" | "after", part: OutlinePart) {
	const errors = rows.map((row) => row[when].filter((point) => point.part === part).map(({ error_mm }) => error_mm));
	const medians = errors.map((each) => median(each));
	return {
		bias_mm: mean(medians),
		spread_mm: rootMeanSquare(medians),
		absolute_mm: mean(errors.map((each) => mean(each.map((e) => Math.min(LARGEST_ERROR_MM, Math.abs(e)))))),
	};
}

/** How far labels at the outline agree with the true gap between outline and body. */
export function summariseLabels(rows: readonly MaskRow[]) {
	const points = rows.flatMap((row) => row.after);
	const below = points.filter(({ part }) => part !== "head");
	const share = (of: readonly OutlinePoint[], has: (point: OutlinePoint) => boolean) =>
		of.filter(has).length / Math.max(1, of.length);
	const skin = below.filter(({ label }) => label === REGION.skin);
	const hair = points.filter(({ label }) => label === REGION.hair);
	return {
		skinPoints: skin.length,
		/** Below the head: labelled skin, and truly bare. */
		skinPrecision: share(skin, ({ gap_mm }) => gap_mm <= SKIN_GAP_MM),
		/** Below the head: truly bare, and labelled skin. */
		skinRecall: share(
			below.filter(({ gap_mm }) => gap_mm <= 0.5),
			({ label }) => label === REGION.skin,
		),
		hairPoints: hair.length,
		/** Labelled hair, and truly far from the body. */
		hairPrecision: share(hair, ({ gap_mm }) => gap_mm >= HAIR_GAP_MM),
		/** On the head: truly far from the body, and labelled hair. */
		hairRecall: share(
			points.filter(({ part, gap_mm }) => part === "head" && gap_mm >= HAIR_GAP_MM),
			({ label }) => label === REGION.hair,
		),
		hairGap_mm: median(hair.map(({ gap_mm }) => gap_mm)),
		clothGap_mm: median(below.filter(({ label }) => label === REGION.cloth).map(({ gap_mm }) => gap_mm)),
		unknownShare: mean(rows.map((row) => row.unknownShare)),
	};
}

async function main(): Promise<void> {
	const subjects = loadSyntheticSubjects();
	if (!subjects) {
		console.error("The rendered subjects are not beside the repository; nothing to compare with.");
		process.exitCode = 2;
		return;
	}
	const vision = await openVision();
	const rows: MaskRow[] = [];
	for (const subject of subjects) {
		for (const view of subject.views) rows.push(await measureMasks(vision, subject, view));
	}
	await vision.close();
	const f = (value: number | null, digits = 2) => (value === null ? "–" : value.toFixed(digits));
	console.log(
		"| outline, mm | bias | rms of photos' medians | mean distance | bias, refined | rms, refined | mean, refined |",
	);
	console.log("|---|---|---|---|---|---|---|");
	for (const part of OUTLINE_PARTS) {
		const cells = (["before", "after"] as const).flatMap((when) => {
			const { bias_mm, spread_mm, absolute_mm } = summariseOutlines(rows, when, part);
			return [f(bias_mm), f(spread_mm), f(absolute_mm)];
		});
		console.log(`| ${part} | ${cells.join(" | ")} |`);
	}
	console.log(
		"\n| photo | trunk | arm | thigh | shank | skin right | skin found | hair right | unlabelled | bare: upper arm, forearm, thigh, shank, trunk |",
	);
	console.log("|---|---|---|---|---|---|---|---|---|---|");
	for (const row of rows) {
		const distances = (["trunk", "arm", "thigh", "shank"] as const).map(
			(part) =>
				`${f(summariseOutlines([row], "before", part).absolute_mm, 1)} → ${f(summariseOutlines([row], "after", part).absolute_mm, 1)}`,
		);
		const labels = summariseLabels([row]);
		const bare = (["upper_arm", "forearm", "thigh", "shank", "trunk"] as const).map((part) =>
			f(row.skinShares[part] ?? null),
		);
		console.log(
			`| ${row.name} | ${distances.join(" | ")} | ${labels.skinPoints < 20 ? "–" : f(labels.skinPrecision)} | ${f(labels.skinRecall)} | ${labels.hairPoints < 20 ? "–" : f(labels.hairPrecision)} | ${row.hasRegions ? f(row.unknownShare) : "all"} | ${bare.join(" ")} |`,
		);
	}
	const labels = summariseLabels(rows);
	console.log(`
labelled skin and within ${SKIN_GAP_MM} mm of the body: ${f(labels.skinPrecision, 3)}; bare and labelled skin: ${f(labels.skinRecall, 3)}
labelled hair and at least ${HAIR_GAP_MM} mm from the body: ${f(labels.hairPrecision, 3)}; such points of the head labelled hair: ${f(labels.hairRecall, 3)}
median gap under hair ${f(labels.hairGap_mm, 1)} mm, under cloth ${f(labels.clothGap_mm, 1)} mm; unlabelled ${f(labels.unknownShare, 3)} of the person`);
}

if (process.argv[1]?.endsWith("masks.js")) await main();
