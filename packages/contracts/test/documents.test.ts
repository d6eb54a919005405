import {
	doctorDocumentSchema,
	measurementDocumentSchema,
	modelsDocumentSchema,
	parseWith,
	type ResultDocument,
	resultDocumentSchema,
} from "@anny-fitter/contracts";
import { describe, expect, it } from "vitest";
import { exampleResult } from "./example-result.js";

describe("resultDocumentSchema", () => {
	it("accepts a complete result and returns it unchanged", () => {
		expect(resultDocumentSchema.parse(exampleResult())).toEqual(exampleResult());
	});

	it("accepts a result of an older version, without a covariance", () => {
		const { shape_covariance: _, ...older } = exampleResult();
		expect(resultDocumentSchema.parse(older)).toEqual(older);
	});

	it("survives JSON", () => {
		expect(resultDocumentSchema.parse(JSON.parse(JSON.stringify(exampleResult())))).toEqual(exampleResult());
	});

	it.each<[string, (result: ResultDocument) => void, string]>([
		["NaN", (result) => (result.stature_m = Number.NaN), "stature_m"],
		[
			"a negative error",
			(result) => (result.measurements.waist_girth!.sigma_m = -1),
			"measurements.waist_girth.sigma_m",
		],
		[
			"an interval upside down",
			(result) => (result.measurements.waist_girth!.interval90_m = [0.9, 0.8]),
			"measurements.waist_girth.interval90_m",
		],
		[
			"a confidence over 1",
			(result) => (result.measurements.waist_girth!.confidence = 2),
			"measurements.waist_girth.confidence",
		],
		[
			"a measurement without source",
			(result) => (result.measurements.waist_girth!.sources = []),
			"measurements.waist_girth.sources",
		],
		["neither kind of PVE", (result) => delete result.quality.expected_pve_mm, "quality"],
		["both kinds of PVE", (result) => (result.quality.pve_mm = 3), "quality"],
		[
			"a camera of 11 numbers",
			(result) => result.views[0]!.camera.camera_from_world.pop(),
			"views[0].camera.camera_from_world",
		],
		["a covariance that lacks a number", (result) => result.shape_covariance!.lower_triangle.pop(), "shape_covariance"],
		["a flag that is no code", (result) => (result.quality.flags[0]!.code = "Loose clothes"), "quality.flags[0].code"],
	])("refuses %s and names the field", (_, change, path) => {
		const result = exampleResult();
		change(result);
		expect(() => parseWith(resultDocumentSchema, result, "result.json")).toThrow(
			expect.objectContaining({ message: expect.stringContaining(`${path} in result.json is not valid`) }),
		);
	});
});

describe("the other documents", () => {
	it("have an example that passes", () => {
		const { definition } = exampleResult().measurements.waist_girth!;
		measurementDocumentSchema.parse({
			schema_version: 1,
			measurements: { waist_girth: { value_m: 0.82, definition } },
			mass_kg: null,
			volume_m3: null,
			surface_area_m2: null,
			model_data: null,
			warnings: [],
		});
		modelsDocumentSchema.parse({
			schema_version: 1,
			models: [
				{
					id: "pose_landmark_heavy",
					purpose: "body landmarks",
					origin: "npm @mediapipe/holistic 0.5.1675471629",
					licence: "Apache-2.0",
					status: "available",
					size_bytes: 27_000_000,
				},
			],
		});
		doctorDocumentSchema.parse({
			schema_version: 1,
			ok: true,
			versions: { anny_fitter: "0.1.0", node: "20.19.0", platform: "linux-x64" },
			model_data: null,
			checks: [{ id: "node_version", title: "Node", status: "ok", detail: "20.19.0", remedy: null }],
		});
	});
});
