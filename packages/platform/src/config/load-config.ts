import { join, resolve } from "node:path";
import { currentSurroundings, userDataDir } from "@anny-fitter/anny/model-data";
import { readFieldKeys } from "./field-keys.js";
import { readOrMakeSecret } from "./generated-secret.js";
import { type Environment, invalidSetting, readSettings } from "./read-settings.js";
import { findSecretWeakness, MIN_SECRET_BYTES } from "./secret-strength.js";
import type { S3Config, ServerConfig } from "./server-config.js";
import type { SettingValues } from "./settings.js";
import { isSingleUser } from "./single-user.js";

const MAKE_SECRET = "Make one with `openssl rand -base64 48`";

/**
 * Reads the server's settings from variables; `…_FILE` variants name files with secrets. In development a missing
 * `JWT_SECRET` is made once and kept in the data folder.
 *
 * @throws AppError `invalid_configuration` naming the variable and what to do; never the value of a secret
 */
export function loadConfig(env: Environment = process.env): ServerConfig {
	const values = readSettings(env);
	const mode = values.NODE_ENV === "production" ? "production" : "development";
	checkTogether(values);
	if (mode === "production") checkProduction(values);
	const singleUser = isSingleUser(values, mode);
	const [jwtSecret, jwtSecretBefore] = jwtSecrets(values).map((secret) => Buffer.from(secret));
	const dataDir = resolve(values.DATA_DIR ?? join(userDataDir({ ...currentSurroundings(), env }), "server"));
	return {
		mode,
		host: values.HOST ?? "127.0.0.1",
		port: values.PORT,
		publicUrl: (values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).replace(/\/+$/, ""),
		workers: values.WORKERS,
		trustedProxies: values.TRUSTED_PROXIES,
		corsOrigins: values.CORS_ORIGINS,
		dataDir,
		webDir: values.WEB_DIR === undefined || values.WEB_DIR === "none" ? undefined : resolve(values.WEB_DIR),
		databaseUrl: values.DATABASE_URL,
		databaseOwnerUrl: values.DATABASE_OWNER_URL,
		migratesDatabase: values.DATABASE_MIGRATE === "on",
		databaseReplicaUrl: values.DATABASE_REPLICA_URL,
		databaseReplicaWait_ms: values.DATABASE_REPLICA_WAIT_MS,
		databasePoolSize: values.DATABASE_POOL_SIZE,
		databaseTimeout_ms: values.DATABASE_TIMEOUT_MS,
		fieldKeys: readFieldKeys(values.FIELD_KEYS, values.FIELD_KEYS_COMMAND),
		redisUrl: values.REDIS_URL,
		vaultRedisUrl: values.VAULT_REDIS_URL,
		vaultRedisIsVolatile: values.VAULT_REDIS_IS_VOLATILE ?? false,
		vaultSecret: values.VAULT_SECRET === undefined ? undefined : Buffer.from(values.VAULT_SECRET),
		vaultDir: values.VAULT_DIR === undefined ? undefined : resolve(values.VAULT_DIR),
		vaultLifetime_ms: values.VAULT_LIFETIME_MINUTES * 60_000,
		vaultMaxSize_bytes: values.VAULT_MAX_SIZE_MB * 1_000_000,
		s3: readS3(values),
		exportLifetime_ms: values.EXPORT_LIFETIME_HOURS * 3_600_000,
		singleUser,
		jwtSecret: jwtSecret ?? readOrMakeSecret(dataDir),
		jwtSecretBefore,
		isReadAudited: values.HIPAA_MODE === "on",
		sessionRetention_days: values.SESSION_RETENTION_DAYS,
		...readLifetimes(values),
		bcryptCost: values.BCRYPT_COST,
		visionUrl: values.VISION_URL,
		fittingUrl: values.FITTING_URL,
		visualizationUrl: values.VISUALIZATION_URL,
		modelDataDir: values.ANNY_FITTER_MODEL_DATA,
		inferenceDevice: values.INFERENCE_DEVICE,
		rateLimitPerHour: values.RATE_LIMIT_PER_HOUR,
		authRateLimitPerMinute: values.AUTH_RATE_LIMIT_PER_MINUTE,
		readRateLimitPerMinute: values.READ_RATE_LIMIT_PER_MINUTE,
		statusRateLimitPerMinute: values.STATUS_RATE_LIMIT_PER_MINUTE,
		maxPhotoSize_bytes: values.MAX_PHOTO_SIZE_MB * 1_000_000,
		maxUploadSize_bytes: values.MAX_UPLOAD_SIZE_MB * 1_000_000,
		maxJsonSize_bytes: values.MAX_JSON_SIZE_KB * 1000,
		requestTimeout_ms: values.REQUEST_TIMEOUT_SECONDS * 1000,
		fitTimeout_ms: values.FIT_TIMEOUT_SECONDS * 1000,
		maxQueuedFits: values.MAX_QUEUED_FITS,
		fitConcurrency: values.FIT_CONCURRENCY,
		shutdownGrace_ms: values.SHUTDOWN_GRACE_SECONDS * 1000,
		metricsToken: values.METRICS_TOKEN,
		logLevel: values.LOG_LEVEL,
	};
}

/** HIPAA names no number; this is what is usual. */
const IDLE_LOGOUT_OF_HIPAA_MIN = 15;

/**
 * A log-in ends without use when its refresh token does, and an access token may not outlive that: a client that does
 * nothing renews nothing.
 */
function readLifetimes(
	values: SettingValues,
): Pick<ServerConfig, "accessTokenLifetime_s" | "refreshTokenLifetime_s" | "idleLogout_s"> {
	const { ACCESS_TOKEN_LIFETIME_MINUTES, HIPAA_MODE, IDLE_LOGOUT_MINUTES, REFRESH_TOKEN_LIFETIME_DAYS } = values;
	const idle_min = IDLE_LOGOUT_MINUTES === 0 && HIPAA_MODE === "on" ? IDLE_LOGOUT_OF_HIPAA_MIN : IDLE_LOGOUT_MINUTES;
	const access_s = ACCESS_TOKEN_LIFETIME_MINUTES * 60;
	const refresh_s = REFRESH_TOKEN_LIFETIME_DAYS * 86_400;
	if (idle_min === 0)
		return { accessTokenLifetime_s: access_s, refreshTokenLifetime_s: refresh_s, idleLogout_s: undefined };
	const idle_s = idle_min * 60;
	return {
		accessTokenLifetime_s: Math.min(access_s, Math.max(60, Math.floor(idle_s / 3))),
		refreshTokenLifetime_s: Math.min(refresh_s, idle_s),
		idleLogout_s: idle_s,
	};
}

/** The secret that signs and, on a second line, another one whose tokens are believed too. */
function jwtSecrets({ JWT_SECRET }: SettingValues): readonly string[] {
	return JWT_SECRET === undefined ? [] : JWT_SECRET.split(/\r?\n/);
}

/** What no variable can tell alone. */
function checkTogether(values: SettingValues): void {
	if (values.HIPAA_MODE === "on") checkHipaa(values);
	for (const [name, secret] of namedSecrets(values)) {
		if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
			throw invalidSetting(name, `${name} is shorter than ${MIN_SECRET_BYTES} bytes.`, `${MAKE_SECRET}.`);
		}
	}
	if (jwtSecrets(values).length > 2) {
		throw invalidSetting("JWT_SECRET", "JWT_SECRET has more than two lines.", "Keep the current secret and one other.");
	}
	if (values.WORKERS > 1) {
		for (const name of ["DATABASE_URL", "REDIS_URL"] as const) {
			if (values[name] !== undefined) continue;
			throw invalidSetting(
				name,
				`WORKERS is ${values.WORKERS}, but ${name} is not set, and what replaces it serves one process only.`,
				`Set ${name}, or WORKERS to 1.`,
			);
		}
	}
	for (const name of ["DATABASE_OWNER_URL", "DATABASE_REPLICA_URL"] as const) {
		if (values[name] === undefined || values.DATABASE_URL !== undefined) continue;
		throw invalidSetting(
			"DATABASE_URL",
			`${name} is set, but DATABASE_URL is not.`,
			"Set DATABASE_URL, or leave both out.",
		);
	}
	if (values.DATABASE_MIGRATE === "off" && values.DATABASE_URL === undefined) {
		throw invalidSetting(
			"DATABASE_MIGRATE",
			"DATABASE_MIGRATE is off, but DATABASE_URL is not set, and nobody else can migrate the embedded database.",
			"Leave DATABASE_MIGRATE out.",
		);
	}
	if (values.VAULT_REDIS_URL !== undefined && values.VAULT_SECRET === undefined) {
		throw invalidSetting(
			"VAULT_SECRET",
			"VAULT_REDIS_URL is set, but VAULT_SECRET is not, so no other replica could read the photos.",
			`${MAKE_SECRET} and give it to every replica.`,
		);
	}
	if (values.MAX_UPLOAD_SIZE_MB < values.MAX_PHOTO_SIZE_MB) {
		throw invalidSetting(
			"MAX_UPLOAD_SIZE_MB",
			"MAX_UPLOAD_SIZE_MB is less than MAX_PHOTO_SIZE_MB.",
			"Raise the one or lower the other.",
		);
	}
}

function namedSecrets(values: SettingValues): readonly (readonly ["JWT_SECRET" | "VAULT_SECRET", string])[] {
	const vault = values.VAULT_SECRET === undefined ? [] : [["VAULT_SECRET", values.VAULT_SECRET] as const];
	return [...jwtSecrets(values).map((secret) => ["JWT_SECRET", secret] as const), ...vault];
}

function checkHipaa(values: SettingValues): void {
	const because = (name: Parameters<typeof invalidSetting>[0], missing: string, remedy: string) =>
		invalidSetting(name, `HIPAA_MODE is on, but ${missing}.`, remedy);
	if (values.FIELD_KEYS === undefined && values.FIELD_KEYS_COMMAND === undefined) {
		throw because(
			"FIELD_KEYS",
			"FIELD_KEYS is not set",
			"Set FIELD_KEYS or FIELD_KEYS_COMMAND (docs/data-protection.md).",
		);
	}
	if (values.SINGLE_USER === "on") {
		throw because("SINGLE_USER", "SINGLE_USER lets people in without a password", "Leave SINGLE_USER out.");
	}
	if (values.NODE_ENV === "production" && !values.PUBLIC_URL?.startsWith("https:")) {
		throw because(
			"PUBLIC_URL",
			"PUBLIC_URL is no https address",
			"Put a proxy with TLS in front and set PUBLIC_URL to its address.",
		);
	}
}

function checkProduction(values: SettingValues): void {
	if (values.JWT_SECRET === undefined) {
		throw invalidSetting("JWT_SECRET", "JWT_SECRET is not set; production needs one.", `${MAKE_SECRET}.`);
	}
	for (const [name, secret] of namedSecrets(values)) {
		const weakness = findSecretWeakness(secret);
		if (weakness !== null) throw invalidSetting(name, `${name} ${weakness}.`, `${MAKE_SECRET}.`);
	}
	if (jwtSecrets(values).some((secret) => secret === values.VAULT_SECRET)) {
		throw invalidSetting("VAULT_SECRET", "VAULT_SECRET and JWT_SECRET are the same.", `${MAKE_SECRET} for each.`);
	}
	if (values.BCRYPT_COST < 12) {
		throw invalidSetting("BCRYPT_COST", "BCRYPT_COST is below 12.", "Leave it out in production.");
	}
}

/** All of it or nothing: a part of these settings is a mistake that would show late. */
function readS3(values: SettingValues): S3Config | undefined {
	const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = values;
	if (bucket === undefined) {
		const names = [
			"S3_ENDPOINT",
			"S3_REGION",
			"S3_ACCESS_KEY_ID",
			"S3_SECRET_ACCESS_KEY",
			"S3_FORCE_PATH_STYLE",
		] as const;
		const present = names.find((name) => values[name] !== undefined);
		if (present === undefined) return undefined;
		throw invalidSetting(
			"S3_BUCKET",
			`${present} is set, but S3_BUCKET is not.`,
			`Set S3_BUCKET, or leave ${present} out.`,
		);
	}
	if ((id === undefined) !== (secret === undefined)) {
		const [present, missing] =
			id === undefined ? ["SECRET_ACCESS_KEY", "ACCESS_KEY_ID"] : ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY"];
		throw invalidSetting(`S3_${missing}`, `S3_${present} is set, but S3_${missing} is not.`, "Set both.");
	}
	if (endpoint !== undefined && id === undefined) {
		throw invalidSetting(
			"S3_ACCESS_KEY_ID",
			"S3_ENDPOINT is set, but S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are not.",
			"Set both; only AWS itself knows the machine's role.",
		);
	}
	return {
		endpoint,
		region: values.S3_REGION ?? "us-east-1",
		bucket,
		accessKeyId: id,
		secretAccessKey: secret,
		forcePathStyle: values.S3_FORCE_PATH_STYLE ?? endpoint !== undefined,
	};
}
