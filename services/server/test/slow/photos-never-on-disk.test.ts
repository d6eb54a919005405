import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectStatus, registerClient, samplePhoto } from "../api-client.js";
import { startServerProcess } from "../server-process.js";
import { findPhotoWrites, STRACE_ARGUMENTS } from "./trace-writes.js";

const hasStrace = spawnSync("strace", ["-V"]).status === 0;

// Without strace there is nothing to look with; CI installs it.
describe.skipIf(!hasStrace && !process.env.CI)("a fit seen by strace", () => {
	let folder: string;
	let photos: Buffer[];

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "anny-fitter-trace-"));
		photos = [await samplePhoto("woman-front"), await samplePhoto("woman-side")];
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	test("the search finds a photo that a program writes to a disk", async () => {
		const trace = join(folder, "control.trace");
		const photo = join(folder, "copied.jpg");
		const script = `const f=require("fs");f.writeFileSync(${JSON.stringify(photo)},f.readFileSync(${JSON.stringify(join(folder, "source.jpg"))}))`;
		await writeFile(join(folder, "source.jpg"), photos[0]!);
		const run = spawnSync("strace", [...STRACE_ARGUMENTS, "-o", trace, process.execPath, "-e", script]);
		expect(run.status).toBe(0);
		const found = await findPhotoWrites(trace, photos);
		expect(found.photoWrites.map((write) => write.path)).toContain(photo);
		await Promise.all([rm(photo), rm(join(folder, "source.jpg"))]);
	});

	test("no byte of a photo reaches a disk, and the RAM disk holds nothing afterwards", {
		timeout: 600_000,
	}, async () => {
		const trace = join(folder, "server.trace");
		const dataDir = join(folder, "data");
		const server = await startServerProcess({
			env: {
				DATA_DIR: dataDir,
				LOG_LEVEL: "debug",
				RATE_LIMIT_PER_HOUR: "10000",
				READ_RATE_LIMIT_PER_MINUTE: "10000",
				STATUS_RATE_LIMIT_PER_MINUTE: "10000",
			},
			wrapper: ["strace", ...STRACE_ARGUMENTS, "-o", trace],
		});
		try {
			const client = await registerClient(server.url);
			const accepted = await expectStatus(202, client.startFit(photos, { stature_m: "1.724", sex: "female" }));
			const { session_id } = (await accepted.json()) as { session_id: string };
			const state = await client.waitForEnd(session_id, 400_000);
			expect(state.status).toBe("completed");
			for (const format of ["glb", "json"]) {
				await expectStatus(200, client.request("GET", `/models/${state.model_id}/export?format=${format}`));
			}
		} finally {
			await server.stop();
		}
		const found = await findPhotoWrites(trace, photos);
		// The trace is worth something only if it saw the server's own files being written.
		expect(found.diskFiles.some((path) => path.startsWith(dataDir))).toBe(true);
		// The encrypted photos went to the RAM disk, and were overwritten there before they were removed.
		expect(found.ramDiskFiles.length).toBeGreaterThan(0);
		expect(found.photoWrites).toEqual([]);
		expect(found.sharedDiskMappings.filter((path) => !path.startsWith(join(dataDir, "database")))).toEqual([]);
		for (const file of found.ramDiskPhotoFiles) {
			expect(file.zeroed_bytes, `${file.path} overwritten before its removal`).toBeGreaterThanOrEqual(file.size_bytes);
			expect(file.wasRemovedAfterZeroing, file.path).toBe(true);
		}
		await expectNoPhotoIn(dataDir, photos);
	});
});

/** Looks into every file that is left. */
async function expectNoPhotoIn(folder: string, photos: readonly Buffer[]): Promise<void> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	for (const entry of entries) {
		if (!entry.isFile()) continue;
		const content = await readFile(join(entry.parentPath, entry.name));
		for (const photo of photos) {
			const middle = photo.subarray(photo.length >> 1, (photo.length >> 1) + 32);
			expect(content.includes(middle), `${entry.name} holds a piece of a photo`).toBe(false);
		}
	}
}
