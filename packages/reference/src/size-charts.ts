import type { Band } from "./bands.js";

/** Whose clothes. */
export type SizeGroup = "women" | "men" | "children";

/** Bands around sizes, edges half-way between neighbours; the first and last band as wide outside as inside. Metres. */
function bandsAround(sizes_cm: readonly number[], code: (size_cm: number) => string = String): Band[] {
	return sizes_cm.map((size, i) => {
		const below = sizes_cm[i - 1];
		const above = sizes_cm[i + 1];
		const low = below === undefined ? size - (above - size) / 2 : (below + size) / 2;
		const high = above === undefined ? size + (size - below) / 2 : (size + above) / 2;
		return { code: code(size), low: low / 100, high: high / 100 };
	});
}

function letters(edges_cm: readonly number[]): Band[] {
	const codes = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL"];
	return codes.map((code, i) => ({ code, low: edges_cm[i] / 100, high: edges_cm[i + 1] / 100 }));
}

/** Numbers from `from` to `to` in steps. */
function steps(from: number, to: number, by: number): number[] {
	return Array.from({ length: Math.round((to - from) / by) + 1 }, (_, i) => from + i * by);
}

/**
 * Sizes of EN 13402-3 as public summaries of it tell them (the standard's own text was not read): steps of 4 cm, wider in
 * large sizes; letters by chest or bust girth alone; children by height in steps of 6 cm.
 */
export const WOMEN_BUST: readonly Band[] = bandsAround([...steps(76, 104, 4), ...steps(110, 152, 6)]);
export const WOMEN_WAIST: readonly Band[] = bandsAround([...steps(60, 88, 4), ...steps(94, 136, 6)]);
export const WOMEN_HIP: readonly Band[] = bandsAround([...steps(84, 112, 4), ...steps(117, 152, 5)]);
export const MEN_CHEST: readonly Band[] = bandsAround([...steps(84, 120, 4), ...steps(126, 144, 6)]);
export const MEN_WAIST: readonly Band[] = bandsAround([...steps(72, 108, 4), ...steps(114, 132, 6)]);
export const CHILDREN_HEIGHT: readonly Band[] = bandsAround(steps(86, 182, 6));

/** One table has the edge between women's L and XL at 106; 107 is half-way between the sizes 104 and 110. */
export const WOMEN_LETTERS: readonly Band[] = letters([66, 74, 82, 90, 98, 107, 119, 131, 143, 155, 167]);
export const MEN_LETTERS: readonly Band[] = letters([70, 78, 86, 94, 102, 110, 118, 129, 141, 154, 166]);

/** Collar sizes of shirts: the girth of the neck to the nearest centimetre, as the standard pairs it with the chest. */
export const COLLAR: readonly Band[] = bandsAround(steps(34, 50, 1));

const INCH_CM = 2.54;

/** Custom of the trade, not of the standard: waist in inches, every inch up to 38, then every second. */
export const TROUSER_WAIST: readonly Band[] = bandsAround(
	[...steps(24, 38, 1), ...steps(40, 50, 2)].map((inches) => inches * INCH_CM),
	(cm) => `W${Math.round(cm / INCH_CM)}`,
);

/** A trouser leg ends about this far above the floor. */
export const TROUSER_HEM_M = 0.025;

/** Custom of the trade: leg in inches from crotch to hem. */
export const TROUSER_LEG: readonly Band[] = bandsAround(
	steps(26, 38, 2).map((inches) => inches * INCH_CM),
	(cm) => `L${Math.round(cm / INCH_CM)}`,
);

/**
 * Number on many labels of continental Europe (Germany's count) for a size of the bust or chest. Custom, not the standard.
 *
 * @param size_cm a code of {@link WOMEN_BUST} or {@link MEN_CHEST}
 * @returns null where the custom has no number
 */
export function customNumber(group: "women" | "men", size_cm: number): number | null {
	if (group === "men") return size_cm <= 120 ? size_cm / 2 : null;
	if (size_cm <= 104) return size_cm / 2 - 6;
	return size_cm <= 128 ? (size_cm - 110) / 3 + 48 : null;
}
