import { annyAgeFromYears } from "@anny-fitter/body-model";
import { paramsDocumentSchema } from "@anny-fitter/contracts";
import { readMesh } from "@anny-fitter/mesh-io";
import validator from "gltf-validator";
import { describe, expect, it } from "vitest";
import { buildBodyFromParams } from "../src/build-body.js";

const build = (params: object, options = {}) => buildBodyFromParams(paramsDocumentSchema.parse(params), options);

describe("buildBodyFromParams", () => {
	it("builds both topologies, and measures them alike", async () => {
		const params = { phenotypes: { gender: 0, weight: 0.7 } };
		const byDefault = (await build(params)).measure();
		const makehuman = (await build(params, { topology: "makehuman" })).measure();
		expect(byDefault.model_data).toMatchObject({ source: "npm", topology: "default" });
		expect(makehuman.model_data).toMatchObject({ topology: "makehuman" });
		expect(makehuman.measurements).toEqual(byDefault.measurements);
	});

	it("writes MakeHuman's whole base mesh, in its order, with eyes and tongue", async () => {
		const body = await build({ pose: { tongue00: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] } }, { topology: "makehuman" });
		expect(readMesh(body.exportMesh("obj")).vertices.length / 3).toBe(19158);
		const { issues } = await validator.validateBytes(body.exportMesh("glb"));
		expect(issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
	});

	it("lets the stated pose change meshes, not measurements", async () => {
		const bent = [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0];
		const params = { pose: { "lowerarm01.L": bent }, pose_parameterization: "rest_relative" };
		const [posed, rest] = [await build(params), await build({})];
		const { volume_m3, surface_area_m2, mass_kg, ...document } = posed.measure();
		expect({ volume_m3, surface_area_m2, mass_kg, ...document }).toEqual(rest.measure());
		expect(mass_kg).toBeCloseTo(1010 * volume_m3!, 9);
		// Du Bois' formula knows stature and mass only.
		const { value_m } = document.measurements.stature!;
		expect(surface_area_m2! / (0.007184 * mass_kg! ** 0.425 * (100 * value_m) ** 0.725)).toBeCloseTo(1, 1);
		const read = (body: typeof posed, pose: "given" | "rest") => readMesh(body.exportMesh("ply", { pose })).vertices;
		expect(read(posed, "rest")).toEqual(read(rest, "rest"));
		expect(read(posed, "given")).not.toEqual(read(posed, "rest"));
	});

	it("accepts the five further phenotypes only when all phenotypes are asked for", async () => {
		const phenotypes = { cupsize: 0.9 };
		await expect(build({ phenotypes })).rejects.toMatchObject({ code: "invalid_argument" });
		expect((await build({ phenotypes, all_phenotypes: true })).warnings).toEqual([]);
	});

	it("warns about values outside a phenotype's range; a newborn is inside", async () => {
		const { warnings } = await build({ phenotypes: { age: -0.3, weight: -0.1, muscle: 1.01 } });
		expect(warnings.filter((warning) => warning.code === "phenotype_clamped").map((w) => w.message)).toEqual([
			"The phenotype muscle is 1.01; the model uses 1, the end of its range.",
			"The phenotype weight is -0.1; the model uses 0, the end of its range.",
		]);
	});

	it("warns about bodies under two years, and about no older one", async () => {
		const codes = async (age: number) => (await build({ phenotypes: { age } })).warnings.map((w) => w.code);
		expect(await codes(annyAgeFromYears(1.99))).toEqual(["under_two_years"]);
		expect(await codes(-0.3)).toEqual(["under_two_years"]);
		expect(await codes(annyAgeFromYears(2.01))).toEqual([]);
		expect((await build({ phenotypes: {} })).warnings).toEqual([]);
	});

	it("warns about local changes far outside −1…1", async () => {
		const local_changes = { "nose-hump-incr": 1.5, "nose-width1-incr": -1.6, "head-age-incr": 50 };
		expect((await build({ local_changes })).warnings).toEqual([
			{
				code: "local_change_extreme",
				message: "The local change nose-width1-incr is -1.6, far outside −1…1; the body may be distorted.",
			},
			{
				code: "local_change_extreme",
				message: "The local change head-age-incr is 50, far outside −1…1; the body may be distorted.",
			},
		]);
	});

	it.each<[string, number[]]>([
		["all zero", Array(12).fill(0)],
		["reflected", [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]],
		["scaled", [1.01, 0, 0, 0, 0, 1.01, 0, 0, 0, 0, 1.01, 0]],
		["sheared", [1, 0.01, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]],
	])("refuses a bone that is %s", async (_, affine) => {
		await expect(build({ pose: { head: affine } })).rejects.toMatchObject({
			code: "invalid_argument",
			message: "The pose of the bone head is not a rotation.",
		});
	});

	it("takes rotations that are rounded to four decimals, with any translation", async () => {
		const [c, s] = [Math.cos(0.7), Math.sin(0.7)].map((value) => Number(value.toFixed(4))) as [number, number];
		await build({ pose: { head: [c, -s, 0, 5, s, c, 0, 0, 0, 0, 1, -5] } });
	});
});
