import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openOutputFolder } from "../src/output-files.js";
import { temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();
const never = new AbortController().signal;

describe("openOutputFolder", () => {
	it("writes all files and reports their sizes", async () => {
		const output = await openOutputFolder(join(folder, "a/b"));
		const files = [
			{ name: "x.json", content: "{}" },
			{ name: "y.bin", content: new Uint8Array(5) },
		];
		expect(await output.write(files, never)).toEqual([2, 5]);
		expect(readdirSync(join(folder, "a/b")).sort()).toEqual(["x.json", "y.bin"]);
	});

	it("leaves no file when the signal is aborted, and removes the folders it made", async () => {
		const output = await openOutputFolder(join(folder, "c/d"));
		const controller = new AbortController();
		const writing = output.write([{ name: "x", content: "x".repeat(1e6) }], controller.signal);
		controller.abort();
		await expect(writing).rejects.toMatchObject({ code: "cancelled" });
		await output.discard();
		expect(existsSync(join(folder, "c"))).toBe(false);
	});

	it.skipIf(process.platform !== "linux")("ends where no folder can be made", async () => {
		await expect(openOutputFolder("/proc/anny-fitter/out")).rejects.toMatchObject({ code: "output_not_writable" });
	});

	it("makes the same folder twice at once", async () => {
		const outputs = await Promise.all([1, 2].map(() => openOutputFolder(join(folder, "e/f"))));
		for (const output of outputs) await output.discard();
		expect(existsSync(join(folder, "e"))).toBe(false);
	});

	it("keeps what was there before, and the old file when writing fails", async () => {
		writeFileSync(join(folder, "old"), "old");
		const output = await openOutputFolder(folder);
		const controller = new AbortController();
		controller.abort();
		await expect(output.write([{ name: "old", content: "new" }], controller.signal)).rejects.toThrow();
		await output.discard();
		expect(readFileSync(join(folder, "old"), "utf8")).toBe("old");
	});
});
