import { describe, expect, it } from "vitest";
import { type ByteSource, readOnnxInterface } from "../src/image-models/onnx-interface.js";
import { recogniseImageModel } from "../src/image-models/recognise-model.js";
import { type Resampling, resample } from "../src/image-models/resample.js";
import { freeSize, normaliseInverseDepth } from "../src/monocular-depth/predict-inverse-depth.js";
import { promptFromBody } from "../src/segment-anything/segmentation-prompt.js";
import { tinyDepth, tinyEfficientSam, tinySamDecoder, tinySamEncoder, tinyUnknown } from "./tiny-models.js";

function sourceOf(bytes: Uint8Array): ByteSource {
	return { length: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

function recognise(bytes: Uint8Array) {
	return recogniseImageModel(readOnnxInterface(sourceOf(bytes)));
}

describe("readOnnxInterface", () => {
	it("reads names, types, sizes, operators and kernels, and skips weights", () => {
		let read = 0;
		const bytes = tinySamEncoder({ layout: "planar", hasPatches: true });
		const source: ByteSource = {
			length: bytes.length,
			read: (offset, length) => {
				read += length;
				return bytes.subarray(offset, offset + length);
			},
		};
		const file = readOnnxInterface(source);
		expect(file.inputs).toEqual([{ name: "input_image", type: "float32", dimensions: [1, 3, 1024, 1024] }]);
		expect(file.outputs).toEqual([{ name: "image_embeddings", type: "float32", dimensions: [1, 3, 256, 256] }]);
		expect(file.operators).toEqual(["Conv", "Identity", "Resize"]);
		expect(file.readers).toEqual({ input_image: ["Conv"] });
		expect(file.colourKernels).toEqual([16]);
		expect(read).toBeLessThan(bytes.length / 4);
	});

	it("knows sizes that are chosen later", () => {
		const file = readOnnxInterface(sourceOf(tinyDepth("dpt")));
		expect(file.inputs[0]?.dimensions).toEqual([null, 3, null, null]);
	});

	it("refuses what is no model: text, nothing, and every cut of a model", () => {
		const bytes = tinyDepth("midas");
		expect(() => recognise(new Uint8Array())).toThrow(RangeError);
		expect(() => recognise(new TextEncoder().encode("<html>not found</html>"))).toThrow(RangeError);
		for (let end = 0; end < bytes.length - 4; end += 7) {
			expect(() => recognise(bytes.subarray(0, end)), `${end} bytes`).toThrow(RangeError);
		}
	});
});

describe("recogniseImageModel", () => {
	it("tells SAM-type files apart by their interface", () => {
		expect(recognise(tinyEfficientSam({ isFixed: true }))).toMatchObject({
			part: "whole",
			family: "efficient_sam",
			size: [1024, 1024],
			prompt: { pointCount: 6, labelRank: 4 },
		});
		expect(recognise(tinyEfficientSam({ isFixed: false }))).toMatchObject({ size: null, prompt: { pointCount: null } });
		expect(recognise(tinySamEncoder({ layout: "planar", hasPatches: true }))).toMatchObject({
			part: "encoder",
			family: "sam",
			size: [1024, 1024],
		});
		expect(recognise(tinySamEncoder({ layout: "interleaved", hasPatches: false }))).toMatchObject({
			family: "mobile_sam",
			layout: "interleaved",
			pixels: { sigma: [1 / 255, 1 / 255, 1 / 255] },
		});
		expect(recognise(tinySamDecoder())).toMatchObject({
			part: "decoder",
			hasLowResolution: true,
			imageSizeType: "float32",
		});
	});

	it("tells depth networks apart by their graph", () => {
		const centred = { mean: [0.5, 0.5, 0.5], sigma: [0.5, 0.5, 0.5] };
		expect(recognise(tinyDepth("midas"))).toMatchObject({
			family: "midas",
			size: [256, 256],
			pixels: { mean: [0.485, 0.456, 0.406] },
		});
		expect(recognise(tinyDepth("midas_self_normalising"))).toMatchObject({
			family: "midas",
			pixels: { mean: [0, 0, 0] },
		});
		expect(recognise(tinyDepth("dpt"))).toMatchObject({ family: "dpt", size: [384, 384], pixels: centred });
		expect(recognise(tinyDepth("depth_anything"))).toMatchObject({ multipleOf: 14, side: 518, gives: "inverse_depth" });
		expect(recognise(tinyDepth("depth_anything_metric"))).toMatchObject({ family: "depth_anything", gives: "depth" });
	});

	it("refuses other networks", () => {
		expect(recognise(tinyUnknown())).toBeNull();
	});
});

describe("resample", () => {
	const linear: Resampling = { kernel: "linear", antialias: false };

	function scale(source: Float32Array, from: [number, number], to: [number, number], resampling: Resampling) {
		const out = new Float32Array(to[0] * to[1]);
		resample(out, to[0], to[1], source, from[0], from[1], 1, resampling);
		return out;
	}

	it("leaves an image of the same size as it is", () => {
		const source = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
		for (const kernel of ["linear", "cubic_keys", "cubic_sharp"] as const) {
			for (const antialias of [false, true]) {
				const out = scale(source, [3, 4], [3, 4], { kernel, antialias });
				for (let i = 0; i < 12; i++) expect(out[i]).toBeCloseTo(source[i], 6);
			}
		}
	});

	it("takes the values that OpenCV and Pillow give", () => {
		const source = Float32Array.of(10, 20, 40, 80);
		// cv2.resize(…, (2, 1), INTER_LINEAR): centres fall between two pixels.
		expect([...scale(source, [1, 4], [1, 2], linear)]).toEqual([15, 60]);
		// Enlarged: the border repeats the nearest pixel.
		expect([...scale(source, [1, 4], [1, 8], linear)]).toEqual([10, 12.5, 17.5, 25, 35, 50, 70, 80]);
		// Halving with a = -0.75 takes (-3, 19, 19, -3) / 32.
		const [first] = scale(source, [1, 4], [1, 2], { kernel: "cubic_sharp", antialias: false });
		expect(first).toBeCloseTo((-3 * 10 + 19 * 10 + 19 * 20 - 3 * 40) / 32, 4);
		// Pillow's triangle of width 4, cut at the border: weights 1, 3, 3, 1 of quarters.
		const [left] = scale(source, [1, 4], [1, 2], { kernel: "linear", antialias: true });
		expect(left).toBeCloseTo((3 * 10 + 3 * 20 + 1 * 40) / 7, 4);
	});

	it("keeps a slope of two dimensions away from the border", () => {
		const source = Float32Array.from({ length: 40 * 30 }, (_, i) => 3 * (i % 40) + 5 * Math.floor(i / 40));
		const out = scale(source, [30, 40], [15, 20], { kernel: "cubic_keys", antialias: true });
		const at = (x: number, y: number) => 3 * (2 * x + 0.5) + 5 * (2 * y + 0.5);
		for (let y = 3; y < 12; y++) for (let x = 3; x < 17; x++) expect(out[y * 20 + x]).toBeCloseTo(at(x, y), 3);
	});
});

describe("depth", () => {
	it("chooses the sizes that the authors' code chooses", () => {
		const anything = { side: 518, sideRule: "at_least", multipleOf: 14 } as const;
		expect(freeSize({ width: 600, height: 800 }, anything)).toEqual([686, 518]);
		expect(freeSize({ width: 1920, height: 1080 }, anything)).toEqual([518, 924]);
		expect(freeSize({ width: 1200, height: 1600 }, { side: 256, sideRule: "nearest", multipleOf: 32 })).toEqual([
			352, 256,
		]);
	});

	it("gives every network's answer the same sign and range", () => {
		const raw = Float32Array.from({ length: 101 }, (_, i) => 1 + i);
		const values = normaliseInverseDepth(raw, "inverse_depth") as Float32Array;
		expect([values[2], values[98]]).toEqual([0, 1]);
		const inverted = normaliseInverseDepth(raw, "depth") as Float32Array;
		expect(inverted[0]).toBeGreaterThan(inverted[100] as number);
		expect(normaliseInverseDepth(new Float32Array(50).fill(3), "inverse_depth")).toBeNull();
		expect(normaliseInverseDepth(Float32Array.of(1, Number.NaN, 2), "inverse_depth")).toBeNull();
	});
});

describe("promptFromBody", () => {
	const width = 100;
	const height = 200;

	function standing(): { body: Float64Array; mask: Float32Array } {
		const body = new Float64Array(33 * 5);
		const place = (i: number, x: number, y: number) => body.set([x, y, 0, 0.9, 0.9], 5 * i);
		place(11, 60, 50);
		place(12, 40, 50);
		place(23, 56, 100);
		place(24, 44, 100);
		place(25, 56, 140);
		place(26, 44, 140);
		place(27, 56, 180);
		place(28, 44, 180);
		const mask = new Float32Array(width * height);
		for (let y = 30; y < 190; y++) mask.fill(1, y * width + 35, y * width + 65);
		return { body, mask };
	}

	it("asks for the middle of trunk and limbs inside the person's box", () => {
		const { body, mask } = standing();
		const prompt = promptFromBody(body, mask, width, height);
		expect(prompt?.box_px).toEqual([31.8, 26.8, 68.2, 193.2].map((value) => expect.closeTo(value, 6)));
		expect([...(prompt?.points_px ?? [])]).toEqual([50, 75, 56, 120, 44, 120, 50, 50, 56, 160, 44, 160, 50, 100]);
	});

	it("leaves out what is hidden or where the mask shows no person, and gives up when nothing is left", () => {
		const { body, mask } = standing();
		body[5 * 27 + 3] = 0.2;
		mask.fill(0, 115 * width, 125 * width);
		expect([...(promptFromBody(body, mask, width, height)?.points_px ?? [])]).toEqual([
			50, 75, 50, 50, 44, 160, 50, 100,
		]);
		expect(promptFromBody(new Float64Array(0), mask, width, height)).toBeNull();
		expect(promptFromBody(body, new Float32Array(width * height), width, height)).toBeNull();
	});
});
