import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HolisticResult } from "@anny-fitter/perception";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	DISK_RADIUS,
	type TinyDepthKind,
	tinyDepth,
	tinyEfficientSam,
	tinySamDecoder,
	tinySamEncoder,
	tinyUnknown,
} from "../../perception/test/tiny-models.js";
import { chooseModels, chosenFiles, findModelFiles } from "../src/image-models/find-models.js";
import { createImageSessions, type ImageModelResult } from "../src/image-models/image-sessions.js";

const EFFICIENT_SAM = "efficient_sam.onnx";
const ENCODER = "encoder.onnx";
const DECODER = "decoder.onnx";

let base: string;
let folders = 0;
beforeAll(async () => {
	base = await mkdtemp(join(tmpdir(), "anny-models-"));
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
	const folder = join(base, `${folders++}`);
	for (const [name, bytes] of Object.entries(files)) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), bytes);
	}
	return folder;
}

interface Scene {
	readonly width: number;
	readonly height: number;
	readonly rgb: Uint8Array;
	/** 1 where the bright figure is. */
	readonly truth: Uint8Array;
	readonly seen: HolisticResult;
}

/** A bright figure on dark ground, and what Holistic would say about it. */
function scene(width: number, height: number): Scene {
	const rgb = new Uint8Array(width * height * 3).fill(30);
	const truth = new Uint8Array(width * height);
	const mask = new Float32Array(width * height);
	const [left, right] = [Math.round(0.35 * width), Math.round(0.65 * width)];
	const [top, bottom] = [Math.round(0.1 * height), Math.round(0.9 * height)];
	for (let y = top; y < bottom; y++) {
		for (let x = left; x < right; x++) {
			rgb.fill(220, 3 * (y * width + x), 3 * (y * width + x) + 3);
			truth[y * width + x] = 1;
			// MediaPipe's mask is less exact.
			if (x > left + 0.02 * width && y > top + 0.02 * height) mask[y * width + x] = 0.9;
		}
	}
	const body = new Float64Array(33 * 5);
	const place = (i: number, x: number, y: number) => body.set([x * width, y * height, 0, 1, 1], 5 * i);
	place(11, 0.58, 0.25);
	place(12, 0.42, 0.25);
	place(23, 0.55, 0.5);
	place(24, 0.45, 0.5);
	place(25, 0.55, 0.7);
	place(26, 0.45, 0.7);
	place(27, 0.55, 0.87);
	place(28, 0.45, 0.87);
	const seen = { imageWidth: width, imageHeight: height, body, mask } as unknown as HolisticResult;
	return { width, height, rgb, truth, seen };
}

/** Runs what a folder holds on a scene. */
async function look(
	folder: string,
	{ width, height, rgb, seen }: Pick<Scene, "width" | "height" | "rgb" | "seen">,
	mode: "prompted" | "automatic" = "prompted",
): Promise<ImageModelResult> {
	const chosen = chooseModels(findModelFiles(folder));
	const sessions = await createImageSessions(chosen, { device: "cpu", threads: 1 }, (work) => work());
	try {
		return await sessions.look({ width, height, rgb }, seen, { mode });
	} finally {
		await sessions.release();
	}
}

/** Share of pixels on the right side of 0.5. */
function accuracy(mask: Float32Array, truth: Uint8Array): number {
	let right = 0;
	for (let i = 0; i < truth.length; i++) if ((mask[i] ?? 0) > 0.5 === (truth[i] === 1)) right++;
	return right / truth.length;
}

/** Centre and half axes of what a mask shows, in pixels. */
function ellipse(mask: Float32Array, width: number): { x: number; y: number; a: number; b: number } {
	let [left, right, top, bottom] = [width, 0, mask.length / width, 0];
	for (const [i, value] of mask.entries()) {
		if (value <= 0.5) continue;
		const [x, y] = [i % width, Math.floor(i / width)];
		left = Math.min(left, x);
		right = Math.max(right, x + 1);
		top = Math.min(top, y);
		bottom = Math.max(bottom, y + 1);
	}
	return { x: (left + right) / 2, y: (top + bottom) / 2, a: (right - left) / 2, b: (bottom - top) / 2 };
}

/** The scene with a mask and landmarks such that only the disk around the first point agrees with it. */
function diskScene(width: number, height: number, a: number, b: number): Scene {
	const { seen, ...rest } = scene(width, height);
	const rgb = new Uint8Array(rest.rgb.length).fill(125);
	const mask = new Float32Array(width * height);
	const [x0, y0] = [0.5 * width, 0.375 * height];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if (((x + 0.5 - x0) / a) ** 2 + ((y + 0.5 - y0) / b) ** 2 < 1) mask[y * width + x] = 1;
		}
	}
	return { ...rest, rgb, seen: { ...seen, mask } };
}

const SAM = { [ENCODER]: tinySamEncoder({ layout: "planar", hasPatches: true }), [DECODER]: tinySamDecoder() };
const MOBILE_SAM = {
	[ENCODER]: tinySamEncoder({ layout: "interleaved", hasPatches: false }),
	[DECODER]: tinySamDecoder(),
};

describe.each([
	[
		"EfficientSAM of fixed size",
		"EfficientSAM (efficient_sam.onnx)",
		{ [EFFICIENT_SAM]: tinyEfficientSam({ isFixed: true }) },
	],
	[
		"EfficientSAM of any size",
		"EfficientSAM (efficient_sam.onnx)",
		{ [EFFICIENT_SAM]: tinyEfficientSam({ isFixed: false }) },
	],
	["SAM", "SAM (encoder.onnx)", SAM],
	["MobileSAM", "MobileSAM (encoder.onnx)", MOBILE_SAM],
])("%s", (_, title, files) => {
	it.each([
		[300, 400],
		[640, 360],
	])("finds the outline of a figure in %i × %i pixels", async (width, height) => {
		const person = scene(width, height);
		const result = await look(await folderOf(files), person);
		expect(result).toMatchObject({ segmentation: title, depth: null, inverseDepth: null, warnings: [] });
		expect(result.mask).not.toBe(person.seen.mask);
		// SAM's masks have cells of 1.6 to 2.5 of these pixels.
		expect(accuracy(result.mask, person.truth)).toBeGreaterThan(title.startsWith("Eff") ? 0.995 : 0.985);
		expect(accuracy(person.seen.mask, person.truth)).toBeLessThan(0.985);
	});

	it("keeps MediaPipe's mask and says so when the outline shows something else", async () => {
		const person = scene(300, 400);
		const elsewhere = new Float32Array(300 * 400);
		// The figure's lower half and as much of the ground.
		for (let y = 200; y < 360; y++) elsewhere.fill(1, y * 300 + 20, y * 300 + 200);
		const result = await look(await folderOf(files), { ...person, seen: { ...person.seen, mask: elsewhere } });
		expect(result.segmentation).toBe("MediaPipe Holistic");
		expect(result.mask).toBe(elsewhere);
		expect(result.warnings).toEqual([
			expect.stringMatching(/overlaps MediaPipe's by only \d+ %, so MediaPipe's is used/),
		]);
	});
});

describe("prompts", () => {
	it("reach EfficientSAM in the coordinates of its square image", async () => {
		const [width, height] = [300, 400];
		const [a, b] = [(DISK_RADIUS * width) / 1024, (DISK_RADIUS * height) / 1024];
		const result = await look(
			await folderOf({ [EFFICIENT_SAM]: tinyEfficientSam({ isFixed: true }) }),
			diskScene(width, height, a, b),
		);
		// The centre of the trunk.
		const found = ellipse(result.mask, width);
		expect(found).toEqual({ x: 150, y: 150, a: expect.closeTo(a, 0), b: expect.closeTo(b, 0) });
	});

	it.each([
		["planar", true, 300, 400],
		["interleaved", false, 300, 400],
		["planar", true, 900, 500],
	] as const)("reach SAM (%s) in pixels of the longer side", async (layout, hasPatches, width, height) => {
		const radius = (DISK_RADIUS * Math.max(width, height)) / 1024;
		const files = { [ENCODER]: tinySamEncoder({ layout, hasPatches }), [DECODER]: tinySamDecoder() };
		const result = await look(await folderOf(files), diskScene(width, height, radius, radius));
		const found = ellipse(result.mask, width);
		expect(found.x).toBeCloseTo(0.5 * width, -0.5);
		expect(found.y).toBeCloseTo(0.375 * height, -0.5);
		expect(Math.abs(found.a - radius)).toBeLessThan(2.5);
		expect(Math.abs(found.b - radius)).toBeLessThan(2.5);
	});
});

describe("automatic segmentation", () => {
	const files = { ...SAM, [DECODER]: tinySamDecoder({ isForLonePoints: true }) };

	it("takes the object that agrees with MediaPipe's mask", async () => {
		const person = scene(300, 400);
		const result = await look(await folderOf(files), person, "automatic");
		expect(result).toMatchObject({ segmentation: "SAM (encoder.onnx)", warnings: [] });
		expect(accuracy(result.mask, person.truth)).toBeGreaterThan(0.985);
	});

	it("takes the largest object that is not the background when nothing is known of the person", async () => {
		const person = scene(300, 400);
		const seen = { ...person.seen, body: new Float64Array(0), mask: new Float32Array(300 * 400) };
		const result = await look(await folderOf(files), { ...person, seen }, "automatic");
		expect(accuracy(result.mask, person.truth)).toBeGreaterThan(0.985);
		// Asked for a person that Holistic did not find, the networks do not run.
		const prompted = await look(await folderOf(files), { ...person, seen });
		expect(prompted.mask).toBe(seen.mask);
	});
});

describe("depth", () => {
	/** Channels that change along different directions, at the size that needs no scaling. */
	function slopes(width: number, height: number): Scene {
		const base = scene(width, height);
		const rgb = new Uint8Array(width * height * 3);
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				rgb.set([(255 * x) / width, (255 * y) / height, (200 * (x + y)) / (width + height)], 3 * (y * width + x));
			}
		}
		return { ...base, rgb };
	}

	const IMAGENET = [0.229, 0.224, 0.225];

	it.each([
		["midas", 256, 256, IMAGENET, "MiDaS (depth.onnx)"],
		["midas_self_normalising", 256, 256, IMAGENET, "MiDaS (depth.onnx)"],
		["dpt", 384, 384, [0.5, 0.5, 0.5], "DPT (depth.onnx)"],
		["depth_anything", 518, 686, IMAGENET, "Depth Anything (depth.onnx)"],
	] as const)(
		"%s gets its own normalisation, and its answer a range of 1",
		async (kind, width, height, sigma, title) => {
			const image = slopes(width, height);
			const { inverseDepth, depth } = await look(
				await folderOf({ "depth.onnx": tinyDepth(kind as TinyDepthKind) }),
				image,
			);
			expect(depth).toBe(title);
			expect([inverseDepth?.width, inverseDepth?.height]).toEqual([width, height]);
			const expected = new Float64Array(width * height);
			const cell = kind === "depth_anything" ? 14 : 1;
			for (let y = 0; y < height; y++) {
				for (let x = 0; x < width; x++) {
					// A patch has its mean.
					const [x0, y0] = [x - (x % cell), y - (y % cell)];
					let sum = 0;
					for (let j = y0; j < y0 + cell; j++) {
						for (let i = x0; i < x0 + cell; i++) {
							for (let c = 0; c < 3; c++) sum += (image.rgb[3 * (j * width + i) + c] ?? 0) / (sigma[c] ?? 1);
						}
					}
					expected[y * width + x] = sum / cell ** 2;
				}
			}
			const sorted = Float64Array.from(expected).sort();
			const low = sorted[Math.floor(0.02 * (sorted.length - 1))] ?? 0;
			const high = sorted[Math.ceil(0.98 * (sorted.length - 1))] ?? 1;
			let worst = 0;
			for (const [i, value] of expected.entries()) {
				worst = Math.max(worst, Math.abs((inverseDepth?.values[i] ?? 9) - (value - low) / (high - low)));
			}
			expect(worst).toBeLessThan(1e-3);
		},
		240_000,
	);

	it("turns metres into nearness", async () => {
		const image = slopes(518, 518);
		const folder = (kind: TinyDepthKind) => folderOf({ "depth.onnx": tinyDepth(kind) });
		const metric = await look(await folder("depth_anything_metric"), image);
		const relative = await look(await folder("depth_anything"), image);
		const corner = (result: ImageModelResult) => [result.inverseDepth?.values[0], result.inverseDepth?.values.at(-1)];
		const [first, last] = corner(metric);
		expect(first).toBeGreaterThan(last as number);
		expect(corner(relative)[0]).toBeLessThan(corner(relative)[1] as number);
	});

	it("gives no depth map rather than a flat one", async () => {
		const image = scene(256, 256);
		const result = await look(await folderOf({ "depth.onnx": tinyDepth("midas") }), {
			...image,
			rgb: image.rgb.fill(90),
		});
		expect(result).toMatchObject({ depth: null, inverseDepth: null });
		expect(result.warnings).toEqual(["MiDaS (depth.onnx) gave a depth map without any depth, so it is not used."]);
	});
});

describe("the models folder", () => {
	it("may be missing, and may hold other things", async () => {
		expect(findModelFiles(join(base, "nowhere"))).toEqual([]);
		const folder = await folderOf({
			"page.onnx": "<html>not found</html>",
			"other.onnx": tinyUnknown(),
			"midas.onnx.part": tinyDepth("midas"),
			"notes.txt": "x",
		});
		const files = findModelFiles(folder);
		expect(files.map(({ name, model, interface: described }) => [name, model, described])).toEqual([
			["other.onnx", null, "input [1, 3, ?, ?] → output [1, 3, ?, ?]"],
			["page.onnx", null, null],
		]);
		expect(chooseModels(files)).toEqual({ segmentation: null, depth: null });
	});

	it("prefers the better network of a kind and pairs encoders with decoders of the same folder", async () => {
		const folder = await folderOf({
			"a/midas.onnx": tinyDepth("midas"),
			"b/any.onnx": tinyDepth("depth_anything"),
			"mobile/encoder.onnx": MOBILE_SAM[ENCODER] as Uint8Array,
			"mobile/decoder.onnx": tinySamDecoder(),
			"sam/encoder.onnx": SAM[ENCODER] as Uint8Array,
			"sam/decoder.onnx": tinySamDecoder(),
			"efficient.onnx": tinyEfficientSam({ isFixed: true }),
		});
		const files = findModelFiles(folder);
		const names = [...chosenFiles(files, chooseModels(files))].map((file) => file.name);
		expect(names).toEqual(["b/any.onnx", "sam/decoder.onnx", "sam/encoder.onnx"]);
		await rm(join(folder, "sam/decoder.onnx"));
		const rest = findModelFiles(folder);
		expect([...chosenFiles(rest, chooseModels(rest))].map((file) => file.name)).toEqual([
			"b/any.onnx",
			"efficient.onnx",
		]);
	});

	it("refuses a pulled file that was changed", async () => {
		const folder = await folderOf({ "midas_v21_small/model-small.onnx": tinyDepth("midas") });
		const [file] = findModelFiles(folder);
		expect(file).toMatchObject({ title: "MiDaS v2.1 small", sha256: expect.stringMatching(/^2d8c/) });
		await expect(look(folder, scene(64, 64))).rejects.toThrow(
			"The file of MiDaS v2.1 small is damaged or was changed.",
		);
	});
});
