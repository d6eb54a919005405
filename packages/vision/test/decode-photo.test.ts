import { deflateSync } from "node:zlib";
import { AppError, type ErrorCode } from "@anny-fitter/contracts";
import { decodePhoto, type Photo } from "@anny-fitter/vision";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { fixture } from "./shared.js";

const WIDTH = 160;
const HEIGHT = 240;
type Color = [number, number, number];
const CORNERS: readonly Color[] = [
	[230, 40, 40],
	[40, 200, 60],
	[50, 60, 220],
	[240, 230, 60],
];

/** Four plain quadrants: top left, top right, bottom left, bottom right. */
function quadrants() {
	const rgb = Buffer.alloc(WIDTH * HEIGHT * 3);
	for (let y = 0; y < HEIGHT; y++) {
		for (let x = 0; x < WIDTH; x++) {
			const corner = (y >= HEIGHT / 2 ? 2 : 0) + (x >= WIDTH / 2 ? 1 : 0);
			rgb.set(CORNERS[corner] as Color, (y * WIDTH + x) * 3);
		}
	}
	return sharp(rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

function corners({ rgb, width, height }: Photo): number[][] {
	const at = (x: number, y: number) => Array.from(rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));
	const [left, right, top, bottom] = [width >> 3, width - (width >> 3), height >> 3, height - (height >> 3)];
	return [at(left, top), at(right, top), at(left, bottom), at(right, bottom)];
}

function expectQuadrants(photo: Photo, tolerance: number, expected = CORNERS): void {
	expect(photo.rgb.length).toBe(photo.width * photo.height * 3);
	const worst = Math.max(
		...corners(photo).flatMap((color, i) => color.map((v, k) => Math.abs(v - (expected[i]?.[k] ?? 0)))),
	);
	expect(worst).toBeLessThanOrEqual(tolerance);
}

async function expectError(bytes: Uint8Array, code: ErrorCode, message: RegExp): Promise<void> {
	const error = await decodePhoto(bytes).then(
		() => null,
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(AppError);
	const failure = error as AppError;
	expect(failure.code).toBe(code);
	expect(failure.exitCode).toBe(2);
	expect(failure.message).toMatch(message);
	// One sentence for the cause and one for the remedy.
	for (const text of [failure.message, failure.remedy]) expect(text).toMatch(/^[A-Z][^.]*\.$/);
}

/** A PNG of any size whose rows are all zero: tiny on disk, huge when decoded. */
function emptyPng(width: number, height: number): Buffer {
	const chunk = (type: string, data: Buffer) => {
		const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
		const out = Buffer.alloc(body.length + 8);
		out.writeUInt32BE(data.length, 0);
		body.copy(out, 4);
		out.writeUInt32BE(crc(body), body.length + 4);
		return out;
	};
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2, 0, 0, 0], 8);
	const rows = deflateSync(Buffer.alloc(1_000_000));
	const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
	return Buffer.concat([magic, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

function crc(bytes: Buffer): number {
	let value = -1;
	for (const byte of bytes) {
		value ^= byte;
		for (let k = 0; k < 8; k++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
	}
	return ~value >>> 0;
}

describe("decodePhoto", () => {
	it("keeps PNG pixels exactly", async () => {
		const photo = await decodePhoto(await quadrants().png().toBuffer());
		expect(photo).toMatchObject({ width: WIDTH, height: HEIGHT, format: "png", focalLength_px: null, warnings: [] });
		expect(photo.original).toEqual({ width: WIDTH, height: HEIGHT });
		expectQuadrants(photo, 0);
	});

	it("reads JPEG, WebP and AVIF", async () => {
		expectQuadrants(await decodePhoto(await quadrants().jpeg({ quality: 95 }).toBuffer()), 4);
		expectQuadrants(await decodePhoto(await quadrants().webp({ lossless: true }).toBuffer()), 1);
		const avif = await decodePhoto(await quadrants().avif({ quality: 90 }).toBuffer());
		expect(avif.format).toBe("avif");
		expectQuadrants(avif, 6);
	});

	it("reads HEIC with its colour profile and focal length", async () => {
		const plain = await decodePhoto(fixture("quadrants-srgb.heic"));
		expect(plain.format).toBe("heic");
		expectQuadrants(plain, 4);
		expectQuadrants(await decodePhoto(fixture("quadrants-p3.heic")), 4);
		const withExif = await decodePhoto(fixture("quadrants-focal-26mm.heic"));
		expect(withExif.focalLength_px).toBeCloseTo((26 / 43.2666) * Math.hypot(WIDTH, HEIGHT), 2);
	});

	it("gives the same upright pixels for all eight EXIF orientations", async () => {
		const upright = await quadrants().png().toBuffer();
		// What a camera held that way stores: steps applied one after another to the upright image.
		type Step = (image: Sharp) => Sharp;
		const [flop, flip]: Step[] = [(image) => image.flop(), (image) => image.flip()];
		const turned =
			(angle: number): Step =>
			(image) =>
				image.rotate(angle);
		const stored: Record<number, readonly (Step | undefined)[]> = {
			1: [],
			2: [flop],
			3: [turned(180)],
			4: [flip],
			5: [turned(270), flip],
			6: [turned(270)],
			7: [turned(90), flip],
			8: [turned(90)],
		};
		for (const [orientation, steps] of Object.entries(stored)) {
			let pixels = upright;
			for (const step of steps) if (step) pixels = await step(sharp(pixels)).png().toBuffer();
			for (const format of ["png", "jpeg"] as const) {
				const file = await sharp(pixels)
					.withMetadata({ orientation: Number(orientation) })
					.toFormat(format, { quality: 95 })
					.toBuffer();
				const photo = await decodePhoto(file);
				expect([orientation, photo.width, photo.height]).toEqual([orientation, WIDTH, HEIGHT]);
				expect(photo.original).toEqual({ width: WIDTH, height: HEIGHT });
				expectQuadrants(photo, format === "png" ? 0 : 4);
			}
		}
	});

	it("converts CMYK, 16-bit, greyscale, palette and transparent images to RGB", async () => {
		const cmyk = await quadrants().toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer();
		expect((await sharp(cmyk).metadata()).space).toBe("cmyk");
		// The press gamut does not hold these colours; without the conversion they would be inverted.
		expectQuadrants(await decodePhoto(cmyk), 80);
		const deep = await quadrants().toColourspace("rgb16").png().toBuffer();
		expect((await sharp(deep).metadata()).depth).toBe("ushort");
		expectQuadrants(await decodePhoto(deep), 1);
		const grey = await decodePhoto(await quadrants().greyscale().png().toBuffer());
		for (const [r, g, b] of corners(grey)) expect([g, b]).toEqual([r, r]);
		const deepGrey = await decodePhoto(await quadrants().toColourspace("grey16").png().toBuffer());
		for (const [r, g, b] of corners(deepGrey)) expect([g, b]).toEqual([r, r]);
		expectQuadrants(await decodePhoto(await quadrants().png({ palette: true }).toBuffer()), 3);
		const clear = await quadrants().ensureAlpha(0).png().toBuffer();
		expectQuadrants(
			await decodePhoto(clear),
			0,
			CORNERS.map(() => [255, 255, 255]),
		);
	});

	it("converts a wide-gamut profile to sRGB", async () => {
		const wide = await quadrants().withIccProfile("p3").png().toBuffer();
		expect((await sharp(wide).metadata()).icc).toBeDefined();
		expectQuadrants(await decodePhoto(wide), 2);
	});

	it("scales large photos down and the focal length with them", async () => {
		const large = await sharp({ create: { width: 3000, height: 4000, channels: 3, background: "#888" } })
			.withExif({ IFD2: { FocalLengthIn35mmFilm: "26" } })
			.jpeg()
			.toBuffer();
		const photo = await decodePhoto(large);
		expect([photo.width, photo.height]).toEqual([1536, 2048]);
		expect(photo.original).toEqual({ width: 3000, height: 4000 });
		expect(photo.focalLength_px).toBeCloseTo((26 / 43.2666) * 2560, 1);
		const small = await decodePhoto(large, { maxSide_px: 400 });
		expect([small.width, small.height]).toEqual([300, 400]);
		await expect(decodePhoto(large, { maxSide_px: 0 })).rejects.toBeInstanceOf(RangeError);
	});

	it("ignores the focal length of a cropped photo and senseless ones", async () => {
		const file = await quadrants()
			.withExif({ IFD2: { FocalLengthIn35mmFilm: "26" } })
			.jpeg()
			.toBuffer();
		expect((await decodePhoto(file)).focalLength_px).toBeGreaterThan(0);
		// Crop on the camera's word only: let EXIF (tag 0xA002, width, 240 rows) claim a wider image than there is.
		const width = file.indexOf(Buffer.from([0x02, 0xa0]));
		expect(width).toBeGreaterThan(0);
		file.writeUInt16LE(WIDTH + 160, width + 8);
		const photo = await decodePhoto(file);
		expect(photo.focalLength_px).toBeNull();
		expect(photo.warnings).toEqual([expect.stringContaining("cropped")]);
		const zero = await quadrants()
			.withExif({ IFD2: { FocalLengthIn35mmFilm: "0" } })
			.jpeg()
			.toBuffer();
		expect((await decodePhoto(zero)).focalLength_px).toBeNull();
	});

	it("uses the first frame of an animation and says so", async () => {
		const second = await quadrants().negate().png().toBuffer();
		const frames = await sharp([await quadrants().png().toBuffer(), second], { join: { animated: true } })
			.webp({ lossless: true })
			.toBuffer();
		const photo = await decodePhoto(frames);
		expectQuadrants(photo, 1);
		expect(photo.warnings).toEqual(["The file holds several images; the first one was used."]);
	});
});

describe("bad input", () => {
	it("empty file", () => expectError(new Uint8Array(0), "empty_file", /empty/));

	it("not an image", async () => {
		await expectError(Buffer.from("Dear diary, today I measured myself."), "not_an_image", /not a photo/);
		await expectError(Buffer.from(`PK\u0003\u0004${"\0".repeat(60)}`, "latin1"), "not_an_image", /ZIP/);
		await expectError(new Uint8Array(500), "not_an_image", /not a photo/);
	});

	it("SVG, with and without preamble, and never rendered", async () => {
		const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="600"><rect width="9" height="9"/></svg>';
		await expectError(Buffer.from(svg), "unsupported_image", /SVG/);
		await expectError(Buffer.from(`<?xml version="1.0"?>\n<!-- c -->\n${svg}`), "unsupported_image", /SVG/);
		await expectError(Buffer.from(`\ufeff${svg}`, "utf16le"), "unsupported_image", /SVG/);
		await expect(sharp(Buffer.from(svg)).png().toBuffer()).rejects.toThrow();
	});

	it("PDF, GIF, TIFF and BMP", async () => {
		await expectError(Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj\n"), "unsupported_image", /PDF/);
		await expectError(await quadrants().gif().toBuffer(), "unsupported_image", /GIF/);
		await expectError(await quadrants().tiff().toBuffer(), "unsupported_image", /TIF/);
		const bmp = Buffer.alloc(60);
		bmp.write("BM", "latin1");
		await expectError(bmp, "unsupported_image", /BMP/);
	});

	it("truncated JPEG, PNG, WebP and HEIC at many places", async () => {
		const noise = await sharp({
			create: {
				width: 320,
				height: 480,
				channels: 3,
				background: "#888",
				noise: { type: "gaussian", mean: 128, sigma: 40 },
			},
		})
			.png()
			.toBuffer();
		const files = [
			await sharp(noise).jpeg().toBuffer(),
			await sharp(noise).jpeg({ progressive: true }).toBuffer(),
			noise,
			await sharp(noise).webp().toBuffer(),
			fixture("quadrants-srgb.heic"),
		];
		for (const file of files) {
			for (const part of [0.1, 0.3, 0.6, 0.9, 0.99]) {
				await expectError(file.subarray(0, Math.floor(file.length * part)), "damaged_image", /damaged/);
			}
		}
	});

	it("a 30000×30000 PNG, refused at once and without memory", async () => {
		const bomb = emptyPng(30000, 30000);
		expect(bomb.length).toBeLessThan(2000);
		await decodePhoto(await quadrants().png().toBuffer());
		const before = process.memoryUsage().rss;
		const start = performance.now();
		await expectError(bomb, "image_too_large", /30000 × 30000/);
		const elapsed = performance.now() - start;
		const grown = (process.memoryUsage().rss - before) / 1e6;
		console.log(`30000×30000 PNG refused in ${elapsed.toFixed(1)} ms, ${grown.toFixed(1)} MB`);
		expect(elapsed).toBeLessThan(500);
		expect(grown).toBeLessThan(50);
	});

	it("sizes that lie: a header that promises more rows than the file holds", () =>
		expectError(emptyPng(5000, 5000), "damaged_image", /damaged/));

	it("images too small to show a person", async () => {
		await expectError(await quadrants().resize(60, 90).png().toBuffer(), "image_too_small", /60 × 90/);
		await expectError(
			await quadrants().resize(1600, 20, { fit: "fill" }).png().toBuffer(),
			"image_too_small",
			/1600 × 20/,
		);
	});
});
