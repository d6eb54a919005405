import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, textStyle } from "./console-io.js";
import { formatSize } from "./format-values.js";
import { layOutTable } from "./table.js";

export type ModelsListOptions = CommonOptions;

/**
 * `anny-fitter models list`: body model data and neural networks with origin, licence and state.
 *
 * @returns exit code
 * @throws {AppError} for everything a user can meet
 */
export async function runModelsList(options: ModelsListOptions, io: ConsoleIo): Promise<number> {
	const { listModels } = await import("@anny-fitter/pipeline");
	const document = await listModels({ modelDataDir: options.modelData });
	if (options.json === true) {
		io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
		return 0;
	}
	if (options.quiet === true) return 0;
	const style = textStyle(io.stdout, io.env);
	const [titles, ...lines] = layOutTable(
		[
			{ title: "model", align: "left" },
			{ title: "state", align: "left" },
			{ title: "size", align: "right" },
			{ title: "purpose", align: "left" },
			{ title: "origin", align: "left" },
			{ title: "licence", align: "left" },
		],
		document.models.map((model) => [
			model.id,
			model.status,
			model.size_bytes === null ? "" : formatSize(model.size_bytes),
			model.purpose,
			model.origin,
			model.licence,
		]),
	);
	io.stdout.write(`${[style.bold(titles!), ...lines].join("\n")}\n`);
	return 0;
}
