import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertTfliteToOnnx } from "../src/convert-tflite.js";
import { ProtobufWriter } from "../src/protobuf-writer.js";
import { readTflite } from "../src/read-tflite.js";
import { constantFloats, constantInts, decodeHalfFloats } from "../src/tflite-constants.js";
import type { TfliteTensor } from "../src/tflite-model.js";

describe("ProtobufWriter", () => {
	it("writes the wire format's textbook examples", () => {
		expect(Array.from(new ProtobufWriter().uint(1, 150).finish())).toEqual([0x08, 0x96, 0x01]);
		expect(Array.from(new ProtobufWriter().text(2, "testing").finish())).toEqual([0x12, 7, ...Buffer.from("testing")]);
		expect(Array.from(new ProtobufWriter().message(3, new ProtobufWriter().uint(1, 150)).finish())).toEqual([
			0x1a, 3, 0x08, 0x96, 0x01,
		]);
		expect(Array.from(new ProtobufWriter().uints(4, [3, 270, 86942]).finish())).toEqual([
			0x22, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5,
		]);
		expect(Array.from(new ProtobufWriter().float(1, 1).finish())).toEqual([0x0d, 0, 0, 0x80, 0x3f]);
	});

	it("rejects what it cannot represent", () => {
		expect(() => new ProtobufWriter().uint(1, -1)).toThrow(RangeError);
		expect(() => new ProtobufWriter().uint(1, 1.5)).toThrow(RangeError);
		expect(() => new ProtobufWriter().text(1, "é")).toThrow(RangeError);
	});
});

describe("half precision", () => {
	it("decodes every class of value", () => {
		const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x8000, 0x7c00, 0xfc00, 0x7e00, 0x3555);
		const values = Array.from(decodeHalfFloats(bits));
		expect(values.slice(0, 5)).toEqual([1, -2, 65504, 2 ** -24, 2 ** -14]);
		expect(Object.is(values[5], -0)).toBe(true);
		expect(values.slice(6, 9)).toEqual([Infinity, -Infinity, Number.NaN]);
		expect(values[9]).toBe(0.333251953125);
	});
});

function tensor(
	shape: number[],
	type: TfliteTensor["type"],
	data: Uint8Array,
	sparsity: TfliteTensor["sparsity"] = null,
): TfliteTensor {
	return { name: "t", shape, type, data, sparsity };
}

const bytesOf = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe("constants", () => {
	it("reads values at any byte offset", () => {
		const shifted = new Uint8Array(9);
		shifted.set(bytesOf([1.5, -2]), 1);
		expect(Array.from(constantFloats(tensor([2], "float32", shifted.subarray(1))))).toEqual([1.5, -2]);
		expect(constantInts(tensor([1], "int32", Uint8Array.of(254, 255, 255, 255)))).toEqual([-2]);
	});

	it("rejects constants that do not fill their shape", () => {
		expect(() => constantFloats(tensor([3], "float32", bytesOf([1, 2])))).toThrow(RangeError);
		expect(() => constantInts(tensor([1], "float32", bytesOf([1])))).toThrow(RangeError);
	});

	it("expands sparse rows to the dense matrix they came from (seed 13)", () => {
		const entry = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }));
		fc.assert(
			fc.property(fc.array(fc.tuple(entry, entry, entry, entry), { minLength: 1, maxLength: 6 }), (rows) => {
				const values: number[] = [];
				const segments = [0];
				const indices: number[] = [];
				for (const row of rows) {
					row.forEach((value, column) => {
						if (value === 0) return;
						values.push(value);
						indices.push(column);
					});
					segments.push(values.length);
				}
				const sparsity = {
					traversalOrder: [0, 1],
					blockMap: [],
					levels: [
						{ format: "dense", size: rows.length },
						{ format: "sparse", segments, indices },
					],
				} as const;
				const dense = constantFloats(tensor([rows.length, 4], "float32", bytesOf(values), sparsity));
				expect(Array.from(dense)).toEqual(rows.flat());
			}),
			{ seed: 13 },
		);
	});

	it("expands block-sparse matrices", () => {
		// 4×4 in 2×2 blocks; only blocks (0, 1) and (1, 0) are stored.
		const sparsity = {
			traversalOrder: [0, 1, 2, 3],
			blockMap: [0, 1],
			levels: [
				{ format: "dense", size: 2 },
				{ format: "sparse", segments: [0, 1, 2], indices: [1, 0] },
				{ format: "dense", size: 2 },
				{ format: "dense", size: 2 },
			],
		} as const;
		const dense = constantFloats(tensor([4, 4], "float32", bytesOf([1, 2, 3, 4, 5, 6, 7, 8]), sparsity));
		expect(Array.from(dense)).toEqual([0, 0, 1, 2, 0, 0, 3, 4, 5, 6, 0, 0, 7, 8, 0, 0]);
	});

	it("rejects sparse indices outside the shape", () => {
		const levels = [{ format: "sparse", segments: [0, 1], indices: [5] }] as const;
		const sparsity = { traversalOrder: [0], blockMap: [], levels };
		expect(() => constantFloats(tensor([2], "float32", bytesOf([1]), sparsity))).toThrow(RangeError);
	});
});

describe("TFLite files", () => {
	it("rejects other files and damaged ones with a RangeError", () => {
		expect(() => readTflite(new Uint8Array(0))).toThrow(RangeError);
		expect(() => readTflite(new TextEncoder().encode("just some text, long enough"))).toThrow(RangeError);
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 16, maxLength: 200 }), (bytes) => {
				bytes.set([0x54, 0x46, 0x4c, 0x33], 4);
				expect(() => convertTfliteToOnnx(bytes)).toThrow(RangeError);
			}),
			{ seed: 17, numRuns: 500 },
		);
	});
});
