/** Why a file is not taken. */
export type FileProblem = "empty" | "tooLarge" | "notAPhoto" | "tooMany" | "twice";

/** What the picker offers. */
export const ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif";
const SNIFFED_BYTES = 32;
const HEIC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/** The real format of a file by its first bytes, as the server looks at it; null when it is none of those taken. */
export function sniffPhoto(head: Uint8Array): "jpeg" | "png" | "webp" | "heic" | null {
	const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
	if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "jpeg";
	if (text(0, 8) === "\x89PNG\r\n\x1a\n") return "png";
	if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return "webp";
	return text(4, 8) === "ftyp" && HEIC_BRANDS.includes(text(8, 12)) ? "heic" : null;
}

/**
 * Whether a file can be sent.
 *
 * @param count photos that are there already
 * @param limits what the server takes
 */
export async function checkFile(
	file: Blob,
	count: number,
	limits: { readonly max_photos: number; readonly max_photo_size_bytes: number },
): Promise<FileProblem | null> {
	if (count >= limits.max_photos) return "tooMany";
	if (file.size === 0) return "empty";
	if (file.size > limits.max_photo_size_bytes) return "tooLarge";
	const head = new Uint8Array(await file.slice(0, SNIFFED_BYTES).arrayBuffer());
	return sniffPhoto(head) === null ? "notAPhoto" : null;
}
