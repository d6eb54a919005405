import { describe, expect, it } from "vitest";
import { readBinaryMesh } from "../../src/features/viewer/binary-mesh.js";
import {
	meanPerRegion,
	quantile,
	REGIONS,
	regionOfVertices,
	skinDifference,
} from "../../src/features/viewer/body-regions.js";
import { isShapeOf, sizeSeen } from "../../src/features/viewer/photo/decode-view-photo.js";
import { paint, SEQUENTIAL } from "../../src/features/viewer/scene/colour-scale.js";
import { shadowCells } from "../../src/features/viewer/scene/ground-shadow.js";

function meshFile(change: (view: DataView) => void = () => {}): ArrayBuffer {
	const file = new ArrayBuffer(48 + 3 * 12 * 2 + 12);
	const view = new DataView(file);
	view.setUint32(0, 0x594e4e41, true);
	view.setUint32(4, 1, true);
	view.setUint32(8, 2, true);
	view.setUint32(12, 48, true);
	view.setUint32(16, 3, true);
	view.setUint32(20, 1, true);
	for (let i = 0; i < 9; i++) view.setFloat32(48 + 4 * i, i / 10, true);
	view.setFloat32(48 + 36 + 8, 1, true);
	for (let i = 0; i < 3; i++) view.setUint32(48 + 72 + 4 * i, i, true);
	change(view);
	return file;
}

describe("the server's mesh", () => {
	it("is read where it lies", () => {
		const mesh = readBinaryMesh(meshFile());
		expect(mesh.positions[4]).toBeCloseTo(0.4, 6);
		expect([...mesh.normals.subarray(0, 3)]).toEqual([0, 0, 1]);
		expect([...mesh.triangles]).toEqual([0, 1, 2]);
	});

	it("is refused when it is something else", () => {
		expect(() => readBinaryMesh(new ArrayBuffer(10))).toThrow(RangeError);
		expect(() => readBinaryMesh(meshFile((view) => view.setUint32(0, 1, true)))).toThrow("not a binary mesh");
		expect(() => readBinaryMesh(meshFile((view) => view.setUint32(4, 2, true)))).toThrow("newer");
		expect(() => readBinaryMesh(meshFile((view) => view.setUint32(8, 3, true)))).toThrow("frame");
		expect(() => readBinaryMesh(meshFile((view) => view.setUint32(8, 0, true)))).toThrow("normals");
	});
});

describe("parts of the body", () => {
	const labels = ["root", "upperleg01.L", "head", "oris01"];
	const heads = Float32Array.of(0, 0, 1, 0.1, 0, 0.9, 0, 0, 1.5, 0, -0.1, 1.6);
	const tails = Float32Array.of(0, 0, 1.1, 0.1, 0, 0.5, 0, 0, 1.7, 0, -0.1, 1.61);

	it("are those of the nearest bone, the face's own passed over", () => {
		const points = Float32Array.of(0, 0, 1.05, 0.12, 0, 0.7, 0, -0.1, 1.6);
		const regions = regionOfVertices(points, labels, heads, tails);
		expect([...regions].map((region) => REGIONS[region])).toEqual(["hips", "thighs", "head"]);
		expect(meanPerRegion(Float32Array.of(1, 2, 6), regions)).toEqual([
			{ region: "head", mean: 6 },
			{ region: "hips", mean: 1 },
			{ region: "thighs", mean: 2 },
		]);
	});

	it("differ along the skin's normal once both bodies stand on the floor", () => {
		const positions = Float32Array.of(0, 0, 0, 0.1, 0, 1);
		const normals = Float32Array.of(0, 0, -1, 1, 0, 0);
		// Two centimetres wider, and standing on a floor that is half a metre higher.
		const other = Float32Array.of(0, 0, 0.5, 0.12, 0, 1.5);
		const difference = skinDifference({ positions, normals }, { positions: other });
		expect(difference![0]).toBeCloseTo(0, 6);
		expect(difference![1]).toBeCloseTo(0.02, 6);
		expect(skinDifference({ positions, normals }, { positions: other.subarray(3) })).toBeNull();
	});
});

describe("colours", () => {
	it("run from one end of the scale to the other and no further", () => {
		const colours = new Float32Array(12);
		paint(colours, Float32Array.of(-5, 0, 1, 9), [0, 1], SEQUENTIAL);
		expect([...colours.subarray(0, 3)]).toEqual([...colours.subarray(3, 6)]);
		expect([...colours.subarray(6, 9)]).toEqual([...colours.subarray(9, 12)]);
		expect(colours[8]).toBeLessThan(colours[6]!);
	});

	it("grow steadily lighter", () => {
		const steps = 40;
		const values = Float32Array.from({ length: steps }, (_, i) => i / (steps - 1));
		const colours = new Float32Array(3 * steps);
		paint(colours, values, [0, 1], SEQUENTIAL);
		const luminance = values.map(
			(_, i) => 0.2126 * colours[3 * i]! + 0.7152 * colours[3 * i + 1]! + 0.0722 * colours[3 * i + 2]!,
		);
		for (let i = 1; i < steps; i++) expect(luminance[i]).toBeGreaterThan(luminance[i - 1]!);
	});

	it("leave the extremes to quantiles", () => {
		expect(quantile(Float32Array.of(5, 1, 3, 2, 4), 0.5)).toBe(3);
		expect(quantile(Float32Array.of(5, 1), 1)).toBe(5);
	});
});

describe("the shadow on the floor", () => {
	/** A slab of 10 × 20 cm about a place, at a height. */
	const slab = (x: number, height_m: number): number[] =>
		Array.from({ length: 11 * 21 }, (_, i) => [
			x - 0.05 + (i % 11) / 100,
			-0.1 + Math.floor(i / 11) / 100,
			height_m,
		]).flat();

	it("is dark under the feet, clear beside them and under raised hands", () => {
		const cells = shadowCells(Float32Array.from([...slab(-0.5, 0), ...slab(0.5, 1.2)]));
		const side = Math.sqrt(cells.length);
		const cell = (x: number) => Math.floor((x / 2.4 + 0.5) * side);
		const at = (x: number, y: number) => cells[cell(y) * side + cell(x)]!;
		expect(at(-0.5, 0)).toBeGreaterThan(80);
		expect(at(-0.2, 0)).toBe(0);
		expect(at(0.5, 0)).toBeLessThan(0.03 * at(-0.5, 0));
	});
});

describe("a photo picked again", () => {
	it("is scaled down as the server does", () => {
		expect(sizeSeen(4032, 3024)).toEqual({ width: 2048, height: 1536 });
		expect(sizeSeen(1080, 1440)).toEqual({ width: 1080, height: 1440 });
	});

	it("is the view's when its sides have the same ratio, whatever its size", () => {
		const camera = { width_px: 1536, height_px: 2048 };
		expect(isShapeOf({ width: 3024, height: 4032 }, camera)).toBe(true);
		expect(isShapeOf({ width: 1512, height: 2016 }, camera)).toBe(true);
		expect(isShapeOf({ width: 4032, height: 3024 }, camera)).toBe(false);
		expect(isShapeOf({ width: 3024, height: 3900 }, camera)).toBe(false);
	});
});
