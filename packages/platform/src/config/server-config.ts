import type { FieldKey } from "../database/fields/field-cipher.js";

/** Everything about a server that its surroundings decide; read once, at the start. Times and sizes name their unit. */
export interface ServerConfig {
	readonly mode: "development" | "production";
	readonly host: string;
	readonly port: number;
	/** Address that users type, such as https://fit.example.org; decides Secure cookies and links. */
	readonly publicUrl: string;
	/** Number of API processes on the port. */
	readonly workers: number;
	/** How many proxies in front of the server are believed about the client's address. */
	readonly trustedProxies: number;
	/** Origins besides the server's own that a browser may call from. */
	readonly corsOrigins: readonly string[];
	/** Folder of the embedded database, the exports and the generated secret. */
	readonly dataDir: string;
	/** Folder of the built web application; undefined, or without a page in it: the API alone. */
	readonly webDir?: string | undefined;
	/** PostgreSQL; undefined means PGlite in `dataDir`. */
	readonly databaseUrl: string | undefined;
	/** Role that owns the schema, when the application's role may not; for migrations only. */
	readonly databaseOwnerUrl: string | undefined;
	/** Whether the start runs pending migrations; otherwise they must have run. Undefined means that it does. */
	readonly migratesDatabase?: boolean;
	/** Streaming replica that may be read; undefined means that the primary answers all. */
	readonly databaseReplicaUrl?: string | undefined;
	/** How long a read waits for the replica to have what the primary has. */
	readonly databaseReplicaWait_ms?: number;
	readonly databasePoolSize: number;
	readonly databaseTimeout_ms: number;
	/** Keys of encrypted fields, the current one first; none: not encrypted. */
	readonly fieldKeys?: readonly FieldKey[];
	/** Events, cache, counters; undefined means in process. */
	readonly redisUrl: string | undefined;
	/** Photos shared by replicas: a Redis without persistence; undefined means RAM disk, or memory where there is none. */
	readonly vaultRedisUrl: string | undefined;
	/** The operator vouches for the photos' Redis writing nothing to disk, where Redis may not be asked. */
	readonly vaultRedisIsVolatile?: boolean;
	/** Wraps the photos' keys when replicas share a vault. Undefined means a random one of this process. */
	readonly vaultSecret: Buffer | undefined;
	/** Folder on a RAM disk; undefined means `/dev/shm/anny-fitter-UID`. */
	readonly vaultDir?: string | undefined;
	/** A photo is removed at this age whatever became of its job. */
	readonly vaultLifetime_ms: number;
	/** Photos at one time where they are in this process's memory. */
	readonly vaultMaxSize_bytes?: number;
	/** Exports; undefined means a folder in `dataDir`. */
	readonly s3: S3Config | undefined;
	readonly exportLifetime_ms: number;
	/** Whoever is at this machine needs no password. */
	readonly singleUser?: boolean;
	/** HS256 secret of at least 32 bytes. */
	readonly jwtSecret: Buffer;
	/** Signs nothing, but what it signed is believed: while the secret is changed. */
	readonly jwtSecretBefore?: Buffer | undefined;
	readonly accessTokenLifetime_s: number;
	readonly refreshTokenLifetime_s: number;
	/** A log-in ends after this without anybody doing anything; undefined: only with its refresh token. */
	readonly idleLogout_s?: number | undefined;
	/** Notes of fits that ended are removed at this age; 0: with their account. */
	readonly sessionRetention_days?: number;
	/** Whether the audit log also tells who read what about whom. */
	readonly isReadAudited?: boolean;
	readonly bcryptCost: number;
	/** Connect services; undefined means in process. `http://host:port`. */
	readonly visionUrl: string | undefined;
	readonly fittingUrl: string | undefined;
	readonly visualizationUrl: string | undefined;
	readonly modelDataDir: string | undefined;
	/** Where the networks run; `cuda` falls back to the CPU when its memory is short. */
	readonly inferenceDevice: "cpu" | "cuda";
	/** Changes and work that costs: fits, meshes, exports, downloads. */
	readonly rateLimitPerHour: number;
	/** Reads of documents, so that people can look around. */
	readonly readRateLimitPerMinute: number;
	readonly authRateLimitPerMinute: number;
	/** Session reads and event streams, apart from the hourly budget, so that progress can be watched. */
	readonly statusRateLimitPerMinute: number;
	readonly maxPhotoSize_bytes: number;
	readonly maxUploadSize_bytes: number;
	readonly maxJsonSize_bytes: number;
	readonly requestTimeout_ms: number;
	readonly fitTimeout_ms: number;
	/** A fit is refused with 503 when so many wait. */
	readonly maxQueuedFits: number;
	/** Fits at one time in one process. */
	readonly fitConcurrency: number;
	/** How long a stop waits for running fits before it hands them over. */
	readonly shutdownGrace_ms: number;
	/** Lets a Prometheus on another machine read /metrics; undefined means this machine only. */
	readonly metricsToken?: string | undefined;
	readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
}

export interface S3Config {
	/** Undefined for AWS itself. */
	readonly endpoint: string | undefined;
	readonly region: string;
	readonly bucket: string;
	readonly accessKeyId: string | undefined;
	readonly secretAccessKey: string | undefined;
	readonly forcePathStyle: boolean;
}
