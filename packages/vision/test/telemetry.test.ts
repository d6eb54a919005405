import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("../", import.meta.url));
let home: string;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), "anny-fitter-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Files that a program leaves in an empty home, as a user has one: without a variable that says CI. */
function filesLeftBy(script: string): string[] {
	const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
		cwd: packageFolder,
		env: { PATH: process.env.PATH, HOME: home },
		encoding: "utf8",
	});
	expect(run.status, run.stderr).toBe(0);
	return readdirSync(home, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1));
}

test("the networks run without ONNX Runtime's telemetry", () => {
	const files = filesLeftBy(`
		const { openVision } = await import("@anny-fitter/vision");
		const vision = await openVision({ cacheDir: ${JSON.stringify(join(home, "models"))} });
		await vision.analyse({ width: 256, height: 256, rgb: new Uint8Array(256 * 256 * 3) });
		await vision.close();
	`);
	// The converted networks are ours.
	expect(files.filter((file) => file.startsWith("models/"))).not.toEqual([]);
	expect(files.filter((file) => !file.startsWith("models/"))).toEqual([]);
});

test.runIf(process.platform === "linux")("the runtime would have left files otherwise", () => {
	const files = filesLeftBy(`
		const ort = await import("onnxruntime-node");
		await ort.InferenceSession.create(new Uint8Array(1)).catch(() => undefined);
		await new Promise((resolve) => setTimeout(resolve, 500));
	`);
	expect(files.join(" ")).toMatch(/onnxruntime/);
});
