import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeBodyModel } from "@anny-fitter/body-model";
import {
	doctorDocumentSchema,
	measurementDocumentSchema,
	modelsDocumentSchema,
	resultDocumentSchema,
} from "@anny-fitter/contracts";
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
		["an empty file", "empty.obj", () => "", /empty\.obj is empty/, /again/],
		["a file that is no mesh", "text.obj", () => "hello", /text\.obj cannot be read/, /OBJ, PLY, STL or GLB/],
		[
			"another mesh",
			"cube.obj",
			() => "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n",
			/4 points are too few/,
			/one person/,
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

	it("names a truncated STL file, and a unit in which a scan is far too large", async () => {
		const path = join(folder, "truncated.stl");
		const bytes = Buffer.alloc(84 + 5 * 50);
		bytes.writeUInt32LE(10, 80);
		writeFileSync(path, bytes);
		expectFailure(await runCli(["measure", "--mesh", path]), 2, /truncated/, /again/);
		const large = join(folder, "large.obj");
		const rows = Array.from({ length: 300 }, (_, i) => `v ${(7 * i) % 400} ${(11 * i) % 300} ${6 * i}`);
		writeFileSync(large, `${rows.join("\n")}\nf 1 2 3\nf 2 3 4\n`);
		expectFailure(
			await runCli(["register", "--mesh", large, "--unit", "m"]),
			2,
			/In metres large.obj is 1\d{3} m large/,
			/--unit/,
		);
	});

	it("fits a body to a mesh whose order of vertices is lost, in whatever unit, and says so", async () => {
		const expected = await measure("--params", params);
		const run = await runCli(["measure", "--mesh", join(folder, "body.stl"), "--json"]);
		expect(run, run.stderr).toMatchObject({ exitCode: 0 });
		const { measurements, warnings } = measurementDocumentSchema.parse(JSON.parse(run.stdout));
		expect(warnings.map(({ code }) => code)).toContain("other_topology");
		for (const [id, tolerance_m] of [
			["stature", 0.01],
			["waist_girth", 0.015],
			["hip_girth", 0.015],
		] as const) {
			const error_m = measurements[id]!.value_m - expected.measurements[id]!.value_m;
			expect(Math.abs(error_m), id).toBeLessThan(tolerance_m);
		}
	});

	it("brings a posed mesh to rest by its own pose, and says so", async () => {
		const expected = await measure("--params", params);
		const { measurements, warnings } = await measure("--mesh", join(folder, "given.obj"));
		expect(warnings.map(({ code }) => code)).toEqual(["not_in_rest_pose"]);
		for (const [id, { value_m }] of Object.entries(expected.measurements)) {
			expect(Math.abs(measurements[id]!.value_m - value_m), id).toBeLessThan(0.001);
		}
	});

	it.each([
		["centimetres", 100],
		["millimetres", 1000],
		["inches", 1 / 0.0254],
	])("finds out that a mesh is in %s", async (unit, factor) => {
		const expected = await measure("--params", params);
		const { measurements, warnings } = await measure("--mesh", scaledMesh("rest.obj", `${unit}.obj`, factor));
		expect(warnings.map(({ message }) => message)).toEqual([`${unit}.obj was taken to be in ${unit}.`]);
		expect(measurements.waist_girth!.value_m).toBeCloseTo(expected.measurements.waist_girth!.value_m, 3);
	});
});

/** A copy of an OBJ file in another unit. */
function scaledMesh(from: string, to: string, factor: number): string {
	const text = readFileSync(join(folder, from), "utf8").replace(/^v (.*)$/gm, (_, numbers: string) =>
		["v", ...numbers.split(" ").map((number) => factor * Number(number))].join(" "),
	);
	writeFileSync(join(folder, to), text);
	return join(folder, to);
}

describe("register", () => {
	it("finds parameters that give the mesh again, and writes what it found", async () => {
		const out = join(folder, "registered");
		const run = await runCli([
			"register",
			"--mesh",
			join(folder, "given.obj"),
			"--out",
			out,
			"--format",
			"obj",
			"--json",
		]);
		expect(run, run.stderr).toMatchObject({ exitCode: 0 });
		const document = resultDocumentSchema.parse(JSON.parse(run.stdout));
		expect(document).toEqual(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
		expect(document.quality.pve_mm!).toBeLessThan(0.01);
		expect(document.phenotypes.height!).toBeCloseTo(0.6, 2);
		expect(document.measurements.stature!.sigma_m).toBeLessThan(0.001);
		const [given, found] = [read("given.obj").vertices, read(join("registered", "body.obj")).vertices];
		let largest = 0;
		for (let at = 0; at < given.length; at++) largest = Math.max(largest, Math.abs(given[at]! - found[at]!));
		expect(largest).toBeLessThan(1e-4);
		expect(readFileSync(join(out, "body.glb")).subarray(0, 4).toString()).toBe("glTF");
	});

	it("ends with 4 when no body is near the mesh, and prints why", async () => {
		const squeezed = readFileSync(join(folder, "rest.obj"), "utf8").replace(
			/^v (\S+) (\S+) (\S+)/gm,
			(_, x: string, y: string, z: string) =>
				`v ${1.8 * Number(x)} ${Number(y) + 0.05 * Math.sin(20 * Number(z))} ${Number(z)}`,
		);
		writeFileSync(join(folder, "squeezed.obj"), squeezed);
		const run = await runCli(["register", "--mesh", join(folder, "squeezed.obj"), "--out", join(folder, "squeezed")]);
		expect(run.exitCode, run.stderr).toBe(4);
		expect(run.stdout).toMatch(/needs review/);
		expect(run.stdout).toMatch(/mm from the nearest body/);
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

describe("models export", () => {
	it("writes the body model that loadAnny reads, with its licence beside it", async () => {
		const path = join(folder, "public", "anny.bin");
		const run = await runCli(["models", "export", "--out", path, "--json"]);
		expect(run.exitCode, run.stderr).toBe(0);
		const { sha256, size_bytes } = JSON.parse(run.stdout) as { sha256: string; size_bytes: number };
		const bytes = readFileSync(path);
		expect(bytes.length).toBe(size_bytes);
		expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
		expect(readFileSync(`${path}.licence.txt`, "utf8")).toMatch(/CC0/);
		expect(decodeBodyModel(bytes).boneNames.length).toBeGreaterThan(100);
	});

	it("says why nothing can be written", async () => {
		const blocked = join(folder, "blocked");
		writeFileSync(blocked, "");
		const run = await runCli(["models", "export", "--out", join(blocked, "anny.bin")]);
		expectFailure(run, 2, /cannot be written/, /may write/);
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
