import type { RgbImage } from "../crop.js";
import { BODY_PARTS, type BodyLayout, layOutBody, partAt } from "./body-layout.js";
import { boxMean } from "./box-filter.js";
import { fitMixture, type Gaussian, squaredDistance } from "./gaussian.js";
import { FACE_OVAL, faceSkinPoints, handSkinPoints, profileDirection, type RegionLandmarks } from "./skin-seeds.js";
import { createWorkingPicture, type WorkingPicture } from "./working-picture.js";

/** What a pixel of the person shows. */
export const REGION = { unknown: 0, cloth: 1, skin: 2, hair: 3 } as const;

type Triple = readonly [number, number, number];
/** Variance of colour within one material by noise and compression: lightness, red/green, blue/green (logarithms). */
const NOISE: Triple = [0.05 ** 2, 0.02 ** 2, 0.025 ** 2];
/** Differences that make colours of materials comparable. */
const SPREAD: Triple = [0.3, 0.06, 0.08];
/** How far bare skin of one person differs between face and body: light, tan, blood. */
const SKIN_SPREAD: Triple = [0.5, 0.05, 0.06];
/** Skin in shadow is redder: how its colour ratios change with lightness (both logarithms). */
const SKIN_SHADING: readonly [redGreen: number, blueGreen: number] = [-0.15, 0.13];
/** Share of the face that must look like the hands; else they wear gloves or are lit by another lamp. */
const LEAST_AGREEMENT = 0.3;
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
/** Parts that clothes usually cover: there cloth of nearly the skin's colour is likelier than skin that looks unusual. */
const COVERED: readonly (typeof BODY_PARTS)[number][] = ["trunk", "thigh"];
/** How fast a material's chance of being skin falls with squared distance about the limit, on covered parts and elsewhere. */
const DOUBT: readonly [covered: number, elsewhere: number] = [0.25, 0.5];
const GROUPS: readonly (readonly (typeof BODY_PARTS)[number][])[] = [
	["trunk"],
	["upper_arm", "forearm", "hand"],
	["thigh"],
	["shank", "foot"],
];
/** Hair hangs no farther than this from the head's centre, metres. */
const HAIR_REACH_M = 0.85;
/** Below this share of the scalp nobody's hair can be told from shadows. */
const LEAST_HAIR = 0.1;
/** Squared distance from skin beyond which what covers the scalp is hair: it rarely shows skin. */
const SCALP_LIMIT = 4;
const SCALP_SHADE = 0.25;
/** How far hair differs between strands in light and in shadow. */
const HAIR_SPREAD: Triple = [0.3, 0.05, 0.06];
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
	const scalp = mapScalp(picture, parts, seen, layout);
	const hair = learnHair(picture, scalp, skin);
	labelHead(skinShare, hairShare, picture, parts, scalp, skin, hair);
	for (const group of GROUPS) labelGroup(skinShare, hairShare, picture, parts, group, skin, hair);
	keepHangingHair(hairShare, picture, parts, layout);
	doubtWideHair(hairShare, skinShare, parts);
	doubtBareBody(skinShare, parts);
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

/** Colours around points of the photo, where those lie on the person. */
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
	return Float32Array.from(found);
}

/** Samples within three times the median distance from the median colour: hair over the face, nails, shadows go. */
function withoutOutliers(samples: Float32Array): Float32Array {
	const n = samples.length / 3;
	if (n === 0) return samples;
	const centre = medianColour(samples);
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

/** What bare skin looks like in this photo: colours of the places where it was learnt, the face first. */
type SkinModel = readonly (readonly number[])[];

const LEAST_SEEDS = 12;

/** Skin of face and hands; of the one that is seen, or of the face where they differ. */
function learnSkin(picture: WorkingPicture, seen: RegionLandmarks, layout: BodyLayout): SkinModel | null {
	const face = coloursAt(picture, faceSkinPoints(seen, layout));
	const hands = withoutOutliers(coloursAt(picture, handSkinPoints(seen)));
	if (hands.length < 3 * LEAST_SEEDS) {
		const kept = withoutOutliers(face);
		return kept.length < 3 * LEAST_SEEDS ? null : [medianColour(kept)];
	}
	const ofHands = [medianColour(hands)];
	if (face.length < 3 * LEAST_SEEDS) return ofHands;
	// Hair and shadows may lie over the face: what looks like the hands is its skin.
	const alike = face.filter((_, j) => skinDistance(ofHands, face, j - (j % 3)) < SKIN_LIMIT.head);
	if (alike.length < LEAST_AGREEMENT * face.length) return [medianColour(withoutOutliers(face))];
	return [medianColour(alike), ...ofHands];
}

/** [3] median of each coordinate */
function medianColour(samples: Float32Array): number[] {
	const n = samples.length / 3;
	return [0, 1, 2].map((c) => median(Float32Array.from({ length: n }, (_, i) => samples[3 * i + c])));
}

/** Squared distance of the colour at `colours[at…]` from the nearest skin, as light makes it look. */
function skinDistance(skin: SkinModel, colours: ArrayLike<number>, at: number): number {
	let least = Infinity;
	for (const mean of skin) {
		const l = colours[at] - mean[0];
		const rg = colours[at + 1] - mean[1] - SKIN_SHADING[0] * l;
		const bg = colours[at + 2] - mean[2] - SKIN_SHADING[1] * l;
		const d = (l / SKIN_SPREAD[0]) ** 2 + (rg / SKIN_SPREAD[1]) ** 2 + (bg / SKIN_SPREAD[2]) ** 2;
		if (d < least) least = d;
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

/** Where the head is grown over unless somebody is bald. */
const SCALP = 1;

/**
 * [width * height] 1 on the part of the head that hair covers: above the ears' lower ends and outside the face, which is
 * the oval of the mesh, or what lies before a line from the ear to the forehead, or nothing when seen from behind.
 */
function mapScalp(picture: WorkingPicture, parts: Uint8Array, seen: RegionLandmarks, layout: BodyLayout): Uint8Array {
	const { width, left_px, top_px, scale } = picture;
	const { headCentre, up, pixelsPerMetre } = layout;
	const scalp = new Uint8Array(parts.length);
	const oval = seen.face === null ? null : faceInterior(picture, seen.face);
	const forward = seen.face === null ? profileDirection(seen, layout) : null;
	// Across the direction from shoulders to head, towards the nose.
	const across = forward === null ? null : turnTowards(up, forward);
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] !== HEAD || oval?.[i]) continue;
		const u = (left_px + ((i % width) + 0.5) * scale - headCentre[0]) / pixelsPerMetre;
		const v = (top_px + (Math.floor(i / width) + 0.5) * scale - headCentre[1]) / pixelsPerMetre;
		const above = u * up[0] + v * up[1];
		if (above < -0.02) continue;
		if (across !== null && u * across[0] + v * across[1] > 0.02 + 0.6 * Math.max(0, above)) continue;
		scalp[i] = SCALP;
	}
	return scalp;
}

/** The perpendicular of `up` on the side of `towards`. */
function turnTowards(up: readonly [number, number], towards: readonly [number, number]): [number, number] {
	const sign = -up[1] * towards[0] + up[0] * towards[1] < 0 ? -1 : 1;
	return [-up[1] * sign, up[0] * sign];
}

/** Colours of the head's hair, empty for bald and shaved heads. */
function learnHair({ mask, colours }: WorkingPicture, scalp: Uint8Array, skin: SkinModel): Gaussian[] {
	const found: number[] = [];
	for (let i = 0; i < scalp.length; i++) {
		if (scalp[i] && mask[i] > 0.9) found.push(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]);
	}
	const materials = fitMixture(thin(Float32Array.from(found), SAMPLES), 3, SPREAD, NOISE);
	// A bald head is about as light as the face, or lighter.
	const shade = (mean: Float64Array) => Math.max(0, skin[0][0] - mean[0]) / SCALP_SHADE;
	const hair = materials.filter(({ mean }) => skinDistance(skin, mean, 0) + shade(mean) ** 2 > SCALP_LIMIT);
	const share = hair.reduce((sum, { weight }) => sum + weight, 0);
	return share < LEAST_HAIR ? [] : hair.filter(({ weight }) => weight > 0.15 * share);
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

/** How much likelier hair is than skin on the scalp of somebody who has hair. */
const SCALP_PRIOR = 8;

/** Head and neck, pixel by pixel: as near to skin, to hair, or to neither. */
function labelHead(
	skinShare: Float32Array,
	hairShare: Float32Array,
	{ colours }: WorkingPicture,
	parts: Uint8Array,
	scalp: Uint8Array,
	skin: SkinModel,
	hair: readonly Gaussian[],
): void {
	const logScale = -Math.log(SKIN_SPREAD[0] * SKIN_SPREAD[1] * SKIN_SPREAD[2]);
	const logScaleHair = -Math.log(HAIR_SPREAD[0] * HAIR_SPREAD[1] * HAIR_SPREAD[2]);
	const other = Math.exp(logScale - 0.5 * SKIN_LIMIT.head);
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] !== HEAD) continue;
		const asSkin = Math.exp(logScale - 0.5 * skinDistance(skin, colours, 3 * i));
		const asHair = (scalp[i] ? SCALP_PRIOR : 1) * Math.exp(logScaleHair - 0.5 * hairDistance(hair, colours, 3 * i));
		const sum = asSkin + asHair + other;
		skinShare[i] = asSkin / sum;
		hairShare[i] = asHair / sum;
	}
}

/** Squared distance beyond which a material's density counts as none. */
const FAR = 100;

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
	const doubt = BODY_PARTS.map((part) => DOUBT[COVERED.includes(part) ? 0 : 1]);
	const members: number[] = [];
	const found: number[] = [];
	for (let i = 0; i < parts.length; i++) {
		if (!indices.includes(parts[i])) continue;
		members.push(i);
		if (mask[i] > 0.9) found.push(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]);
	}
	const materials = fitMixture(thin(Float32Array.from(found), SAMPLES), MATERIALS, SPREAD, NOISE);
	const distances = materials.map(({ mean }) => skinDistance(skin, mean, 0));
	const isHair = materials.map(({ mean }, k) => hairDistance(hair, mean, 0) < Math.min(HAIR_LIMIT, distances[k]));
	const density = new Float64Array(materials.length);
	for (const i of members) {
		const l = colours[3 * i];
		const rg = colours[3 * i + 1];
		const bg = colours[3 * i + 2];
		let sum = 1e-30;
		for (let k = 0; k < materials.length; k++) {
			const d = squaredDistance(materials[k], l, rg, bg);
			density[k] = d > FAR ? 0 : Math.exp(materials[k].logScale - 0.5 * d);
			sum += density[k];
		}
		let asSkin = 0;
		let asHair = 0;
		for (let k = 0; k < materials.length; k++) {
			asSkin += density[k] / (1 + Math.exp(doubt[parts[i]] * (distances[k] - limit[parts[i]])));
			if (isHair[k]) asHair += density[k];
		}
		hairShare[i] = asHair / sum;
		skinShare[i] = (asSkin / sum) * (1 - hairShare[i]);
	}
}

/** Squared distance of the colour at `colours[at…]` from the nearest of the head's hair. */
function hairDistance(hair: readonly Gaussian[], colours: ArrayLike<number>, at: number): number {
	let least = Infinity;
	for (const { mean } of hair) {
		let sum = 0;
		for (let c = 0; c < 3; c++) sum += ((colours[at + c] - mean[c]) / HAIR_SPREAD[c]) ** 2;
		if (sum < least) least = sum;
	}
	return least;
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

/** Hair over more of the trunk than the first is doubtful, over more than the second it is cloth of the same colour. */
const WIDE_HAIR: readonly [number, number] = [0.35, 0.6];
const TRUNK = BODY_PARTS.indexOf("trunk");
const THIGH = BODY_PARTS.indexOf("thigh");

/** Gives up hair below the head where it covers too much of the trunk: a black shirt under black hair. */
function doubtWideHair(hairShare: Float32Array, skinShare: Float32Array, parts: Uint8Array): void {
	let covered = 0;
	let area = 0;
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] !== TRUNK) continue;
		area++;
		if (hairShare[i] > 0.5) covered++;
	}
	if (covered < WIDE_HAIR[0] * area) return;
	const isCloth = covered >= WIDE_HAIR[1] * area;
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] === HEAD) continue;
		// Half cloth, half hair: nobody is certain.
		hairShare[i] = isCloth ? 0 : Math.min(hairShare[i], 0.5 * (1 - skinShare[i]));
	}
}

/** Nobody is photographed without anything about the hips: more skin than this is cloth of its colour. */
const BARE_TRUNK = 0.92;

/** Gives up skin on trunk and thighs where the whole trunk seems bare: who can tell a nude leotard from skin. */
function doubtBareBody(skinShare: Float32Array, parts: Uint8Array): void {
	let bare = 0;
	let area = 0;
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] !== TRUNK) continue;
		area++;
		if (skinShare[i] > 0.5) bare++;
	}
	if (bare < BARE_TRUNK * area) return;
	for (let i = 0; i < parts.length; i++) {
		if (parts[i] === TRUNK || parts[i] === THIGH) skinShare[i] = Math.min(0.5, skinShare[i]);
	}
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
