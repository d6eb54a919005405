import type { CommonOptions } from "./common-options.js";
import { type ConsoleIo, type TextStyle, textStyle } from "./console-io.js";
import { formatSize } from "./format-values.js";
import { printableText } from "./printable-text.js";

export interface ModelsVerifyOptions extends CommonOptions {
	readonly sha256?: string;
}

/** Exit code when a file is not what it should be. */
const EXIT_NOT_RIGHT = 70;

/**
 * `anny-fitter models verify`: what ONNX files are, and whether their hashes are right.
 *
 * @param file a file; all of the models folder's without it
 * @returns exit code 0, or 70 when a file was changed or is of no use
 * @throws {AppError} for everything a user can meet
 */
export async function runModelsVerify(
	file: string | undefined,
	options: ModelsVerifyOptions,
	io: ConsoleIo,
): Promise<number> {
	await requireUsableHash(file, options.sha256);
	const { verifyImageModels } = await import("@anny-fitter/pipeline");
	const document = await verifyImageModels(file, options.sha256);
	if (options.json === true) io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
	else if (options.quiet !== true) io.stdout.write(renderFiles(document.files, textStyle(io.stdout, io.env)));
	return document.files.some(({ verdict }) => verdict === "changed" || verdict === "unusable") ? EXIT_NOT_RIGHT : 0;
}

async function requireUsableHash(file: string | undefined, sha256: string | undefined): Promise<void> {
	if (sha256 === undefined || (file !== undefined && /^[0-9a-f]{64}$/i.test(sha256))) return;
	const { AppError } = await import("@anny-fitter/contracts");
	throw new AppError("invalid_argument", "--sha256 takes the 64 hexadecimal digits of one file's hash.", {
		remedy: "Name the file and its whole hash: anny-fitter models verify FILE --sha256 HASH.",
	});
}

type VerifiedFile = Awaited<ReturnType<typeof import("@anny-fitter/pipeline").verifyImageModels>>["files"][number];

function renderFiles(files: readonly VerifiedFile[], style: TextStyle): string {
	if (files.length === 0) return "There are no network files in the models folder.\n";
	const verdicts: Record<VerifiedFile["verdict"], string> = {
		published: style.green("as published"),
		stated: style.green("has the stated hash"),
		unknown: style.yellow("usable; no published hash to compare with"),
		changed: style.yellow("not the file it should be: pull it again or remove it"),
		unusable: style.yellow("no network that can be used: remove it"),
	};
	const lines = files.flatMap((file) => [
		`${style.bold(printableText(file.name))}  ${formatSize(file.size_bytes)}  ${verdicts[file.verdict]}${file.in_use ? "  (in use)" : ""}`,
		...(file.holds === null ? [] : [`  ${file.holds}${file.published_as === null ? "" : `: ${file.published_as}`}`]),
		...(file.interface === null ? ["  not an ONNX file"] : [`  ${printableText(file.interface)}`]),
		`  SHA-256 ${file.sha256}`,
	]);
	return `${lines.join("\n")}\n`;
}
