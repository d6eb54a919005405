import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type AppError, resultDocumentSchema } from "@anny-fitter/contracts";
import { readMesh } from "@anny-fitter/mesh-io";
import { type FitEngine, type FitOutcome, openFitEngine } from "@anny-fitter/pipeline";
import validator from "gltf-validator";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const sample = (name: string) => ({
	bytes: readFileSync(fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url))),
	name,
});

let engine: FitEngine;
beforeAll(async () => {
	engine = await openFitEngine();
});
afterAll(() => engine.close());

const failure = (work: Promise<unknown>): Promise<AppError> =>
	work.then(
		() => {
			throw new Error("expected a failure");
		},
		(error: AppError) => error,
	);

describe("a fit from photo files", () => {
	let outcome: FitOutcome;
	const stages: string[] = [];
	beforeAll(async () => {
		outcome = await engine.fit({
			photos: [sample("woman-front.jpg"), { ...sample("woman-side.jpg"), view: "side" }],
			stated: { stature_m: 1.7245, weight_kg: 70.95, age_years: 33, sex: "female" },
			onProgress: ({ stage, fraction }) => {
				stages.push(stage);
				expect(fraction).toBeGreaterThanOrEqual(0);
				expect(fraction).toBeLessThanOrEqual(1);
			},
		});
	});

	test("gives a valid document that meets what was stated", () => {
		const document = resultDocumentSchema.parse(outcome.document);
		expect(Math.abs(document.stature_m - 1.7245)).toBeLessThan(0.005);
		expect(Math.abs(document.mass_kg - 70.95)).toBeLessThan(2);
		expect(outcome.flaggedForReview).toBe(false);
		expect(document.views).toHaveLength(2);
		expect(document.views.map((v) => [v.label, v.direction])).toEqual([
			[null, "front"],
			["side", "side"],
		]);
		for (const view of document.views) {
			expect(view.landmarks_used.length).toBeGreaterThan(14);
			expect(view.silhouette_iou).toBeGreaterThan(0.8);
		}
		expect(Object.keys(document.measurements).length).toBeGreaterThanOrEqual(12);
		expect([...new Set(stages)]).toEqual(["decode", "vision", "fit", "measure", "done"]);
	});

	test("gives a GLB without errors or warnings, and every other format", async () => {
		const report = await validator.validateBytes(outcome.exportMesh("glb"));
		expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
		for (const format of ["obj", "ply", "stl"] as const) {
			const mesh = readMesh(outcome.exportMesh(format));
			expect(mesh.vertices.length / 3).toBe(13348);
		}
	});

	test("draws the body over the photo", async () => {
		const png = await outcome.renderOverlay(0);
		expect(await sharp(png).metadata()).toMatchObject({ format: "png", width: 960, height: 1280 });
		await expect(async () => outcome.renderOverlay(7)).rejects.toThrow(RangeError);
	});
});

describe("what cannot be fitted", () => {
	test("a photo without a person names the photo and the remedy", async () => {
		const bytes = await sharp({ create: { width: 600, height: 800, channels: 3, background: "#88aacc" } })
			.png()
			.toBuffer();
		const error = await failure(engine.fit({ photos: [{ bytes, name: "sky.png" }], stated: {} }));
		expect(error).toMatchObject({ code: "no_person", exitCode: 3 });
		expect(error.message).toMatch(/^sky\.png: /);
	});

	test("no photo, nine photos, an unknown measurement", async () => {
		const photo = sample("man-front.jpg");
		expect(await failure(engine.fit({ photos: [], stated: {} }))).toMatchObject({ code: "invalid_argument" });
		const nine = Array.from({ length: 9 }, () => photo);
		expect(await failure(engine.fit({ photos: nine, stated: {} }))).toMatchObject({ code: "invalid_argument" });
		const unknown = await failure(engine.fit({ photos: [photo], stated: { measures: { waist_grith: 0.8 } } }));
		expect(unknown).toMatchObject({ code: "invalid_argument", remedy: expect.stringContaining("waist_girth") });
	});

	test("an aborted fit is cancelled, and the engine lives on", async () => {
		const controller = new AbortController();
		const fit = engine.fit({
			photos: [sample("man-front.jpg")],
			stated: {},
			signal: controller.signal,
			onProgress: ({ stage }) => {
				if (stage === "fit") controller.abort();
			},
		});
		expect(await failure(fit)).toMatchObject({ code: "cancelled" });
		const next = await engine.fit({ photos: [sample("man-front.jpg")], stated: { stature_m: 1.798 } });
		expect(Math.abs(next.document.stature_m - 1.798)).toBeLessThan(0.005);
	});
});
