import { createHash } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import {
	CHUNK_BYTES,
	HEADER_BYTES,
	PhotoDamagedError,
	PhotoOpener,
	PhotoSealer,
	plainSize,
	TAG_BYTES,
} from "./photo-cipher.js";
import type { PhotoVault } from "./photo-vault.js";
import type { StoredPhoto, VaultStorage } from "./vault-storage.js";

export interface EncryptedVaultOptions {
	/** At least 32 bytes; copied. */
	readonly secret: Buffer;
	/** Whether another process, or this program after a restart, knows the secret. */
	readonly isSecretShared: boolean;
	readonly lifetime_ms: number;
	/** Milliseconds since 1970; tests move it. */
	readonly now_ms: () => number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_PHOTOS_PER_JOB = 1000;

/** Seals photos on their way into a storage and opens them on their way out. */
export class EncryptedVault implements PhotoVault {
	readonly kind: PhotoVault["kind"];
	readonly #storage: VaultStorage;
	readonly #secret: Buffer;
	readonly #options: EncryptedVaultOptions;
	/** Uploads of this process, so that a wipe can end them. */
	readonly #uploads = new Map<string, Set<Upload>>();
	#isClosed = false;

	constructor(storage: VaultStorage, options: EncryptedVaultOptions) {
		this.kind = storage.kind;
		this.#storage = storage;
		this.#secret = Buffer.from(options.secret);
		this.#options = options;
	}

	async store(
		jobId: string,
		index: number,
		content: AsyncIterable<Uint8Array>,
		options: { readonly maxSize_bytes: number; readonly signal?: AbortSignal },
	): Promise<{ size_bytes: number; sha256: Buffer }> {
		this.#check(jobId, index);
		const controller = new AbortController();
		const abort = (): void => controller.abort();
		options.signal?.addEventListener("abort", abort, { once: true });
		if (options.signal?.aborted) abort();
		const done = this.#write(jobId, index, content, options.maxSize_bytes, controller.signal);
		const upload = { abort, done };
		const uploads = this.#uploads.get(jobId) ?? new Set();
		this.#uploads.set(jobId, uploads.add(upload));
		try {
			return await done;
		} finally {
			options.signal?.removeEventListener("abort", abort);
			uploads.delete(upload);
			if (uploads.size === 0 && this.#uploads.get(jobId) === uploads) this.#uploads.delete(jobId);
		}
	}

	async load(jobId: string, index: number): Promise<Buffer> {
		this.#check(jobId, index);
		const photo = await this.#storage.open(jobId, index);
		if (photo === null) throw photosLost();
		try {
			return await this.#read(photo, jobId, index);
		} catch (error) {
			throw error instanceof PhotoDamagedError ? photosLost(error) : error;
		} finally {
			await photo.close();
		}
	}

	async wipe(jobId: string): Promise<void> {
		this.#check(jobId, 0);
		await this.#endUploads(this.#uploads.get(jobId) ?? []);
		await this.#storage.remove(jobId);
	}

	async list(): Promise<readonly { readonly jobId: string; readonly modifiedAt: Date }[]> {
		return this.#storage.list();
	}

	async sweep(): Promise<readonly string[]> {
		const wiped = new Set(await this.#storage.removeOrphans());
		for (const { jobId, modifiedAt } of await this.#storage.list()) {
			const isOld = this.#options.now_ms() - modifiedAt.getTime() > this.#options.lifetime_ms;
			if (!isOld && (await this.#canRead(jobId))) continue;
			await this.wipe(jobId);
			wiped.add(jobId);
		}
		return [...wiped];
	}

	async close(): Promise<void> {
		if (this.#isClosed) return;
		this.#isClosed = true;
		for (const uploads of [...this.#uploads.values()]) await this.#endUploads(uploads);
		await this.#storage.close(this.#options.isSecretShared);
		this.#secret.fill(0);
	}

	async #write(
		jobId: string,
		index: number,
		content: AsyncIterable<Uint8Array>,
		maxSize_bytes: number,
		signal: AbortSignal,
	): Promise<{ size_bytes: number; sha256: Buffer }> {
		const sealer = new PhotoSealer(this.#secret, { jobId, index });
		const block = Buffer.alloc(CHUNK_BYTES);
		const hash = createHash("sha256");
		let size_bytes = 0;
		let filled = 0;
		try {
			const writer = await this.#storage.create(jobId, index);
			try {
				await writer.write(sealer.header);
				for await (const piece of abortable(content, signal)) {
					size_bytes += piece.length;
					if (size_bytes > maxSize_bytes) throw photoTooLarge(maxSize_bytes);
					hash.update(piece);
					for (let start = 0; start < piece.length; ) {
						// A full block waits for more: only the last chunk is marked as such.
						if (filled === CHUNK_BYTES) {
							await writer.write(sealer.seal(block, false));
							filled = 0;
						}
						const part = piece.subarray(start, start + CHUNK_BYTES - filled);
						block.set(part, filled);
						filled += part.length;
						start += part.length;
					}
				}
				await writer.write(sealer.seal(block.subarray(0, filled), true));
				if (signal.aborted) throw uploadEnded();
				await writer.commit();
			} catch (error) {
				await writer.abort();
				throw error;
			}
			return { size_bytes, sha256: hash.digest() };
		} finally {
			block.fill(0);
			sealer.dispose();
		}
	}

	async #read(photo: StoredPhoto, jobId: string, index: number): Promise<Buffer> {
		const plain = Buffer.alloc(plainSize(photo.size_bytes));
		const opener = new PhotoOpener(this.#secret, { jobId, index }, await photo.read(0, HEADER_BYTES));
		try {
			let filled = 0;
			for (let position = HEADER_BYTES; position < photo.size_bytes; ) {
				const sealed = await photo.read(position, CHUNK_BYTES + TAG_BYTES);
				if (sealed.length === 0) throw new PhotoDamagedError("cut off");
				position += sealed.length;
				filled += opener.open(plain, filled, sealed, position >= photo.size_bytes);
			}
			return plain;
		} catch (error) {
			plain.fill(0);
			throw error;
		} finally {
			opener.dispose();
		}
	}

	/** Whether this vault's secret opens all photos of a job; damage inside a photo shows when it is loaded. */
	async #canRead(jobId: string): Promise<boolean> {
		for (const index of await this.#storage.photos(jobId)) {
			const photo = await this.#storage.open(jobId, index);
			if (photo === null) continue;
			try {
				new PhotoOpener(this.#secret, { jobId, index }, await photo.read(0, HEADER_BYTES)).dispose();
			} catch (error) {
				if (error instanceof PhotoDamagedError) return false;
				throw error;
			} finally {
				await photo.close();
			}
		}
		return true;
	}

	async #endUploads(uploads: Iterable<Upload>): Promise<void> {
		const list = [...uploads];
		for (const { abort } of list) abort();
		await Promise.allSettled(list.map(({ done }) => done));
	}

	/** Ids become names of files and keys. */
	#check(jobId: string, index: number): void {
		if (this.#isClosed) throw new TypeError("the vault is closed");
		if (!UUID.test(jobId)) throw new RangeError("a job's id must be a lower-case UUID");
		if (!Number.isInteger(index) || index < 0 || index >= MAX_PHOTOS_PER_JOB) {
			throw new RangeError(`a photo's number must be a whole number from 0 to ${MAX_PHOTOS_PER_JOB - 1}`);
		}
	}
}

interface Upload {
	abort(): void;
	readonly done: Promise<unknown>;
}

/** The pieces until the signal comes, which also ends waiting for a piece that never arrives. */
async function* abortable(content: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
	const iterator = content[Symbol.asyncIterator]();
	let isDone = false;
	let onAbort: () => void = () => undefined;
	const aborted = new Promise<never>((_, reject) => {
		onAbort = () => reject(uploadEnded());
	});
	aborted.catch(() => undefined);
	signal.addEventListener("abort", onAbort, { once: true });
	if (signal.aborted) onAbort();
	try {
		for (;;) {
			const result = await Promise.race([aborted, iterator.next()]);
			if (result.done === true) break;
			yield result.value;
		}
		isDone = true;
	} finally {
		signal.removeEventListener("abort", onAbort);
		// Not waited for: a source that hangs must not keep the rest from being wiped.
		if (!isDone) iterator.return?.()?.catch(() => undefined);
	}
}

function photosLost(cause?: unknown): AppError {
	return new AppError("photos_lost", "The photos are no longer in memory.", { cause });
}

function uploadEnded(): AppError {
	return new AppError("cancelled", "The upload was ended before the photo was complete.");
}

function photoTooLarge(limit_bytes: number): AppError {
	return new AppError("photo_too_large", `A photo is larger than ${Math.floor(limit_bytes / 1e6)} MB.`, {
		details: { limit_bytes },
	});
}
