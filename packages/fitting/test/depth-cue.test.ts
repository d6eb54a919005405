import { rasterizeDepth } from "@anny-fitter/mesh";
import { describe, expect, it } from "vitest";
import { compareDepth, type DepthCueInput } from "../src/depth-cue.js";

/** Numbers in 0…1, the same every time. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1664525 + 1013904223) % 2 ** 32;
		return state / 2 ** 32;
	};
}

interface Ball {
	readonly centre: readonly [number, number, number];
	readonly radii: readonly [number, number, number];
}

/** A trunk and four limbs, camera frame, metres. */
const BALLS: readonly Ball[] = [
	{ centre: [0, 0, 3], radii: [0.2, 0.35, 0.14] },
	{ centre: [-0.35, 0, 3], radii: [0.07, 0.35, 0.06] },
	{ centre: [0.35, 0, 2.9], radii: [0.07, 0.35, 0.06] },
	{ centre: [-0.12, 0.75, 3.05], radii: [0.1, 0.4, 0.09] },
	{ centre: [0.12, 0.75, 2.95], radii: [0.1, 0.4, 0.09] },
];

function meshOf(balls: readonly Ball[]): Pick<DepthCueInput, "cameraVertices" | "triangles" | "partOfVertex"> {
	const points: number[] = [];
	const triangles: number[] = [];
	const parts: number[] = [];
	const [rings, steps] = [24, 32];
	balls.forEach(({ centre, radii }, part) => {
		const first = parts.length;
		for (let i = 0; i <= rings; i++) {
			for (let j = 0; j < steps; j++) {
				const [a, b] = [(Math.PI * i) / rings, (2 * Math.PI * j) / steps];
				const unit = [Math.sin(a) * Math.cos(b), Math.cos(a), Math.sin(a) * Math.sin(b)];
				for (let k = 0; k < 3; k++) points.push((centre[k] ?? 0) + (radii[k] ?? 0) * (unit[k] ?? 0));
				parts.push(part);
				if (i === rings) continue;
				const [p, q] = [first + i * steps + j, first + i * steps + ((j + 1) % steps)];
				triangles.push(p, q, p + steps, q, q + steps, p + steps);
			}
		}
	});
	return {
		cameraVertices: Float64Array.from(points),
		triangles: Uint32Array.from(triangles),
		partOfVertex: Uint8Array.from(parts),
	};
}

const PHOTO = { width_px: 600, height_px: 800, focal_px: 900 };

interface Truth {
	readonly balls?: readonly Ball[];
	readonly scale?: number;
	readonly shift?: number;
	readonly noise?: number;
	/** Share of cells with any value. */
	readonly wild?: number;
	readonly size?: readonly [number, number];
}

/** The depth map of a photo of `balls`, with the mask of the person. */
function photograph({ balls = BALLS, scale = 2.7, shift = -0.6, noise = 0, wild = 0, size = [518, 686] }: Truth) {
	const [width, height] = size;
	const random = seeded(7);
	const mesh = meshOf(balls);
	const depth = new Float32Array(PHOTO.width_px * PHOTO.height_px);
	const { width_px, height_px, focal_px } = PHOTO;
	rasterizeDepth(
		depth,
		{ vertices: mesh.cameraVertices, triangles: mesh.triangles },
		{
			width: width_px,
			height: height_px,
			focal_px,
			cx_px: width_px / 2,
			cy_px: height_px / 2,
		},
	);
	const values = new Float32Array(width * height);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const row = Math.floor(((y + 0.5) * height_px) / height);
			const column = Math.floor(((x + 0.5) * width_px) / width);
			const z = Math.min(depth[row * width_px + column] ?? 5, 5);
			const bell = random() + random() + random() - 1.5;
			values[y * width + x] = random() < wild ? 3 * random() - 1 : scale / z + shift + 2 * noise * bell;
		}
	}
	const mask = Float32Array.from(depth, (z) => (Number.isFinite(z) ? 1 : 0));
	return { inverseDepth: { width, height, values }, mask };
}

function compare(truth: Truth, fitted: readonly Ball[] = BALLS) {
	return compareDepth({ ...PHOTO, ...meshOf(fitted), ...photograph(truth), partCount: BALLS.length });
}

function moved(part: number, dz: number): Ball[] {
	return BALLS.map(({ centre: [x, y, z], radii }, i) => ({ centre: [x, y, i === part ? z + dz : z], radii }));
}

describe("compareDepth", () => {
	it("finds scale and shift of a map of the body itself", () => {
		const cue = compare({});
		expect(cue?.scale_m).toBeCloseTo(2.7, 1);
		expect(cue?.shift).toBeCloseTo(-0.6, 1);
		expect(cue?.correlation).toBeGreaterThan(0.99);
		expect(cue?.spread_m).toBeLessThan(0.004);
		for (const part of cue?.parts ?? []) expect(Math.abs(part?.offset_m ?? 1)).toBeLessThan(0.004);
	});

	it.each([
		[1, 0.08],
		[2, -0.1],
		[4, 0.12],
	])("tells that limb %i is %f m farther away in the photo, among noise and wild cells", (part, dz) => {
		const cue = compare({ balls: moved(part, dz), noise: 0.005, wild: 0.08 });
		expect(cue?.inlierShare).toBeLessThan(0.99);
		cue?.parts.forEach((seen, i) => {
			expect(Math.abs((seen?.offset_m ?? 9) - (i === part ? dz : 0)), `part ${i}`).toBeLessThan(0.018);
		});
	});

	it("does not depend on the map's scale, shift and size", () => {
		const truth = { balls: moved(3, 0.07), noise: 0.002 };
		const one = compare(truth);
		const other = compare({ ...truth, scale: 27, shift: 100, noise: 0.02, size: [384, 384] });
		one?.parts.forEach((part, i) => {
			expect(other?.parts[i]?.offset_m).toBeCloseTo(part?.offset_m ?? 9, 2);
		});
	});

	it("says nothing where there is nothing to say", () => {
		// A map that falls with nearness, a flat one, and one of hardly anybody.
		expect(compare({ scale: -2.7, shift: 2 })).toBeNull();
		expect(compare({ scale: 0, shift: 0.5 })).toBeNull();
		expect(compare({ size: [20, 20] })).toBeNull();
		const { mask, ...rest } = photograph({});
		const nobody = { ...PHOTO, ...meshOf(BALLS), ...rest, mask: mask.fill(0), partCount: 5 };
		expect(compareDepth(nobody)).toBeNull();
		// A part that is hidden.
		expect(compare({}, moved(1, 40))?.parts[1]).toBeNull();
	});

	it("refuses arrays of wrong sizes", () => {
		const input = { ...PHOTO, ...meshOf(BALLS), ...photograph({}), partCount: 5 };
		expect(() => compareDepth({ ...input, mask: new Float32Array(7) })).toThrow(RangeError);
		expect(() => compareDepth({ ...input, partOfVertex: new Uint8Array(7) })).toThrow(RangeError);
		const inverseDepth = { ...input.inverseDepth, width: 3 };
		expect(() => compareDepth({ ...input, inverseDepth })).toThrow(RangeError);
	});
});
