import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SEXES, VIEW_LABELS } from "@anny-fitter/contracts";
import { describe, expect, it } from "vitest";
import { expectFailure, MAIN, runCli, samplePath, temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();
const PHOTO = samplePath("woman-front.jpg");

describe("help", () => {
	it("lists the commands without parameters and with --help, and exits with 0", async () => {
		for (const parameters of [[], ["--help"], ["help"]]) {
			const run = await runCli(parameters);
			expect(run).toMatchObject({ exitCode: 0, stderr: "" });
			for (const command of ["fit", "mesh", "measure", "models", "doctor"]) {
				expect(run.stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
			}
			expect(run.stdout).toContain("Exit codes:");
		}
	});

	it("describes a command with every value that its options take, and examples", async () => {
		const { stdout, exitCode } = await runCli(["fit", "--help"]);
		expect(exitCode).toBe(0);
		for (const value of [...VIEW_LABELS, ...SEXES, "--model-data", "--json", "--quiet", "Examples:"]) {
			expect(stdout).toContain(value);
		}
	});

	it("starts quickly: without loading the body model or the neural networks", async () => {
		const times: number[] = [];
		for (let run = 0; run < 3; run++) {
			const start = performance.now();
			await runCli(["fit", "--help"]);
			times.push(performance.now() - start);
		}
		// 0.13 s alone; the best of three and a wide bound, because the machine may be busy.
		expect(Math.min(...times)).toBeLessThan(2000);
	});

	it("prints the version", async () => {
		expect(await runCli(["--version"])).toEqual({ exitCode: 0, stdout: "0.1.0\n", stderr: "" });
	});
});

describe("wrong usage", () => {
	it.each<[string, string[], RegExp, RegExp]>([
		["an unknown command", ["fti"], /Unknown command 'fti'/, /Did you mean fit\?/],
		[
			"an unknown option",
			["fit", PHOTO, "--heigth-cm", "170"],
			/Unknown option '--heigth-cm'/,
			/Did you mean --height-cm\?/,
		],
		["half a command", ["models"], /The command is not complete/, /--help/],
		["no photo", ["fit"], /There is no photo/, /anny-fitter body/],
		["an option without value", ["fit", PHOTO, "--sex"], /--sex <sex>' argument missing/, /--help/],
		[
			"text for a number",
			["fit", PHOTO, "--height-cm", "tall"],
			/"tall" is not a number for --height-cm/,
			/--height-cm 175/,
		],
		["a unit in a number", ["fit", PHOTO, "--weight-kg", "70kg"], /"70kg" is not a number/, /without a unit/],
		[
			"a stature of 17 cm",
			["fit", PHOTO, "--height-cm", "17"],
			/17 cm .* outside/,
			/Did you mean 170 cm \(1\.70 m\)\?/,
		],
		["a stature of 1750 cm", ["fit", PHOTO, "--height-cm", "1750"], /1750 cm .* outside/, /Did you mean 175 cm/],
		["a weight in grams", ["fit", PHOTO, "--weight-kg", "70000"], /70000 kg is outside/, /Did you mean 70 kg/],
		[
			"age against date of birth",
			["fit", PHOTO, "--age-years", "20", "--dob", "1980-01-01"],
			/An age of 20 years contradicts the date of birth 1980-01-01/,
			/one of the two/,
		],
		["a future date of birth", ["fit", PHOTO, "--dob", "2999-01-01"], /in the future/, /YYYY-MM-DD/],
		["an unknown sex", ["fit", PHOTO, "--sex", "femal"], /"femal" is not one of/, /male, female or unspecified/],
		["a measure without unit", ["fit", PHOTO, "--measure", "waist_girth=82"], /has no unit/, /waist_girth=82cm/],
		["a measure that is none", ["fit", PHOTO, "--measure", "82cm"], /"82cm" is not a tape measure/, /waist_girth=82cm/],
		["too few views", ["fit", PHOTO, PHOTO, "--view", "front"], /1 view for 2 photos/, /once per photo/],
		[
			"an unknown view",
			["fit", PHOTO, "--view", "frnt"],
			/"frnt" is not a valid value of --view/,
			/Did you mean front\?/,
		],
		[
			"an unknown format",
			["fit", PHOTO, "--format", "glb,fbx"],
			/"fbx" is not a valid value of --format/,
			/glb, obj, ply, stl/,
		],
		["no format", ["fit", PHOTO, "--format", ""], /--format names no mesh format/, /glb, obj, ply, stl/],
		[
			"a model data folder without a name",
			["fit", PHOTO, "--model-data", ""],
			/model data folder is empty/,
			/--model-data/,
		],
		["the same for models list", ["models", "list", "--model-data="], /model data folder is empty/, /--model-data/],
		["the same for doctor", ["doctor", "--model-data", ""], /model data folder is empty/, /--model-data/],
		["a photo that does not exist", ["fit", "nobody.jpg"], /The photo nobody\.jpg does not exist/, /spelling/],
		["a folder for a photo", ["fit", "."], /\. is a folder, not a photo/, /Name the photo itself/],
		["a photo without a name", ["fit", ""], /name of the photo is empty/, /Name the photo/],
		["a photo given twice", ["fit", PHOTO, PHOTO], /Photo 2, woman-front\.jpg, is the same as photo 1/, /once/],
		["a measure by half its name", ["fit", PHOTO, "--measure", "waist=82cm"], /no measurement/, /"waist_girth"/],
		["a folder without a name", ["fit", PHOTO, "--out", ""], /output folder is empty/, /--out/],
		["mesh without parameters", ["mesh", "--out", "a.obj"], /--params <file>' not specified/, /--help/],
		[
			"a mesh format unknown",
			["mesh", "--params", "p.json", "--out", "a.fbx"],
			/\.fbx is not a mesh format/,
			/\.obj, \.glb/,
		],
		[
			"an unknown topology",
			["mesh", "--params", "p.json", "--out", "a.obj", "--topology", "smpl"],
			/"smpl"/,
			/default, makehuman/,
		],
		["a GLB with Z up", ["mesh", "--params", "p.json", "--out", "a.glb", "--frame", "anny"], /GLB/, /--frame/],
		["nothing to measure", ["measure"], /Nothing to measure/, /--mesh FILE or --params FILE/],
		["two things to measure", ["measure", "--mesh", "a.obj", "--params", "p.json"], /at once/, /either/],
		["a params file that does not exist", ["measure", "--params", "nothing.json"], /does not exist/, /spelling/],
	])("refuses %s with exit code 2", async (_, parameters, cause, remedy) => {
		expectFailure(await runCli(parameters, { cwd: folder }), 2, cause, remedy);
		expect(readdirSync(folder), "nothing is left behind").toEqual([]);
	});

	it.each(["-dash.jpg", "--view.jpg"])("says how to name the file %s", async (name) => {
		writeFileSync(join(folder, name), "");
		const run = await runCli(["fit", name], { cwd: folder });
		expectFailure(run, 2, new RegExp(`The file ${name} was taken for an option`), new RegExp(`Write \\./${name} `));
		rmSync(join(folder, name));
	});

	it("escapes control characters in names", async () => {
		for (const name of ["\u001b[31mred\u001b[0m.jpg", "two\nlines.jpg", "--\u001b[2J"]) {
			const run = await runCli(["fit", name], { cwd: folder, env: { ANNY_FITTER_DEBUG: "1" } });
			const shown = name.replaceAll("\u001b", "\\x1b").replaceAll("\n", "\\x0a");
			expect(run.exitCode).toBe(2);
			expect(run.stderr.split("\n")[0]).toContain(shown);
			expect(run.stderr).not.toContain("\u001b");
		}
	});

	it("takes paths from the folder in which npm was called", async () => {
		writeFileSync(join(folder, "empty.json"), "{");
		const env = { npm_package_name: "anny-fitter-workspace", npm_lifecycle_event: "fit", INIT_CWD: folder };
		const run = await runCli(["measure", "--params", "empty.json"], { env });
		expectFailure(run, 2, /empty\.json is not valid JSON/);
		rmSync(join(folder, "empty.json"));
	});

	it.skipIf(process.platform !== "linux")("says so when stdout cannot be written to", () => {
		const full = openSync("/dev/full", "w");
		const run = spawnSync(process.execPath, [MAIN, "--help"], { stdio: ["ignore", full, "pipe"], encoding: "utf8" });
		closeSync(full);
		expect(run.status).toBe(2);
		expect(run.stderr).toMatch(/^error: The output cannot be written \(ENOSPC\)\.\nremedy: .*\n$/);
	});

	it("reports the error as JSON on stdout, too, when asked for JSON", async () => {
		const run = await runCli(["fit", PHOTO, "--height-cm", "17", "--json"], { cwd: folder });
		expect(run.exitCode).toBe(2);
		expect(JSON.parse(run.stdout)).toEqual({
			error: {
				code: "invalid_argument",
				message: "A stature of 17 cm (0.17 m) is outside the possible 40–260 cm.",
				remedy: "Did you mean 170 cm (1.70 m)?",
			},
		});
		expect(run.stderr).toMatch(/^error: /);
	});

	it("shows the stack only when ANNY_FITTER_DEBUG is 1", async () => {
		const run = await runCli(["fit", "nobody.jpg"], { cwd: folder, env: { ANNY_FITTER_DEBUG: "1" } });
		expect(run.stderr).toMatch(/^\s+at /m);
	});
});

describe("unwritable output", () => {
	const blocked = temporaryFolder();
	writeFileSync(join(blocked, "file"), "");

	it("refuses a folder below a file before the long work begins", async () => {
		const run = await runCli(["fit", PHOTO, "--out", join(blocked, "file", "out")]);
		expectFailure(run, 2, /Nothing can be written to .*out: a part of the path is a file\./, /--out/);
		expect(run.stderr.split("\n"), "no progress was shown").toHaveLength(3);
	});

	it("refuses a file as the folder", async () => {
		expectFailure(
			await runCli(["fit", PHOTO, "--out", join(blocked, "file")]),
			2,
			/a file with this name is in the way/,
		);
	});

	it("refuses a mesh file that is a folder", async () => {
		mkdirSync(join(blocked, "body.obj"));
		writeFileSync(join(blocked, "params.json"), "{}");
		const run = await runCli(["mesh", "--params", join(blocked, "params.json"), "--out", join(blocked, "body.obj")]);
		expectFailure(run, 2, /a folder with the name of an output file is in the way/);
		expect(readdirSync(blocked).sort()).toEqual(["body.obj", "file", "params.json"]);
	});

	it.skipIf(process.getuid?.() === 0)("refuses a folder without permission", async () => {
		const locked = join(blocked, "locked");
		mkdirSync(locked, { mode: 0o500 });
		expectFailure(await runCli(["fit", PHOTO, "--out", join(locked, "out")]), 2, /permission is missing/);
	});
});
