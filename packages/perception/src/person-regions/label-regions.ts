import type { RgbImage } from "../crop.js";
import { type BodyLayout, BODY_PARTS, layOutBody, partAt } from "./body-layout.js";
import { boxMean } from "./box-filter.js";
import { createGaussian, fitGaussian, fitMixture, type Gaussian, squaredDistance } from "./gaussian.js";
import { FACE_OVAL, faceSkinPoints, handSkinPoints, type RegionLandmarks } from "./skin-seeds.js";
import { createWorkingPicture, type WorkingPicture } from "./working-picture.js";

/** What a pixel of the person shows. */
export const REGION = { unknown: 0, cloth: 1, skin: 2, hair: 3 } as const;

type Triple = readonly [number, number, number];
/** Variance of colour within one material by noise and compression: lightness, red/green, blue/green (logarithms). */
const NOISE: Triple = [0.05 ** 2, 0.02 ** 2, 0.025 ** 2];
/** Differences that make colours of materials comparable. */
const SPREAD: Triple = [0.3, 0.06, 0.08];
/** How far bare skin of one person differs between face and body: light, tan, blood. */
const SKIN_SPREAD: Triple = [0.4, 0.06, 0.08];
/** Hands whose colour ratios differ more than this from the face wear gloves or are lit by another lamp. */
const HAND_DIFFERENCE = 2.2;
/** Materials looked for in each group of parts. */
const MATERIALS = 6;
const SAMPLES = 1500;
/** Squared distance from skin at which skin and cloth are equally likely, by part. */
const SKIN_LIMIT: Readonly<Record<(typeof BODY_PARTS)[number], number>> = {
	head: 9,
	trunk: 4,
	upper_arm: 6,
	forearm: 7,
	hand: 9,
	thigh: 5,
	shank: 6,
	foot: 5,
};
const GROUPS: readonly (readonly (typeof BODY_PARTS)[number][])[] = [
	["trunk"],
	["upper_arm", "forearm", "hand"],
	["thigh"],
	["shank", "foot"],
];
/** Hair hangs no farther than this from the head's centre, metres. */
const HAIR_REACH_M = 0.85;
/** Below this share of the head nobody's hair can be told from shadows. */
const LEAST_HAIR = 0.06;
/** Squared distance of a material from the head's hair below which it is the same. */
const HAIR_LIMIT = 6;
/** A label needs this probability. */
const CERTAIN = 0.6;

/**
 * Label every pixel of the person: cloth, bare skin or hair, by colours learnt from this very photo. Skin is learnt from
 * the face (the mesh where there is one, else the profile) and the hands, hair from the head around the face; the
 * materials of trunk, arms and legs are clustered, and each is skin if its colour is that of the learnt skin. Hair must
 * hang together with the head. Smoothed along the picture's edges.
 *
 * @param mask [width * height] person 0..1
 * @returns [width * height] codes of {@link REGION}; 0 outside the person and wherever colour does not decide. `null`
 *   without landmarks or without any pixel that is surely skin.
 */
export function labelRegions(image: RgbImage, seen: RegionLandmarks, mask: Float32Array): Uint8Array | null {
	if (image.rgb.length !== image.width * image.height * 3 || mask.length !== image.width * image.height) {
		throw new RangeError("mask and image sizes do not match");
	}
	if (seen.body.length === 0) return null;
	const picture = createWorkingPicture(image, mask);
	if (picture === null) return null;
	const layout = layOutBody(seen.body, seen.bodyWorld);
	const parts = mapParts(picture, layout);
	const skin = learnSkin(picture, seen, layout);
	if (skin === null) return null;
	const count = picture.width * picture.height;
	const skinShare = new Float32Array(count);
	const hairShare = new Float32Array(count);
	const hair = learnHair(picture, parts, seen, layout, skin);
	labelHead(skinShare, hairShare, picture, parts, skin, hair);
	for (const group of GROUPS) labelGroup(skinShare, hairShare, picture, parts, group, skin, hair);
	keepHangingHair(hairShare, picture, parts, layout);
	const labels = decide(picture, skinShare, hairShare);
	return enlarge(labels, picture, image.width, image.height, mask);
}

const NO_PART = 255;
const HEAD = BODY_PARTS.indexOf("head");
/** Parts are told on a grid of this many pixels. */
const PART_STEP = 4;

/** [width * height] index of the part, 255 outside the person. */
function mapParts({ width, height, left_px, top_px, scale, mask }: WorkingPicture, layout: BodyLayout): Uint8Array {
	const parts = new Uint8Array(width * height).fill(NO_PART);
	for (let y0 = 0; y0 < height; y0 += PART_STEP) {
		for (let x0 = 0; x0 < width; x0 += PART_STEP) {
			let part = NO_PART;
			for (let y = y0; y < Math.min(height, y0 + PART_STEP); y++) {
				for (let x = x0; x < Math.min(width, x0 + PART_STEP); x++) {
					if (mask[y * width + x] < 0.5) continue;
					if (part === NO_PART) {
						part = partAt(layout, left_px + (x0 + PART_STEP / 2) * scale, top_px + (y0 + PART_STEP / 2) * scale);
					}
					parts[y * width + x] = part;
				}
			}
		}
	}
	return parts;
}

/** Colours around points of the photo that lie on the person, without outliers. */
function coloursAt({ width, height, left_px, top_px, scale, mask, colours }: WorkingPicture, points: number[]) {
	const found: number[] = [];
	for (let k = 0; k < points.length; k += 2) {
		const x0 = Math.floor((points[k] - left_px) / scale);
		const y0 = Math.floor((points[k + 1] - top_px) / scale);
		for (let y = Math.max(0, y0 - 1); y <= Math.min(height - 1, y0 + 1); y++) {
			for (let x = Math.max(0, x0 - 1); x <= Math.min(width - 1, x0 + 1); x++) {
				const i = y * width + x;
				if (mask[i] > 0.8) found.push(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]);
			}
		}
	}
	return withoutOutliers(Float32Array.from(found));
}

/** Samples within three times the median distance from the median colour: hair over the face, nails, shadows go. */
function withoutOutliers(samples: Float32Array): Float32Array {
	const n = samples.length / 3;
	if (n === 0) return samples;
	const centre = [0, 1, 2].map((c) => median(Float32Array.from({ length: n }, (_, i) => samples[3 * i + c])));
	const distance = (i: number) => {
		let sum = 0;
		for (let c = 0; c < 3; c++) sum += ((samples[3 * i + c] - centre[c]) / SPREAD[c]) ** 2;
		return Math.sqrt(sum);
	};
	const distances = Float32Array.from({ length: n }, (_, i) => distance(i));
	const limit = 3 * Math.max(0.2, median(distances.slice()));
	return samples.filter((_, j) => distances[Math.floor(j / 3)] <= limit);
}

function median(values: Float32Array): number {
	return values.sort()[values.length >> 1];
}

/** What bare skin looks like in this photo. */
interface SkinModel {
	/** Colours of the places where it was learnt, means of face and hands. */
	readonly means: readonly Float64Array[];
	/** Distribution of single pixels on the head. */
	readonly face: Gaussian;
}

const LEAST_SEEDS = 12;
const PIXEL_SPREAD: Triple = [0.22 ** 2, 0.035 ** 2, 0.05 ** 2];

function learnSkin(picture: WorkingPicture, seen: RegionLandmarks, layout: BodyLayout): SkinModel | null {
	const face = coloursAt(picture, faceSkinPoints(seen, layout));
	const hands = coloursAt(picture, handSkinPoints(seen));
	const fit = (samples: Float32Array) =>
		samples.length < 3 * LEAST_SEEDS ? null : fitGaussian(samples, null, 0, 0, PIXEL_SPREAD, samples.length / 3);
	const ofFace = fit(face);
	const ofHands = fit(hands);
	if (ofFace === null) return ofHands && { means: [ofHands.mean], face: ofHands };
	const difference =
		ofHands === null
			? Infinity
			: Math.hypot(
					(ofHands.mean[1] - ofFace.mean[1]) / SKIN_SPREAD[1],
					(ofHands.mean[2] - ofFace.mean[2]) / SKIN_SPREAD[2],
				);
	const means = ofHands !== null && difference < HAND_DIFFERENCE ? [ofFace.mean, ofHands.mean] : [ofFace.mean];
	return { means, face: ofFace };
}

/** Squared distance of a colour from the nearest skin. */
function skinDistance({ means }: SkinModel, l: number, rg: number, bg: number): number {
	let least = Infinity;
	for (const mean of means) {
		const a = (l - mean[0]) / SKIN_SPREAD[0];
		const b = (rg - mean[1]) / SKIN_SPREAD[1];
		const c = (bg - mean[2]) / SKIN_SPREAD[2];
		least = Math.min(least, a * a + b * b + c * c);
	}
	return least;
}

/** [width * height] 1 inside the face's oval; all 0 without a face mesh. */
function faceInterior({ width, height, left_px, top_px, scale }: WorkingPicture, face: Float64Array | null) {
	const inside = new Uint8Array(width * height);
	if (face === null) return inside;
	const xs = FACE_OVAL.map((i) => (face[3 * i] - left_px) / scale);
	const ys = FACE_OVAL.map((i) => (face[3 * i + 1] - top_px) / scale);
	const top = Math.max(0, Math.floor(Math.min(...ys)));
	const bottom = Math.min(height, Math.ceil(Math.max(...ys)));
	for (let y = top; y < bottom; y++) {
		const crossings: number[] = [];
		for (let k = 0; k < xs.length; k++) {
			const n = (k + 1) % xs.length;
			if (ys[k] <= y + 0.5 === ys[n] <= y + 0.5) continue;
			crossings.push(xs[k] + ((y + 0.5 - ys[k]) / (ys[n] - ys[k])) * (xs[n] - xs[k]));
		}
		crossings.sort((a, b) => a - b);
		for (let k = 0; k + 1 < crossings.length; k += 2) {
			const from = Math.max(0, Math.round(crossings[k]));
			const to = Math.min(width, Math.round(crossings[k + 1]));
			if (to > from) inside.fill(1, y * width + from, y * width + to);
		}
	}
	return inside;
}

/** Colours of the head's hair, empty for bald and shaved heads. */
function learnHair(
	picture: WorkingPicture,
	parts: Uint8Array,
	seen: RegionLandmarks,
	layout: BodyLayout,
	skin: SkinModel,
): Gaussian[] {
	const { width, height, left_px, top_px, scale, colours } = picture;
	const face = faceInterior(picture, seen.face);
	const found: number[] = [];
	let headArea = 0;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const i = y * width + x;
			if (parts[i] !== HEAD) continue;
			const u = left_px + (x + 0.5) * scale - layout.headCentre[0];
			const v = top_px + (y + 0.5) * scale - layout.headCentre[1];
			// Above the ears' lower ends: no collar, no beard.
			if (u * layout.up[0] + v * layout.up[1] < -0.02 * layout.pixelsPerMetre) continue;
			headArea++;
			if (face[i] || picture.mask[i] < 0.9) continue;
			const [l, rg, bg] = [colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]];
			if (squaredDistance(skin.face, l, rg, bg) > SKIN_LIMIT.head) found.push(l, rg, bg);
		}
	}
	if (found.length / 3 < LEAST_HAIR * headArea) return [];
	return fitMixture(thin(Float32Array.from(found), SAMPLES), 2, SPREAD, NOISE).filter(({ weight }) => weight > 0.15);
}

/** At most `most` samples, evenly taken. */
function thin(samples: Float32Array, most: number): Float32Array {
	const n = samples.length / 3;
	if (n <= most) return samples;
	const out = new Float32Array(3 * most);
	for (let k = 0; k < most; k++) {
		const i = Math.floor((k * n) / most);
		for (let c = 0; c < 3; c++) out[3 * k + c] = samples[3 * i + c];
	}
	return out;
}

/** Head and neck, pixel by pixel: as near to skin, to hair, or to neither. */
function labelHead(
	skinShare: Float32Array,
	hairShare: Float32Array,
	{ colours }: WorkingPicture,
	parts: Uint8Array,
	skin: SkinModel,
	hair: readonly Gaussian[],
): void {
	const other = Math.exp(-0.5 * SKIN_LIMIT.head) * Math.exp(skin.face.logScale);
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] !== HEAD) continue;
		const l = colours[3 * i];
		const rg = colours[3 * i + 1];
		const bg = colours[3 * i + 2];
		const asSkin = Math.exp(skin.face.logScale - 0.5 * squaredDistance(skin.face, l, rg, bg));
		let asHair = 0;
		for (const one of hair) asHair += Math.exp(one.logScale - 0.5 * squaredDistance(one, l, rg, bg));
		const sum = asSkin + asHair + other;
		skinShare[i] = asSkin / sum;
		hairShare[i] = asHair / sum;
	}
}

/** Clusters the colours of some parts; each cluster is skin, hair or cloth. */
function labelGroup(
	skinShare: Float32Array,
	hairShare: Float32Array,
	{ colours, mask }: WorkingPicture,
	parts: Uint8Array,
	group: readonly (typeof BODY_PARTS)[number][],
	skin: SkinModel,
	hair: readonly Gaussian[],
): void {
	const indices = group.map((part) => BODY_PARTS.indexOf(part));
	const limit = Float64Array.from(BODY_PARTS, (part) => (group.includes(part) ? SKIN_LIMIT[part] : 0));
	const members: number[] = [];
	const found: number[] = [];
	for (let i = 0; i < parts.length; i++) {
		if (!indices.includes(parts[i])) continue;
		members.push(i);
		if (mask[i] > 0.9) found.push(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]);
	}
	const materials = fitMixture(thin(Float32Array.from(found), SAMPLES), MATERIALS, SPREAD, NOISE);
	const distances = materials.map(({ mean }) => skinDistance(skin, mean[0], mean[1], mean[2]));
	const isHair = materials.map(({ mean }) =>
		hair.some((one) => squaredDistance(widened(one), mean[0], mean[1], mean[2]) < HAIR_LIMIT),
	);
	const density = new Float64Array(materials.length);
	for (const i of members) {
		let sum = 1e-30;
		for (let k = 0; k < materials.length; k++) {
			const d = squaredDistance(materials[k], colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]);
			density[k] = Math.exp(materials[k].logScale - 0.5 * d);
			sum += density[k];
		}
		let asSkin = 0;
		let asHair = 0;
		for (let k = 0; k < materials.length; k++) {
			asSkin += density[k] / (1 + Math.exp(0.5 * (distances[k] - limit[parts[i]])));
			if (isHair[k]) asHair += density[k];
		}
		hairShare[i] = asHair / sum;
		skinShare[i] = (asSkin / sum) * (1 - hairShare[i]);
	}
}

const HAIR_SPREAD: Triple = [0.15 ** 2, 0.03 ** 2, 0.04 ** 2];
const widenedCache = new WeakMap<Gaussian, Gaussian>();

/** A material of hair with room for the light that falls on other strands. */
function widened(one: Gaussian): Gaussian {
	const known = widenedCache.get(one);
	if (known) return known;
	const wide = createGaussian(
		one.mean,
		Float64Array.of(HAIR_SPREAD[0], 0, 0, HAIR_SPREAD[1], 0, HAIR_SPREAD[2]),
		one.weight,
	);
	widenedCache.set(one, wide);
	return wide;
}

/** Removes hair that does not hang together with the head's own, or hangs too far down. */
function keepHangingHair(
	hairShare: Float32Array,
	{ width, height, left_px, top_px, scale }: WorkingPicture,
	parts: Uint8Array,
	layout: BodyLayout,
): void {
	const reach = HAIR_REACH_M * layout.pixelsPerMetre;
	const isKept = new Uint8Array(hairShare.length);
	const stack: number[] = [];
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] === HEAD && hairShare[i] > 0.5) {
			isKept[i] = 1;
			stack.push(i);
		}
	}
	const visit = (j: number) => {
		if (isKept[j] || hairShare[j] <= 0.5) return;
		const u = left_px + ((j % width) + 0.5) * scale - layout.headCentre[0];
		const v = top_px + (Math.floor(j / width) + 0.5) * scale - layout.headCentre[1];
		if (u * u + v * v > reach * reach) return;
		isKept[j] = 1;
		stack.push(j);
	};
	for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
		const x = i % width;
		if (x > 0) visit(i - 1);
		if (x < width - 1) visit(i + 1);
		if (i >= width) visit(i - width);
		if (i < width * (height - 1)) visit(i + width);
	}
	for (let i = 0; i < hairShare.length; i++) if (!isKept[i]) hairShare[i] = 0;
}

const SMOOTHING_RADIUS = 3;
/** Variance of lightness that counts as an edge. */
const SMOOTHING_EDGE = 0.01;

/** Guided filter of both shares along lightness, then the likeliest label, 0 when none is likely enough. */
function decide({ width, height, colours, mask }: WorkingPicture, skinShare: Float32Array, hairShare: Float32Array) {
	const count = width * height;
	const inside = new Float32Array(count);
	const guide = new Float32Array(count);
	for (let i = 0; i < count; i++) {
		inside[i] = mask[i] >= 0.5 ? 1 : 0;
		guide[i] = inside[i] * colours[3 * i];
	}
	const scratch = new Float32Array(count);
	const box = (values: Float32Array) => {
		const out = new Float32Array(count);
		boxMean(out, values, width, height, SMOOTHING_RADIUS, scratch);
		return out;
	};
	// Sums over the person's pixels only: every mean is divided by their share.
	const share = box(inside);
	const meanGuide = box(guide);
	const product = new Float32Array(count);
	for (let i = 0; i < count; i++) product[i] = guide[i] * guide[i];
	const meanSquare = box(product);
	const filter = (values: Float32Array) => {
		const mean = box(values);
		for (let i = 0; i < count; i++) product[i] = values[i] * guide[i];
		const cross = box(product);
		const slope = new Float32Array(count);
		const offset = new Float32Array(count);
		for (let i = 0; i < count; i++) {
			if (!inside[i]) continue;
			const g = meanGuide[i] / share[i];
			const m = mean[i] / share[i];
			slope[i] = (cross[i] / share[i] - g * m) / (meanSquare[i] / share[i] - g * g + SMOOTHING_EDGE);
			offset[i] = m - slope[i] * g;
		}
		const meanSlope = box(slope);
		const meanOffset = box(offset);
		for (let i = 0; i < count; i++) {
			product[i] = inside[i] ? (meanSlope[i] * guide[i] + meanOffset[i]) / share[i] : 0;
		}
		return product.slice();
	};
	const skin = filter(skinShare);
	const hair = filter(hairShare);
	const labels = new Uint8Array(count);
	for (let i = 0; i < count; i++) {
		if (!inside[i]) continue;
		if (skin[i] >= CERTAIN) labels[i] = REGION.skin;
		else if (hair[i] >= CERTAIN) labels[i] = REGION.hair;
		else if (1 - skin[i] - hair[i] >= CERTAIN) labels[i] = REGION.cloth;
	}
	return labels;
}

/** Labels at the photo's size; pixels of the person at its outline take the label of the nearest one inside. */
function enlarge(
	labels: Uint8Array,
	picture: WorkingPicture,
	width: number,
	height: number,
	mask: Float32Array,
): Uint8Array {
	const { left_px, top_px, scale } = picture;
	const out = new Uint8Array(width * height);
	const bottom = Math.min(height, Math.ceil(top_px + picture.height * scale));
	const right = Math.min(width, Math.ceil(left_px + picture.width * scale));
	for (let y = top_px; y < bottom; y++) {
		const row = Math.min(picture.height - 1, Math.floor((y - top_px + 0.5) / scale));
		for (let x = left_px; x < right; x++) {
			if (mask[y * width + x] < 0.5) continue;
			const column = Math.min(picture.width - 1, Math.floor((x - left_px + 0.5) / scale));
			const at = row * picture.width + column;
			out[y * width + x] = labels[at] || labelBeside(labels, picture, column, row);
		}
	}
	return out;
}

/** For cells that are mostly background, any label of the four neighbours. */
function labelBeside(labels: Uint8Array, { width, height, mask }: WorkingPicture, x: number, y: number): number {
	const i = y * width + x;
	if (mask[i] >= 0.5) return 0;
	return (
		(x > 0 ? labels[i - 1] : 0) ||
		(x < width - 1 ? labels[i + 1] : 0) ||
		(y > 0 ? labels[i - width] : 0) ||
		(y < height - 1 ? labels[i + width] : 0)
	);
}
