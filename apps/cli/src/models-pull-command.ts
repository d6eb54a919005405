import type { CommonOptions } from "./common-options.js";
import type { ConsoleIo } from "./console-io.js";
import { formatSize } from "./format-values.js";
import { printableText } from "./printable-text.js";
import { createProgressDisplay } from "./progress.js";

export interface ModelsPullOptions extends CommonOptions {
	readonly mirror?: string;
	readonly sha256?: string;
	readonly acceptLicence?: boolean;
}

/**
 * `anny-fitter models pull`: downloads a segmentation or depth network.
 *
 * @param id as `models list` names it
 * @returns exit code
 * @throws {AppError} for everything a user can meet
 */
export async function runModelsPull(id: string, options: ModelsPullOptions, io: ConsoleIo): Promise<number> {
	const { pullImageModel } = await import("@anny-fitter/pipeline");
	const progress = createProgressDisplay(io, options.quiet === true);
	try {
		const files = await pullImageModel(id, {
			mirror: options.mirror,
			sha256: options.sha256,
			acceptsLicence: options.acceptLicence === true,
			signal: io.signal,
			onProgress: ({ file, received_bytes, total_bytes }) => {
				const of = total_bytes === null ? "" : ` of ${formatSize(total_bytes)}`;
				progress.update({
					stage: file,
					fraction: total_bytes === null ? 0 : received_bytes / total_bytes,
					message: `${file}: ${formatSize(received_bytes)}${of}`,
				});
			},
		});
		progress.finish();
		if (options.json === true) {
			const rows = files.map(({ path, size_bytes, sha256, isNew }) => ({
				path,
				size_bytes,
				sha256,
				downloaded: isNew,
			}));
			io.stdout.write(`${JSON.stringify({ schema_version: 1, files: rows }, null, 2)}\n`);
		} else if (options.quiet !== true) {
			for (const { path, size_bytes, sha256, isNew } of files) {
				const state = isNew ? "downloaded" : "already there";
				io.stdout.write(`${printableText(path)}  ${formatSize(size_bytes)}  SHA-256 ${sha256}  ${state}\n`);
			}
			io.stdout.write("Fits use it from now on; a running server after its next start.\n");
		}
		return 0;
	} catch (error) {
		progress.finish();
		throw error;
	}
}
