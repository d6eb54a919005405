import { AppError } from "@anny-fitter/contracts";

/** Enough for every signature below. */
const HEAD_SIZE_BYTES = 64;

/** Brands of ISO media files that hold a still image. */
const IMAGE_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"];

/**
 * Passes a file on while it arrives, unless its first bytes are no photo's. Whether the rest can be decoded is for the
 * vision service to find out.
 *
 * @param name how messages name the photo
 * @throws AppError `empty_file`, `not_an_image`, `unsupported_image`, before anything was passed on
 */
export async function* requirePhoto(content: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
	let head: Buffer | null = Buffer.alloc(0);
	for await (const piece of content) {
		if (head === null) {
			yield piece;
			continue;
		}
		head = Buffer.concat([head, piece]);
		if (head.length < HEAD_SIZE_BYTES) continue;
		refuseOther(head, name);
		yield head;
		head = null;
	}
	if (head === null) return;
	if (head.length === 0) throw new AppError("empty_file", `${startSentence(name)} is empty.`);
	refuseOther(head, name);
	yield head;
}

function refuseOther(head: Buffer, name: string): void {
	const text = head.toString("latin1");
	if (text.startsWith("\xff\xd8\xff") || text.startsWith("\x89PNG\r\n\x1a\n")) return;
	if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return;
	// The major brand may be a general one, with the image's among the compatible brands.
	if (text.slice(4, 8) === "ftyp" && IMAGE_BRANDS.some((brand) => text.slice(8).includes(brand))) return;
	const other = otherImage(text);
	if (other !== null) throw new AppError("unsupported_image", `${startSentence(name)} is ${other}.`);
	throw new AppError("not_an_image", `${startSentence(name)} is not a photo.`);
}

function otherImage(text: string): string | null {
	if (text.startsWith("GIF8")) return "a GIF image";
	if (text.startsWith("BM")) return "a BMP image";
	if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "a TIFF image";
	if (text.startsWith("%PDF")) return "a PDF document";
	if (text.startsWith("8BPS")) return "a Photoshop file";
	if (/<(?:[a-z]+:)?svg[\s>]/i.test(text)) return "an SVG drawing";
	return null;
}

function startSentence(name: string): string {
	return name.charAt(0).toUpperCase() + name.slice(1);
}
