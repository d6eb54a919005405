/**
 * Photos between upload and end of their job, encrypted with AES-256-GCM under a key per job that exists in memory only
 * (derived from the vault's secret and the job's id, so that processes which share the secret can finish each other's
 * jobs). Nothing of a photo is ever on a disk.
 */
export interface PhotoVault {
	readonly kind: "ram_disk" | "memory" | "redis";
	/**
	 * Stores one photo while it arrives.
	 * @param index 0-based number of the photo in its job
	 * @param content pieces of the file
	 * @returns size and SHA-256 of the plain content
	 * @throws AppError `photo_too_large` past the size limit, `vault_full`, `cancelled` when the signal or a wipe ends it;
	 * nothing stays behind then. RangeError when the job's id is no lower-case UUID
	 */
	store(
		jobId: string,
		index: number,
		content: AsyncIterable<Uint8Array>,
		options: { readonly maxSize_bytes: number; readonly signal?: AbortSignal },
	): Promise<{ readonly size_bytes: number; readonly sha256: Buffer }>;
	/** The plain photo. The caller overwrites it with zeros when done. @throws AppError `photos_lost` */
	load(jobId: string, index: number): Promise<Buffer>;
	/** Overwrites and removes all photos of a job. No error when there are none. */
	wipe(jobId: string): Promise<void>;
	/** Jobs that have photos here, and when their last photo was written. */
	list(): Promise<readonly { readonly jobId: string; readonly modifiedAt: Date }[]>;
	/** Wipes what is older than the lifetime, and what no key of this vault can read. Returns the jobs it wiped. */
	sweep(): Promise<readonly string[]>;
	/** Wipes what nobody could read afterwards, nothing that another process may still need; forgets the keys. */
	close(): Promise<void>;
}
