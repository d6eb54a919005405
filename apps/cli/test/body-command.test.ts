import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runBody } from "../src/body-command.js";
import type { ConsoleIo } from "../src/console-io.js";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "anny-fitter-body-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sink = { write: () => true, isTTY: false };
const io = { stdout: sink, stderr: sink, env: {}, signal: new AbortController().signal } as unknown as ConsoleIo;
const ANNA = { heightCm: "168", weightKg: "62", ageYears: "34", sex: "female", format: "glb,obj" };

test("writes a body that has what was stated, with error bars", async () => {
	const out = join(folder, "anna");
	const measure = ["waist_girth=72cm", "hip_girth=96cm±1cm"];
	expect(await runBody({ ...ANNA, measure, out, quiet: true }, io)).toBe(0);
	const document = JSON.parse(await readFile(join(out, "result.json"), "utf8"));
	expect(document.stature_m).toBeCloseTo(1.68, 2);
	expect(document.measurements.waist_girth.value_m).toBeCloseTo(0.72, 2);
	expect(document.measurements.waist_girth.sources).toEqual(["stated"]);
	expect(document.measurements.chest_girth.sources).toEqual(["prior"]);
	expect(document.quality.flags).toEqual([]);
	expect((await readFile(join(out, "body.glb"))).subarray(0, 4).toString()).toBe("glTF");
	expect(await readFile(join(out, "body.obj"), "utf8")).toMatch(/^v /m);
}, 30_000);

test("ends with 4 and names what disagrees", async () => {
	const out = join(folder, "disagreeing");
	expect(await runBody({ ...ANNA, measure: ["hip_girth=70cm"], out, quiet: true }, io)).toBe(4);
	const { quality } = JSON.parse(await readFile(join(out, "result.json"), "utf8"));
	const flags = new Map(quality.flags.map((flag: { code: string; message: string }) => [flag.code, flag.message]));
	expect([...flags.keys()]).toContain("measure_not_met");
	expect(flags.get("stated_values_disagree")).toMatch(/hip girth of 70\.0 cm is 2\d\.\d cm less/);
}, 30_000);

test("refuses what nobody has", async () => {
	const stated = { ...ANNA, measure: ["hip_girth=30cm"], out: join(folder, "nobody"), quiet: true };
	await expect(runBody(stated, io)).rejects.toMatchObject({ code: "invalid_argument" });
}, 30_000);
