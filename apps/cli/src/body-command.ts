import { parseStatedFacts } from "@anny-fitter/contracts";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, textStyle } from "./console-io.js";
import { renderFitReport } from "./fit-report.js";
import { type OutputFile, openOutputFolder } from "./output-files.js";
import { parseFormats } from "./parse-values.js";
import { type StatedOptions, statedByOptions } from "./stated-options.js";

export interface BodyOptions extends CommonOptions, StatedOptions {
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
	const stated = parseStatedFacts(statedByOptions(options), new Date());
	const output = await openOutputFolder(options.out ?? "out/body");
	try {
		const { mapStatedFacts } = await import("@anny-fitter/pipeline");
		const outcome = await mapStatedFacts({ stated, modelDataDir: options.modelData, signal: io.signal });
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
