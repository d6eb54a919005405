import type { DoctorDocument } from "@anny-fitter/contracts";
import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, type TextStyle, textStyle } from "./console-io.js";
import { printableText } from "./printable-text.js";
import { programVersion } from "./program-version.js";
import { createProgressDisplay } from "./progress.js";

export type DoctorOptions = CommonOptions;

/** Exit code when a fit cannot run on this machine. */
const EXIT_NOT_WORKING = 70;

/**
 * `anny-fitter doctor`: tries everything that a fit needs.
 *
 * @returns exit code 0, or 70 when something failed
 */
export async function runDoctor(options: DoctorOptions, io: ConsoleIo): Promise<number> {
	const progress = createProgressDisplay(io, options.quiet === true);
	const { inspectInstallation } = await import("@anny-fitter/pipeline");
	const document = await inspectInstallation({
		version: programVersion(),
		modelDataDir: options.modelData,
		onProgress: (event) => progress.update(event),
	});
	progress.finish();
	if (options.json === true) io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
	else if (options.quiet !== true) io.stdout.write(renderDoctor(document, textStyle(io.stdout, io.env)));
	return document.ok ? 0 : EXIT_NOT_WORKING;
}

function renderDoctor(document: DoctorDocument, style: TextStyle): string {
	const { versions, checks, ok } = document;
	const marks = { ok: style.green("ok     "), warning: style.yellow("warning"), failed: style.red("failed ") };
	const lines = [style.bold(`anny-fitter ${versions.anny_fitter} on Node ${versions.node}, ${versions.platform}`)];
	for (const check of checks) {
		lines.push(`${marks[check.status]}  ${check.title}: ${printableText(check.detail)}`);
		if (check.remedy !== null) lines.push(`         ${style.green("→")} ${printableText(check.remedy)}`);
	}
	lines.push(ok ? "A fit can run on this machine." : "A fit cannot run on this machine yet.");
	return `${lines.join("\n")}\n`;
}
