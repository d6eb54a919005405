import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "anny-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runExample(name: string, parameters: readonly string[] = []): string {
	const path = fileURLToPath(new URL(`../node/${name}.mjs`, import.meta.url));
	const run = spawnSync(process.execPath, [path, ...parameters], { encoding: "utf8", timeout: 100_000 });
	expect(run.stderr).toBe("");
	expect(run.status).toBe(0);
	return run.stdout;
}

test("measure-a-body prints a plausible woman and writes her mesh", () => {
	const path = join(folder, "body.obj");
	const text = runExample("measure-a-body", [path]);
	const [, stature, mass] = /stature ([\d.]+) cm, ([\d.]+) kg/.exec(text) ?? [];
	const [, waist, hip] = /waist ([\d.]+) cm, hip ([\d.]+) cm/.exec(text) ?? [];
	expect(Number(stature)).toBeGreaterThan(150);
	expect(Number(stature)).toBeLessThan(200);
	expect(Number(mass)).toBeGreaterThan(45);
	expect(Number(waist)).toBeLessThan(Number(hip));
	const lines = readFileSync(path, "utf8").split("\n");
	expect(lines.filter((line) => line.startsWith("v ")).length).toBe(13348);
	expect(lines.filter((line) => line.startsWith("f ")).length).toBe(26692);
});

test("batch evaluates every body, in order", () => {
	const text = runExample("batch", ["20"]);
	const waists = [...text.matchAll(/weight [\d.]+: waist ([\d.]+) cm/g)].map(([, waist]) => Number(waist));
	expect(waists.length).toBe(10);
	expect([...waists].sort((a, b) => a - b)).toEqual(waists);
	expect(text).toMatch(/20 bodies on \d+ threads/);
});

test("derivatives agree with differences", () => {
	const rows = [...runExample("derivatives").matchAll(/: (-?[\d.]+) kg per unit \(central difference (-?[\d.]+)\)/g)];
	expect(rows.length).toBe(6);
	for (const [, derivative, difference] of rows) {
		expect(Number(derivative)).not.toBe(0);
		expect(Number(derivative)).toBeCloseTo(Number(difference), 2);
	}
});
