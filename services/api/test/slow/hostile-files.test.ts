import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { crc32, createDeflate, deflateSync } from "node:zlib";
import { ERROR_TABLE } from "@anny-fitter/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiClient, registerClient, samplePhoto } from "../../../server/test/api-client.js";
import { type ServerProcess, startServerProcess } from "../../../server/test/server-process.js";

/** Of the whole server: database, networks, body model and whatever a photo makes it hold. */
const MAX_MEMORY_BYTES = 2e9;
const MAX_FIT_MS = 120_000;
const VAULT_DIR = `/dev/shm/anny-fitter-hostile-${process.pid}`;

describe("hostile photos on a running server", () => {
	let server: ServerProcess;
	let client: ApiClient;
	let dataDir: string;
	let photo: Buffer;
	const health: number[] = [];
	let isWatching = true;
	let watch: Promise<void>;

	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), "anny-fitter-hostile-"));
		photo = await samplePhoto("woman-front");
		server = await startServerProcess({
			env: {
				DATA_DIR: dataDir,
				VAULT_DIR,
				BCRYPT_COST: "4",
				LOG_LEVEL: "debug",
				RATE_LIMIT_PER_HOUR: "100000",
				AUTH_RATE_LIMIT_PER_MINUTE: "1000",
				READ_RATE_LIMIT_PER_MINUTE: "100000",
				STATUS_RATE_LIMIT_PER_MINUTE: "100000",
			},
		});
		client = await registerClient(server.url);
		watch = watchHealth();
	});
	afterAll(async () => {
		isWatching = false;
		await watch;
		await server?.stop();
		for (const folder of [dataDir, VAULT_DIR]) await rm(folder, { recursive: true, force: true });
	});

	/** Others are served meanwhile. */
	async function watchHealth(): Promise<void> {
		while (isWatching) {
			const started = performance.now();
			const answer = await fetch(`${server.url}/healthz`).catch(() => null);
			health.push(answer?.ok === true ? performance.now() - started : Number.POSITIVE_INFINITY);
			await sleep(250);
		}
	}

	async function peakMemory_bytes(): Promise<number> {
		const status = await readFile(`/proc/${server.pid}/status`, "utf8");
		return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) * 1024;
	}

	/** What became of a fit with one hostile photo: the code of an error, or "completed". */
	async function fate(content: Buffer): Promise<string> {
		const answer = await client.startFit([content]);
		expect(answer.status).toBeLessThan(500);
		const body = (await answer.json()) as { code: string; session_id: string };
		if (answer.status !== 202) {
			expect(Object.keys(ERROR_TABLE)).toContain(body.code);
			return body.code;
		}
		const end = await client.waitForEnd(body.session_id, MAX_FIT_MS);
		if (end.status === "completed") return "completed";
		expect(end.status).toBe("failed");
		expect(Object.keys(ERROR_TABLE)).toContain(end.error?.code);
		return end.error!.code;
	}

	const PHOTOS_FAULT = [
		"damaged_image",
		"image_too_large",
		"image_too_small",
		"unsupported_image",
		"not_an_image",
		"no_person",
		"empty_file",
		"photo_too_large",
		"upload_too_large",
		"body_not_visible",
	];

	test.each<[string, () => Buffer | Promise<Buffer>]>([
		["a PNG that declares 100,000 x 100,000 pixels", () => png(100_000, 100_000, [deflateSync(Buffer.alloc(1000))])],
		["a WebP that declares 100,000 x 100,000 pixels", () => webp(100_000, 100_000)],
		["a JPEG that declares 65,500 x 65,500 pixels", () => resizeJpeg(photo, 65_500, 65_500)],
		["a JPEG that declares 9,900 x 9,900 pixels", () => resizeJpeg(photo, 9900, 9900)],
		["a PNG of 9,000 x 9,000 empty pixels with 16 bits, 650 MB", () => bombPng(9000, 9000)],
		["a PNG with far more data than its header declares", () => bombPng(9000, 9000, { width: 300, height: 300 })],
		["a PNG with 30,000 chunks of text", () => png(400, 400, [deflateSync(Buffer.alloc(401 * 1200))], 30_000)],
		["an animated WebP of 3,000 frames", () => animatedWebp(3000)],
		["a progressive JPEG with 400 further scans", () => manyScans(400)],
		[
			"a JPEG with 400 segments of metadata",
			() =>
				withSegments(
					photo,
					Array.from({ length: 400 }, () =>
						segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0II*\0"), randomBytes(60_000)])),
					),
				),
		],
		["a JPEG whose metadata refers to itself", () => withSegments(photo.subarray(0, 50_000), [cyclicExif()])],
		[
			"a JPEG with a colour profile of noise",
			() =>
				withSegments(photo.subarray(0, 100_000), [
					segment(0xe2, Buffer.concat([Buffer.from("ICC_PROFILE\0\x01\x01"), randomBytes(60_000)])),
				]),
		],
		["half a JPEG", () => photo.subarray(0, Math.floor(photo.length / 2))],
		["the head of a JPEG", () => photo.subarray(0, 700)],
		["a JPEG of noise", () => Buffer.concat([photo.subarray(0, 700), randomBytes(500_000)])],
		["a JPEG head with 29 MB of zeros", () => Buffer.concat([photo.subarray(0, 700), Buffer.alloc(29_000_000)])],
		[
			"HEIC of noise",
			() => Buffer.concat([Buffer.from("0000001866747970686569630000000068656963", "hex"), randomBytes(300_000)]),
		],
		["HEIC with boxes that hold themselves", () => heicBoxes()],
		[
			"AVIF of noise",
			() => Buffer.concat([Buffer.from("00000018667479706176696600000000", "hex"), randomBytes(300_000)]),
		],
		["a WebP of noise", () => Buffer.concat([webp(800, 800), randomBytes(100_000)])],
		["a PNG of noise", () => png(800, 800, [randomBytes(100_000)])],
		["nothing", () => Buffer.alloc(0)],
		["100 MB of zeros", () => Buffer.alloc(100_000_000)],
		["a zip bomb", () => Buffer.concat([Buffer.from("PK\x03\x04"), deflateSync(Buffer.alloc(50_000_000))])],
		["a TIFF", () => Buffer.concat([Buffer.from("II*\0"), randomBytes(100_000)])],
		[
			"an SVG that reads a file",
			() => Buffer.from('<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///dev/null">]><svg>&x;</svg>'),
		],
	])("%s", { timeout: 180_000 }, async (name, make) => {
		const content = await make();
		const started = Date.now();
		const end = await fate(content);
		const memory = await peakMemory_bytes();
		console.info(`${name}: ${end} after ${Date.now() - started} ms, peak ${Math.round(memory / 1e6)} MB`);
		expect([...PHOTOS_FAULT, "completed"]).toContain(end);
		expect(memory).toBeLessThan(MAX_MEMORY_BYTES);
	});

	test("photos that are something else as well are fitted as the photos that they are", {
		timeout: 300_000,
	}, async () => {
		const html = segment(0xfe, Buffer.from("<html><script>zq7canary</script><!--"));
		const zip = Buffer.concat([photo, Buffer.from("PK\x05\x06"), Buffer.alloc(18)]);
		expect(await fate(withSegments(photo, [html]))).toBe("completed");
		expect(await fate(zip)).toBe("completed");
	});

	test("afterwards: the vault is empty, others were served, nothing of the photos was logged", async () => {
		const sorted = [...health].sort((a, b) => a - b);
		const typical = sorted[Math.floor(sorted.length * 0.95)]!;
		console.info(
			`health: ${health.length} asked, 95% within ${Math.round(typical)} ms, worst ${Math.round(sorted.at(-1)!)} ms`,
		);
		expect(typical).toBeLessThan(1000);
		expect(sorted.at(-1)).toBeLessThan(5000);
		const { readdir } = await import("node:fs/promises");
		expect(
			await readdir(VAULT_DIR, { recursive: true }).then((names) =>
				names.filter((name) => /\/\d+$|\.photo$/.test(name)),
			),
		).toEqual([]);
		expect(server.log()).not.toContain("zq7canary");
	});
});

function chunk(type: string, content: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(type), content]);
	const framed = Buffer.alloc(8 + named.length);
	framed.writeUInt32BE(content.length);
	named.copy(framed, 4);
	framed.writeUInt32BE(crc32(named), 4 + named.length);
	return framed;
}

function png(width: number, height: number, data: readonly Buffer[], textCount = 0, bits = 8, colour = 2): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width);
	header.writeUInt32BE(height, 4);
	header[8] = bits;
	header[9] = colour;
	const text = chunk("tEXt", Buffer.from("Comment\0zq7canary"));
	return Buffer.concat([
		Buffer.from("89504e470d0a1a0a", "hex"),
		chunk("IHDR", header),
		...Array.from({ length: textCount }, () => text),
		...data.map((part) => chunk("IDAT", part)),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

/** Rows of zeros, which shrink a thousandfold; RGBA with 16 bits. */
async function bombPng(width: number, height: number, declared = { width, height }): Promise<Buffer> {
	const deflate = createDeflate({ level: 6 });
	const packed: Buffer[] = [];
	deflate.on("data", (part) => packed.push(part));
	const ended = new Promise((resolve) => {
		deflate.on("end", resolve);
	});
	const rows = Buffer.alloc((1 + width * 8) * 100);
	for (let row = 0; row < height; row += 100) {
		if (!deflate.write(rows)) await new Promise((resolve) => deflate.once("drain", resolve));
	}
	deflate.end();
	await ended;
	return png(declared.width, declared.height, [Buffer.concat(packed)], 0, 16, 6);
}

function webp(width: number, height: number): Buffer {
	const canvas = Buffer.alloc(10);
	canvas.writeUIntLE(width - 1, 4, 3);
	canvas.writeUIntLE(height - 1, 7, 3);
	const size = Buffer.alloc(4);
	size.writeUInt32LE(10);
	const body = Buffer.concat([Buffer.from("WEBPVP8X"), size, canvas, Buffer.from("VP8 "), Buffer.alloc(100)]);
	const total = Buffer.alloc(4);
	total.writeUInt32LE(body.length);
	return Buffer.concat([Buffer.from("RIFF"), total, body]);
}

function segment(marker: number, content: Buffer): Buffer {
	const head = Buffer.from([0xff, marker, 0, 0]);
	head.writeUInt16BE(content.length + 2, 2);
	return Buffer.concat([head, content]);
}

/** Segments behind the first two bytes of a JPEG. */
function withSegments(jpeg: Buffer, segments: readonly Buffer[]): Buffer {
	return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** Another size in the frame's header than that of the content. */
function resizeJpeg(jpeg: Buffer, width: number, height: number): Buffer {
	const changed = Buffer.from(jpeg);
	let at = 2;
	while (![0xc0, 0xc1, 0xc2].includes(changed[at + 1]!)) at += 2 + changed.readUInt16BE(at + 2);
	changed.writeUInt16BE(height, at + 5);
	changed.writeUInt16BE(width, at + 7);
	return changed;
}

/** A directory of metadata that names itself as the next, with entries that point everywhere. */
function cyclicExif(): Buffer {
	const entries = 2000;
	const directory = Buffer.alloc(2 + entries * 12 + 4);
	directory.writeUInt16LE(entries);
	for (let entry = 0; entry < entries; entry++) {
		directory.writeUInt16LE(entry % 2 === 0 ? 0x8769 : 0x8825, 2 + entry * 12);
		directory.writeUInt16LE(4, 4 + entry * 12);
		directory.writeUInt32LE(0xffff_ffff, 6 + entry * 12);
		directory.writeUInt32LE(8, 10 + entry * 12);
	}
	directory.writeUInt32LE(8, directory.length - 4);
	return segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), Buffer.from("49492a0008000000", "hex"), directory]));
}

function heicBoxes(): Buffer {
	const box = (type: string, content: Buffer, size = content.length + 8) => {
		const head = Buffer.alloc(8);
		head.writeUInt32BE(size);
		head.write(type, 4, "latin1");
		return Buffer.concat([head, content]);
	};
	let nested = Buffer.alloc(100);
	for (let depth = 0; depth < 5000; depth++) nested = box("meta", nested, 0xffff_fff0);
	const brand = box("ftyp", Buffer.from("heic\0\0\0\0heicmif1"));
	return Buffer.concat([brand, nested, box("meta", Buffer.alloc(8), 1), randomBytes(10_000)]);
}

async function sharpLibrary() {
	const { createRequire } = await import("node:module");
	const vision = fileURLToPath(new URL("../../../../packages/vision/package.json", import.meta.url));
	return createRequire(vision)("sharp") as typeof import("sharp").default;
}

async function animatedWebp(frames: number): Promise<Buffer> {
	const sharp = await sharpLibrary();
	const one = await sharp({ create: { width: 640, height: 640, channels: 3, background: "#864" } })
		.webp()
		.toBuffer();
	// Each frame is the same image: little to send, much to compose.
	const picture = one.subarray(12);
	const frame = Buffer.alloc(24);
	frame.write("ANMF", "latin1");
	frame.writeUInt32LE(16 + picture.length, 4);
	frame.writeUIntLE(639, 14, 3);
	frame.writeUIntLE(639, 17, 3);
	const canvas = Buffer.from("5650385800000000".padEnd(36, "0"), "hex");
	canvas.writeUInt32LE(10, 4);
	canvas[8] = 2;
	canvas.writeUIntLE(639, 12, 3);
	canvas.writeUIntLE(639, 15, 3);
	const control = Buffer.concat([Buffer.from("ANIM"), Buffer.from("06000000ffffffff0000", "hex")]);
	const body = Buffer.concat([
		Buffer.from("WEBP"),
		canvas,
		control,
		...Array.from({ length: frames }, () => [frame, picture]).flat(),
	]);
	const total = Buffer.alloc(4);
	total.writeUInt32LE(body.length);
	return Buffer.concat([Buffer.from("RIFF"), total, body]);
}

/** Each scan of a progressive JPEG is a pass over the whole image. */
async function manyScans(count: number): Promise<Buffer> {
	const sharp = await sharpLibrary();
	const jpeg = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: "#864" } })
		.jpeg({ progressive: true, quality: 50 })
		.toBuffer();
	const lastScan = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
	const scan = jpeg.subarray(lastScan, jpeg.length - 2);
	const repeats = Math.min(count, Math.floor((29_000_000 - jpeg.length) / scan.length));
	return Buffer.concat([jpeg.subarray(0, -2), ...Array.from({ length: repeats }, () => scan), jpeg.subarray(-2)]);
}
