import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const hasStrace = ((): boolean => {
	try {
		execFileSync("strace", ["-V"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
})();

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "anny-memory-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paths that a program opens for writing or creates, but for the kernel's own. */
async function pathsWritten(program: string): Promise<string[]> {
	const trace = join(folder, "trace");
	await promisify(execFile)(
		"strace",
		["-f", "-qq", "-s", "300", "-e", "trace=open,openat,creat,memfd_create,mknod,link,linkat", "-o", trace].concat([
			process.execPath,
			"--input-type=module",
			"-e",
			program,
		]),
		{ maxBuffer: 1e7 },
	);
	const lines = (await readFile(trace, "utf8")).split("\n");
	return lines
		.filter((line) => /O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|creat\(|memfd|mknod|link/.test(line) && !/ENOENT/.test(line))
		.map((line) => /"([^"]*)"/.exec(line)?.[1] ?? line)
		.filter((path) => !/^\/(?:dev|proc|sys)\//.test(path) || path.startsWith("/dev/shm"));
}

describe.skipIf(!hasStrace)("decodePhoto, watched by strace", () => {
	it.each([
		["rotated JPEG", ".jpeg()"],
		["rotated progressive JPEG", ".jpeg({ progressive: true })"],
		["rotated interlaced PNG", ".png({ progressive: true, compressionLevel: 1 })"],
	])(
		"keeps a %s of 90 megapixels in memory",
		async (_, encode) => {
			const image = join(folder, "image");
			const sharp = JSON.stringify(createRequire(import.meta.url).resolve("sharp"));
			await promisify(execFile)(process.execPath, [
				"-e",
				`require(${sharp})({ create: { width: 10000, height: 9000, channels: 3, background: "#5a7" }, limitInputPixels: false })
				.withMetadata({ orientation: 6 })${encode}.toFile(${JSON.stringify(image)});`,
			]);
			expect(existsSync(image)).toBe(true);
			const control = join(folder, "control");
			// The control file shows that the trace would have seen another.
			const written = await pathsWritten(`
			import { readFileSync, writeFileSync } from "node:fs";
			import { decodePhoto } from "@anny-fitter/vision";
			const photo = await decodePhoto(readFileSync(${JSON.stringify(image)}));
			if (photo.width !== 1843 || photo.height !== 2048) process.exit(3);
			writeFileSync(${JSON.stringify(control)}, "");`);
			expect(written).toEqual([control]);
		},
		120_000,
	);
});
