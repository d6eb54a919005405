import { AppError } from "@anny-fitter/contracts";
import type { StoredPhoto, VaultStorage, VaultWriter } from "./vault-storage.js";

interface MemoryJob {
	readonly photos: Map<number, Buffer>;
	modifiedAt: Date;
}

/** Sealed photos in this process's memory, up to a total size. */
export class MemoryStorage implements VaultStorage {
	readonly kind = "memory";
	readonly #jobs = new Map<string, MemoryJob>();
	readonly #maxSize_bytes: number;
	readonly #now_ms: () => number;
	#size_bytes = 0;

	constructor(maxSize_bytes: number, now_ms: () => number) {
		this.#maxSize_bytes = maxSize_bytes;
		this.#now_ms = now_ms;
	}

	async create(jobId: string, index: number): Promise<VaultWriter> {
		let pieces: Buffer[] = [];
		const drop = (): void => {
			for (const piece of pieces) this.#erase(piece);
			pieces = [];
		};
		return {
			write: async (bytes) => {
				if (this.#size_bytes + bytes.length > this.#maxSize_bytes) {
					throw new AppError("vault_full", "There is no memory for more photos.", { retryable: true });
				}
				this.#size_bytes += bytes.length;
				// A copy: the header is shared with the sealer.
				pieces.push(Buffer.from(bytes));
			},
			commit: async () => {
				const whole = Buffer.concat(pieces);
				this.#size_bytes += whole.length;
				drop();
				const job = this.#jobs.get(jobId) ?? { photos: new Map(), modifiedAt: new Date() };
				job.modifiedAt = new Date(this.#now_ms());
				const before = job.photos.get(index);
				if (before !== undefined) this.#erase(before);
				job.photos.set(index, whole);
				this.#jobs.set(jobId, job);
			},
			abort: async () => drop(),
		};
	}

	async open(jobId: string, index: number): Promise<StoredPhoto | null> {
		const bytes = this.#jobs.get(jobId)?.photos.get(index);
		if (bytes === undefined) return null;
		return {
			size_bytes: bytes.length,
			read: async (position, length) => Buffer.from(bytes.subarray(position, position + length)),
			close: async () => undefined,
		};
	}

	async photos(jobId: string): Promise<readonly number[]> {
		return [...(this.#jobs.get(jobId)?.photos.keys() ?? [])];
	}

	async remove(jobId: string): Promise<void> {
		for (const bytes of this.#jobs.get(jobId)?.photos.values() ?? []) this.#erase(bytes);
		this.#jobs.delete(jobId);
	}

	async list(): Promise<readonly { readonly jobId: string; readonly modifiedAt: Date }[]> {
		return [...this.#jobs].map(([jobId, { modifiedAt }]) => ({ jobId, modifiedAt }));
	}

	async removeOrphans(): Promise<readonly string[]> {
		return [];
	}

	async close(): Promise<void> {
		for (const jobId of [...this.#jobs.keys()]) await this.remove(jobId);
	}

	#erase(bytes: Buffer): void {
		this.#size_bytes -= bytes.length;
		bytes.fill(0);
	}
}
