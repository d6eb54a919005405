import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join, relative } from "node:path";

const RAM_DISK = "/dev/shm";

/** Whether this machine has a RAM disk; in CI it must. */
export function hasRamDisk(): boolean {
	if (process.env.CI === "true") return true;
	try {
		return statfsSync(RAM_DISK).type === 0x01021994;
	} catch {
		return false;
	}
}

/** A folder of the test's own on the RAM disk. */
export function makeRamFolder(): string {
	const folder = join(hasRamDisk() ? RAM_DISK : "/tmp", `anny-fitter-test-${randomBytes(6).toString("hex")}`);
	mkdirSync(folder, { mode: 0o700 });
	return folder;
}

export function removeRamFolder(folder: string): void {
	rmSync(folder, { recursive: true, force: true });
}

/** Paths of all files below a folder, relative to it. */
export function filesBelow(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
		.sort();
}

/** A photo as it arrives, in pieces of these sizes in turn. */
export async function* piecesOf(photo: Buffer, sizes: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
	for (let start = 0, turn = 0; start < photo.length; turn++) {
		const size = sizes[turn % sizes.length] as number;
		yield photo.subarray(start, start + size);
		start += size;
	}
}
