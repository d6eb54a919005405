import { AppError } from "@anny-fitter/contracts";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, textStyle } from "./console-io.js";
import { formatSize } from "./format-values.js";

export interface ModelsExportOptions extends CommonOptions {
	readonly out: string;
	readonly brotli?: boolean;
}

/**
 * `anny-fitter models export`: writes the compiled body model for websites, with its licence beside it.
 *
 * @returns exit code
 * @throws {AppError} for everything a user can meet
 */
export async function runModelsExport(options: ModelsExportOptions, io: ConsoleIo): Promise<number> {
	if (options.out === "" || options.out.endsWith("/")) {
		throw new AppError("output_not_writable", "The output has no file name.", {
			remedy: "Name a file with --out, such as public/anny.bin.",
		});
	}
	const { exportBodyModelAsset } = await import("@anny-fitter/platform");
	const style = textStyle(io.stderr, io.env);
	const exported = await exportBodyModelAsset(options.out, {
		modelDataDir: options.modelData,
		brotli: options.brotli === true,
		onCompile: (detail) => {
			if (options.quiet !== true) io.stderr.write(`${style.dim(`Compiling ${detail} …`)}\n`);
		},
	});
	if (options.json === true) {
		io.stdout.write(`${JSON.stringify(exported, null, 2)}\n`);
		return 0;
	}
	if (options.quiet === true) return 0;
	const { path, size_bytes, sha256, brotli, licencePath, source, licence } = exported;
	io.stdout.write(`${path}  ${formatSize(size_bytes)}  SHA-256 ${sha256}\n`);
	if (brotli !== null) io.stdout.write(`${brotli.path}  ${formatSize(brotli.size_bytes)}\n`);
	io.stdout.write(`${licencePath}\nfrom ${source}, ${licence}\n`);
	return 0;
}
