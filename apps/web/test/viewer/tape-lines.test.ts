import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { describe, expect, it } from "vitest";
import type { BodyTape } from "../../src/body/body-types.js";
import { pathSegments } from "../../src/features/viewer/scene/fat-lines.js";
import { rodDistance, rodTicks } from "../../src/features/viewer/scene/height-rod.js";
import { besidePlace } from "../../src/features/viewer/scene/label-anchor.js";
import { type PickableLine, type Project, pickLine } from "../../src/features/viewer/scene/pick-line.js";
import { boneSegments, drawnBones, markedJoints } from "../../src/features/viewer/scene/skeleton.js";
import { heightMarks, isHeight, tapeSegments } from "../../src/features/viewer/scene/tape-paths.js";
import { ViewRig } from "../../src/features/viewer/scene/view-rig.js";
import de from "../../src/i18n/locales/de/viewer.json" with { type: "json" };
import en from "../../src/i18n/locales/en/viewer.json" with { type: "json" };
import es from "../../src/i18n/locales/es/viewer.json" with { type: "json" };

const square = Float32Array.of(0, 0, 0, 10, 0, 0, 10, 10, 0, 0, 10, 0);

describe("a tape's path", () => {
	it("is closed only where the tape is", () => {
		expect(pathSegments(square, false)).toHaveLength(18);
		const closed = pathSegments(square, true);
		expect(closed).toHaveLength(24);
		expect(closed.slice(18)).toEqual([0, 10, 0, 0, 0, 0]);
		expect(pathSegments(Float32Array.of(1, 2, 3), false)).toEqual([]);
	});

	it("tells heights from other measurements as the catalogue does", () => {
		for (const { id, kind } of MEASUREMENTS) expect(isHeight(id), id).toBe(kind === "height");
	});

	it("becomes a mark on the rod for heights, once for both sides", () => {
		const tape = (id: string, side: BodyTape["side"], z: number): BodyTape => ({
			id,
			side,
			value_m: z,
			path: Float32Array.of(0.1, 0, -0.5, 0.1, 0.2, z - 0.5),
			isClosed: false,
		});
		const marks = heightMarks([
			tape("knee_height", "right", 0.5),
			tape("knee_height", "left", 0.51),
			tape("stature", "centre", 1.75),
			tape("waist_girth", "centre", 0.8),
		]);
		expect(marks.map(({ id }) => id)).toEqual(["knee_height", "stature"]);
		expect(marks[0]!.height_m).toBeCloseTo(0.5, 6);
		expect(marks[0]!.point[1]).toBeCloseTo(0.2, 6);
		expect(tapeSegments([tape("a", "right", 1), tape("b", "left", 1)])).toHaveLength(12);
	});
});

describe("picking a tape", () => {
	const flat: Project = (x, y, depth) => ({ x, y, depth });
	const line = (id: string, path: Float32Array, isClosed = false): PickableLine => ({ id, path, isClosed });
	const waist = line("waist", Float32Array.of(0, 50, 2, 100, 50, 2));
	const hip = line("hip", Float32Array.of(0, 60, 2, 100, 60, 2));

	it("takes the nearest within the tolerance", () => {
		expect(pickLine([waist, hip], flat, { x: 40, y: 54 }, 9, Infinity)).toBe("waist");
		expect(pickLine([waist, hip], flat, { x: 40, y: 57 }, 9, Infinity)).toBe("hip");
		expect(pickLine([waist, hip], flat, { x: 40, y: 80 }, 9, Infinity)).toBeNull();
		expect(pickLine([waist, hip], flat, { x: 115, y: 50 }, 9, Infinity)).toBeNull();
	});

	it("leaves what the body hides", () => {
		const behind = line("behind", Float32Array.of(0, 50, 3, 100, 50, 3));
		expect(pickLine([behind, hip], flat, { x: 40, y: 51 }, 12, 2)).toBe("hip");
		expect(pickLine([behind], flat, { x: 40, y: 51 }, 12, 2)).toBeNull();
		expect(pickLine([behind], flat, { x: 40, y: 51 }, 12, Infinity)).toBe("behind");
	});

	it("follows the closing side of a closed tape, and passes what is behind the eye", () => {
		expect(pickLine([line("a", square, true)], flat, { x: -1, y: 5 }, 3, Infinity)).toBe("a");
		expect(pickLine([line("a", square, false)], flat, { x: -1, y: 5 }, 3, Infinity)).toBeNull();
		expect(pickLine([line("a", square, true)], () => null, { x: 0, y: 5 }, 3, Infinity)).toBeNull();
	});
});

describe("the measuring rod", () => {
	it("stands left of the body in the picture from every side", () => {
		const bounds = { min: [-0.5, -0.15, 0], max: [0.5, 0.2, 1.75] } as const;
		const rig = new ViewRig();
		rig.isMotionReduced = true;
		rig.setSize({ width: 500, height: 500 }, { top: 0, bottom: 0 });
		rig.setSubject({ centre: [0, 0.875, 0], halfHeight_m: 0.875, halfWidth_m: 0.64 });
		for (const view of ["front", "back", "left", "right", "three-quarter"] as const) {
			rig.look(view);
			rig.step(16);
			const [tick] = rodTicks([{ id: "stature", height_m: 1.75, point: [0, 0, 1.75] }], bounds, rig);
			const place = rig.project(tick!.path[0]!, tick!.path[1]!, tick!.path[2]!);
			const body = rig.project(0, 1.75, 0);
			expect(place!.x).toBeLessThan(body!.x - 20);
			expect(place!.x).toBeGreaterThan(0);
		}
		expect(rodDistance(bounds, 0)).toBeGreaterThan(rodDistance(bounds, Math.PI / 2));
	});
});

describe("the skeleton", () => {
	const labels = ["root", "pelvis.L", "breast.L", "oris01", "finger1-1.L", "head"];

	it("leaves out the face and marks the large joints", () => {
		expect(drawnBones(labels)).toEqual([1, 4, 5]);
		expect(markedJoints(labels)).toEqual([1, 5]);
	});

	it("is a line per bone from head to tail", () => {
		const heads = Float32Array.of(0, 0, 0, 1, 1, 1);
		const tails = Float32Array.of(0, 0, 1, 2, 2, 2);
		expect([...boneSegments([1], heads, tails)]).toEqual([1, 1, 1, 2, 2, 2]);
	});
});

describe("the viewer's texts", () => {
	const keys = (value: object, prefix = ""): string[] =>
		Object.entries(value).flatMap(([key, inner]) =>
			typeof inner === "string"
				? [`${prefix}${key} ${(inner.match(/\{\{\w+\}\}/g) ?? []).sort().join()}`]
				: keys(inner, `${prefix}${key}.`),
		);

	it("have the same keys and values to fill in in every language", () => {
		expect(keys(de)).toEqual(keys(en));
		expect(keys(es)).toEqual(keys(en));
	});
});

describe("a text in the picture", () => {
	const text = { width: 150, height: 60 };
	const insets = { top: 50, bottom: 80 };

	it("stands on the side it belongs to where there is room", () => {
		const picture = { width: 1000, height: 600 };
		expect(besidePlace({ x: 500, y: 300, side: "right" }, text, picture, insets)).toEqual({ x: 516, y: 270 });
		expect(besidePlace({ x: 500, y: 300, side: "left" }, text, picture, insets)).toEqual({ x: 334, y: 270 });
		expect(besidePlace({ x: 500, y: 300, side: "above" }, text, picture, insets)).toEqual({ x: 425, y: 232 });
	});

	it("stays between the edges and the controls, off the line it belongs to", () => {
		const picture = { width: 330, height: 500 };
		for (const side of ["right", "left", "above"] as const) {
			for (const [x, y] of [
				[5, 5],
				[165, 250],
				[325, 495],
			] as const) {
				const at = besidePlace({ x, y, side }, text, picture, insets);
				expect(at.x).toBeGreaterThanOrEqual(8);
				expect(at.x + 150).toBeLessThanOrEqual(322);
				expect(at.y).toBeGreaterThanOrEqual(50);
				expect(at.y + 60).toBeLessThanOrEqual(420);
			}
		}
		expect(besidePlace({ x: 200, y: 250, side: "right" }, text, picture, insets).y).toBeGreaterThan(250);
	});
});
