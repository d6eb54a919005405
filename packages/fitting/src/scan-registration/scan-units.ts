/** Units that files of bodies come in, metres. */
export const SCAN_UNITS = { m: 1, dm: 0.1, cm: 0.01, mm: 0.001, in: 0.0254 } as const;

export type ScanUnit = keyof typeof SCAN_UNITS;

/** What units are called in sentences. */
export const UNIT_NAMES: Readonly<Record<ScanUnit, string>> = {
	m: "metres",
	dm: "decimetres",
	cm: "centimetres",
	mm: "millimetres",
	in: "inches",
};

/** Statures that are believed, metres: from a small newborn to a very tall man. */
export const PLAUSIBLE_STATURE_M = [0.4, 2.3] as const;

/** Which unit a scan seems to be in. */
export interface UnitGuess {
	readonly unit: ScanUnit;
	/** Other units that would give a possible body too. */
	readonly alternatives: readonly ScanUnit[];
}

/**
 * The unit in which a body of a build has a believable stature.
 *
 * @param stature in the file's unit
 * @param expected_m range of statures of bodies of this build, metres
 * @returns null when no unit gives a believable stature
 */
export function guessUnit(stature: number, expected_m: readonly [number, number]): UnitGuess | null {
	const middle = Math.sqrt(expected_m[0] * expected_m[1]);
	const miss = (unit: ScanUnit): number => Math.abs(Math.log((stature * SCAN_UNITS[unit]) / middle));
	const possible = (Object.keys(SCAN_UNITS) as ScanUnit[])
		.filter((unit) => {
			const stature_m = stature * SCAN_UNITS[unit];
			return stature_m >= PLAUSIBLE_STATURE_M[0] && stature_m <= PLAUSIBLE_STATURE_M[1];
		})
		.sort((a, b) => miss(a) - miss(b));
	if (possible.length === 0) return null;
	return { unit: possible[0], alternatives: possible.slice(1) };
}
