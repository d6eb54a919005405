import {
	AppError,
	nearestName,
	parseStatedFacts,
	type StatedFacts,
	VIEW_LABELS,
	type ViewLabel,
	viewLabelOf,
} from "@anny-fitter/contracts";

/** Text fields of POST /fit. */
export const FIT_FIELDS = [
	"views",
	"subject_id",
	"stature_m",
	"weight_kg",
	"date_of_birth",
	"age_years",
	"sex",
	"measures",
	"stature_source",
	"weight_source",
] as const;
export type FitFieldName = (typeof FIT_FIELDS)[number];

/** Name of the part that holds a photo. */
export const PHOTO_FIELD = "photos";

/** Text fields as they arrived; each was checked on its own. */
export type FitFields = Partial<Record<FitFieldName, string>>;

/** What other programs call the fields, where the spelling is no help. */
const MEANT_BY: Readonly<Record<string, FitFieldName | typeof PHOTO_FIELD>> = {
	height: "stature_m",
	height_m: "stature_m",
	height_cm: "stature_m",
	stature_cm: "stature_m",
	gender: "sex",
	dob: "date_of_birth",
	birthday: "date_of_birth",
	image: PHOTO_FIELD,
	images: PHOTO_FIELD,
	file: PHOTO_FIELD,
	files: PHOTO_FIELD,
	"photos[]": PHOTO_FIELD,
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Takes one text field; whatever is wrong with it alone is said before more arrives.
 *
 * @param value text, or the value of a part that was declared as JSON
 * @throws AppError `invalid_argument`
 */
export function addFitField(fields: FitFields, name: string | undefined, value: unknown, today: Date): void {
	const known = requireKnownName(name, FIT_FIELDS);
	if (known in fields) throw invalid(known, `The field ${known} was sent twice.`, "Send it once.");
	const text = typeof value === "string" ? value.trim() : JSON.stringify(value);
	fields[known] = text;
	if (known === "views") parseViews(text);
	else if (known === "subject_id") subjectId(fields);
	else parseStatedFacts(statedFields({ [known]: text }), today);
}

/**
 * @param name undefined for a part without one
 * @throws AppError `invalid_argument` that guesses what was meant
 */
export function requireKnownName<Name extends string>(name: string | undefined, names: readonly Name[]): Name {
	if (name === undefined) throw invalid("fields", "A part has no name.", "Name each part in its Content-Disposition.");
	const known = names.find((candidate) => candidate === name);
	if (known !== undefined) return known;
	const all = [...FIT_FIELDS, PHOTO_FIELD];
	const shown = JSON.stringify(name.slice(0, 50));
	if (name === PHOTO_FIELD)
		throw invalid(PHOTO_FIELD, "A photo must be sent as a file.", "Send the part with a file name.");
	if (all.includes(name as FitFieldName)) {
		throw invalid(name, `The field ${name} must be sent as text, not as a file.`, "Send the part without a file name.");
	}
	const meant = MEANT_BY[name.toLowerCase()] ?? nearestName(name, all);
	const remedy =
		meant === null
			? `Use ${all.join(", ")}.`
			: `Did you mean "${meant}"${meant === "stature_m" ? ", in metres such as 1.75" : ""}?`;
	throw invalid("fields", `There is no field ${shown}.`, remedy);
}

/** The subject that was named, if any. @throws AppError `invalid_argument` */
export function subjectId(fields: FitFields): string | null {
	const id = fields.subject_id;
	if (id === undefined || id === "") return null;
	if (UUID.test(id)) return id.toLowerCase();
	throw invalid("subject_id", "subject_id is not an id.", "Use the subject_id of an answer, or leave it out.");
}

/** One label or null per photo. @throws AppError `invalid_argument` */
export function viewLabels(fields: FitFields, photoCount: number): (ViewLabel | null)[] {
	if (fields.views === undefined || fields.views === "") return Array.from({ length: photoCount }, () => null);
	const views = parseViews(fields.views);
	if (views.length === photoCount) return views;
	throw invalid(
		"views",
		`There are ${views.length} views for ${photoCount} photo${photoCount === 1 ? "" : "s"}.`,
		"Name one view for each photo, in their order; null where it is not known.",
	);
}

/** What the fields state about the person, before the checks of {@link parseStatedFacts}. */
export function statedFields(fields: FitFields): Record<string, unknown> {
	const stated: Record<string, unknown> = {};
	for (const name of ["stature_m", "weight_kg", "age_years"] as const) {
		const text = fields[name];
		if (text !== undefined && text !== "") stated[name] = parseNumber(name, text);
	}
	for (const name of ["date_of_birth", "sex", "stature_source", "weight_source"] as const) {
		if (fields[name]) stated[name] = fields[name];
	}
	if (fields.measures) stated.measures = parseJson("measures", fields.measures, '{"waist_girth": 0.82}');
	return stated;
}

/**
 * What is stated, completed by what is known of the subject.
 *
 * @throws AppError `invalid_argument`
 */
export function statedFacts(
	fields: FitFields,
	subject: { readonly date_of_birth: string | null; readonly gender: string | null } | null,
	today: Date,
): StatedFacts {
	const stated = statedFields(fields);
	if (subject !== null) {
		if (stated.age_years === undefined) stated.date_of_birth ??= subject.date_of_birth;
		if (subject.gender === "male" || subject.gender === "female") stated.sex ??= subject.gender;
	}
	return parseStatedFacts(stated, today);
}

function parseViews(text: string): (ViewLabel | null)[] {
	const views = parseJson("views", text, '["front", "side"]');
	if (!Array.isArray(views))
		throw invalid("views", "views is not a list.", 'Send a JSON list such as ["front", "side"].');
	return views.map((view) => {
		if (view === null || view === "") return null;
		const label = typeof view === "string" ? viewLabelOf(view) : null;
		if (label !== null) return label;
		const nearest = typeof view === "string" ? nearestName(view, VIEW_LABELS) : null;
		throw invalid(
			"views",
			"A view is not one of those known.",
			nearest === null ? `Use ${VIEW_LABELS.join(", ")} or null.` : `Did you mean "${nearest}"?`,
		);
	});
}

function parseNumber(name: string, text: string): number {
	const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
	if (Number.isFinite(value)) return value;
	throw invalid(name, `${name} is not a number.`, "Write it with digits and a decimal point, such as 1.75.");
}

function parseJson(name: string, text: string, example: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw invalid(name, `${name} is not valid JSON.`, `Send JSON such as ${example}.`);
	}
}

function invalid(field: string, message: string, remedy: string): AppError {
	return new AppError("invalid_argument", message, { remedy, details: { field } });
}
