import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ResultDocument, resultDocumentSchema } from "@anny-fitter/contracts";
import validator from "gltf-validator";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type CliRun, expectFailure, runCli, samplePath, temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();
/** Exit codes of a fit that ended: as usual, or flagged for review. */
const DONE = [0, 4];

function readResult(out: string): ResultDocument {
	return resultDocumentSchema.parse(JSON.parse(readFileSync(join(out, "result.json"), "utf8")));
}

describe("a fit of two photos", () => {
	const out = join(folder, "woman");
	let run: CliRun;

	beforeAll(async () => {
		run = await runCli([
			...["fit", samplePath("woman-front.jpg"), samplePath("woman-side.jpg"), "--view", "front", "--view", "side"],
			...["--height-cm", "172.4", "--weight-kg", "71", "--age-years", "33", "--sex", "female"],
			...["--out", out, "--format", "obj,ply,stl", "--overlay"],
		]);
	});

	it("ends well and writes exactly the files that were asked for", () => {
		expect(DONE, run.stderr).toContain(run.exitCode);
		expect(readdirSync(out).sort()).toEqual([
			"body.glb",
			"body.obj",
			"body.ply",
			"body.stl",
			"overlay-1.png",
			"overlay-2.png",
			"result.json",
		]);
	});

	it("writes a valid result that meets what was stated", () => {
		const result = readResult(out);
		expect(Math.abs(result.stature_m - 1.724)).toBeLessThan(0.005);
		expect(Math.abs(result.mass_kg - 71)).toBeLessThan(2);
		expect(result.stated).toMatchObject({ stature_m: 1.724, weight_kg: 71, age_years: 33, sex: "female" });
		expect(result.views.map((view) => view.label)).toEqual(["front", "side"]);
		expect(Object.keys(result.measurements).length).toBeGreaterThanOrEqual(12);
		expect(result.quality.flagged_for_review).toBe(run.exitCode === 4);
		for (const { value_m, interval90_m } of Object.values(result.measurements)) {
			expect(value_m).toBeGreaterThan(interval90_m[0]);
			expect(value_m).toBeLessThan(interval90_m[1]);
		}
	});

	it("shows a table with every measurement, the weight, the quality and the files", () => {
		const result = readResult(out);
		for (const id of [...Object.keys(result.measurements), "weight"]) {
			expect(run.stdout).toMatch(new RegExp(`^${id} +\\d+\\.\\d (cm|kg) +± \\d+\\.\\d (cm|kg)`, "m"));
		}
		expect(run.stdout).toMatch(/^seen in the photos/m);
		expect(result.image_measurements?.length).toBeGreaterThan(15);
		for (const { id, views } of result.image_measurements ?? []) {
			expect(run.stdout).toMatch(new RegExp(`^${id} +\\d+\\.\\d cm +± \\d+\\.\\d cm +\\d+ %.* ${views.length}`, "m"));
		}
		expect(run.stdout).toMatch(/^Quality: /m);
		expect(run.stdout).toContain(`Written to ${out}`);
		expect(run.stdout).toMatch(/body\.glb \(\d/);
		expect(run.stdout).toMatch(/^Time \d/m);
		expect(run.stdout, "no colours away from a terminal").not.toContain("\u001b");
		const stages = run.stderr.trimEnd().split("\n");
		expect(stages.length, "one line per stage").toBeLessThan(20);
		expect(new Set(stages).size).toBe(stages.length);
	});

	it("writes a GLB without errors and warnings in the Khronos validator", async () => {
		const report = await validator.validateBytes(new Uint8Array(readFileSync(join(out, "body.glb"))));
		expect(report.issues, JSON.stringify(report.issues.messages)).toMatchObject({ numErrors: 0, numWarnings: 0 });
	});

	it("writes overlays of the photos' shape", async () => {
		for (const [index, name] of ["woman-front.jpg", "woman-side.jpg"].entries()) {
			const photo = await sharp(samplePath(name)).metadata();
			const overlay = await sharp(join(out, `overlay-${index + 1}.png`)).metadata();
			expect(overlay.height).toBeGreaterThan(600);
			expect(overlay.width / overlay.height).toBeCloseTo(photo.autoOrient.width / photo.autoOrient.height, 2);
		}
	});

	it("can be rebuilt and measured from its result", async () => {
		const again = join(folder, "again.obj");
		const parameters = ["mesh", "--params", join(out, "result.json"), "--out", again];
		expect(await runCli(parameters)).toMatchObject({ exitCode: 0, stderr: "" });
		expect(readFileSync(again, "utf8")).toBe(readFileSync(join(out, "body.obj"), "utf8"));
		const measured = await runCli(["measure", "--params", join(out, "result.json"), "--json"]);
		const { measurements } = JSON.parse(measured.stdout);
		for (const [id, estimate] of Object.entries(readResult(out).measurements)) {
			expect(Math.abs(measurements[id].value_m - estimate.value_m), id).toBeLessThan(1e-4);
		}
	});
});

describe("a fit of one photo", () => {
	it("prints the result as JSON, and nothing else, with --json --quiet", async () => {
		const out = join(folder, "json");
		const run = await runCli([
			"fit",
			samplePath("girl-front.jpg"),
			"--height-cm",
			"132",
			"--out",
			out,
			"--json",
			"--quiet",
		]);
		expect(DONE, run.stderr).toContain(run.exitCode);
		expect(run.stderr).toBe("");
		expect(JSON.parse(run.stdout)).toEqual(readResult(out));
	});

	it("writes to out/<name of the photo> by default", async () => {
		const cwd = join(folder, "default");
		mkdirSync(cwd);
		const run = await runCli(["fit", samplePath("man-front.jpg"), "--height-cm", "179,8", "--quiet"], { cwd });
		expect(DONE, run.stderr).toContain(run.exitCode);
		expect(readdirSync(join(cwd, "out/man-front")).sort()).toEqual(["body.glb", "result.json"]);
		expect(Math.abs(readResult(join(cwd, "out/man-front")).stature_m - 1.798)).toBeLessThan(0.005);
	});

	it("refuses a tape measure that does not exist, with the nearest that does", async () => {
		const parameters = [
			"fit",
			samplePath("man-front.jpg"),
			"--measure",
			"waist_grith=90cm",
			"--out",
			join(folder, "typo"),
		];
		expectFailure(await runCli(parameters), 2, /no measurement "waist_grith"/, /Did you mean "waist_girth"\?/);
	});

	it("stops on Ctrl-C without leaving anything behind", async () => {
		const out = join(folder, "cancelled");
		let isSent = false;
		const run = await runCli(["fit", samplePath("man-front.jpg"), "--height-cm", "180", "--out", out], {
			onStderr: (text, kill) => {
				if (!isSent && text.includes("Reading photo")) kill("SIGINT");
				isSent ||= text.includes("Reading photo");
			},
		});
		expectFailure(run, 70, /cancelled/, /again/);
		expect(existsSync(out)).toBe(false);
	});
});

describe("unusual but usable images", () => {
	const source = samplePath("man-front.jpg");
	const parameters = ["--height-cm", "179.8", "--weight-kg", "89.9", "--sex", "male", "--json", "--quiet"];

	async function fit(name: string, bytes: Uint8Array): Promise<ResultDocument> {
		const path = join(folder, name);
		writeFileSync(path, bytes);
		const run = await runCli(["fit", path, ...parameters, "--out", join(folder, `out-${name}`)]);
		expect(DONE, run.stderr).toContain(run.exitCode);
		return JSON.parse(run.stdout);
	}

	let upright: ResultDocument;
	beforeAll(async () => {
		upright = await fit("upright.png", await sharp(source).autoOrient().png().toBuffer());
	});

	it.each<[string, string, () => Promise<Uint8Array>]>([
		["16 bits per channel", "deep.png", () => sharp(source).autoOrient().toColourspace("rgb16").png().toBuffer()],
		["CMYK", "cmyk.jpg", () => sharp(source).autoOrient().toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer()],
		["greyscale", "grey.png", () => sharp(source).autoOrient().greyscale().png().toBuffer()],
		[
			"turned, with the orientation in EXIF",
			"turned.jpg",
			async () => {
				const turned = await sharp(source).autoOrient().rotate(90).toBuffer();
				return sharp(turned).withMetadata({ orientation: 8 }).jpeg({ quality: 95 }).toBuffer();
			},
		],
	])("%s gives the same body", async (_, name, make) => {
		const result = await fit(name, await make());
		expect(result.views[0]!.camera.height_px).toBe(upright.views[0]!.camera.height_px);
		for (const id of ["stature", "hip_girth", "inside_leg_height"]) {
			const difference = result.measurements[id]!.value_m - upright.measurements[id]!.value_m;
			expect(Math.abs(difference), id).toBeLessThan(0.02);
		}
	});
});
