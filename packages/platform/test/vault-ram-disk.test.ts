import { type ChildProcess, fork } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
	chmodSync,
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPhotoVault, type PhotoVault, type PhotoVaultOptions } from "@anny-fitter/platform/vault";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { captureLog } from "./captured-log.js";
import { filesBelow, hasRamDisk, makeRamFolder, piecesOf, removeRamFolder } from "./vault-fixture.js";

const HOUR_MS = 3_600_000;
const LIMIT = { maxSize_bytes: 10_000_000 };
let folder = "";
const vaults: PhotoVault[] = [];
const children: ChildProcess[] = [];
const open = async (options: Partial<PhotoVaultOptions> = {}): Promise<PhotoVault> => {
	const vault = await openPhotoVault({ folder, lifetime_ms: HOUR_MS, ...options });
	vaults.push(vault);
	return vault;
};
beforeEach(() => {
	folder = makeRamFolder();
});
afterEach(async () => {
	for (const vault of vaults.splice(0)) await vault.close();
	for (const child of children.splice(0)) child.kill("SIGKILL");
	removeRamFolder(folder);
});

/** Another process with a finished photo and one on its way. */
async function startOwner(jobId: string, secret?: Buffer): Promise<ChildProcess> {
	const program = fileURLToPath(new URL("./vault-owner.js", import.meta.url));
	const child = fork(program, [folder, jobId, secret?.toString("hex") ?? "-"], { execArgv: [] });
	children.push(child);
	const isReady = await Promise.race([once(child, "message").then(() => true), once(child, "exit").then(() => false)]);
	if (!isReady) throw new Error("the other process ended too early");
	return child;
}
async function kill(child: ChildProcess): Promise<void> {
	const ended = once(child, "exit");
	child.kill("SIGKILL");
	await ended;
}
/** Halves, with other work in between. */
async function* slowly(bytes: Buffer): AsyncGenerator<Buffer> {
	for (const half of [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)]) {
		yield half;
		await new Promise((resolve) => setImmediate(resolve));
	}
}
const photoFiles = (): string[] => filesBelow(folder).filter((name) => !basename(name).startsWith("owner-"));

describe.skipIf(!hasRamDisk())("photos on the RAM disk", () => {
	it("are files that only this user may read, and hold nothing readable", async () => {
		const vault = await open();
		const jobId = randomUUID();
		const photo = Buffer.from("a photo of a person ".repeat(10_000));
		await vault.store(jobId, 0, piecesOf(photo), LIMIT);
		const [file = ""] = photoFiles();
		expect(basename(file)).toBe("0.photo");
		expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
		expect(statSync(join(folder, file, "..")).mode & 0o777).toBe(0o700);
		expect(statSync(join(folder, file, "../..")).mode & 0o777).toBe(0o700);
		const stored = readFileSync(join(folder, file));
		expect(stored.includes("photo of")).toBe(false);
		expect(new Set(stored.subarray(100, 10_000)).size).toBe(256);
	});

	it("are overwritten with zeros before they are removed: finished, replaced and half written ones", async () => {
		const vault = await open();
		const jobId = randomUUID();
		const kept = (name: string): string => join(folder, `kept-${name}`);
		const linkTo = (name: string): void => {
			const file = photoFiles().find((path) => basename(path).startsWith(name) && path.includes(jobId));
			linkSync(join(folder, file ?? ""), kept(name));
		};
		await vault.store(jobId, 0, piecesOf(randomBytes(200_000)), LIMIT);
		linkTo("0.photo");
		await vault.store(jobId, 1, piecesOf(randomBytes(100_000)), LIMIT);
		linkTo("1.photo");
		await vault.store(jobId, 1, piecesOf(randomBytes(10)), LIMIT);
		async function* hanging(): AsyncGenerator<Uint8Array> {
			yield randomBytes(150_000);
			linkTo("2.owner");
			await new Promise(() => undefined);
		}
		const controller = new AbortController();
		const upload = vault.store(jobId, 2, hanging(), { ...LIMIT, signal: controller.signal });
		upload.catch(() => undefined);
		while (!existsSync(kept("2.owner"))) await new Promise((resolve) => setTimeout(resolve, 10));
		controller.abort();
		await expect(upload).rejects.toMatchObject({ code: "cancelled" });
		await vault.wipe(jobId);
		for (const [name, size] of [
			["0.photo", 200_000],
			["1.photo", 100_000],
			["2.owner", 131_072],
		] as const) {
			const left = readFileSync(kept(name));
			expect(left.length).toBeGreaterThanOrEqual(size);
			expect(left.every((byte) => byte === 0)).toBe(true);
		}
		expect(photoFiles().filter((name) => name.includes(jobId))).toEqual([]);
	});

	it("of a killed process are wiped at the next start, those of a living one are left alone", async () => {
		const [dead, alive] = [randomUUID(), randomUUID()];
		const owner = await startOwner(dead);
		await startOwner(alive);
		expect(photoFiles()).toHaveLength(4);
		await kill(owner);
		const first = await open();
		expect(photoFiles()).toHaveLength(2);
		expect(photoFiles().every((name) => name.includes(alive))).toBe(true);
		expect(await first.sweep()).toEqual([]);
		await kill(children[1] as ChildProcess);
		expect(await first.sweep()).toEqual([alive]);
		expect(photoFiles()).toEqual([]);
		expect(readdirSync(folder)).toHaveLength(1);
	});

	it("of a killed process can be read again with its secret, without what was half written", async () => {
		const jobId = randomUUID();
		const secret = randomBytes(32);
		await kill(await startOwner(jobId, secret));
		const vault = await open({ secret });
		expect(photoFiles().map((name) => basename(name))).toEqual(["0.photo"]);
		expect(await vault.load(jobId, 0)).toHaveLength(100_000);
		await expect(vault.load(jobId, 1)).rejects.toMatchObject({ code: "photos_lost" });
		await vault.close();
		expect(photoFiles()).toHaveLength(1);
		// A process with another secret cannot tell a moment later whether somebody is about to use them, but soon.
		const stranger = await open({ secret: randomBytes(32) });
		expect(photoFiles()).toHaveLength(1);
		utimesSync(join(folder, dirname(dirname(photoFiles()[0] ?? ""))), new Date(0), new Date(0));
		expect(await stranger.sweep()).toEqual([jobId]);
		expect(photoFiles()).toEqual([]);
	});

	it("that are on their way are left alone, whenever the sweep comes", { timeout: 60_000 }, async () => {
		const vault = await open();
		let isOver = false;
		const sweeping = (async () => {
			while (!isOver) await vault.sweep();
		})();
		try {
			for (let round = 0; round < 300; round++) {
				const jobId = randomUUID();
				for (let index = 0; index < 3; index++) {
					const { size_bytes } = await vault.store(jobId, index, slowly(randomBytes(40_000)), LIMIT);
					expect(size_bytes).toBe(40_000);
				}
				await vault.wipe(jobId);
			}
		} finally {
			isOver = true;
			await sweeping;
		}
	});

	it("that this vault cannot read are wiped", async () => {
		const secret = randomBytes(32);
		const vault = await open({ secret });
		const [good, bad] = [randomUUID(), randomUUID()];
		await vault.store(good, 0, piecesOf(randomBytes(100)), LIMIT);
		await vault.store(bad, 0, piecesOf(randomBytes(100)), LIMIT);
		const file = join(folder, photoFiles().find((name) => name.includes(bad)) ?? "");
		writeFileSync(file, randomBytes(200));
		expect(await vault.sweep()).toEqual([bad]);
		expect(await vault.load(good, 0)).toHaveLength(100);
	});

	it("of another container are left alone while its mark is young", async () => {
		const name = `process-${"0".repeat(24)}`;
		const jobId = randomUUID();
		mkdirSync(join(folder, name, jobId), { recursive: true });
		const mark = join(folder, name, "owner-1-1-1-00000000");
		writeFileSync(mark, "");
		writeFileSync(join(folder, name, jobId, "0.photo"), "x");
		const vault = await open();
		expect(photoFiles()).toHaveLength(1);
		const old = new Date(Date.now() - 2 * HOUR_MS);
		utimesSync(mark, old, old);
		expect(await vault.sweep()).toEqual([jobId]);
		expect(photoFiles()).toEqual([]);
	});

	it("go to memory, with a warning, where the folder is no RAM disk or is open to others", async () => {
		const onDisk = mkdtempSync(join(tmpdir(), "anny-fitter-vault-"));
		const openToAll = join(folder, "open");
		mkdirSync(openToAll);
		chmodSync(openToAll, 0o755);
		const linked = join(folder, "linked");
		symlinkSync(onDisk, linked);
		try {
			const places = statSync(onDisk).dev === statSync("/dev/shm").dev ? [openToAll] : [onDisk, openToAll, linked];
			for (const place of places) {
				const { log, lines } = captureLog();
				const vault = await open({ folder: place, log });
				expect(vault.kind).toBe("memory");
				expect(lines.map(({ level }) => level)).toEqual(["warn"]);
				await vault.store(randomUUID(), 0, piecesOf(randomBytes(10)), LIMIT);
				expect(filesBelow(place)).toEqual([]);
			}
		} finally {
			rmSync(onDisk, { recursive: true, force: true });
		}
	});
});
