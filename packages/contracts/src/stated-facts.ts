import { AppError } from "./errors.js";
import { nearestName } from "./nearest-name.js";

export const SEXES = ["male", "female", "unspecified"] as const;
export type Sex = (typeof SEXES)[number];

/** Which side of the body a view shows. */
export const VIEW_DIRECTIONS = ["front", "side", "back", "three-quarter"] as const;
export type ViewDirection = (typeof VIEW_DIRECTIONS)[number];

/** What a user may call a view: `left` and `right` are side views that show that side of the person. */
export const VIEW_LABELS = [...VIEW_DIRECTIONS, "left", "right"] as const;
export type ViewLabel = (typeof VIEW_LABELS)[number];

/** What people write for a label, where its spelling is no help. */
const VIEW_ALIASES: Readonly<Record<string, ViewLabel>> = {
	"left-side": "left",
	"right-side": "right",
	profile: "side",
	rear: "back",
	"3/4": "three-quarter",
	threequarter: "three-quarter",
};

/** The label that a word stands for, in any case and with blanks or underscores for hyphens; null when it is none. */
export function viewLabelOf(word: string): ViewLabel | null {
	const plain = word
		.trim()
		.toLowerCase()
		.replaceAll(/[\s_]+/g, "-");
	const label = VIEW_LABELS.find((candidate) => candidate === plain);
	return label ?? (Object.hasOwn(VIEW_ALIASES, plain) ? (VIEW_ALIASES[plain] ?? null) : null);
}

/** How a stated stature or weight is known: read off a scale or a wall lately, or from memory. */
export const STATED_SOURCES = ["measured", "estimated"] as const;
export type StatedSource = (typeof STATED_SOURCES)[number];

/** What the user told about the person, checked, in SI units. A fact that was not stated has no key. */
export interface StatedFacts {
	readonly stature_m?: number;
	readonly weight_kg?: number;
	readonly age_years?: number;
	/** Calendar date, YYYY-MM-DD. */
	readonly date_of_birth?: string;
	readonly sex?: Sex;
	/** Measurement id → metres. The code that knows the measurements checks the ids. */
	readonly measures?: Readonly<Record<string, number>>;
	/** How the stature is known; what that means in metres is the fitter's to say. Kept only beside a stature. */
	readonly stature_source?: StatedSource;
	/** How the weight is known. Kept only beside a weight. */
	readonly weight_source?: StatedSource;
	/**
	 * Standard deviations of stated values where the user gives them: `stature` and measurements in metres, `mass` in
	 * kilograms. They count before the sources.
	 */
	readonly sigmas?: Readonly<Record<string, number>>;
}

const STATURE_M = { low: 0.4, high: 2.6 };
const WEIGHT_KG = { low: 2, high: 350 };
const AGE_YEARS = { low: 0, high: 110 };
const MEASURE_M = { low: 0.02, high: 3 };
/** Wider than any living person; catches values in the wrong unit that are plausible one by one. */
const BODY_MASS_INDEX = { low: 5, high: 200 };
/** Age is stated in completed years, or as the age that someone is about to reach. */
const AGE_TOLERANCE_YEARS = 1;
/** A person's stature varies by as much within a day. */
const STATURE_TOLERANCE_M = 0.02;
const YEAR_MS = 365.25 * 86_400_000;

const FACT_NAMES = [
	"stature_m",
	"weight_kg",
	"age_years",
	"date_of_birth",
	"sex",
	"measures",
	"stature_source",
	"weight_source",
	"sigmas",
] as const;

/**
 * Checks what the user stated.
 *
 * @param raw object with any of the keys of {@link StatedFacts}; undefined and null values count as not stated
 * @param today the day of the photo or of the request, in local time
 * @throws {AppError} `invalid_argument` with one sentence, and a remedy that guesses what was meant
 */
export function parseStatedFacts(raw: unknown, today: Date): StatedFacts {
	if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
		throw invalid("facts", "What is stated about the person must be an object of named values.");
	}
	const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined && value !== null));
	for (const key of Object.keys(given)) {
		if ((FACT_NAMES as readonly string[]).includes(key)) continue;
		const nearest = nearestName(key, FACT_NAMES);
		throw invalid(
			key,
			`"${key}" is not something that can be stated about a person.`,
			nearest === null ? `Use one of ${FACT_NAMES.join(", ")}.` : `Did you mean "${nearest}"?`,
		);
	}
	const facts: { -readonly [Key in keyof StatedFacts]: StatedFacts[Key] } = {};
	if ("stature_m" in given) facts.stature_m = parseStature(given.stature_m);
	if ("weight_kg" in given) facts.weight_kg = parseWeight(given.weight_kg);
	if ("age_years" in given) facts.age_years = parseAge(given.age_years);
	if ("date_of_birth" in given) facts.date_of_birth = parseDateOfBirth(given.date_of_birth, today);
	if ("sex" in given) facts.sex = parseSex(given.sex);
	if ("measures" in given) facts.measures = parseMeasures(given.measures);
	const { stature, ...otherMeasures } = facts.measures ?? {};
	if (stature !== undefined) {
		// The stature is a fact of its own; a tape measure of it says the same.
		facts.stature_m = mergeStature(facts.stature_m, stature);
		if (Object.keys(otherMeasures).length > 0) facts.measures = otherMeasures;
		else delete facts.measures;
	}
	// How something is known says nothing where it is not stated.
	const statureSource = parseSource("stature_source", given.stature_source);
	if (statureSource !== null && facts.stature_m !== undefined) facts.stature_source = statureSource;
	const weightSource = parseSource("weight_source", given.weight_source);
	if (weightSource !== null && facts.weight_kg !== undefined) facts.weight_source = weightSource;
	if ("sigmas" in given) {
		const sigmas = parseSigmas(given.sigmas, facts);
		if (Object.keys(sigmas).length > 0) facts.sigmas = sigmas;
	}
	refuseContradictions(facts, today);
	return facts;
}

/**
 * The age that was stated, directly or by the date of birth; null when neither was.
 *
 * @param facts checked facts
 * @param today the day for which the age is wanted, in local time
 */
export function statedAgeYears(facts: StatedFacts, today: Date): number | null {
	if (facts.date_of_birth !== undefined) return ageAt(facts.date_of_birth, today);
	return facts.age_years ?? null;
}

function invalid(field: string, message: string, remedy?: string): AppError {
	return new AppError("invalid_argument", message, { details: { field }, ...(remedy === undefined ? {} : { remedy }) });
}

function requireNumber(field: string, value: unknown): number {
	if (typeof value === "number" && Number.isFinite(value)) return value;
	throw invalid(field, `${field} must be a number, but it is ${JSON.stringify(value) ?? String(value)}.`);
}

function isWithin(value: number, range: { low: number; high: number }): boolean {
	return value >= range.low && value <= range.high;
}

/** At most `digits` decimals, without trailing zeros. */
function format(value: number, digits: number): string {
	return String(Number(value.toFixed(digits)));
}

function formatStature(stature_m: number): string {
	return `${format(stature_m * 100, 2)} cm (${format(stature_m, 4)} m)`;
}

function parseStature(value: unknown): number {
	const stature = requireNumber("stature_m", value);
	if (isWithin(stature, STATURE_M)) return stature;
	const centimetres = stature * 100;
	// Metres typed as centimetres, millimetres, feet, a digit forgotten, centimetres typed as metres: the first that
	// gives a person.
	const guesses = [centimetres, centimetres / 1000];
	if (centimetres >= 3 && centimetres <= 8) guesses.push(centimetres * 0.3048);
	guesses.push(centimetres / 10, stature / 100);
	const meant = guesses.find((guess) => isWithin(guess, STATURE_M));
	throw invalid(
		"stature_m",
		`A stature of ${formatStature(stature)} is outside the possible 40–260 cm.`,
		meant === undefined
			? "State the stature in centimetres, such as 175."
			: `Did you mean ${format(meant * 100, 1)} cm (${meant.toFixed(2)} m)?`,
	);
}

function parseWeight(value: unknown): number {
	const weight = requireNumber("weight_kg", value);
	if (isWithin(weight, WEIGHT_KG)) return weight;
	let remedy = "State the weight in kilograms, such as 70.";
	if (isWithin(weight / 1000, WEIGHT_KG)) remedy = `Did you mean ${format(weight / 1000, 1)} kg (${weight} g)?`;
	else if (weight > 0 && isWithin(weight * 0.45359237, WEIGHT_KG)) {
		remedy = `Did you mean ${format(weight * 0.45359237, 1)} kg (${weight} lb)?`;
	}
	throw invalid("weight_kg", `A weight of ${format(weight, 2)} kg is outside the possible 2–350 kg.`, remedy);
}

function parseAge(value: unknown): number {
	const age = requireNumber("age_years", value);
	if (isWithin(age, AGE_YEARS)) return age;
	const remedy =
		age >= 1900 && age <= 2100
			? "State the age in years, or the date of birth as YYYY-MM-DD."
			: "State the age in years; half a year is 0.5.";
	throw invalid("age_years", `An age of ${format(age, 2)} years is outside the possible 0–110.`, remedy);
}

function parseDateOfBirth(value: unknown, today: Date): string {
	const remedy = "State the date of birth as YYYY-MM-DD, such as 1990-04-23.";
	const match = typeof value === "string" ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
	if (match === null) throw invalid("date_of_birth", `"${String(value)}" is not a date.`, remedy);
	const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
	const date = new Date(Date.UTC(year, month - 1, day));
	if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
		throw invalid("date_of_birth", `There is no day ${match[0]} in the calendar.`, remedy);
	}
	const age = ageAt(match[0], today);
	if (age < 0) throw invalid("date_of_birth", `The date of birth ${match[0]} is in the future.`, remedy);
	if (age > AGE_YEARS.high) {
		throw invalid("date_of_birth", `The date of birth ${match[0]} is more than 110 years ago.`, remedy);
	}
	return match[0];
}

/** Years from a calendar date to the calendar date of `today`; negative when it lies ahead. */
function ageAt(date: string, today: Date): number {
	const born = Date.parse(`${date}T00:00:00Z`);
	return (Date.UTC(today.getFullYear(), today.getMonth(), today.getDate()) - born) / YEAR_MS;
}

function parseSex(value: unknown): Sex {
	const sex = SEXES.find((candidate) => candidate === value);
	if (sex !== undefined) return sex;
	throw invalid("sex", `"${String(value)}" is not one of ${SEXES.join(", ")}.`, "Use male, female or unspecified.");
}

function parseMeasures(value: unknown): Record<string, number> {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw invalid("measures", "The stated measures must be an object of ids and metres.");
	}
	const measures: Record<string, number> = {};
	for (const [id, raw] of Object.entries(value)) {
		if (!/^[a-z][a-z0-9_]*$/.test(id)) {
			throw invalid(`measures.${id}`, `"${id}" is not a measurement.`, "Use an id such as waist_girth.");
		}
		const length = requireNumber(`measures.${id}`, raw);
		if (!isWithin(length, MEASURE_M)) {
			const meant = [length / 100, length / 1000, length * 100].find((guess) => isWithin(guess, MEASURE_M));
			throw invalid(
				`measures.${id}`,
				`A ${id} of ${format(length * 100, 2)} cm (${format(length, 4)} m) is outside the possible 2–300 cm.`,
				meant === undefined
					? `State it with its unit, such as ${id}=82cm.`
					: `Did you mean ${format(meant * 100, 1)} cm (${format(meant, 3)} m)?`,
			);
		}
		measures[id] = length;
	}
	return measures;
}

function parseSource(field: "stature_source" | "weight_source", value: unknown): StatedSource | null {
	if (value === undefined) return null;
	const source = STATED_SOURCES.find((candidate) => candidate === value);
	if (source !== undefined) return source;
	throw invalid(
		field,
		`"${String(value)}" is not one of ${STATED_SOURCES.join(", ")}.`,
		"Use measured for what a scale or a wall showed lately, estimated for what is known from memory.",
	);
}

function parseSigmas(value: unknown, facts: StatedFacts): Record<string, number> {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw invalid("sigmas", "The standard deviations must be an object of ids and numbers.");
	}
	const stated: Readonly<Record<string, number | undefined>> = {
		...facts.measures,
		stature: facts.stature_m,
		mass: facts.weight_kg,
	};
	const sigmas: Record<string, number> = {};
	for (const [id, raw] of Object.entries(value)) {
		const sigma = requireNumber(`sigmas.${id}`, raw);
		const of = Object.hasOwn(stated, id) ? stated[id] : undefined;
		if (of === undefined) {
			throw invalid(
				`sigmas.${id}`,
				`A standard deviation is given for "${id}", which is not stated.`,
				"State the value, too, or leave its standard deviation out.",
			);
		}
		if (!(sigma > 0 && sigma <= of)) {
			throw invalid(
				`sigmas.${id}`,
				`A standard deviation of ${format(sigma, 4)} is not possible for a ${id} of ${format(of, 4)}.`,
				"State how far the value may be off, in its own unit: metres, kilograms for the mass.",
			);
		}
		sigmas[id] = sigma;
	}
	return sigmas;
}

function mergeStature(stated: number | undefined, measured: number): number {
	if (stated === undefined) return parseStature(measured);
	if (Math.abs(stated - measured) <= STATURE_TOLERANCE_M) return stated;
	throw invalid(
		"measures.stature",
		`A measured stature of ${formatStature(measured)} contradicts the stated ${formatStature(stated)}.`,
		"State one of the two, or correct the wrong one.",
	);
}

function refuseContradictions(facts: StatedFacts, today: Date): void {
	if (facts.age_years !== undefined && facts.date_of_birth !== undefined) {
		const age = ageAt(facts.date_of_birth, today);
		if (Math.abs(facts.age_years - age) > AGE_TOLERANCE_YEARS) {
			throw invalid(
				"age_years",
				`An age of ${format(facts.age_years, 1)} years contradicts the date of birth ${facts.date_of_birth}, which makes ${format(Math.floor(age * 10) / 10, 1)} years.`,
				"State one of the two, or correct the wrong one.",
			);
		}
	}
	if (facts.stature_m !== undefined && facts.weight_kg !== undefined) {
		const index = facts.weight_kg / facts.stature_m ** 2;
		if (!isWithin(index, BODY_MASS_INDEX)) {
			throw invalid(
				"weight_kg",
				`A weight of ${format(facts.weight_kg, 1)} kg cannot belong to a stature of ${format(facts.stature_m * 100, 1)} cm.`,
				"Check both values and their units: kilograms and centimetres.",
			);
		}
	}
}
