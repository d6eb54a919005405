import { randomBytes, randomUUID } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openPhotoVault, type PhotoVault } from "@anny-fitter/platform/vault";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesBelow, hasRamDisk, makeRamFolder, piecesOf, removeRamFolder } from "./vault-fixture.js";

const CHUNK = 65_536;
const SEALED = CHUNK + 16;
const HEADER = 67;
const LIMIT = { maxSize_bytes: 10_000_000 };
const SEED = 20_240_511;

describe.skipIf(!hasRamDisk())(`changed photos are found out (seed ${SEED})`, () => {
	const folder = makeRamFolder();
	const secret = randomBytes(32);
	let vault: PhotoVault;
	beforeAll(async () => {
		vault = await openPhotoVault({ folder, secret, lifetime_ms: 600_000 });
	});
	afterAll(async () => {
		await vault.close();
		removeRamFolder(folder);
	});

	const pathOf = (jobId: string, index: number): string =>
		join(folder, filesBelow(folder).find((name) => name.endsWith(`${jobId}/${index}.photo`)) ?? "absent");
	const store = async (size: number): Promise<{ jobId: string; path: string; photo: Buffer; sealed: Buffer }> => {
		const jobId = randomUUID();
		const photo = randomBytes(size);
		await vault.store(jobId, 0, piecesOf(photo), LIMIT);
		const path = pathOf(jobId, 0);
		return { jobId, path, photo, sealed: readFileSync(path) };
	};
	const isLost = async (jobId: string, index = 0): Promise<boolean> =>
		vault.load(jobId, index).then(
			() => false,
			(error: { code?: string }) => error.code === "photos_lost",
		);

	it("any bit, anywhere", async () => {
		const { jobId, path, photo, sealed } = await store(3 * CHUNK + 100);
		await fc.assert(
			fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (position, mask) => {
				const changed = Buffer.from(sealed);
				changed[position] = (changed[position] as number) ^ mask;
				writeFileSync(path, changed);
				return isLost(jobId);
			}),
			{ seed: SEED, numRuns: 150 },
		);
		writeFileSync(path, sealed);
		expect((await vault.load(jobId, 0)).equals(photo)).toBe(true);
		await vault.wipe(jobId);
	});

	it("cut off at any place, also between chunks, or made longer", async () => {
		const { jobId, path, sealed } = await store(3 * CHUNK);
		const boundaries = [0, 1, 2].map((chunk) => HEADER + chunk * SEALED);
		const place = fc.oneof(
			fc.nat(sealed.length - 1),
			fc.constantFrom(0, 1, HEADER - 1, HEADER, HEADER + 16, ...boundaries),
		);
		await fc.assert(
			fc.asyncProperty(place, async (length) => {
				writeFileSync(path, sealed.subarray(0, length));
				return isLost(jobId);
			}),
			{ seed: SEED, numRuns: 100 },
		);
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2 * SEALED }), async (extra) => {
				writeFileSync(path, Buffer.concat([sealed, extra]));
				return isLost(jobId);
			}),
			{ seed: SEED, numRuns: 30 },
		);
		await vault.wipe(jobId);
	});

	it("chunks in another order, repeated, left out, or from another photo", async () => {
		const [one, other] = [await store(4 * CHUNK), await store(4 * CHUNK)];
		const chunksOf = (sealed: Buffer): Buffer[] =>
			[0, 1, 2, 3].map((chunk) => sealed.subarray(HEADER + chunk * SEALED, HEADER + (chunk + 1) * SEALED));
		const pool = [...chunksOf(one.sealed), ...chunksOf(other.sealed)];
		const order = fc.array(fc.nat(7), { minLength: 0, maxLength: 6 }).filter((picked) => picked.join() !== "0,1,2,3");
		await fc.assert(
			fc.asyncProperty(order, async (picked) => {
				const chunks = picked.map((chunk) => pool[chunk] as Buffer);
				writeFileSync(one.path, Buffer.concat([one.sealed.subarray(0, HEADER), ...chunks]));
				return isLost(one.jobId);
			}),
			{ seed: SEED, numRuns: 150 },
		);
		writeFileSync(one.path, Buffer.concat([one.sealed.subarray(0, HEADER), ...chunksOf(one.sealed)]));
		expect(await vault.load(one.jobId, 0)).toHaveLength(4 * CHUNK);
	});

	it("moved to another number or another job", async () => {
		const { jobId, path } = await store(1000);
		copyFileSync(path, join(dirname(path), "1.photo"));
		expect(await isLost(jobId, 1)).toBe(true);
		const elsewhere = randomUUID();
		mkdirSync(join(dirname(path), "..", elsewhere));
		copyFileSync(path, join(dirname(path), "..", elsewhere, "0.photo"));
		expect(await isLost(elsewhere)).toBe(true);
		expect(await vault.load(jobId, 0)).toHaveLength(1000);
	});

	it("keys: no two photos share bytes, and another secret reads none", async () => {
		const photo = Buffer.alloc(CHUNK);
		const jobId = randomUUID();
		for (const index of [0, 1]) await vault.store(jobId, index, piecesOf(photo), LIMIT);
		const [first, second] = [0, 1].map((index) => readFileSync(pathOf(jobId, index)));
		let same = 0;
		for (let i = 4; i < HEADER + CHUNK; i++) if (first?.[i] === second?.[i]) same++;
		// 1 in 256 by chance.
		expect(same / CHUNK).toBeLessThan(0.006);

		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 64 }), async (bytes) => {
				const otherFolder = makeRamFolder();
				const stranger = await openPhotoVault({
					folder: otherFolder,
					secret: Buffer.from(bytes),
					lifetime_ms: 600_000,
				});
				try {
					const place = join(otherFolder, filesBelow(otherFolder)[0] ?? "", "..", jobId);
					mkdirSync(place);
					copyFileSync(pathOf(jobId, 0), join(place, "0.photo"));
					const code = await stranger.load(jobId, 0).catch((error: { code: string }) => error.code);
					return code === "photos_lost" && (await stranger.sweep()).includes(jobId);
				} finally {
					await stranger.close();
					removeRamFolder(otherFolder);
				}
			}),
			{ seed: SEED, numRuns: 20 },
		);
	});

	it("arrival: the stored content does not depend on how the pieces were cut", async () => {
		const photo = randomBytes(150_000);
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 8 }),
				async (sizes) => {
					const jobId = randomUUID();
					await vault.store(
						jobId,
						0,
						piecesOf(
							photo,
							sizes.map((size) => Math.max(size, 97)),
						),
						LIMIT,
					);
					const isSame = (await vault.load(jobId, 0)).equals(photo);
					await vault.wipe(jobId);
					return isSame;
				},
			),
			{ seed: SEED, numRuns: 30 },
		);
	});
});
