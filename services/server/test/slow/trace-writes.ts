import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/**
 * Makes strace print every way in which data can leave for a file, with all bytes (as \x escapes) and with the path
 * behind each descriptor, for all threads and children.
 */
export const STRACE_ARGUMENTS: readonly string[] = [
	"-f",
	"-qq",
	"-y",
	"-xx",
	"-s",
	"262144",
	"-e",
	"trace=write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,splice,mmap,rename,renameat,renameat2,unlink,unlinkat,io_uring_setup",
	"-e",
	"signal=none",
];

export interface TracedWrites {
	/** Regular files on a disk that were written to. */
	readonly diskFiles: readonly string[];
	readonly ramDiskFiles: readonly string[];
	/** Writes to a disk or the RAM disk that contain a piece of a photo. */
	readonly photoWrites: readonly { readonly path: string; readonly call: string }[];
	/** Files on a disk that were mapped writable and shared: changes to them need no call. */
	readonly sharedDiskMappings: readonly string[];
	/** Files on the RAM disk, with how much of them was overwritten with zeros before they were removed. */
	readonly ramDiskPhotoFiles: readonly {
		readonly path: string;
		readonly size_bytes: number;
		readonly zeroed_bytes: number;
		readonly wasRemovedAfterZeroing: boolean;
	}[];
}

/** Pieces of this length are looked for; every piece of a photo of twice this length contains one that starts evenly. */
const PIECE_BYTES = 16;
const RAM_DISK = /^\/dev\/shm\//;
/** Not files on a disk: terminals, pipes, sockets, event descriptors, the kernel's own folders. */
const NO_DISK = /^(?:\/dev\/|\/proc\/|\/sys\/|pipe:|socket:|anon_inode:|\/memfd:|TCP|UNIX|UDP|NETLINK|<)/;

interface RamDiskFile {
	size: number;
	zeroed: number;
	isRemoved: boolean;
}

/**
 * Reads a trace and finds out where pieces of photos went. A photo is recognised by any of its 16-byte pieces at even
 * places: compressed image data repeats itself by chance never.
 */
export async function findPhotoWrites(tracePath: string, photos: readonly Buffer[]): Promise<TracedWrites> {
	const pieces = new Set<string>();
	for (const photo of photos) {
		for (let at = 0; at + PIECE_BYTES <= photo.length; at += PIECE_BYTES) {
			const piece = photo.subarray(at, at + PIECE_BYTES);
			if (new Set(piece).size >= 8) pieces.add(piece.toString("latin1"));
		}
	}
	const diskFiles = new Set<string>();
	const ramDisk = new Map<string, RamDiskFile>();
	const sharedDiskMappings = new Set<string>();
	const photoWrites: { path: string; call: string }[] = [];
	// A call that another thread interrupts is printed in two lines; the data stands in the first.
	for await (const line of createInterface({ input: createReadStream(tracePath, "latin1"), crlfDelay: Infinity })) {
		const match = /^\d+\s+(?:<\.\.\. )?(\w+)(?:\(| resumed>)/.exec(line);
		if (match === null) continue;
		const call = match[1]!;
		if (call === "io_uring_setup") throw new Error("the program uses io_uring, which strace cannot look into");
		if (call === "unlink" || call === "unlinkat") {
			const path = hexText(/"((?:\\x[0-9a-f]{2})*)"/.exec(line)?.[1] ?? "").toString("latin1");
			const file = ramDisk.get(path);
			if (file !== undefined) file.isRemoved = true;
			continue;
		}
		if (call.startsWith("rename")) {
			const [from = "", to = ""] = [...line.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((text) => plainText(text[1]!));
			const file = ramDisk.get(from);
			if (file !== undefined) ramDisk.set(to, file);
			ramDisk.delete(from);
			continue;
		}
		if (call === "mmap") {
			const path = plainText(/MAP_SHARED\b.*?, \d+<([^>]*)>/.exec(line)?.[1] ?? "");
			const isOnDisk = path !== "" && !RAM_DISK.test(path) && !NO_DISK.test(path);
			if (isOnDisk && line.includes("PROT_WRITE")) sharedDiskMappings.add(path);
			continue;
		}
		const path = /\(\d+<((?:\\x[0-9a-f]{2}|[^>])*)>/.exec(line)?.[1];
		if (path === undefined) continue;
		const target = plainText(path);
		const isRam = RAM_DISK.test(target);
		if (!isRam && NO_DISK.test(target)) continue;
		if (!isRam) diskFiles.add(target);
		if (call === "sendfile" || call === "copy_file_range" || call === "splice") {
			// The data passes inside the kernel and cannot be looked at; nothing of ours copies files that way.
			if (!isRam) photoWrites.push({ path: target, call });
			continue;
		}
		const data = Buffer.concat([...line.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((text) => hexText(text[1]!)));
		if (isRam) noteRamDiskWrite(ramDisk, target, data);
		// Also on the RAM disk a photo is sealed.
		if (containsPiece(data, pieces)) photoWrites.push({ path: target, call });
	}
	return {
		diskFiles: [...diskFiles],
		ramDiskFiles: [...ramDisk.keys()],
		photoWrites,
		sharedDiskMappings: [...sharedDiskMappings],
		ramDiskPhotoFiles: [...ramDisk]
			.filter(([, file]) => file.size > 4096)
			.map(([filePath, { size, zeroed, isRemoved }]) => ({
				path: filePath,
				size_bytes: size,
				zeroed_bytes: zeroed,
				wasRemovedAfterZeroing: isRemoved,
			})),
	};
}

function noteRamDiskWrite(files: Map<string, RamDiskFile>, path: string, data: Buffer): void {
	const file = files.get(path) ?? { size: 0, zeroed: 0, isRemoved: false };
	files.set(path, file);
	if (data.every((byte) => byte === 0)) file.zeroed += data.length;
	else {
		file.size += data.length;
		file.zeroed = 0;
	}
}

/** Any place in the data may be the start of a piece. */
function containsPiece(data: Buffer, pieces: ReadonlySet<string>): boolean {
	const text = data.toString("latin1");
	for (let at = 0; at + PIECE_BYTES <= text.length; at++) {
		if (pieces.has(text.substring(at, at + PIECE_BYTES))) return true;
	}
	return false;
}

/** A path as strace prints it, in \x escapes or not. */
function plainText(path: string): string {
	return path.includes("\\x") ? hexText(path).toString("latin1") : path;
}

/** Bytes of strace's \x escapes. */
function hexText(text: string): Buffer {
	return Buffer.from(text.replaceAll("\\x", ""), "hex");
}
