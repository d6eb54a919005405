import type { RandomStream } from "@anny-fitter/math";
import type { BodyMap, Cut } from "./garment.js";
import { hsv, type PatternKind, type Rgb } from "./patterns.js";

export type Clothing = "tight" | "regular" | "loose";

/** A garment cut from the body's surface. */
export interface Garment {
	readonly name: string;
	readonly cut: Cut;
	/** off the skin, metres */
	readonly ease_m: number;
	/** rounds of tension: how much it bridges */
	readonly rounds: number;
	/** 0 taut in every direction, 1 slack around */
	readonly hang: number;
	readonly pattern: PatternKind;
	readonly colours: readonly [Rgb, Rgb];
}

/** Cloth that hangs from a garment's lower part. */
export interface Hanging {
	readonly name: string;
	/** heights at rest, metres */
	readonly top_m: number;
	readonly hem_m: number;
	readonly topEase_m: number;
	readonly ease_m: number;
	readonly flare: number;
	readonly fold_m: number;
	readonly folds: number;
	readonly phase: number;
	/** goes around legs, not the trunk alone */
	readonly isSkirt: boolean;
	readonly pattern: PatternKind;
	readonly colours: readonly [Rgb, Rgb];
}

export interface Outfit {
	readonly clothing: Clothing;
	readonly garments: readonly Garment[];
	readonly hangings: readonly Hanging[];
	/** MakeHuman's clothes: `clothes/male_casualsuit01` */
	readonly suit: string | null;
	/** `clothes/shoes01`, or null for bare feet and socks */
	readonly shoes: string | null;
}

const SUITS = {
	male: ["male_casualsuit01", "male_casualsuit02", "male_casualsuit03", "male_casualsuit05", "male_casualsuit06"],
	female: ["female_casualsuit01", "female_casualsuit02"],
} as const;

const EASE_M: Readonly<Record<Clothing, readonly [number, number]>> = {
	tight: [0.003, 0.005],
	regular: [0.008, 0.014],
	loose: [0.018, 0.03],
};
const HANG: Readonly<Record<Clothing, number>> = { tight: 0, regular: 0.7, loose: 0.9 };
const ROUNDS: Readonly<Record<Clothing, number>> = { tight: 10, regular: 30, loose: 60 };

/** Clothes of such colours would look like none. */
export function isLikeSkin([red, green, blue]: Rgb): boolean {
	return red > green && green > blue && red - blue > 0.08 && red - blue < 0.6 && green - blue > 0.15 * (red - blue);
}

/** Draws clothes of a kind for a body. */
export function drawOutfit(
	random: RandomStream,
	map: BodyMap,
	clothing: Clothing,
	sex: "male" | "female",
	isChild: boolean,
): Outfit {
	const between = (low: number, high: number): number => low + (high - low) * random.uniform();
	const pick = <T>(list: readonly T[]): T => list[Math.floor(list.length * random.uniform())] as T;
	const { heights } = map;
	const leg = heights.crotch - heights.floor;
	const ease = (): number => between(...EASE_M[clothing]);
	const colour = (): Rgb => {
		for (;;) {
			const isGrey = random.uniform() < 0.35;
			const drawn = hsv(random.uniform(), isGrey ? 0.05 : between(0.25, 0.85), between(0.12, 0.9));
			if (!isLikeSkin(drawn)) return drawn;
		}
	};
	const cloth = (kinds: readonly PatternKind[]) => ({
		pattern: pick(kinds),
		colours: [colour(), colour()] as const,
		ease_m: ease(),
		rounds: ROUNDS[clothing],
		hang: HANG[clothing],
	});
	const shoes =
		random.uniform() < 0.45 ? `clothes/${pick(["shoes01", "shoes02", "shoes04", "shoes05", "shoes06"])}` : null;
	const waist = heights.hip + between(0.25, 0.75) * (heights.waist - heights.hip);
	const bottom = (cuff_m: number, name: string): Garment => ({
		name,
		cut: { kind: "bottom", waist_m: waist, cuff_m },
		...cloth(["plain", "melange", "denim"]),
	});
	const top = (sleeve: number, hem_m: number, neckline_m: number, name: string): Garment => ({
		name,
		cut: { kind: "top", sleeve, hem_m, neckline_m },
		...cloth(["plain", "melange", "stripes", "plain", "checks"]),
	});
	const sock = (): Garment => ({
		name: "socks",
		cut: { kind: "sock", top_m: heights.ankle + between(0.02, 0.08) },
		...cloth(["plain"]),
		ease_m: 0.0025,
		rounds: 10,
	});
	const socks = shoes === null && random.uniform() < 0.3 ? [sock()] : [];
	const cuff = (): number =>
		pick([heights.ankle + 0.02, heights.knee - between(0.1, 0.2) * leg, heights.knee + between(0.02, 0.25) * leg]);
	const long = heights.ankle + 0.015;
	const neckline = between(0, sex === "female" ? 0.05 : 0.015);
	const none = { hangings: [], suit: null, shoes, clothing } as const;
	if (clothing === "tight") {
		const isSwimwear = !isChild && random.uniform() < 0.35;
		if (isSwimwear && sex === "male")
			return { ...none, garments: [bottom(heights.crotch - between(0.03, 0.15), "trunks"), ...socks] };
		if (isSwimwear) {
			const band: Garment = {
				name: "sports bra",
				cut: { kind: "band", top_m: heights.chest + 0.07, bottom_m: heights.chest - between(0.06, 0.11) },
				...cloth(["plain"]),
				rounds: 25,
			};
			return { ...none, garments: [bottom(heights.crotch - between(0.02, 0.06), "shorts"), band, ...socks] };
		}
		return {
			...none,
			garments: [
				bottom(cuff(), "leggings"),
				top(pick([0, 0.45, 0.6, 1.85]), waist - between(0.03, 0.08), neckline, "shirt"),
				...socks,
			],
		};
	}
	if (clothing === "regular") {
		if (!isChild && random.uniform() < 0.35) return { ...none, garments: [], suit: `clothes/${pick(SUITS[sex])}` };
		return {
			...none,
			garments: [
				bottom(pick([long, long, cuff()]), "trousers"),
				top(pick([0.55, 0.7, 1.9]), heights.hip - between(0.02, 0.08), neckline, "shirt"),
				...socks,
			],
		};
	}
	const folds = Math.round(between(7, 13));
	const phase = between(0, 2 * Math.PI);
	const isDressed = sex === "female" && random.uniform() < 0.5;
	if (isDressed) {
		const shirt = {
			...top(pick([0, 0.5, 0.6]), waist - 0.05, neckline, "shirt"),
			ease_m: between(0.006, 0.012),
			rounds: 40,
		};
		const skirt: Hanging = {
			name: "skirt",
			top_m: waist + 0.02,
			hem_m: between(heights.knee - 0.15 * leg, heights.knee + 0.12 * leg),
			topEase_m: 0.003,
			ease_m: between(0.018, 0.03),
			flare: between(0.08, 0.22),
			fold_m: between(0.015, 0.035),
			folds,
			phase,
			isSkirt: true,
			pattern: pick(["plain", "checks", "stripes", "denim"]),
			colours: [colour(), colour()],
		};
		return { ...none, garments: [shirt, ...socks], hangings: [skirt] };
	}
	const shirt = top(pick([0.7, 0.8, 1.9]), heights.waist, neckline, "loose shirt");
	const hanging: Hanging = {
		name: "loose shirt",
		top_m: heights.chest - 0.01,
		hem_m: heights.crotch + between(-0.02, 0.06),
		topEase_m: -0.004,
		ease_m: between(0.018, 0.03),
		flare: between(-0.06, 0.02),
		fold_m: between(0.004, 0.012),
		folds,
		phase,
		isSkirt: false,
		pattern: shirt.pattern,
		colours: shirt.colours,
	};
	return {
		...none,
		garments: [bottom(pick([long, long, heights.knee]), "wide trousers"), shirt, ...socks],
		hangings: [hanging],
	};
}

const HAIR = {
	male: ["short01", "short02", "short04", "short01", "short02", "short04", "afro01", null],
	female: ["bob01", "bob02", "long01", "ponytail01", "Braid01", "long01", "short03", "afro01", "ponytail01"],
} as const;
export const HAIR_COLOURS: Readonly<Record<string, Rgb>> = {
	black: [0.12, 0.11, 0.11],
	darkbrown: [0.3, 0.21, 0.16],
	brown: [0.5, 0.36, 0.25],
	blond: [0.95, 0.8, 0.56],
	red: [0.68, 0.34, 0.2],
	grey: [0.75, 0.75, 0.75],
};

/** Hair, its colour, eyebrows and eyes of a person, and whose skin. */
export interface Looks {
	/** `hair/long01`, or null */
	readonly hair: string | null;
	readonly hairColour: string;
	readonly eyes: string;
	readonly eyebrows: string;
	readonly heritage: "african" | "asian" | "caucasian";
}

export function drawLooks(
	random: RandomStream,
	person: {
		readonly sex: "male" | "female";
		readonly age_years: number;
		readonly shape: { readonly phenotypes: Readonly<Record<string, number>> };
	},
): Looks {
	const pick = <T>(list: readonly T[]): T => list[Math.floor(list.length * random.uniform())] as T;
	const { african = 0, asian = 0, caucasian = 0 } = person.shape.phenotypes;
	const at = random.uniform() * (african + asian + caucasian);
	const heritage = at < african ? "african" : at < african + asian ? "asian" : "caucasian";
	const isGrey = person.age_years > 45 && random.uniform() < (person.age_years - 40) / 35;
	const dark = ["black", "darkbrown"] as const;
	const hairColour = isGrey
		? "grey"
		: heritage === "caucasian"
			? pick(["darkbrown", "brown", "blond", "red", "brown"])
			: pick(dark);
	const hair = pick(HAIR[person.sex]);
	return {
		hair: hair === null ? null : `hair/${hair}`,
		hairColour,
		eyes: heritage === "caucasian" ? pick(["blue", "brown", "green", "grey", "brownlight"]) : "brown",
		eyebrows: `eyebrows/eyebrow0${pick(["01", "02", "03", "06", "08", "10"])}`,
		heritage,
	};
}
