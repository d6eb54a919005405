import {
	labelRegions,
	REGION,
	type RegionLandmarks,
	type RgbImage,
	refineMask,
	skinShares,
} from "@anny-fitter/perception";
import { describe, expect, it } from "vitest";
import { boxMean } from "../src/person-regions/box-filter.js";
import { FACE_OVAL } from "../src/person-regions/skin-seeds.js";

type Colour = readonly [number, number, number];

/** Deterministic noise of a standard deviation of about two levels. */
function createNoise(): () => number {
	let state = 1;
	return () => {
		state = (state * 16807) % 2147483647;
		return (state / 2147483647 - 0.5) * 7;
	};
}

describe("boxMean", () => {
	it("equals the plain mean over the window, cut at the border", () => {
		const [width, height, radius] = [13, 9, 3];
		const noise = createNoise();
		const values = Float32Array.from({ length: width * height }, noise);
		const out = new Float32Array(values.length);
		boxMean(out, values, width, height, radius, new Float32Array(values.length));
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				let [sum, count] = [0, 0];
				for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
					for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
						sum += values[v * width + u] ?? 0;
						count++;
					}
				}
				expect(out[y * width + x]).toBeCloseTo(sum / count, 4);
			}
		}
		const inPlace = values.slice();
		boxMean(inPlace, inPlace, width, height, radius, new Float32Array(values.length));
		expect(inPlace).toEqual(out);
	});
});

describe("refineMask", () => {
	const [WIDTH, HEIGHT, RADIUS] = [320, 300, 90];
	const [X, Y] = [160.3, 150.7];

	/** Share of a pixel inside the disc, and inside one moved to the right, blurred by about five pixels. */
	function disc(inside: Colour, outside: Colour, shift_px: number): { image: RgbImage; mask: Float32Array } {
		const noise = createNoise();
		const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
		const mask = new Float32Array(WIDTH * HEIGHT);
		for (let i = 0; i < mask.length; i++) {
			const [x, y] = [(i % WIDTH) + 0.5, Math.floor(i / WIDTH) + 0.5];
			const share = Math.min(1, Math.max(0, RADIUS - Math.hypot(x - X, y - Y) + 0.5));
			for (let c = 0; c < 3; c++) {
				rgb[3 * i + c] = Math.round(share * (inside[c] ?? 0) + (1 - share) * (outside[c] ?? 0) + noise());
			}
			mask[i] = 1 / (1 + Math.exp((Math.hypot(x - X - shift_px, y - Y) - RADIUS) / 2.5));
		}
		return { image: { width: WIDTH, height: HEIGHT, rgb }, mask };
	}

	/** Signed distances of the mask's outline from the disc, along all rows. */
	function outlineErrors(mask: Float32Array): number[] {
		const errors: number[] = [];
		for (let y = 90; y < 210; y++) {
			for (let x = 0; x + 1 < WIDTH; x++) {
				const a = mask[y * WIDTH + x] ?? 0;
				const b = mask[y * WIDTH + x + 1] ?? 0;
				if (a >= 0.5 === b >= 0.5) continue;
				errors.push(Math.hypot(x + 0.5 + (a - 0.5) / (a - b) - X, y + 0.5 - Y) - RADIUS);
			}
		}
		return errors;
	}
	const meanAbsolute = (values: number[]) => values.reduce((s, v) => s + Math.abs(v), 0) / values.length;

	it.each([
		["dark before light", [60, 50, 70], [200, 190, 170]],
		["two colours as light as each other", [170, 110, 100], [110, 140, 110]],
	] as const)("moves the outline onto the edge: %s", (_, inside, outside) => {
		const { image, mask } = disc(inside, outside, 2);
		expect(meanAbsolute(outlineErrors(mask))).toBeGreaterThan(1.5);
		const refined = new Float32Array(mask.length);
		refineMask(refined, image, mask, 5);
		const errors = outlineErrors(refined);
		expect(errors).toHaveLength(240);
		expect(meanAbsolute(errors)).toBeLessThan(0.35);
		refineMask(mask, image, mask, 5);
		expect(mask, "in place").toEqual(refined);
	});

	it("leaves a mask alone where the photo has no edge", () => {
		const { image, mask } = disc([120, 120, 120], [122, 121, 120], 2);
		const refined = new Float32Array(mask.length);
		refineMask(refined, image, mask, 5);
		let largest = 0;
		for (let i = 0; i < mask.length; i++) largest = Math.max(largest, Math.abs((refined[i] ?? 0) - (mask[i] ?? 0)));
		expect(largest).toBeLessThan(0.02);
	});

	it("keeps empty and full masks, and refuses sizes that do not match", () => {
		const { image, mask } = disc([60, 50, 70], [200, 190, 170], 0);
		for (const value of [0, 1]) {
			const flat = new Float32Array(mask.length).fill(value);
			refineMask(flat, image, flat.slice(), 5);
			expect(flat.every((v) => v === value)).toBe(true);
		}
		expect(() => refineMask(mask, image, new Float32Array(5), 5)).toThrow(RangeError);
		expect(() => refineMask(mask, image, mask, Number.NaN)).toThrow(RangeError);
	});
});

const [WIDTH, HEIGHT] = [400, 720];
/** Pixels per metre of the drawn person. */
const SCALE = 380;
/** Landmarks 0…32 of a person facing the camera: x and y in pixels; the left side is on the right of the picture. */
const LANDMARKS: readonly (readonly [number, number])[] = [
	[200, 66],
	...[207, 210, 213, 193, 190, 187].map((x) => [x, 56] as const),
	[228, 60],
	[172, 60],
	[207, 78],
	[193, 78],
	...[116, 200, 272].flatMap((y, i) => [1, -1].map((side) => [200 + side * (60 + 25 * i), y] as const)),
	...[290, 294, 288].flatMap((y) => [1, -1].map((side) => [200 + side * 118, y] as const)),
	...[310, 470, 620].flatMap((y) => [1, -1].map((side) => [200 + side * 34, y] as const)),
	...[635, 645].flatMap((y) => [1, -1].map((side) => [200 + side * 34, y] as const)),
];

interface Wardrobe {
	readonly skin: Colour;
	readonly hair: Colour | null;
	readonly shirt: Colour;
	readonly trousers: Colour;
	readonly gloves?: Colour;
	readonly hasFace?: boolean;
	/** Hair that hangs down the side of the trunk to this height. */
	readonly hairDownTo_px?: number;
}

/** What the drawing shows at a point, or null beside the person. */
type Part = "face" | "hair" | "shirt" | "arm" | "hand" | "thigh" | "shank";

function partAt(x: number, y: number, hairDownTo_px: number): Part | null {
	const near = (ax: number, ay: number, bx: number, by: number, radius: number) => {
		const t = Math.min(
			1,
			Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)),
		);
		return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)) < radius;
	};
	const side = x > 200 ? 1 : -1;
	if (hairDownTo_px > 0 && x > 214 && x < 238 && y > 60 && y < hairDownTo_px) return "hair";
	if (((x - 200) / 24) ** 2 + ((y - 66) / 32) ** 2 < 1) return "face";
	if (y < 66 && Math.hypot(x - 200, y - 56) < 38) return "hair";
	if (near(200, 90, 200, 112, 14)) return "face";
	if (near(200 + side * 110, 272, 200 + side * 118, 292, 13)) return "hand";
	if (near(200 + side * 85, 200, 200 + side * 110, 272, 14)) return "arm";
	if (near(200 + side * 60, 116, 200 + side * 85, 200, 17)) return "arm";
	if (Math.abs(x - 200) < 62 && y > 104 && y < 316) return "shirt";
	if (near(200 + side * 34, 310, 200 + side * 34, 470, 30)) return "thigh";
	if (near(200 + side * 34, 470, 200 + side * 34, 640, 20)) return "shank";
	return null;
}

function draw(wardrobe: Wardrobe): {
	image: RgbImage;
	mask: Float32Array;
	seen: RegionLandmarks;
	parts: (Part | null)[];
} {
	const { skin, hair, shirt, trousers, gloves = skin, hasFace = true, hairDownTo_px = 0 } = wardrobe;
	const noise = createNoise();
	const rgb = new Uint8Array(WIDTH * HEIGHT * 3);
	const mask = new Float32Array(WIDTH * HEIGHT);
	const parts: (Part | null)[] = [];
	const colours: Record<Part, Colour> = {
		face: skin,
		hair: hair ?? skin,
		shirt,
		arm: skin,
		hand: gloves,
		thigh: trousers,
		shank: skin,
	};
	for (let i = 0; i < mask.length; i++) {
		const [x, y] = [(i % WIDTH) + 0.5, Math.floor(i / WIDTH) + 0.5];
		const part = partAt(x, y, hair === null ? 0 : hairDownTo_px);
		parts.push(part);
		const colour = part === null ? ([150, 170, 190] as const) : colours[part];
		// Light from the left; legs in some shadow.
		const light = part === null ? 1 : (1.1 - 0.4 * (x / WIDTH)) * (part === "shank" ? 0.85 : 1);
		for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.min(255, Math.max(0, (colour[c] ?? 0) * light + noise()));
		mask[i] = part === null ? 0 : 1;
	}
	const body = new Float64Array(33 * 5);
	const bodyWorld = new Float64Array(33 * 3);
	LANDMARKS.forEach(([x, y], i) => {
		body.set([x, y, hasFace || i > 10 ? 0 : i === 0 ? 100 : 0, 0.99, 0.99], 5 * i);
		bodyWorld.set([(x - 200) / SCALE, (y - 310) / SCALE, 0], 3 * i);
	});
	const hand = (side: number) =>
		Float64Array.from({ length: 63 }, (_, k) => [200 + side * 114, 284, 0][k % 3] ?? 0).map(
			(v, k) => v + (k % 3 < 2 ? (Math.floor(k / 3) % 5) - 2 : 0),
		);
	const face = new Float64Array(468 * 3);
	for (let i = 0; i < 468; i++) face.set([200 + (i % 9) - 4, 66 + (i % 7) - 3, 0], 3 * i);
	FACE_OVAL.forEach((index, k) => {
		const angle = (2 * Math.PI * k) / FACE_OVAL.length;
		face.set([200 + 24 * Math.sin(angle), 66 - 32 * Math.cos(angle), 0], 3 * index);
	});
	const seen = { body, bodyWorld, face: hasFace ? face : null, leftHand: hand(1), rightHand: hand(-1) };
	return { image: { width: WIDTH, height: HEIGHT, rgb }, mask, seen, parts };
}

/** Share of a part's pixels that carry a label. */
function shareOf(labels: Uint8Array | null, parts: readonly (Part | null)[], part: Part, label: number): number {
	let [all, found] = [0, 0];
	parts.forEach((each, i) => {
		if (each !== part) return;
		all++;
		if (labels?.[i] === label) found++;
	});
	return found / all;
}

const LIGHT: Colour = [224, 182, 158];
const DARK: Colour = [96, 62, 46];
const NAVY: Colour = [40, 50, 90];
const GREEN: Colour = [60, 110, 70];
const BROWN_HAIR: Colour = [60, 44, 36];
const BLACK_HAIR: Colour = [28, 26, 27];

describe("labelRegions", () => {
	it.each([
		["light skin", LIGHT, BROWN_HAIR],
		["dark skin", DARK, BLACK_HAIR],
	] as const)("tells cloth, bare skin and hair apart: %s", (_, skin, hair) => {
		const { image, mask, seen, parts } = draw({ skin, hair, shirt: NAVY, trousers: GREEN });
		const labels = labelRegions(image, seen, mask);
		for (const part of ["face", "arm", "hand", "shank"] as const) {
			expect(shareOf(labels, parts, part, REGION.skin), part).toBeGreaterThan(0.9);
		}
		for (const part of ["shirt", "thigh"] as const) {
			expect(shareOf(labels, parts, part, REGION.cloth), part).toBeGreaterThan(0.95);
		}
		expect(shareOf(labels, parts, "hair", REGION.hair)).toBeGreaterThan(0.8);
		parts.forEach((part, i) => {
			if (part === null && labels?.[i] !== 0) throw new Error(`pixel ${i} of the background has a label`);
		});
		const shares = skinShares(labels ?? new Uint8Array(), WIDTH, HEIGHT, seen);
		expect(shares.forearm).toBeGreaterThan(0.9);
		expect(shares.shank).toBeGreaterThan(0.85);
		expect(shares.thigh).toBeLessThan(0.15);
		// The shoulders of the drawing are bare.
		expect(shares.trunk).toBeLessThan(0.2);
	});

	it("finds no hair on a bald head", () => {
		const { image, mask, seen, parts } = draw({ skin: LIGHT, hair: null, shirt: NAVY, trousers: GREEN });
		const labels = labelRegions(image, seen, mask);
		expect(labels?.includes(REGION.hair)).toBe(false);
		expect(shareOf(labels, parts, "hair", REGION.skin), "the scalp").toBeGreaterThan(0.9);
	});

	it("follows hair down the trunk, and takes no shirt of its colour for hair", () => {
		const long = draw({ skin: LIGHT, hair: BROWN_HAIR, shirt: [190, 200, 215], trousers: GREEN, hairDownTo_px: 230 });
		const labels = labelRegions(long.image, long.seen, long.mask);
		expect(shareOf(labels, long.parts, "hair", REGION.hair)).toBeGreaterThan(0.8);
		expect(shareOf(labels, long.parts, "shirt", REGION.cloth)).toBeGreaterThan(0.9);
		const same = draw({ skin: LIGHT, hair: BROWN_HAIR, shirt: BROWN_HAIR, trousers: GREEN, hairDownTo_px: 130 });
		const sameLabels = labelRegions(same.image, same.seen, same.mask);
		expect(shareOf(sameLabels, same.parts, "shirt", REGION.hair)).toBeLessThan(0.05);
	});

	it("does not learn skin from gloves when it sees the face", () => {
		const { image, mask, seen, parts } = draw({
			skin: LIGHT,
			hair: BROWN_HAIR,
			shirt: NAVY,
			trousers: NAVY,
			gloves: [50, 60, 100],
		});
		const labels = labelRegions(image, seen, mask);
		expect(shareOf(labels, parts, "shirt", REGION.skin)).toBeLessThan(0.01);
		expect(shareOf(labels, parts, "shank", REGION.skin)).toBeGreaterThan(0.9);
	});

	it("learns skin from the hands of somebody seen from behind", () => {
		const { image, mask, seen, parts } = draw({
			skin: LIGHT,
			hair: BROWN_HAIR,
			shirt: NAVY,
			trousers: GREEN,
			hasFace: false,
		});
		const labels = labelRegions(image, seen, mask);
		expect(shareOf(labels, parts, "shank", REGION.skin)).toBeGreaterThan(0.9);
		expect(shareOf(labels, parts, "hair", REGION.hair)).toBeGreaterThan(0.8);
		const hidden = { ...seen, leftHand: null, rightHand: null };
		expect(labelRegions(image, hidden, mask), "nothing to learn skin from").toBeNull();
	});

	it("is unsure of cloth of nearly the skin's colour instead of calling it skin", () => {
		const { image, mask, seen, parts } = draw({
			skin: LIGHT,
			hair: BROWN_HAIR,
			shirt: [212, 186, 150],
			trousers: GREEN,
		});
		const labels = labelRegions(image, seen, mask);
		expect(shareOf(labels, parts, "shirt", REGION.skin)).toBeLessThan(0.1);
	});

	it("does not call a leotard of the skin's colour bare skin", () => {
		const { image, mask, seen, parts } = draw({ skin: LIGHT, hair: BROWN_HAIR, shirt: LIGHT, trousers: LIGHT });
		const labels = labelRegions(image, seen, mask);
		// The part of the shirt beside the arms counts as arm.
		expect(shareOf(labels, parts, "shirt", REGION.skin)).toBeLessThan(0.15);
		expect(shareOf(labels, parts, "thigh", REGION.skin)).toBeLessThan(0.15);
		expect(shareOf(labels, parts, "shank", REGION.skin)).toBeGreaterThan(0.9);
	});

	it("says nothing without a person", () => {
		const { image, mask, seen } = draw({ skin: LIGHT, hair: null, shirt: NAVY, trousers: GREEN });
		expect(labelRegions(image, { ...seen, body: new Float64Array(0) }, mask)).toBeNull();
		expect(labelRegions(image, seen, new Float32Array(mask.length))).toBeNull();
		expect(() => labelRegions(image, seen, new Float32Array(3))).toThrow(RangeError);
		expect(() => skinShares(new Uint8Array(3), WIDTH, HEIGHT, seen)).toThrow(RangeError);
	});
});
