import { readFileSync } from "node:fs";
import { createRandom, type RandomStream } from "@anny-fitter/math";
import sharp from "sharp";

/** How the drawn picture becomes a photo's file. */
export interface PhotoFile {
	/** JPEG, 0…100 */
	readonly quality: number;
	/** EXIF, or null for a file without */
	readonly exif: { readonly equivalent_mm: number; readonly orientation: 1 | 3 | 6 | 8 } | null;
	/** standard deviation of the sensor's noise, of 255 */
	readonly noise: number;
	readonly blur_px: number;
}

export function drawPhotoFile(random: RandomStream, equivalent_mm: number): PhotoFile {
	const orientation = random.uniform() < 0.8 ? 1 : ([3, 6, 8] as const)[Math.floor(3 * random.uniform())];
	return {
		quality: 85 + Math.floor(8 * random.uniform()),
		exif: random.uniform() < 0.8 ? { equivalent_mm, orientation: orientation ?? 1 } : null,
		noise: 0.8 + 2.5 * random.uniform(),
		blur_px: 0.3 + 0.5 * random.uniform(),
	};
}

/** Turns of a picture so that a reader who obeys the orientation gets it upright. */
const STORED_TURN: Readonly<Record<1 | 3 | 6 | 8, number>> = { 1: 0, 3: 180, 6: 270, 8: 90 };

/**
 * Writes a photo: a little blur, noise, JPEG with or without EXIF.
 *
 * @param png as it was drawn
 */
export async function developPhoto(png: Buffer, file: PhotoFile, seed: number): Promise<Buffer> {
	const { data, info } = await sharp(png)
		.removeAlpha()
		.blur(Math.max(0.3, file.blur_px))
		.raw()
		.toBuffer({ resolveWithObject: true });
	addNoise(data, file.noise, seed);
	let image = sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
	if (file.exif !== null) {
		image = image
			.rotate(STORED_TURN[file.exif.orientation])
			.withExif({ IFD2: { FocalLengthIn35mmFilm: String(file.exif.equivalent_mm) } });
		image = image.withMetadata({ orientation: file.exif.orientation });
	}
	return image.jpeg({ quality: file.quality, chromaSubsampling: "4:2:0" }).toBuffer();
}

const NOISE_COUNT = 1 << 16;

/** Adds normal noise from a table, which is much faster than drawing every number. */
function addNoise(data: Buffer, sigma: number, seed: number): void {
	const random = createRandom(seed);
	const table = Float32Array.from({ length: NOISE_COUNT }, () => sigma * random.normal());
	let at = 0;
	for (let i = 0; i < data.length; i++) {
		if (i % 977 === 0) at = Math.floor(NOISE_COUNT * random.uniform());
		data[i] = Math.max(0, Math.min(255, Math.round((data[i] ?? 0) + (table[(at + i) % NOISE_COUNT] ?? 0))));
	}
}

/**
 * A mask as a black and white PNG of one bit.
 *
 * @param bits rows from the top, most significant bit first
 */
export async function maskPng(bits: Uint8Array, width: number, height: number): Promise<Buffer> {
	const row = Math.ceil(width / 8);
	const pixels = Buffer.alloc(width * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			pixels[y * width + x] = ((bits[y * row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1 ? 255 : 0;
		}
	}
	return flatPng(pixels, width, height);
}

/** A silhouette as a black and white PNG. @param inside [width*height] 0 outside */
export async function silhouettePng(inside: Uint8Array, width: number, height: number): Promise<Buffer> {
	return flatPng(Buffer.from(inside.map((value) => (value === 0 ? 0 : 255))), width, height);
}

function flatPng(pixels: Buffer, width: number, height: number): Promise<Buffer> {
	return sharp(pixels, { raw: { width, height, channels: 1 } })
		.png({ palette: true, colours: 2 })
		.toBuffer();
}

/** Hair in grey of middle brightness, so that a colour can tint it. */
export async function greyHair(file: string): Promise<Buffer> {
	const { data, info } = await sharp(readFileSync(file)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
	let [sum, count] = [0, 0];
	for (let i = 0; i < data.length; i += 4) {
		if ((data[i + 3] ?? 0) < 128) continue;
		sum += luminance(data, i);
		count++;
	}
	const gain = count === 0 ? 1 : 175 / Math.max(1, sum / count);
	for (let i = 0; i < data.length; i += 4) {
		// Contrast of the grey strands stays within reason for very dark pictures.
		const value = Math.min(255, 175 + (luminance(data, i) * gain - 175) * Math.min(1, 2 / gain));
		data.fill(Math.max(0, Math.round(value)), i, i + 3);
	}
	return sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } })
		.png()
		.toBuffer();
}

function luminance(data: Buffer, at: number): number {
	return 0.3 * (data[at] ?? 0) + 0.59 * (data[at + 1] ?? 0) + 0.11 * (data[at + 2] ?? 0);
}

/** A picture as PNG, whatever it was. */
export function plainPng(file: string, isOpaque: boolean): Promise<Buffer> {
	const image = sharp(readFileSync(file));
	return (isOpaque ? image.removeAlpha() : image).png().toBuffer();
}
