import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KERNEL_FILE, kernelFile } from "../build-kernels.mjs";

test("the committed kernels are those of the source", async () => {
	expect(readFileSync(KERNEL_FILE, "utf8")).toBe(await kernelFile());
});
