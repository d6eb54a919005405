import { createBodyModel } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { describe, expect, test } from "vitest";
import { CLOTH, CLOTH_PARTS, clothClearance_m, SHARED_COUNT, writeClothRow } from "../src/cloth.js";
import { answerOutline, faceOutline } from "../src/outline.js";
import { createPhotoFitter } from "../src/photo-fitter.js";
import { signedDistanceField } from "../src/signed-distance.js";
import type { RimVertex } from "../src/silhouette.js";

const SIZE = 120;
const RADIUS = 40;

/** A disc as mask, its left half labelled `left`, and rim vertices on a circle of another radius. */
function discs(rimRadius: number, left: number): Parameters<typeof faceOutline> {
	const mask = new Uint8Array(SIZE * SIZE);
	const regions = new Uint8Array(SIZE * SIZE);
	for (let i = 0; i < mask.length; i++) {
		const x = (i % SIZE) + 0.5 - SIZE / 2;
		if (Math.hypot(x, Math.floor(i / SIZE) + 0.5 - SIZE / 2) > RADIUS) continue;
		mask[i] = 1;
		regions[i] = x < 0 ? left : 1;
	}
	const rim = Array.from({ length: 60 }, (_, vertex): RimVertex => {
		const angle = (2 * Math.PI * (vertex + 0.5)) / 60;
		const [nu, nv] = [Math.cos(angle), Math.sin(angle)];
		const place = { u: SIZE / 2 + rimRadius * nu, v: SIZE / 2 + rimRadius * nv, nu, nv };
		return { vertex, part: 0, ...place, own: 0, pixelsPerMetre: 200, sigma: 1 };
	});
	return [{ field: signedDistanceField(mask, SIZE, SIZE), regions }, rim];
}

describe("outline", () => {
	test("bare skin is told from cloth, and rims behind hair are left out", () => {
		const bare = faceOutline(...discs(37, 2));
		expect(bare).toHaveLength(60);
		for (const { rim, kind } of bare) expect(kind).toBe(rim.u < SIZE / 2 ? "skin" : "cloth");
		const hairy = faceOutline(...discs(37, 3));
		expect(hairy).toHaveLength(30);
		for (const { rim } of hairy) expect(rim.u).toBeGreaterThan(SIZE / 2);
	});

	test("without labels everything is cloth", () => {
		const [{ field }, rim] = discs(37, 3);
		expect(faceOutline({ field, regions: null }, rim).every(({ kind }) => kind === "cloth")).toBe(true);
	});

	test("each place of the outline is answered by the rim vertex before it, along its normal", () => {
		const answers = answerOutline(...discs(36, 1));
		expect(answers.length).toBeGreaterThan(25);
		for (const { rim, line } of answers) {
			if (line === null) throw new Error("a place was expected");
			const [u, v, nu, nv] = line;
			expect(Math.hypot(u - SIZE / 2, v - SIZE / 2)).toBeCloseTo(RADIUS, 0);
			// The rim is four pixels inside, straight behind the place.
			expect(nu * (rim.u - u) + nv * (rim.v - v)).toBeGreaterThan(-5);
			expect(nu * (rim.u - u) + nv * (rim.v - v)).toBeLessThan(-3);
			expect(nu * rim.nu + nv * rim.nv).toBeGreaterThan(0.95);
		}
	});

	test("nothing answers from beyond six centimetres, or with its back turned", () => {
		expect(answerOutline(...discs(26, 1))).toHaveLength(0);
		const [outline, rim] = discs(37, 1);
		const turned = rim.map((vertex) => ({ ...vertex, nu: -vertex.nu, nv: -vertex.nv }));
		expect(answerOutline(outline, turned)).toHaveLength(0);
		expect(answerOutline(outline, [])).toHaveLength(0);
	});
});

describe("cloth", () => {
	test("a row is the derivative of the clearance", () => {
		const x = Float64Array.from({ length: SHARED_COUNT }, (_, i) => 0.02 * i - 5);
		for (const part of CLOTH_PARTS.keys()) {
			const row = new Float64Array(SHARED_COUNT).fill(7, CLOTH);
			writeClothRow(row, part, clothClearance_m(x, part), 3);
			for (let i = CLOTH; i < SHARED_COUNT; i++) {
				const at = (step: number) =>
					clothClearance_m(
						x.map((v, k) => (k === i ? v + step : v)),
						part,
					);
				expect(row[i]).toBeCloseTo((3 * (at(1e-4) - at(-1e-4))) / 2e-4, 9);
			}
		}
	});

	test("parts lie where they are named, left as right; head, hands and feet have none", async () => {
		const { data } = await openBodyModelData();
		const { skin, shape, model } = createPhotoFitter(
			createBodyModel(data, { allPhenotypes: true, localChanges: true }),
		);
		const { evaluateShape } = await import("@anny-fitter/body-model");
		evaluateShape(shape, model, { phenotypes: {}, localChanges: {} });
		const z = (part: string): number => {
			const heights: number[] = [];
			skin.parts.forEach((p, v) => {
				if (p === CLOTH_PARTS.indexOf(part as (typeof CLOTH_PARTS)[number])) heights.push(shape.vertices[3 * v + 2]);
			});
			expect(heights.length, part).toBeGreaterThan(20);
			return heights.reduce((a, b) => a + b, 0) / heights.length;
		};
		for (const side of ["side", "front", "back"]) {
			expect(z(`chest_${side}`)).toBeGreaterThan(z(`waist_${side}`));
			expect(z(`waist_${side}`)).toBeGreaterThan(z(`hip_${side}`));
		}
		expect(z("thigh")).toBeGreaterThan(z("shank"));
		const top = shape.vertices.reduce(
			(best, _, i) => (i % 3 === 2 && shape.vertices[i] > shape.vertices[best] ? i : best),
			2,
		);
		expect(skin.parts[(top - 2) / 3]).toBe(-1);
	});
});
