import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";

/** A photo of samples/ as its file is. */
export function sample(name: string): Buffer {
	return readFileSync(fileURLToPath(new URL(`../../../samples/${name}.jpg`, import.meta.url)));
}

const jpeg = (image: Sharp): Promise<Buffer> => image.jpeg({ quality: 92 }).toBuffer();

async function size(photo: Buffer): Promise<{ width: number; height: number }> {
	const { width, height } = await sharp(photo).metadata();
	return { width, height };
}

/** Leaves away a part of the height (or width) at a border. */
export async function cropped(photo: Buffer, border: "top" | "bottom" | "left", part: number): Promise<Buffer> {
	const { width, height } = await size(photo);
	const [rows, columns] = [Math.round(part * height), Math.round(part * width)];
	const left = border === "left" ? columns : 0;
	const top = border === "top" ? rows : 0;
	return jpeg(
		sharp(photo).extract({
			left,
			top,
			width: width - left,
			height: border === "left" ? height : height - rows,
		}),
	);
}

export const shrunk = async (photo: Buffer, height: number): Promise<Buffer> => jpeg(sharp(photo).resize({ height }));

/** Less light reaches the sensor. */
export const darkened = async (photo: Buffer, factor: number): Promise<Buffer> => jpeg(sharp(photo).linear(factor, 0));

/** So much light that skin and clothes are white. */
export const overexposed = async (photo: Buffer, factor: number): Promise<Buffer> =>
	jpeg(sharp(photo).linear(factor, 40));

export const blurred = async (photo: Buffer, sigma: number): Promise<Buffer> => jpeg(sharp(photo).blur(sigma));

/** The camera turned about its axis; the background goes on. */
export async function rolled(photo: Buffer, angle_deg: number): Promise<Buffer> {
	const { width, height } = await size(photo);
	const extended = await sharp(photo)
		.extend({ top: 300, bottom: 300, left: 300, right: 300, extendWith: "copy" })
		.toBuffer();
	const turned = await sharp(extended).rotate(angle_deg).toBuffer({ resolveWithObject: true });
	return jpeg(
		sharp(turned.data).extract({
			left: Math.round((turned.info.width - width) / 2),
			top: Math.round((turned.info.height - height) / 2),
			width,
			height,
		}),
	);
}

/** The file says that it was taken through a lens of this focal length (35 mm equivalent). */
export const throughLens = async (photo: Buffer, focal_mm: number): Promise<Buffer> =>
	sharp(photo)
		.jpeg({ quality: 92 })
		.withExif({ IFD2: { FocalLengthIn35mmFilm: String(focal_mm) } })
		.toBuffer();

/** Somebody else, smaller, on the right. */
export async function withBystander(photo: Buffer, other: Buffer, part: number): Promise<Buffer> {
	const { width, height } = await size(photo);
	const input = await sharp(other)
		.resize({ height: Math.round(part * height) })
		.toBuffer({ resolveWithObject: true });
	return jpeg(
		sharp(photo)
			.extend({ right: input.info.width, extendWith: "copy" })
			.composite([{ input: input.data, left: width, top: height - input.info.height }]),
	);
}

export const mirrored = async (photo: Buffer): Promise<Buffer> => jpeg(sharp(photo).flop());

type Point = readonly [number, number];

/** Polygons painted over the photo, in shares of its width and height. */
export async function painted(
	photo: Buffer,
	polygons: readonly { readonly rgb: readonly [number, number, number]; readonly points: readonly Point[] }[],
): Promise<Buffer> {
	const { data, info } = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true });
	for (const { rgb, points } of polygons) {
		for (let i = 0; i < info.width * info.height; i++) {
			const at = [((i % info.width) + 0.5) / info.width, (Math.floor(i / info.width) + 0.5) / info.height] as const;
			if (isInside(at, points)) data.set(rgb, 3 * i);
		}
	}
	return jpeg(sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }));
}

/** Whether a ray from the point to the right leaves the polygon once more than it enters it. */
function isInside([x, y]: Point, points: readonly Point[]): boolean {
	let isOdd = false;
	points.forEach(([bx, by], i) => {
		const [ax, ay] = points.at(i - 1) as Point;
		if (ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay)) isOdd = !isOdd;
	});
	return isOdd;
}
