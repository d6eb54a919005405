import { parse } from "node:path";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, textStyle } from "./console-io.js";
import { renderFitReport } from "./fit-report.js";
import { readInputFile } from "./input-file.js";
import { type OutputFile, openOutputFolder } from "./output-files.js";
import { parseFormats, requireOneOf } from "./parse-values.js";
import { createProgressDisplay } from "./progress.js";

export interface RegisterOptions extends CommonOptions {
	readonly mesh: string;
	readonly out?: string;
	readonly format: string;
	readonly unit?: string;
}

/** Exit code when a person should look at the result before it is used. */
const EXIT_REVIEW = 4;

/**
 * `anny-fitter register`: a mesh or scan of a body to `result.json`, `body.glb` and, if wanted, further meshes.
 *
 * @returns exit code 0, or 4 when the nearest body is far from the mesh
 * @throws {AppError} for everything a user can meet
 */
export async function runRegister(options: RegisterOptions, io: ConsoleIo): Promise<number> {
	const formats = parseFormats(options.format);
	const unit = parseUnit(options.unit);
	const { bytes, name } = await readInputFile(options.mesh, "mesh");
	const output = await openOutputFolder(options.out ?? `out/${parse(options.mesh).name}`);
	const progress = createProgressDisplay(io, options.quiet === true);
	try {
		progress.update({ stage: "load", fraction: 0, message: "Loading the body model" });
		const { registerMeshFile } = await import("@anny-fitter/pipeline");
		const registered = await registerMeshFile(bytes, name, {
			modelDataDir: options.modelData,
			unit,
			signal: io.signal,
			onProgress: (event) => progress.update(event),
		});
		const { document } = registered;
		const files: OutputFile[] = [
			{ name: "result.json", content: `${JSON.stringify(document, null, 2)}\n` },
			{ name: "body.glb", content: registered.exportMesh("glb") },
		];
		for (const format of formats) {
			if (format !== "glb") files.push({ name: `body.${format}`, content: registered.exportMesh(format) });
		}
		const sizes = await output.write(files, io.signal);
		progress.finish();
		if (options.json === true) {
			io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
		} else if (options.quiet !== true) {
			const written = files.map((file, index) => ({ name: file.name, size_bytes: sizes[index]! }));
			io.stdout.write(renderFitReport(document, output.path, written, textStyle(io.stdout, io.env)));
		}
		return registered.flaggedForReview ? EXIT_REVIEW : 0;
	} catch (error) {
		progress.finish();
		await output.discard();
		throw error;
	}
}

/** The unit of `--unit`; undefined when it was left out. */
export function parseUnit(unit: string | undefined) {
	return unit === undefined ? undefined : requireOneOf(unit, ["m", "dm", "cm", "mm", "in"] as const, "--unit");
}
