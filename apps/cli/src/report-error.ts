import { existsSync } from "node:fs";
import type { AppError } from "@anny-fitter/contracts";
import type { CommanderError } from "commander";
import { type ConsoleIo, textStyle } from "./console-io.js";
import { printableText } from "./printable-text.js";

/**
 * Turns anything that was thrown into an error that a user can understand.
 *
 * @param error what was thrown
 * @param io its signal tells whether the user cancelled
 */
export async function toAppError(error: unknown, io: ConsoleIo): Promise<AppError> {
	const { AppError } = await import("@anny-fitter/contracts");
	if (error instanceof AppError) return error;
	if (io.signal.aborted || (error instanceof Error && error.name === "AbortError")) {
		return new AppError("cancelled", "The command was cancelled.", { cause: error });
	}
	if (isCommanderError(error)) return usageError(error, AppError);
	const summary = error instanceof Error ? `${error.name}: ${firstLine(error.message)}` : firstLine(String(error));
	return new AppError("internal", `The program met an unexpected problem (${summary}).`, { cause: error });
}

/**
 * Writes an error as two lines on stderr, cause and remedy; with `--json` also as an object on stdout. The stack is shown
 * only when `ANNY_FITTER_DEBUG` is 1.
 *
 * @param error what went wrong
 * @param io streams of the process
 * @param isJson whether stdout belongs to a machine
 */
export function reportError(error: AppError, io: ConsoleIo, isJson: boolean): void {
	const style = textStyle(io.stderr, io.env);
	io.stderr.write(`${style.red("error:")} ${printableText(error.message)}\n`);
	io.stderr.write(`${style.bold("remedy:")} ${printableText(error.remedy)}\n`);
	if (io.env.ANNY_FITTER_DEBUG === "1") io.stderr.write(`${debugText(error)}\n`);
	if (isJson) {
		const { code, message, remedy } = error;
		io.stdout.write(`${JSON.stringify({ error: { code, message, remedy } }, null, 2)}\n`);
	}
}

/**
 * Writes a warning as one line on stderr.
 *
 * @param message one sentence
 * @param io streams of the process
 */
export function warn(message: string, io: ConsoleIo): void {
	io.stderr.write(`${textStyle(io.stderr, io.env).yellow("warning:")} ${printableText(message)}\n`);
}

function isCommanderError(error: unknown): error is CommanderError {
	return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}

/** Commander's messages: "error: unknown option '--heigth-cm'", then perhaps "(Did you mean --height-cm?)". */
function usageError(error: CommanderError, AppErrorClass: typeof AppError): AppError {
	if (error.code === "commander.help") {
		return new AppErrorClass("invalid_argument", "The command is not complete.", {
			remedy: "Run it with --help to see what can follow.",
			cause: error,
		});
	}
	const option = /^error: unknown option '(.*)'(?:\n\(Did you mean .*)?$/s.exec(error.message)?.[1];
	if (option !== undefined && existsSync(option)) {
		return new AppErrorClass("invalid_argument", `The file ${option} was taken for an option.`, {
			remedy: `Write ./${option} to mean the file.`,
			cause: error,
		});
	}
	if (error.code === "commander.missingArgument" && error.message.includes("'photo'")) {
		return new AppErrorClass("invalid_argument", "There is no photo to fit a body to.", {
			remedy: "Name one to eight photos, or make a body from measurements alone with anny-fitter body.",
			cause: error,
		});
	}
	const [cause = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
	const sentence = `${cause.charAt(0).toUpperCase()}${cause.slice(1).replace(/\.$/, "")}.`;
	const remedy =
		suggestion === undefined ? "Run it with --help to see how it is used." : suggestion.replace(/[()]/g, "");
	return new AppErrorClass("invalid_argument", sentence, { remedy, cause: error });
}

function firstLine(text: string): string {
	return text.split("\n", 1)[0]!.replace(/\.$/, "");
}

function debugText(error: AppError): string {
	const parts = [error.stack ?? ""];
	for (let cause = error.cause; cause !== undefined && parts.length < 5; ) {
		parts.push(`caused by ${cause instanceof Error ? (cause.stack ?? String(cause)) : String(cause)}`);
		cause = cause instanceof Error ? cause.cause : undefined;
	}
	return parts.join("\n").split("\n").map(printableText).join("\n");
}
