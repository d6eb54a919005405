import { parseStatedFacts } from "@anny-fitter/contracts";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, textStyle } from "./console-io.js";
import { renderFitReport } from "./fit-report.js";
import { type OutputFile, openOutputFolder } from "./output-files.js";
import { parseFormats, parseNumber, parseSpreadMeasures, parseSpreadNumber } from "./parse-values.js";

export interface BodyOptions extends CommonOptions {
	readonly heightCm?: string;
	readonly weightKg?: string;
	readonly ageYears?: string;
	readonly dob?: string;
	readonly sex?: string;
	readonly measure: string[];
	readonly out?: string;
	readonly format: string;
}

/** Exit code when a person should look at the result before it is used. */
const EXIT_REVIEW = 4;

/**
 * `anny-fitter body`: what is known of a person to `result.json`, `body.glb` and, if wanted, further meshes; no photos.
 *
 * @returns exit code 0, or 4 when stated values disagree
 * @throws {AppError} for everything a user can meet
 */
export async function runBody(options: BodyOptions, io: ConsoleIo): Promise<number> {
	const formats = parseFormats(options.format);
	const { facts, sigmas } = spreadFacts(options);
	const stated = parseStatedFacts(facts, new Date());
	const output = await openOutputFolder(options.out ?? "out/body");
	try {
		const { mapStatedFacts } = await import("@anny-fitter/pipeline");
		const outcome = await mapStatedFacts({ stated, sigmas, modelDataDir: options.modelData, signal: io.signal });
		const { document } = outcome;
		const files: OutputFile[] = [
			{ name: "result.json", content: `${JSON.stringify(document, null, 2)}\n` },
			{ name: "body.glb", content: outcome.exportMesh("glb") },
		];
		for (const format of formats) {
			if (format !== "glb") files.push({ name: `body.${format}`, content: outcome.exportMesh(format) });
		}
		const sizes = await output.write(files, io.signal);
		if (options.json === true) {
			io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
		} else if (options.quiet !== true) {
			const written = files.map((file, index) => ({ name: file.name, size_bytes: sizes[index]! }));
			io.stdout.write(renderFitReport(document, output.path, written, textStyle(io.stdout, io.env)));
		}
		return outcome.flaggedForReview ? EXIT_REVIEW : 0;
	} catch (error) {
		await output.discard();
		throw error;
	}
}

/** What the options state, in the units of the contracts, and standard deviations by id. */
export function spreadFacts(options: BodyOptions): { facts: Record<string, unknown>; sigmas: Record<string, number> } {
	const { measures, sigmas } = parseSpreadMeasures(options.measure);
	const facts: Record<string, unknown> = {};
	if (options.heightCm !== undefined) {
		const { value, sigma } = parseSpreadNumber(options.heightCm, "--height-cm", "168");
		facts.stature_m = value / 100;
		if (sigma !== null) sigmas.stature = sigma / 100;
	}
	if (options.weightKg !== undefined) {
		const { value, sigma } = parseSpreadNumber(options.weightKg, "--weight-kg", "62");
		facts.weight_kg = value;
		if (sigma !== null) sigmas.mass = sigma;
	}
	if (options.ageYears !== undefined) facts.age_years = parseNumber(options.ageYears, "--age-years", "34");
	if (options.dob !== undefined) facts.date_of_birth = options.dob;
	if (options.sex !== undefined) facts.sex = options.sex;
	if (Object.keys(measures).length > 0) facts.measures = measures;
	return { facts, sigmas };
}
