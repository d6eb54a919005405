import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

/** Pictures are compared, and kept, this wide: enough for a layout, too little for the words in it. */
const KEPT_WIDTH_PX = { phone: 260, desktop: 640 } as const;
/** Squares that are compared by their mean colour; dates and times of day drown in them. */
const SQUARE_PX = 10;
/** Of 255. A changed word moves its squares by less, a missing button or a blank panel by more. */
const SQUARE_TOLERANCE = 40;

/** Where the reference of a page lies. */
export function referencePath(name: string, viewport: keyof typeof KEPT_WIDTH_PX): string {
	return fileURLToPath(new URL(`../../../../docs/images/web/${name}-${viewport}.webp`, import.meta.url));
}

/**
 * Compares a screenshot with the page's reference. With `UPDATE_REFERENCES=1` the screenshot becomes the reference.
 *
 * @param screenshot PNG of the whole viewport
 * @returns share of squares that differ, 0…1; 1 without a reference
 */
export async function compareWithReference(
	screenshot: Buffer,
	name: string,
	viewport: keyof typeof KEPT_WIDTH_PX,
): Promise<number> {
	const path = referencePath(name, viewport);
	const small = await sharp(screenshot).resize({ width: KEPT_WIDTH_PX[viewport] }).webp({ quality: 80 }).toBuffer();
	if (process.env.UPDATE_REFERENCES === "1") {
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, small);
	}
	if (!existsSync(path)) return 1;
	return differingShare(small, await readFile(path));
}

/** Share of squares whose mean colours differ visibly; 1 for pictures of different sizes. */
export async function differingShare(a: Buffer, b: Buffer): Promise<number> {
	const [first, second] = await Promise.all([squares(a), squares(b)]);
	if (first.length !== second.length) return 1;
	let differing = 0;
	for (let i = 0; i < first.length; i += 3) {
		const distance = Math.max(...[0, 1, 2].map((c) => Math.abs((first[i + c] ?? 0) - (second[i + c] ?? 0))));
		if (distance > SQUARE_TOLERANCE) differing++;
	}
	return (3 * differing) / first.length;
}

async function squares(picture: Buffer): Promise<Buffer> {
	const image = sharp(picture).removeAlpha();
	const { width = 0, height = 0 } = await image.metadata();
	return image
		.resize(Math.ceil(width / SQUARE_PX), Math.ceil(height / SQUARE_PX), { fit: "fill", kernel: "cubic" })
		.raw()
		.toBuffer();
}
