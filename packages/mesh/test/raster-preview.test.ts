import { drawPolyline, rasterizeDepth, renderOverlay, renderPreview } from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { linearFromSrgb, srgbFromLinear } from "../src/raster-shading.js";
import { computeVisibility, coneDirections, sphereDirections } from "../src/raster-visibility.js";
import { sphere } from "./raster-scenes.js";

const camera = { width: 96, height: 120, focal_px: 150, cx_px: 48, cy_px: 56 };
const ball = sphere(0.7, 3, 40);
const pixel = (picture: Uint8Array, x: number, y: number): number[] =>
	Array.from(picture.subarray((y * 96 + x) * 4, (y * 96 + x) * 4 + 4));
const brightness = (picture: Uint8Array, x: number, y: number): number => pixel(picture, x, y)[1]!;

describe("renderPreview", () => {
	const picture = renderPreview(ball, camera);

	it("lights the mesh from the upper left and shades the other side", () => {
		expect(brightness(picture, 34, 40)).toBeGreaterThan(brightness(picture, 66, 78) + 40);
		expect(pixel(picture, 48, 56)[3]).toBe(255);
	});

	it("throws a soft shadow on the floor below the mesh", () => {
		// The floor touches the ball from below, on its optical axis row 56 + 150 * 0.7 / 3 = 91.
		const beside = brightness(picture, 4, 100);
		const under = brightness(picture, 52, 96);
		expect(under).toBeLessThan(beside - 10);
	});

	it("repeats itself to the bit", () => {
		expect(renderPreview(ball, camera)).toEqual(picture);
	});

	it("has smooth edges and straight alpha without a backdrop", () => {
		const cut = renderPreview(ball, camera, { backdrop: null });
		const alphas = new Set<number>();
		for (let p = 3; p < cut.length; p += 4) alphas.add(cut[p]!);
		expect(alphas.size).toBeGreaterThan(5);
		expect(pixel(cut, 2, 2)[3]).toBe(0);
		let darkest = 255;
		for (let p = 0; p < cut.length; p += 4)
			if (cut[p + 3]! > 0 && cut[p + 3]! < 128) darkest = Math.min(darkest, cut[p]!);
		// No dark fringe from premultiplied colours.
		expect(darkest).toBeGreaterThan(40);
	});

	it("refuses impossible sampling", () => {
		expect(() => renderPreview(ball, camera, { samplesPerSide: 9 })).toThrow(RangeError);
	});
});

describe("renderOverlay", () => {
	const photo = new Uint8Array(96 * 120 * 3).fill(100);
	const original = photo.slice();

	it("tints the body, draws its contour and leaves the rest of the photo alone", () => {
		const picture = renderOverlay(photo, ball, camera);
		expect(photo).toEqual(original);
		expect(pixel(picture, 3, 3)).toEqual([100, 100, 100, 255]);
		const [r, , b] = pixel(picture, 48, 56) as [number, number, number];
		expect(b).toBeGreaterThan(r + 20);
		const rim = (150 * 0.7) / Math.sqrt(9 - 0.49);
		let whitest = 0;
		for (let x = 40; x < 96; x++)
			if (Math.abs(x + 0.5 - 48 - rim) < 1.5) whitest = Math.max(whitest, brightness(picture, x, 56));
		expect(whitest).toBeGreaterThan(200);
	});

	it("draws long inner contours and leaves out short ones", () => {
		const square = (half: number, z: number) => [-half, -half, z, half, -half, z, half, half, z, -half, half, z];
		const picture = (front: number) => {
			const vertices = Float64Array.from([...square(1, 3), ...square(front, 2.6)]);
			const mesh = { vertices, triangles: Uint32Array.of(0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7) };
			return renderOverlay(photo, mesh, camera, { opacity: 0 });
		};
		const edgeColumn = (front: number) => Math.round(48 - (150 * front) / 2.6);
		const brightest = (front: number) =>
			Math.max(...[-1, 0, 1].map((d) => brightness(picture(front), edgeColumn(front) + d, 56)));
		expect(brightest(0.5)).toBeGreaterThan(180);
		expect(brightest(0.01)).toBeLessThan(120);
	});

	it("keeps the photo when the body is fully transparent", () => {
		const picture = renderOverlay(photo, ball, camera, { opacity: 0, outlineWidth_px: 0 });
		for (let p = 0; p < picture.length; p++) {
			expect(Math.abs(picture[p]! - (p % 4 === 3 ? 255 : 100))).toBeLessThanOrEqual(1);
		}
	});

	it("refuses a photo of another size", () => {
		expect(() => renderOverlay(new Uint8Array(12), ball, camera)).toThrow(/12 bytes/);
	});
});

describe("drawPolyline", () => {
	const depth = new Float32Array(96 * 120);
	rasterizeDepth(depth, ball, camera);
	const equator = new Float64Array(64 * 3);
	for (let i = 0; i < 64; i++) {
		const angle = (2 * Math.PI * i) / 64;
		// Tilted a little, so that the far half is seen above the near one.
		equator.set([0.7 * Math.cos(angle), -0.12 * Math.sin(angle), 3 + 0.69 * Math.sin(angle)], i * 3);
	}

	it("shows the near half of a ring around a ball and hides the far half", () => {
		const canvas = new Uint8Array(96 * 120 * 4);
		drawPolyline(canvas, equator, camera, { depth, closed: true, colour: [255, 0, 0] });
		const near = 56 + Math.round((150 * 0.12) / 2.31);
		const far = 56 - Math.round((150 * 0.12) / 3.69);
		const columnHas = (row: number): boolean => [-1, 0, 1].some((d) => pixel(canvas, 48, row + d)[3]! > 120);
		expect(columnHas(near)).toBe(true);
		expect(columnHas(far)).toBe(false);
		const open = new Uint8Array(96 * 120 * 4);
		drawPolyline(open, equator, camera, { closed: true });
		expect([-1, 0, 1].some((d) => pixel(open, 48, far + d)[3]! > 120)).toBe(true);
	});

	it("covers as much area as the line has, wherever it runs", () => {
		for (const angle of [0, 0.3, 0.7, 1.2]) {
			const canvas = new Uint8Array(96 * 120 * 4);
			const [dx, dy] = [Math.cos(angle) * 0.3, Math.sin(angle) * 0.3];
			drawPolyline(canvas, Float64Array.of(-dx, -dy, 2, dx, dy, 2), camera, { width_px: 3 });
			let area = 0;
			for (let p = 3; p < canvas.length; p += 4) area += canvas[p]! / 255;
			// Length 45 px, width 3 px, two round ends.
			expect(Math.abs(area - (45 * 3 + Math.PI * 1.5 ** 2))).toBeLessThan(6);
		}
	});

	it("ignores what is behind the camera and refuses wrong sizes", () => {
		const canvas = new Uint8Array(96 * 120 * 4);
		drawPolyline(canvas, Float64Array.of(0, 0, -1, 1, 0, 1), camera);
		expect(canvas.every((value) => value === 0)).toBe(true);
		expect(() => drawPolyline(new Uint8Array(4), equator, camera)).toThrow(RangeError);
		expect(() => drawPolyline(canvas, equator, camera, { depth: new Float32Array(3) })).toThrow(RangeError);
	});
});

describe("computeVisibility", () => {
	it("is open on top of a ball and blocked towards its inside", () => {
		const samples = { directions: sphereDirections(400), lightCount: 1, weights: new Float64Array(400).fill(1) };
		const points = Float64Array.of(0, -0.7, 3, 0.7001, 0, 3);
		const normals = Float64Array.of(0, -1, 0, -1, 0, 0);
		const out = new Float32Array(2);
		computeVisibility(out, ball, points, normals, samples, 128);
		expect(out[0]).toBeGreaterThan(0.97);
		// Its normal points into the ball: nothing of that half space is open.
		expect(out[1]).toBeLessThan(0.05);
	});

	it("spreads directions as asked", () => {
		for (const axis of [
			[0, 0, 1],
			[0.6, 0, -0.8],
		] as const) {
			const cone = coneDirections(axis, 0.3, 50);
			for (let i = 0; i < cone.length; i += 3) {
				const [x, y, z] = cone.subarray(i, i + 3) as unknown as [number, number, number];
				expect(Math.hypot(x, y, z)).toBeCloseTo(1, 12);
				expect(x * axis[0] + y * axis[1] + z * axis[2]).toBeGreaterThanOrEqual(Math.cos(0.3));
			}
		}
		const mean = sphereDirections(500).reduce((sum, value) => sum + value, 0) / 500;
		expect(Math.abs(mean)).toBeLessThan(0.01);
	});
});

describe("colour", () => {
	it("sRGB survives linear light and back", () => {
		for (let v = 0; v < 256; v++) expect(Math.abs(srgbFromLinear(linearFromSrgb(v)) - v)).toBeLessThanOrEqual(1);
	});
});
