import type { PhotoVault } from "./photo-vault.js";

/** A photo on its way in; invisible until it is committed. */
export interface VaultWriter {
	/** @param bytes not changed by the caller afterwards. @throws AppError `vault_full` */
	write(bytes: Buffer): Promise<void>;
	/** Makes the photo visible; one that was there before is overwritten. @throws AppError `photos_lost` when wiped meanwhile */
	commit(): Promise<void>;
	/** Overwrites and removes what was written. */
	abort(): Promise<void>;
}

export interface StoredPhoto {
	readonly size_bytes: number;
	/** May return fewer bytes at the end. */
	read(position: number, length: number): Promise<Buffer>;
	close(): Promise<void>;
}

/** Where sealed photos lie. It sees neither keys nor plain bytes. Job ids have been checked. */
export interface VaultStorage {
	readonly kind: PhotoVault["kind"];
	create(jobId: string, index: number): Promise<VaultWriter>;
	/** Null when there is no such photo. */
	open(jobId: string, index: number): Promise<StoredPhoto | null>;
	/** Numbers of the photos of a job. */
	photos(jobId: string): Promise<readonly number[]>;
	/** Overwrites and removes all of a job, also what is half written. */
	remove(jobId: string): Promise<void>;
	list(): Promise<readonly { readonly jobId: string; readonly modifiedAt: Date }[]>;
	/** Overwrites and removes what dead processes left that nobody can read. @returns their jobs */
	removeOrphans(): Promise<readonly string[]>;
	/** @param isKept whether photos stay for other processes that know the secret */
	close(isKept: boolean): Promise<void>;
}
