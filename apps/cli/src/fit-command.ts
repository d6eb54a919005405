import { parse } from "node:path";
import { parseStatedFacts } from "@anny-fitter/contracts";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, textStyle } from "./console-io.js";
import { renderFitReport } from "./fit-report.js";
import { readInputFile } from "./input-file.js";
import { type OutputFile, openOutputFolder } from "./output-files.js";
import { parseFormats, parseViews } from "./parse-values.js";
import { createProgressDisplay } from "./progress.js";
import { type StatedOptions, statedByOptions } from "./stated-options.js";

export interface FitOptions extends CommonOptions, StatedOptions {
	readonly view: string[];
	readonly out?: string;
	readonly format: string;
	readonly overlay?: boolean;
}

/** Exit code when a person should look at the result before it is used. */
const EXIT_REVIEW = 4;

/**
 * `anny-fitter fit`: photos to `result.json`, `body.glb` and, if wanted, further meshes and overlays.
 *
 * @param photoPaths as given by the user
 * @returns exit code 0, or 4 when the fit is flagged for review
 * @throws {AppError} for everything a user can meet
 */
export async function runFit(photoPaths: readonly string[], options: FitOptions, io: ConsoleIo): Promise<number> {
	const views = parseViews(options.view, photoPaths.length);
	const formats = parseFormats(options.format);
	const stated = parseStatedFacts(statedByOptions(options), new Date());
	const photos = [];
	for (const [index, path] of photoPaths.entries()) {
		const view = views[index];
		photos.push({ ...(await readInputFile(path, "photo")), ...(view === undefined ? {} : { view }) });
	}
	const output = await openOutputFolder(options.out ?? `out/${parse(photoPaths[0]!).name}`);
	const progress = createProgressDisplay(io, options.quiet === true);
	try {
		progress.update({ stage: "load", fraction: 0, message: "Loading the body model and the neural networks" });
		const { fitPhotoFiles } = await import("@anny-fitter/pipeline");
		const outcome = await fitPhotoFiles({
			photos,
			stated,
			...(options.modelData === undefined ? {} : { modelDataDir: options.modelData }),
			signal: io.signal,
			onProgress: (event) => progress.update(event),
		});
		const files: OutputFile[] = [
			{ name: "result.json", content: `${JSON.stringify(outcome.document, null, 2)}\n` },
			{ name: "body.glb", content: outcome.exportMesh("glb") },
		];
		for (const format of formats) {
			if (format !== "glb") files.push({ name: `body.${format}`, content: outcome.exportMesh(format) });
		}
		if (options.overlay === true) {
			for (const index of photos.keys()) {
				files.push({ name: `overlay-${index + 1}.png`, content: await outcome.renderOverlay(index) });
			}
		}
		const sizes = await output.write(files, io.signal);
		progress.finish();
		if (options.json === true) {
			io.stdout.write(`${JSON.stringify(outcome.document, null, 2)}\n`);
		} else if (options.quiet !== true) {
			const written = files.map((file, index) => ({ name: file.name, size_bytes: sizes[index]! }));
			io.stdout.write(renderFitReport(outcome.document, output.path, written, textStyle(io.stdout, io.env)));
		}
		return outcome.flaggedForReview ? EXIT_REVIEW : 0;
	} catch (error) {
		progress.finish();
		await output.discard();
		throw error;
	}
}
