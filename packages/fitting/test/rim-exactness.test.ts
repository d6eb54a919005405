import { createBodyModel, evaluateShape } from "@anny-fitter/body-model";
import { rasterizeSilhouette } from "@anny-fitter/mesh";
import { openBodyModelData } from "@anny-fitter/platform";
import { expect, test } from "vitest";
import { createMaskField } from "../src/mask.js";
import { createPhotoFitter } from "../src/photo-fitter.js";
import { sampleSignedDistance, signedDistanceField } from "../src/signed-distance.js";
import { findRim } from "../src/silhouette.js";

/** Photo pixels per metre of the body, about. */
const [WIDTH, HEIGHT, FOCAL, DISTANCE_M] = [1200, 1600, 1900, 3] as const;

/** Of an exact photo of an exact body: mean distance of rim vertices from the outline, millimetres on the body. */
test.each([
	["front", 0],
	["side", Math.PI / 2],
])("%s: rim vertices answer to the outline of an exact mask within a tenth of a millimetre", async (_, yaw) => {
	const { data } = await openBodyModelData();
	const { model, topology, skin, shape } = createPhotoFitter(
		createBodyModel(data, { allPhenotypes: true, localChanges: true }),
	);
	evaluateShape(shape, model, { phenotypes: { gender: 0.7, weight: 0.6 }, localChanges: {} });
	const vertices = new Float64Array(shape.vertices.length);
	const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
	for (let v = 0; v < vertices.length; v += 3) {
		const [x, y, z] = shape.vertices.subarray(v, v + 3);
		// Z up becomes down the picture; the body's front (−Y) faces the lens.
		vertices.set([c * x - s * y, 0.1 - z, DISTANCE_M + s * x + c * y], v);
	}
	const silhouette = (width: number, height: number): Uint8Array => {
		const out = new Uint8Array(width * height);
		const focal_px = (FOCAL * width) / WIDTH;
		rasterizeSilhouette(
			out,
			{ vertices, triangles: model.triangles },
			{ width, height, focal_px, cx_px: width / 2, cy_px: height / 2 },
		);
		return out;
	};
	const masked = createMaskField(Float32Array.from(silhouette(WIDTH, HEIGHT)), WIDTH, HEIGHT);
	if (masked === null) throw new Error("a body was expected");
	const { width, height, scale } = masked.mask;
	const rim = findRim(
		topology,
		skin,
		vertices,
		signedDistanceField(silhouette(width, height), width, height),
		FOCAL * scale,
	);
	expect(rim.length).toBeGreaterThan(100);
	const sample = new Float64Array(3);
	const mean_mm = (withOwn: boolean): number => {
		let sum = 0;
		for (const { u, v, own, pixelsPerMetre } of rim) {
			sampleSignedDistance(sample, masked.field, u, v);
			sum += (sample[0] - (withOwn ? own : 0)) / pixelsPerMetre;
		}
		return (1000 * sum) / rim.length;
	};
	expect(Math.abs(mean_mm(true))).toBeLessThan(0.1);
	// Contour edges zigzag: without their own distance from the outline they would make the body larger.
	expect(mean_mm(false)).toBeLessThan(-0.15);
});
