import type { Readable } from "node:stream";
import { AppError } from "@anny-fitter/contracts";
import {
	CreateBucketCommand,
	DeleteObjectsCommand,
	GetBucketLifecycleConfigurationCommand,
	GetObjectCommand,
	HeadBucketCommand,
	type LifecycleRule,
	ListObjectsV2Command,
	PutBucketLifecycleConfigurationCommand,
	PutObjectCommand,
	S3Client,
} from "@aws-sdk/client-s3";
import type { S3Config } from "../config/server-config.js";
import type { Log } from "../observability/log.js";
import { checkObjectKey, checkObjectPrefix } from "./object-key.js";
import type { ObjectInfo, ObjectStore } from "./object-store.js";

/** The bucket may hold other things; the expiry rule must not touch them. */
const KEY_PREFIX = "anny-fitter/";
const RULE_ID = "anny-fitter-exports-expire";
const CONNECT_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 30_000;
const DAY_MS = 86_400_000;
/** The protocol's limit. */
const MAX_KEYS_PER_DELETE = 1000;

export interface S3ObjectStoreOptions {
	/** Objects older than this are of no use; the bucket removes them within the following two days. */
	readonly lifetime_ms: number;
	readonly log: Log;
}

/** Objects in a bucket of S3, MinIO or another server with the same protocol. */
export class S3ObjectStore implements ObjectStore {
	readonly kind = "s3";
	readonly #client: S3Client;
	readonly #bucket: string;

	private constructor(client: S3Client, bucket: string) {
		this.#client = client;
		this.#bucket = bucket;
	}

	/**
	 * Checks the bucket, makes it when it is missing, and asks the server to expire what is forgotten in it.
	 *
	 * @throws AppError `invalid_configuration` naming the setting, or `service_unavailable`
	 */
	static async open(config: S3Config, options: S3ObjectStoreOptions): Promise<S3ObjectStore> {
		const { accessKeyId, secretAccessKey, endpoint } = config;
		const client = new S3Client({
			region: config.region,
			forcePathStyle: config.forcePathStyle,
			...(endpoint === undefined ? {} : { endpoint }),
			...(accessKeyId === undefined || secretAccessKey === undefined
				? {}
				: { credentials: { accessKeyId, secretAccessKey } }),
			// Checksums in trailers corrupt uploads on servers that do not know them.
			requestChecksumCalculation: "WHEN_REQUIRED",
			responseChecksumValidation: "WHEN_REQUIRED",
			requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
			maxAttempts: 3,
		});
		try {
			await ensureBucket(client, config.bucket);
		} catch (error) {
			client.destroy();
			throw error;
		}
		await ensureExpiry(client, config.bucket, options);
		return new S3ObjectStore(client, config.bucket);
	}

	async put(key: string, content: Uint8Array, options: { readonly contentType: string }): Promise<void> {
		checkObjectKey(key);
		await this.#client.send(
			new PutObjectCommand({
				Bucket: this.#bucket,
				Key: KEY_PREFIX + key,
				Body: content,
				ContentType: options.contentType,
			}),
		);
	}

	async get(key: string): Promise<{ stream: Readable; size_bytes: number } | null> {
		checkObjectKey(key);
		try {
			const { Body, ContentLength } = await this.#client.send(
				new GetObjectCommand({ Bucket: this.#bucket, Key: KEY_PREFIX + key }),
			);
			return { stream: Body as Readable, size_bytes: ContentLength ?? 0 };
		} catch (error) {
			if (statusOf(error) === 404) return null;
			throw error;
		}
	}

	async delete(keys: readonly string[]): Promise<void> {
		for (const key of keys) checkObjectKey(key);
		for (let start = 0; start < keys.length; start += MAX_KEYS_PER_DELETE) {
			const objects = keys.slice(start, start + MAX_KEYS_PER_DELETE).map((key) => ({ Key: KEY_PREFIX + key }));
			const { Errors } = await this.#client.send(
				new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects: objects, Quiet: true } }),
			);
			const refused = (Errors ?? []).filter(({ Code }) => Code !== "NoSuchKey");
			if (refused.length > 0) {
				throw new AppError("service_unavailable", `The object store kept ${refused.length} objects.`, {
					retryable: true,
					details: { code: refused[0]?.Code },
				});
			}
		}
	}

	async *list(prefix: string): AsyncIterable<ObjectInfo> {
		checkObjectPrefix(prefix);
		let token: string | undefined;
		do {
			const page = await this.#client.send(
				new ListObjectsV2Command({
					Bucket: this.#bucket,
					Prefix: KEY_PREFIX + prefix,
					...(token === undefined ? {} : { ContinuationToken: token }),
				}),
			);
			for (const { Key, Size, LastModified } of page.Contents ?? []) {
				if (Key === undefined || LastModified === undefined) continue;
				yield { key: Key.slice(KEY_PREFIX.length), size_bytes: Size ?? 0, createdAt: LastModified };
			}
			token = page.NextContinuationToken;
		} while (token !== undefined);
	}

	async ping(): Promise<void> {
		await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
	}

	async close(): Promise<void> {
		this.#client.destroy();
	}
}

async function ensureBucket(client: S3Client, bucket: string): Promise<void> {
	try {
		await client.send(new HeadBucketCommand({ Bucket: bucket }));
		return;
	} catch (error) {
		if (statusOf(error) !== 404) throw explain(error, bucket);
	}
	try {
		await client.send(new CreateBucketCommand({ Bucket: bucket }));
	} catch (error) {
		// Another replica was faster.
		const name = error instanceof Error ? error.name : "";
		if (name === "BucketAlreadyOwnedByYou" || name === "OperationAborted") return;
		throw explain(error, bucket);
	}
}

/** A safety net below the server's own sweep: whoever stops the server for good leaves no bodies behind. */
async function ensureExpiry(client: S3Client, bucket: string, options: S3ObjectStoreOptions): Promise<void> {
	const rule: LifecycleRule = {
		ID: RULE_ID,
		Status: "Enabled",
		Filter: { Prefix: KEY_PREFIX },
		Expiration: { Days: Math.max(1, Math.ceil(options.lifetime_ms / DAY_MS)) },
		AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
	};
	try {
		const present = await readRules(client, bucket);
		const ours = present.find(({ ID }) => ID === RULE_ID);
		if (ours?.Status === "Enabled" && ours.Expiration?.Days === rule.Expiration?.Days) return;
		const Rules = [...present.filter(({ ID }) => ID !== RULE_ID), rule];
		await client.send(
			new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules } }),
		);
	} catch (error) {
		const reason = error instanceof Error ? error.name : "unknown";
		options.log.info({ reason }, "The bucket has no expiry rule of ours; the server alone removes old exports");
	}
}

async function readRules(client: S3Client, bucket: string): Promise<LifecycleRule[]> {
	try {
		const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
		return Rules ?? [];
	} catch (error) {
		if (statusOf(error) === 404) return [];
		throw error;
	}
}

function explain(cause: unknown, bucket: string): AppError {
	const status = statusOf(cause);
	const name = cause instanceof Error ? cause.name : "";
	if (status === 401 || status === 403 || name === "CredentialsProviderError") {
		return new AppError("invalid_configuration", `The object store refuses access to the bucket "${bucket}".`, {
			remedy: "Check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_BUCKET and the rights of that key.",
			cause,
		});
	}
	if (status !== undefined && status >= 300 && status < 500) {
		return new AppError("invalid_configuration", `The bucket "${bucket}" cannot be used or made (${name}).`, {
			remedy: "Check S3_BUCKET, S3_REGION and S3_ENDPOINT, or make the bucket by hand.",
			cause,
		});
	}
	return new AppError("service_unavailable", "The object store does not answer.", {
		remedy: "Start it, or correct S3_ENDPOINT.",
		retryable: true,
		cause,
	});
}

/** HTTP status of a reply; undefined when there was none. */
function statusOf(error: unknown): number | undefined {
	const metadata = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata;
	return metadata?.httpStatusCode;
}
