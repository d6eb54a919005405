import {
	AppError,
	type ComparisonDocument,
	describeComparison,
	parseWith,
	type ResultDocument,
	resultDocumentSchema,
} from "@anny-fitter/contracts";
import {
	CHANGE_FALSE_DISCOVERY_RATE,
	CHANGE_PROBABILITY,
	compareBodies,
	isSameBodyData,
	Z90,
} from "@anny-fitter/reference";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, type TextStyle, textStyle } from "./console-io.js";
import { formatLength, formatMass, formatPercent } from "./format-values.js";
import { readInputFile } from "./input-file.js";
import { warn } from "./report-error.js";
import { layOutTable } from "./table.js";

/**
 * `anny-fitter compare`: what differs between two results, and what of it is more than noise.
 *
 * @param paths result.json of the earlier and of the later body
 * @returns exit code
 * @throws {AppError} for everything a user can meet
 */
export async function runCompare(
	paths: readonly [before: string, now: string],
	options: CommonOptions,
	io: ConsoleIo,
): Promise<number> {
	const [a, b] = [await readResult(paths[0]), await readResult(paths[1])];
	if (!isSameBodyData(a, b)) {
		const describe = ({ model_data: { source, detail } }: ResultDocument) => `${source}, ${detail}`;
		throw new AppError(
			"invalid_argument",
			`The two bodies rest on different body data (${describe(a)} and ${describe(b)}) and cannot be compared.`,
			{ remedy: "Make both with the same body data, see --model-data." },
		);
	}
	const otherPerson = whyOtherPerson(a, b);
	const compared = compareBodies(a, b, otherPerson === null);
	const document: ComparisonDocument = {
		is_same_person: otherPerson === null,
		...describeComparison(compared, a.measurements),
	};
	if (options.json === true) {
		io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
	} else if (options.quiet !== true) {
		if (otherPerson !== null) warn(`These seem to be two people: ${otherPerson}.`, io);
		for (const [id, reason] of Object.entries(document.not_compared)) {
			const why =
				reason === "missing" ? "only one of the two has it" : "its definition has changed between the two versions";
			warn(`${id} is not compared: ${why}.`, io);
		}
		io.stdout.write(renderComparison(document, textStyle(io.stdout, io.env)));
	}
	return 0;
}

async function readResult(path: string): Promise<ResultDocument> {
	const { bytes, name } = await readInputFile(path, "result");
	let value: unknown;
	try {
		value = JSON.parse(new TextDecoder().decode(bytes));
	} catch (cause) {
		throw new AppError("invalid_argument", `${name} is not valid JSON.`, {
			remedy: "Use the result.json of a fit.",
			cause,
		});
	}
	if (typeof value !== "object" || value === null || !("measurements" in value) || !("stated" in value)) {
		throw new AppError("invalid_argument", `${name} is no result of a fit.`, {
			remedy: "Use the result.json that fit, body or register wrote.",
		});
	}
	return parseWith(resultDocumentSchema, value, name);
}

/** What stated facts tell two people apart by; null when nothing does. */
function whyOtherPerson({ stated: a }: ResultDocument, { stated: b }: ResultDocument): string | null {
	const sexes = [a.sex, b.sex].filter((sex) => sex !== undefined && sex !== "unspecified");
	if (sexes.length === 2 && sexes[0] !== sexes[1]) return "their sexes differ";
	const isBornApart = a.date_of_birth !== undefined && b.date_of_birth !== undefined;
	return isBornApart && a.date_of_birth !== b.date_of_birth ? "their dates of birth differ" : null;
}

const VERDICTS = { changed: "changed", unclear: "unclear", not_shown: "within noise" } as const;

function renderComparison({ measurements, mass }: ComparisonDocument, style: TextStyle): string {
	type Verdict = keyof typeof VERDICTS;
	const verdicts: Verdict[] = [];
	const rows: string[][] = [];
	const add = (
		id: string,
		[a, b, difference, sigma]: readonly [number, number, number, number],
		{ probability, verdict }: { readonly probability: number; readonly verdict: Verdict },
		format: (value: number) => string,
	) => {
		const shown = format(difference);
		const isNothing = Number.parseFloat(shown) === 0;
		rows.push([
			id,
			format(a),
			format(b),
			isNothing ? shown.replace("-", "") : difference > 0 ? `+${shown}` : shown.replace("-", "−"),
			`± ${format(Z90 * sigma)}`,
			probability > 0.995 ? "> 99 %" : formatPercent(probability),
			VERDICTS[verdict],
		]);
		verdicts.push(verdict);
	};
	for (const [id, entry] of Object.entries(measurements)) {
		const { a_m, b_m, difference_m, difference_sigma_m } = entry;
		add(id, [a_m, b_m, difference_m, difference_sigma_m], entry, formatLength);
	}
	if (mass !== null) {
		add("weight", [mass.a_kg, mass.b_kg, mass.difference_kg, mass.difference_sigma_kg], mass, formatMass);
	}
	const [titles, ...lines] = layOutTable(
		[
			{ title: "measurement", align: "left" },
			{ title: "before", align: "right" },
			{ title: "now", align: "right" },
			{ title: "difference", align: "right" },
			{ title: "90 % within", align: "right" },
			{ title: "probability", align: "right" },
			{ title: "verdict", align: "left" },
		],
		rows,
	);
	const painted = lines.map((line, i) => {
		const verdict = verdicts[i];
		return verdict === "changed" ? style.bold(line) : verdict === "unclear" ? line : style.dim(line);
	});
	const count = verdicts.filter((verdict) => verdict === "changed").length;
	const summary =
		count === 0
			? "No difference is more than noise."
			: `${count} of ${rows.length} ${count === 1 ? "has" : "have"} changed by more than noise explains.`;
	const notes = [
		"Probability: that the true change has the sign shown, for this measurement alone.",
		`changed: at most ${formatPercent(CHANGE_FALSE_DISCOVERY_RATE)} of what is called so is noise; unclear: ${formatPercent(CHANGE_PROBABILITY)} alone, not among ${rows.length}.`,
	];
	return `${[style.bold(titles ?? ""), ...painted, "", style.bold(summary), ...notes.map(style.dim)].join("\n")}\n`;
}
