import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { expectFailure, runCli, samplePath, temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();
const WOMAN = samplePath("woman-front.jpg");
const MAN = samplePath("man-front.jpg");

/** A PNG whose header claims a size; the pixels end early, as in a decompression bomb. */
function hugePng(width: number, height: number): Uint8Array {
	const chunk = (type: string, data: Uint8Array) => {
		const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
		const frame = Buffer.alloc(8 + body.length);
		frame.writeUInt32BE(data.length, 0);
		body.copy(frame, 4);
		frame.writeUInt32BE(crc32(body), 4 + body.length);
		return frame;
	};
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([1, 0, 0, 0, 0], 8);
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk("IHDR", header),
		chunk("IDAT", deflateSync(Buffer.alloc(100_000))),
		chunk("IEND", new Uint8Array()),
	]);
}

function landscape(): Promise<Buffer> {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600">
		<rect width="800" height="360" fill="#8fb7dd"/><rect y="360" width="800" height="240" fill="#5d8a4a"/>
		<circle cx="640" cy="110" r="50" fill="#ffe9a0"/><path d="M0 360 L200 200 L380 360 Z" fill="#7a7f8a"/></svg>`;
	return sharp(Buffer.from(svg)).jpeg().toBuffer();
}

async function faceOnly(): Promise<Buffer> {
	const { width, height } = await sharp(WOMAN).metadata();
	const side = Math.round(height * 0.16);
	const left = Math.round((width - side) / 2);
	const { data, info } = await sharp(WOMAN)
		.extract({ left, top: Math.round(height * HEAD_TOP), width: side, height: side })
		.raw()
		.toBuffer({ resolveWithObject: true });
	return sharp(data, { raw: info }).resize(768, 768).jpeg().toBuffer();
}

/** Where the woman's head begins in her photo, as a part of its height. */
const HEAD_TOP = 0.1;

async function twoPeople(): Promise<Buffer> {
	const half = { width: 700, height: 1000, fit: "cover" } as const;
	const [left, right] = await Promise.all([sharp(WOMAN).resize(half).toBuffer(), sharp(MAN).resize(half).toBuffer()]);
	return sharp({ create: { width: 1400, height: 1000, channels: 3, background: "#888888" } })
		.composite([
			{ input: left, left: 0, top: 0 },
			{ input: right, left: 700, top: 0 },
		])
		.jpeg()
		.toBuffer();
}

const CASES: [string, string, () => Promise<Uint8Array> | Uint8Array, number, RegExp, RegExp][] = [
	["text with the name of a photo", "text.jpg", () => Buffer.from("Dear diary"), 2, /text\.jpg: .*not/i, /JPEG/],
	["a PDF", "scan.jpg", () => Buffer.from("%PDF-1.7\n%âãÏÓ\n"), 2, /scan\.jpg: /, /JPEG/],
	[
		"an SVG",
		"drawing.svg",
		() => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>'),
		2,
		/drawing\.svg: .*SVG|vector/i,
		/JPEG/,
	],
	["an empty file", "empty.jpg", () => new Uint8Array(), 2, /empty\.jpg: .*empty/i, /again/],
	[
		"a truncated JPEG",
		"half.jpg",
		() => readFileSync(WOMAN).subarray(0, 60_000),
		2,
		/half\.jpg: .*(damaged|incomplete)/,
		/again/,
	],
	[
		"a PNG of 30000 × 30000 pixels",
		"huge.png",
		() => hugePng(30_000, 30_000),
		2,
		/huge\.png: .*30000 × 30000/,
		/100 megapixels/,
	],
	[
		"a thumbnail",
		"tiny.png",
		() => sharp(WOMAN).resize(48, 64).png().toBuffer(),
		2,
		/tiny\.png: .*only .* pixels/,
		/pixels tall/,
	],
	["a landscape without a person", "landscape.jpg", landscape, 3, /landscape\.jpg: /, /person/],
	["a face only", "face.jpg", faceOnly, 3, /face\.jpg: /, /head|feet|body|step back/i],
	["two equally prominent people", "two.jpg", twoPeople, 3, /two\.jpg: .*(people|person)/, /one person|crop/],
];

describe("unusable photos", () => {
	it.each(CASES)("refuses %s", async (_, name, make, exitCode, cause, remedy) => {
		const path = join(folder, name);
		writeFileSync(path, await make());
		const out = join(folder, `out-${name}`, "deep");
		expectFailure(await runCli(["fit", path, "--height-cm", "172", "--out", out]), exitCode, cause, remedy);
		expect(existsSync(join(folder, `out-${name}`)), "folders made for the output are removed").toBe(false);
	});

	it("names the photo that is at fault among several", async () => {
		const path = join(folder, "empty2.jpg");
		writeFileSync(path, "");
		const run = await runCli(["fit", WOMAN, path, "--out", join(folder, "out-several")]);
		expectFailure(run, 2, /empty2\.jpg: /);
	});

	it("refuses more than eight photos", async () => {
		const run = await runCli(["fit", ...Array(9).fill(WOMAN), "--out", join(folder, "out-nine")]);
		expectFailure(run, 2, /1 to 8 photos, not 9/, /eight/);
	});
});

const REAL_PHOTOS = fileURLToPath(new URL("../../../../shared/photos/real", import.meta.url));

describe.skipIf(!existsSync(REAL_PHOTOS))("real photos", () => {
	it.each([
		["vh_background.jpg", /No person/],
		["vh_ai-face.jpg", /only a face/],
		["coco294.jpg", /does not show the person's knees and feet/],
	])("refuses %s", async (name, cause) => {
		const run = await runCli(["fit", join(REAL_PHOTOS, name), "--out", join(folder, `out-${name}`)]);
		expectFailure(run, 3, cause);
	});
});
