import { paramsDocumentSchema } from "@anny-fitter/contracts";
import { readMesh } from "@anny-fitter/mesh-io";
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
		for (const [id, { value_m }] of Object.entries(byDefault.measurements)) {
			expect(Math.abs(makehuman.measurements[id]!.value_m - value_m), id).toBeLessThan(0.005);
		}
	});

	it("lets the stated pose change meshes, not measurements", async () => {
		const bent = [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0];
		const params = { pose: { "lowerarm01.L": bent }, pose_parameterization: "rest_relative" };
		const [posed, rest] = [await build(params), await build({})];
		expect(posed.measure().measurements).toEqual(rest.measure().measurements);
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
		expect(warnings.map((warning) => warning.message)).toEqual([
			"The phenotype muscle is 1.01; the model uses 1, the end of its range.",
			"The phenotype weight is -0.1; the model uses 0, the end of its range.",
		]);
	});
});
