import type { AdjustedBody, AdjustRequest } from "../../body/body-types.js";

/**
 * The values that a person has fixed, by moving a slider or by holding what is there; everything else follows. `mass` in
 * kilograms stands beside measurements in metres.
 */
export type Pins = Readonly<Record<string, number>>;

/** The body that is adjusted, by the same names. */
export type BaseValues = Readonly<Record<string, number>>;

/** Name of the mass among pins and values. */
export const MASS = "mass";
/** Fixed this close to the base, a value is held rather than moved: 0.1 mm, or 0.1 g. */
const SAME = 1e-4;
/** Nobody sees less: 1 mm, and 0.1 kg. */
const NOTICEABLE_M = 1e-3;
const NOTICEABLE_KG = 0.1;

/** What the body worker is asked for. */
export function requestOf(pins: Pins, base: BaseValues): AdjustRequest {
	const held: string[] = [];
	const targets_m: Record<string, number> = {};
	let target_mass_kg: number | null = null;
	let is_mass_held = false;
	for (const [id, value] of Object.entries(pins)) {
		const isHeld = Math.abs(value - (base[id] ?? Number.NaN)) < SAME;
		if (id === MASS) {
			if (isHeld) is_mass_held = true;
			else target_mass_kg = value;
		} else if (isHeld) held.push(id);
		else targets_m[id] = value;
	}
	return { targets_m, target_mass_kg, held, is_mass_held };
}

/** Whether there is anything to solve: values that are only held change nothing. */
export function changesBody({ targets_m, target_mass_kg }: AdjustRequest): boolean {
	return target_mass_kg !== null || Object.keys(targets_m).length > 0;
}

/** Fixes a value. */
export const pin = (pins: Pins, id: string, value: number): Pins => ({ ...pins, [id]: value });

/** Lets a value go where the others take it. */
export function unpin(pins: Pins, id: string): Pins {
	const { [id]: _, ...rest } = pins;
	return rest;
}

/** A fixed value that no body has. */
export interface Missed {
	readonly id: string;
	/** Metres; kilograms for `mass`. Always positive. */
	readonly missing: number;
}

/** Fixed values that are missed by more than anybody would overlook. */
export function missedPins(body: AdjustedBody): Missed[] {
	const missed = body.unreached
		.map(({ id, missing_m }) => ({ id, missing: Math.abs(missing_m) }))
		.filter(({ missing }) => missing > NOTICEABLE_M);
	const missing_kg = Math.abs(body.missing_mass_kg);
	return missing_kg > NOTICEABLE_KG ? [{ id: MASS, missing: missing_kg }, ...missed] : missed;
}

/**
 * What the server is told was adjusted by hand: the values that the body has, so that it can check them, and only of those
 * that were asked for and reached.
 */
export function adjustedValues(
	pins: Pins,
	base: BaseValues,
	body: AdjustedBody,
): { readonly adjusted: Record<string, number>; readonly mass_kg?: number } {
	const { targets_m, target_mass_kg } = requestOf(pins, base);
	const missed = new Set(missedPins(body).map(({ id }) => id));
	const adjusted = Object.fromEntries(
		Object.keys(targets_m)
			.filter((id) => !missed.has(id) && body.measurements_m[id] !== undefined)
			.map((id) => [id, body.measurements_m[id] as number]),
	);
	return target_mass_kg !== null && !missed.has(MASS) ? { adjusted, mass_kg: body.mass_kg } : { adjusted };
}
