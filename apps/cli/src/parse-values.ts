import {
	AppError,
	MESH_FORMATS,
	type MeshFormat,
	nearestName,
	VIEW_LABELS,
	type ViewLabel,
	viewLabelOf,
} from "@anny-fitter/contracts";

const METRES_PER_UNIT: Readonly<Record<string, number>> = { mm: 0.001, cm: 0.01, m: 1, in: 0.0254 };

/**
 * A number as people write it, with a point or a comma.
 *
 * @param text what was given to the option
 * @param option name of the option, for messages
 * @param example a valid value, for messages
 * @throws {AppError} `invalid_argument`
 */
export function parseNumber(text: string, option: string, example: string): number {
	const value = toNumber(text);
	if (value !== null) return value;
	throw new AppError("invalid_argument", `"${text}" is not a number for ${option}.`, {
		remedy: `Write a plain number without a unit, such as ${option} ${example}.`,
		details: { field: option },
	});
}

function toNumber(text: string): number | null {
	return /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$/.test(text.trim()) ? Number(text.trim().replace(",", ".")) : null;
}

/** A value and how sure it is. */
export interface SpreadValue {
	readonly value: string;
	/** What follows ± or +-, null when nothing does. */
	readonly sigma: string | null;
}

/** Splits `96cm±1cm`, or `96cm+-1cm`, into value and standard deviation. */
export function splitSpread(text: string): SpreadValue {
	const at = /\s*(?:±|\+\/?-)\s*/.exec(text);
	if (at === null) return { value: text, sigma: null };
	return { value: text.slice(0, at.index), sigma: text.slice(at.index + at[0].length) };
}

/**
 * Tape measures as `id=length` or `id=length±length`, with the unit mm, cm, m or in; the length after ± is one standard
 * deviation and may leave the unit out.
 *
 * @returns id → metres, and id → standard deviation in metres where one is given
 * @throws {AppError} `invalid_argument`
 */
export function parseSpreadMeasures(texts: readonly string[]): {
	measures: Record<string, number>;
	sigmas: Record<string, number>;
} {
	const measures: Record<string, number> = {};
	const sigmas: Record<string, number> = {};
	for (const text of texts) {
		const { value, sigma } = splitSpread(text);
		const [[id, metres] = ["", 0]] = Object.entries(parseMeasures([value]));
		measures[id] = metres;
		delete sigmas[id];
		if (sigma === null) continue;
		const unit = /[a-z"]+\s*$/i.exec(value)?.[0] ?? "";
		const spread = parseMeasures([`${id}=${sigma}${/[a-z"]\s*$/i.test(sigma) ? "" : unit}`])[id] ?? 0;
		sigmas[id] = requirePositive(spread, text, "--measure", `${id}=96cm±1cm`);
	}
	return { measures, sigmas };
}

/**
 * A number with an optional standard deviation, such as `168` or `168±0.5`.
 *
 * @throws {AppError} `invalid_argument`
 */
export function parseSpreadNumber(
	text: string,
	option: string,
	example: string,
): { value: number; sigma: number | null } {
	const { value, sigma } = splitSpread(text);
	const number = parseNumber(value, option, example);
	if (sigma === null) return { value: number, sigma: null };
	const spread = parseNumber(sigma, option, `${example}±0.5`);
	return { value: number, sigma: requirePositive(spread, text, option, `${example}±0.5`) };
}

function requirePositive(value: number, text: string, option: string, example: string): number {
	if (value > 0) return value;
	throw new AppError("invalid_argument", `The standard deviation in "${text}" is not above zero.`, {
		remedy: `Write how far the value may be off, such as ${option} ${example}.`,
		details: { field: option },
	});
}

/**
 * Tape measures as `id=length`, with the unit mm, cm, m or in.
 *
 * @param texts such as `waist_girth=82cm`
 * @returns id → metres; the last of several values for an id counts
 * @throws {AppError} `invalid_argument`
 */
export function parseMeasures(texts: readonly string[]): Record<string, number> {
	const measures: Record<string, number> = {};
	for (const text of texts) {
		const [, id, amount, unit] = /^\s*([^=]*?)\s*=\s*([+-]?[\d.,]*)\s*([a-z"]*)\s*$/i.exec(text) ?? [];
		const length = amount === undefined ? null : toNumber(amount);
		if (id === undefined || id === "" || length === null) {
			throw new AppError("invalid_argument", `"${text}" is not a tape measure.`, {
				remedy: "Write an id, an equals sign and a length with its unit, such as --measure waist_girth=82cm.",
				details: { field: "--measure" },
			});
		}
		const metres = METRES_PER_UNIT[unit === '"' ? "in" : unit!.toLowerCase()];
		if (metres === undefined) {
			const cause =
				unit === "" ? `The tape measure "${text}" has no unit.` : `"${unit}" in "${text}" is not a unit of length.`;
			throw new AppError("invalid_argument", cause, {
				remedy: /^(?:kg|g|lbs?)$/i.test(unit!)
					? "State the weight with --weight-kg; --measure takes lengths."
					: `Add mm, cm, m or in, such as --measure ${id}=${amount}cm.`,
				details: { field: "--measure" },
			});
		}
		// 82 cm is 0.82 m, not 0.8200000000000001.
		measures[id] = Number((length * metres).toPrecision(12));
	}
	return measures;
}

/**
 * One view label per photo, or none at all.
 *
 * @param labels as given, in the order of the photos
 * @param photoCount number of photos
 * @throws {AppError} `invalid_argument`
 */
export function parseViews(labels: readonly string[], photoCount: number): ViewLabel[] {
	if (labels.length > 0 && labels.length !== photoCount) {
		throw new AppError(
			"invalid_argument",
			`There are ${count(labels.length, "view")} for ${count(photoCount, "photo")}.`,
			{
				remedy: "Give --view once per photo in the same order, or leave it out.",
				details: { field: "--view" },
			},
		);
	}
	return labels.map((label) => viewLabelOf(label) ?? requireOneOf(label, VIEW_LABELS, "--view"));
}

/**
 * A comma-separated list of mesh formats.
 *
 * @param text such as `glb,obj`
 * @returns the formats without repetition, in the order given
 * @throws {AppError} `invalid_argument`
 */
export function parseFormats(text: string): MeshFormat[] {
	const names = text.split(",").map((name) => name.trim().toLowerCase());
	const formats = new Set(names.filter((name) => name !== ""));
	if (formats.size === 0) {
		throw new AppError("invalid_argument", "--format names no mesh format.", {
			remedy: `Use ${MESH_FORMATS.join(", ")}, separated by commas, or leave it out.`,
			details: { field: "--format" },
		});
	}
	return [...formats].map((name) => requireOneOf(name, MESH_FORMATS, "--format"));
}

/**
 * @param text what was given
 * @param choices the valid values
 * @param option name of the option, for messages
 * @throws {AppError} `invalid_argument`
 */
export function requireOneOf<Choice extends string>(text: string, choices: readonly Choice[], option: string): Choice {
	const choice = choices.find((candidate) => candidate === text);
	if (choice !== undefined) return choice;
	const nearest = nearestName(text, choices);
	throw new AppError("invalid_argument", `"${text}" is not a valid value of ${option}.`, {
		remedy: nearest === null ? `Use one of ${choices.join(", ")}.` : `Did you mean ${nearest}?`,
		details: { field: option },
	});
}

function count(amount: number, thing: string): string {
	return `${amount} ${thing}${amount === 1 ? "" : "s"}`;
}
