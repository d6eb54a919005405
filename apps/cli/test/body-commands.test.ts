import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { doctorDocumentSchema, measurementDocumentSchema, modelsDocumentSchema } from "@anny-fitter/contracts";
import { readMesh } from "@anny-fitter/mesh-io";
import { beforeAll, describe, expect, it } from "vitest";
import { expectFailure, runCli, temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();
const params = join(folder, "params.json");
const quarterTurn = [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0];

beforeAll(() => {
	writeFileSync(
		params,
		JSON.stringify({
			phenotypes: { gender: 1, age: 0.67, height: 0.6, weight: 0.6 },
			pose: { "lowerarm01.L": quarterTurn },
		}),
	);
});

function read(name: string) {
	return readMesh(new Uint8Array(readFileSync(join(folder, name))));
}

function extent(vertices: Float64Array, axis: number): number {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let i = axis; i < vertices.length; i += 3) {
		low = Math.min(low, vertices[i]!);
		high = Math.max(high, vertices[i]!);
	}
	return high - low;
}

async function writeMesh(name: string, ...options: string[]): Promise<void> {
	const run = await runCli(["mesh", "--params", params, "--out", join(folder, name), ...options]);
	expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: "" });
	expect(run.stdout).toMatch(new RegExp(`^Written to .*${name} \\(\\d`));
}

describe("mesh", () => {
	it("writes every format in Anny's topology", async () => {
		for (const name of ["body.obj", "body.ply", "body.glb"]) {
			await writeMesh(name);
			expect(read(name).vertices.length / 3, name).toBe(13348);
		}
		await writeMesh("body.stl");
		await writeMesh("makehuman.obj", "--topology", "makehuman");
		expect(read("makehuman.obj").vertices.length / 3).toBe(19158);
	});

	it("keeps vertex order with at least seven significant digits", async () => {
		await writeMesh("rest.obj", "--pose", "rest");
		await writeMesh("rest.ply", "--pose", "rest");
		const [obj, ply] = [read("rest.obj").vertices, read("rest.ply").vertices];
		expect(obj.length).toBe(ply.length);
		for (let i = 0; i < obj.length; i++) expect(Math.abs(obj[i]! - ply[i]!)).toBeLessThan(1e-6);
		expect(readFileSync(join(folder, "rest.obj"), "utf8")).toMatch(/^v -?\d\.\d{7,} /m);
	});

	it("writes the given pose or the rest pose, Z up or Y up", async () => {
		await writeMesh("given.obj");
		await writeMesh("gltf.obj", "--pose", "rest", "--frame", "gltf");
		const [rest, given, gltf] = ["rest.obj", "given.obj", "gltf.obj"].map((name) => read(name).vertices);
		let moved = 0;
		for (let i = 0; i < rest!.length; i += 3) {
			// With an identity root the given pose stands with its root joint at the origin: compare with vertex 0.
			const shift = (a: number) => given![i + a]! - rest![i + a]! - (given![a]! - rest![a]!);
			if (Math.hypot(shift(0), shift(1), shift(2)) > 0.01) moved++;
		}
		expect(moved).toBeGreaterThan(500);
		expect(moved).toBeLessThan(rest!.length / 6);
		expect(extent(gltf!, 1)).toBeCloseTo(extent(rest!, 2), 6);
	});

	it("describes what it wrote as JSON", async () => {
		const out = join(folder, "json.ply");
		const run = await runCli(["mesh", "--params", params, "--out", out, "--json"]);
		expect(JSON.parse(run.stdout)).toMatchObject({
			file: out,
			format: "ply",
			size_bytes: readFileSync(out).length,
			topology: "default",
			model_data: { source: "npm" },
			warnings: [],
		});
	});

	it("warns when a phenotype is outside its range", async () => {
		const wild = join(folder, "wild.json");
		writeFileSync(wild, '{"phenotypes":{"muscle":1.5}}');
		const run = await runCli(["mesh", "--params", wild, "--out", join(folder, "wild.obj")]);
		expect(run).toMatchObject({
			exitCode: 0,
			stderr: "warning: The phenotype muscle is 1.5; the model uses 1, the end of its range.\n",
		});
	});

	it.each<[string, unknown, RegExp, RegExp]>([
		["an unknown phenotype", { phenotypes: { mucsle: 1 } }, /no phenotype "mucsle"/, /Did you mean "muscle"\?/],
		[
			"a phenotype of the full set",
			{ phenotypes: { cupsize: 1 } },
			/"cupsize" belongs to the full set/,
			/"all_phenotypes": true/,
		],
		["an unknown local change", { local_changes: { "nose-lenght": 1 } }, /no local change/, /remedy: /],
		[
			"an unknown bone",
			{ pose: { "lowerarm1.L": quarterTurn } },
			/no bone "lowerarm1\.L"/,
			/Did you mean "lowerarm01\.L"\?/,
		],
		["eleven numbers", { pose: { root: quarterTurn.slice(1) } }, /pose\.root in bad\.json .* 12 numbers/, /Correct/],
		["an unknown key", { phenotype: {} }, /"phenotype" has no meaning/, /Did you mean "phenotypes"\?/],
	])("refuses %s", async (_, document, cause, remedy) => {
		const path = join(folder, "bad.json");
		writeFileSync(path, JSON.stringify(document));
		expectFailure(await runCli(["mesh", "--params", path, "--out", join(folder, "bad.obj")]), 2, cause, remedy);
	});

	it("refuses text that is not JSON, and a pose that is no rotation", async () => {
		const path = join(folder, "bad.json");
		writeFileSync(path, "{");
		expectFailure(await runCli(["mesh", "--params", path, "--out", join(folder, "bad.obj")]), 2, /not valid JSON/);
		writeFileSync(path, JSON.stringify({ pose: { root: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0] } }));
		for (const command of [
			["mesh", "--out", join(folder, "bad.glb")],
			["mesh", "--out", join(folder, "bad.obj")],
			["measure"],
		]) {
			const run = await runCli([...command, "--params", path]);
			expectFailure(run, 2, /The pose of the bone root is not a rotation/, /rotations/);
		}
	});

	it("refuses a model data folder that holds no model data", async () => {
		const run = await runCli(["mesh", "--params", params, "--out", join(folder, "x.obj"), "--model-data", folder]);
		expectFailure(run, 2, /./, /--model-data/);
	});
});

describe("measure", () => {
	async function measure(...parameters: string[]) {
		const run = await runCli(["measure", ...parameters, "--json"]);
		expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: "" });
		return measurementDocumentSchema.parse(JSON.parse(run.stdout));
	}

	it("gives the same for parameters and for their meshes, in any format, unit axes and pose of a GLB", async () => {
		const expected = await measure("--params", params);
		expect(expected.measurements.stature!.value_m).toBeGreaterThan(1.5);
		// Without its comments nothing tells which axis is up.
		const turned = readFileSync(join(folder, "gltf.obj"), "utf8").replace(/^#.*\n/gm, "");
		writeFileSync(join(folder, "turned.obj"), turned);
		for (const name of ["rest.obj", "rest.ply", "body.glb", "gltf.obj", "turned.obj"]) {
			const { measurements, mass_kg, warnings } = await measure("--mesh", join(folder, name));
			for (const [id, { value_m }] of Object.entries(expected.measurements)) {
				expect(Math.abs(measurements[id]!.value_m - value_m), `${id} of ${name}`).toBeLessThan(0.0005);
			}
			expect(mass_kg!).toBeCloseTo(expected.mass_kg!, 1);
			expect(warnings.map((warning) => warning.code)).toEqual(name === "turned.obj" ? ["mesh_turned"] : []);
		}
	});

	it("prints a table", async () => {
		const run = await runCli(["measure", "--params", params]);
		expect(run.stdout).toMatch(/^measurement +value +name\nstature +\d{3}\.\d cm +Stature\n/);
		expect(run.stdout).toMatch(/^weight +\d+\.\d kg/m);
	});

	it.each<[string, string, () => string | Uint8Array, RegExp, RegExp]>([
		["an STL", "body.stl", () => readFileSync(join(folder, "body.stl")), /STL file/, /OBJ, PLY or GLB/],
		["an empty file", "empty.obj", () => "", /empty\.obj is empty/, /again/],
		["a file that is no mesh", "text.obj", () => "hello", /text\.obj cannot be read/, /OBJ, PLY or GLB/],
		["another mesh", "cube.obj", () => "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n", /4 vertices/, /order/],
		[
			"a mesh in centimetres",
			"cm.obj",
			() =>
				readFileSync(join(folder, "rest.obj"), "utf8").replace(/^v (.*)$/gm, (_, numbers: string) =>
					["v", ...numbers.split(" ").map((number) => 100 * Number(number))].join(" "),
				),
			/m large, which no body is/,
			/centimetres: scale the mesh by 0\.01/,
		],
		[
			"a mirrored mesh",
			"mirrored.obj",
			() =>
				readFileSync(join(folder, "rest.obj"), "utf8").replace(/^v (-?)/gm, (_, sign) => (sign === "-" ? "v " : "v -")),
			/mirror image/,
			/without mirroring/,
		],
	])("refuses %s", async (_, name, make, cause, remedy) => {
		const path = join(folder, `refused-${name}`);
		writeFileSync(path, make());
		expectFailure(await runCli(["measure", "--mesh", path]), 2, cause, remedy);
	});

	it("warns when a mesh is posed", async () => {
		const run = await runCli(["measure", "--mesh", join(folder, "given.obj")]);
		expect(run).toMatchObject({ exitCode: 0 });
		expect(run.stderr).toMatch(/^warning: given\.obj is not in the rest pose/);
	});
});

describe("models list", () => {
	it("lists the body model and every network as JSON and as a table", async () => {
		const { models } = modelsDocumentSchema.parse(JSON.parse((await runCli(["models", "list", "--json"])).stdout));
		for (const id of ["anny_npm", "pose_detection", "pose_landmark_heavy", "hand_landmark_full", "face_landmark"]) {
			expect(models).toContainEqual(expect.objectContaining({ id, status: "available" }));
		}
		const table = await runCli(["models", "list"]);
		expect(table).toMatchObject({ exitCode: 0, stderr: "" });
		for (const { id, licence } of models)
			expect(table.stdout).toMatch(new RegExp(`^${id} .*${licence.slice(0, 6)}`, "m"));
	});
});

describe("doctor", () => {
	it("finds everything in order", async () => {
		const run = await runCli(["doctor", "--json", "--quiet"]);
		const document = doctorDocumentSchema.parse(JSON.parse(run.stdout));
		expect(run, JSON.stringify(document.checks)).toMatchObject({ exitCode: 0, stderr: "" });
		expect(document).toMatchObject({ ok: true, model_data: { source: "npm" } });
		expect(document.checks.map((check) => check.id)).toEqual([
			"machine",
			"cache",
			"body_model",
			"network_files",
			"networks",
		]);
	});

	it("says what is wrong and what to do about it", async () => {
		const run = await runCli(["doctor", "--model-data", folder]);
		expect(run.exitCode).toBe(70);
		expect(run.stdout).toMatch(/^failed {3}Body model: .+\n +→ .+/m);
		expect(run.stdout).toContain("A fit cannot run on this machine yet.");
	});
});
