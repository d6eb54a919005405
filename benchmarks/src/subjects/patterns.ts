import type { RandomStream } from "@anny-fitter/math";
import { bytesToBase64, type DrawnMaterial } from "./scene.js";

export type Rgb = readonly [number, number, number];

export type PatternKind =
	| "plain"
	| "melange"
	| "stripes"
	| "checks"
	| "denim"
	| "wood"
	| "tiles"
	| "carpet"
	| "plaster"
	| "paper";

const SIZE = 256;

/** Size of one repeat of a pattern, metres. */
const TILE_M: Readonly<Record<PatternKind, number>> = {
	plain: 0.2,
	melange: 0.2,
	stripes: 0.2,
	checks: 0.24,
	denim: 0.16,
	wood: 1.2,
	tiles: 0.8,
	carpet: 0.7,
	plaster: 1.5,
	paper: 0.9,
};

/** A repeating square in one or two colours, with the grain of cloth, wood or plaster. */
export function pattern(
	kind: PatternKind,
	first: Rgb,
	second: Rgb,
	random: RandomStream,
): NonNullable<DrawnMaterial["pattern"]> {
	const rgba = new Uint8Array(4 * SIZE * SIZE);
	const count = 2 + Math.floor(4 * random.uniform());
	const planks = Array.from({ length: 8 }, () => 0.12 * random.normal());
	const waves = Array.from({ length: 6 }, () => ({
		x: Math.round(6 * random.normal()),
		y: Math.round(6 * random.normal()),
		phase: 2 * Math.PI * random.uniform(),
	}));
	for (let y = 0; y < SIZE; y++) {
		for (let x = 0; x < SIZE; x++) {
			const noise = random.uniform() - 0.5;
			const [u, v] = [x / SIZE, y / SIZE];
			let mix = 0;
			let shade = 0;
			if (kind === "stripes") mix = (v * count * 2) % 2 < 0.7 ? 0 : 1;
			else if (kind === "checks") mix = ((u * count * 2) % 2 < 1 ? 0.5 : 0) + ((v * count * 2) % 2 < 1 ? 0.5 : 0);
			else if (kind === "denim") shade = 0.12 * Math.sin((x + y) * 1.57) + 0.1 * noise;
			else if (kind === "wood") {
				const plank = Math.floor(v * 8);
				const edge = (v * 8) % 1 < 0.03 ? -0.35 : 0;
				shade =
					(planks[plank] ?? 0) +
					edge +
					0.03 * Math.sin(140 * v + 1.5 * Math.sin(2 * Math.PI * u + plank)) +
					0.05 * noise;
			} else if (kind === "tiles") shade = (u * 2) % 1 < 0.02 || (v * 2) % 1 < 0.02 ? -0.25 : 0.03 * noise;
			else if (kind === "carpet") shade = 0.3 * noise;
			else if (kind === "paper") mix = Math.sin(2 * Math.PI * 6 * u) * Math.sin(2 * Math.PI * 6 * v) > 0.72 ? 0.5 : 0;
			if (kind === "melange") shade = 0.22 * noise;
			if (kind === "plain" || kind === "stripes" || kind === "checks" || kind === "paper") shade = 0.05 * noise;
			if (kind === "plaster" || kind === "carpet" || kind === "plain") {
				for (const wave of waves) shade += 0.005 * Math.sin(2 * Math.PI * (wave.x * u + wave.y * v) + wave.phase);
			}
			const at = 4 * (y * SIZE + x);
			for (const k of [0, 1, 2] as const) {
				const value = (first[k] * (1 - mix) + second[k] * mix) * (1 + shade);
				rgba[at + k] = Math.max(0, Math.min(255, Math.round(255 * value)));
			}
			rgba[at + 3] = 255;
		}
	}
	return { size: SIZE, rgba: bytesToBase64(rgba), tile_m: TILE_M[kind] };
}

/** A material of a pattern, lit on both sides. */
export function patterned(
	kind: PatternKind,
	first: Rgb,
	second: Rgb,
	random: RandomStream,
	roughness = 0.9,
): DrawnMaterial {
	return {
		colour: [1, 1, 1],
		picture: null,
		pattern: pattern(kind, first, second, random),
		roughness,
		alphaTest: 0,
		isDoubleSided: true,
	};
}

/** A colour of a hue, 0…1 each. */
export function hsv(hue: number, saturation: number, value: number): Rgb {
	const part = (n: number): number => {
		const k = (n + 6 * hue) % 6;
		return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
	};
	return [part(5), part(3), part(1)];
}
