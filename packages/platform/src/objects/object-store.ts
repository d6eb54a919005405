import type { Readable } from "node:stream";

export interface ObjectInfo {
	readonly key: string;
	readonly size_bytes: number;
	readonly createdAt: Date;
}

/** Finished exports: a folder, or a bucket of S3 or MinIO. Keys are `[A-Za-z0-9/_.-]`, no `..`, no leading slash. */
export interface ObjectStore {
	readonly kind: "folder" | "s3";
	put(key: string, content: Uint8Array, options: { readonly contentType: string }): Promise<void>;
	/** Null when there is no such object. */
	get(key: string): Promise<{ readonly stream: Readable; readonly size_bytes: number } | null>;
	delete(keys: readonly string[]): Promise<void>;
	list(prefix: string): AsyncIterable<ObjectInfo>;
	ping(): Promise<void>;
	close(): Promise<void>;
}
