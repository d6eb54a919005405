import { AppError } from "@anny-fitter/contracts";
import { fileTypeFromBuffer } from "file-type";
import type { PhotoFormat } from "./photo.js";

const FORMATS: Readonly<Record<string, PhotoFormat>> = {
	"image/jpeg": "jpeg",
	"image/png": "png",
	"image/apng": "png",
	"image/webp": "webp",
	"image/heic": "heic",
	"image/heif": "heic",
	"image/heic-sequence": "heic",
	"image/heif-sequence": "heic",
	"image/avif": "avif",
};

/**
 * Tell the format from the first bytes; names and declared types are not trusted.
 *
 * @throws AppError `empty_file`, `not_an_image`, or `unsupported_image` for drawings, documents and other image formats
 */
export async function sniffFormat(bytes: Uint8Array): Promise<PhotoFormat> {
	if (bytes.length === 0) throw new AppError("empty_file", "The photo file is empty.");
	const type = await fileTypeFromBuffer(bytes).catch(() => undefined);
	const format = type === undefined ? undefined : FORMATS[type.mime];
	if (format !== undefined) return format;
	if (isSvg(bytes)) throw unsupported("The file is an SVG drawing, not a photo.");
	if (type?.mime === "application/pdf") throw unsupported("The file is a PDF document, not a photo.");
	if (type?.mime.startsWith("image/")) {
		throw unsupported(`Photos in ${type.ext.toUpperCase()} format are not supported.`);
	}
	const kind = type === undefined ? "" : ` but a ${type.ext.toUpperCase()} file`;
	throw new AppError("not_an_image", `The file is not a photo${kind}.`);
}

function unsupported(message: string): AppError {
	return new AppError("unsupported_image", message);
}

/** An `svg` element near the start, after any XML declaration and comments; UTF-8 or UTF-16. */
function isSvg(bytes: Uint8Array): boolean {
	const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096));
	return /<(?:[a-z]+:)?svg[\s>]/i.test(head.toString("latin1").replaceAll("\0", ""));
}
