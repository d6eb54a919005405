import type { ConsoleIo } from "./console-io.js";
import { createProgram } from "./program.js";
import { reportError, toAppError } from "./report-error.js";

/**
 * Runs one command.
 *
 * @param parameters what follows the program's name
 * @param io streams, environment and the signal of Ctrl-C
 * @returns the exit code; errors are reported, never thrown
 */
export async function runCommandLine(parameters: readonly string[], io: ConsoleIo): Promise<number> {
	let exitCode = 0;
	const program = createProgram(io, (code) => {
		exitCode = code;
	});
	try {
		if (parameters.length === 0) program.outputHelp();
		else await program.parseAsync(parameters, { from: "user" });
		return exitCode;
	} catch (error) {
		if (isHelpOrVersion(error)) return 0;
		const appError = await toAppError(error, io);
		reportError(appError, io, parameters.includes("--json"));
		return appError.exitCode;
	}
}

/** Help and version leave commander by an exception, too. */
function isHelpOrVersion(error: unknown): boolean {
	return error instanceof Error && "exitCode" in error && error.exitCode === 0;
}
