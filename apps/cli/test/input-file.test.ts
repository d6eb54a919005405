import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readInputFile } from "../src/input-file.js";
import { temporaryFolder } from "./run-cli.js";

const folder = temporaryFolder();

describe("readInputFile", () => {
	it("reads a file of more than one chunk, byte for byte", async () => {
		const content = Uint8Array.from({ length: 2_500_000 }, (_, i) => i % 251);
		const path = join(folder, "big.bin");
		writeFileSync(path, content);
		const { bytes, name } = await readInputFile(path, "photo");
		expect(name).toBe("big.bin");
		expect(Buffer.compare(bytes, content)).toBe(0);
	});

	it.skipIf(process.platform !== "linux")("refuses a source that never ends", async () => {
		await expect(readInputFile("/dev/zero", "photo")).rejects.toMatchObject({ code: "image_too_large" });
		await expect(readInputFile("/dev/zero", "mesh")).rejects.toMatchObject({ code: "invalid_argument" });
	});
});
