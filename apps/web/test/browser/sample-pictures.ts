import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";

export type SampleName = "woman-front" | "woman-side" | "man-front" | "man-side" | "girl-front" | "girl-side";

/** A photo as a file picker takes it. */
export interface PictureFile {
	readonly name: string;
	readonly mimeType: string;
	readonly buffer: Buffer;
}

/** Path of one of the repository's rendered people. */
export function samplePath(name: SampleName): string {
	return fileURLToPath(new URL(`../../../../samples/${name}.jpg`, import.meta.url));
}

/** Noise of a fixed seed: a photo without anybody in it. */
export async function noisePicture(): Promise<PictureFile> {
	const [width, height] = [480, 640];
	const pixels = Buffer.alloc(width * height);
	let state = 12345;
	for (let i = 0; i < pixels.length; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		pixels[i] = 96 + (state >>> 26);
	}
	return jpeg("noise.jpg", sharp(pixels, { raw: { width, height, channels: 1 } }));
}

/** A person without feet: the picture ends at the thighs. */
export async function cutOffPicture(): Promise<PictureFile> {
	const { width, height } = await sharp(samplePath("man-front")).metadata();
	return jpeg(
		"cut-off.jpg",
		sharp(samplePath("man-front")).extract({ left: 0, top: 0, width, height: Math.round(0.55 * height) }),
	);
}

/** Two people of the same size side by side. */
export async function twoPeoplePicture(): Promise<PictureFile> {
	const height = 900;
	const people = await Promise.all(
		(["woman-front", "man-front"] as const).map((name) => sharp(samplePath(name)).resize({ height }).toBuffer()),
	);
	const widths = await Promise.all(people.map(async (person) => (await sharp(person).metadata()).width));
	const canvas = sharp({
		create: { width: widths[0]! + widths[1]!, height, channels: 3, background: "#9a9a9a" },
	});
	return jpeg(
		"two-people.jpg",
		canvas.composite([
			{ input: people[0]!, left: 0, top: 0 },
			{ input: people[1]!, left: widths[0]!, top: 0 },
		]),
	);
}

/**
 * A video in which a sample person stands still, for Chromium's fake camera: a row of JPEGs.
 *
 * @returns the file's path in `folder`
 */
export async function writeCameraFile(folder: string, name: SampleName): Promise<string> {
	const frame = await sharp(samplePath(name))
		.resize({ width: 720, height: 960, fit: "contain", background: "#9a9a9a" })
		.jpeg({ quality: 92, chromaSubsampling: "4:2:0" })
		.toBuffer();
	const path = join(folder, `${name}.mjpeg`);
	await writeFile(path, Buffer.concat(Array.from({ length: 4 }, () => frame)));
	return path;
}

async function jpeg(name: string, picture: Sharp): Promise<PictureFile> {
	return { name, mimeType: "image/jpeg", buffer: await picture.jpeg({ quality: 90 }).toBuffer() };
}

/** A text whose name says that it is a photo. */
export function textAsPicture(): PictureFile {
	return { name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("This is no photo.\n".repeat(100)) };
}

/** A file that is larger than the server takes; its beginning is that of a JPEG. */
export function hugePicture(size_bytes: number): PictureFile {
	const buffer = Buffer.alloc(size_bytes);
	buffer.set([0xff, 0xd8, 0xff, 0xe0]);
	return { name: "huge.jpg", mimeType: "image/jpeg", buffer };
}
