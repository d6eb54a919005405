import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ApiDependencies, createApi } from "@anny-fitter/api";
import { loadConfig, type ServerConfig } from "@anny-fitter/platform/config";
import { createLogger } from "@anny-fitter/platform/observability";
import { openDependencies } from "@anny-fitter/server";
import { Redis } from "ioredis";
import pg from "pg";
import S3rver from "s3rver";
import { freePort } from "../../../packages/platform/test/free-port.js";

/** The same code in its two sizes: nothing installed, or on PostgreSQL, Redis and an S3 server. */
export const ENVIRONMENTS = ["embedded", "production"] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

const POSTGRES_URL = process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";
const REDIS_URL = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";

let isProductionReachable: Promise<boolean> | undefined;

/**
 * Whether an environment can be had here; for `describe.skipIf`. In CI a missing server is a failure, not a reason to
 * skip.
 */
export async function isAvailable(name: EnvironmentName): Promise<boolean> {
	if (name === "embedded" || process.env.CI) return true;
	isProductionReachable ??= reachServers();
	return isProductionReachable;
}

async function reachServers(): Promise<boolean> {
	const client = new pg.Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 1000 });
	const redis = new Redis(REDIS_URL, { lazyConnect: true, connectTimeout: 1000, retryStrategy: () => null });
	redis.on("error", () => undefined);
	try {
		await client.connect();
		await redis.connect();
		return true;
	} catch {
		return false;
	} finally {
		await client.end().catch(() => undefined);
		redis.disconnect();
	}
}

export interface TestEnvironment {
	readonly name: EnvironmentName;
	readonly config: ServerConfig;
	readonly dependencies: ApiDependencies;
	/** What was logged so far, as text. */
	log(): string;
	close(): Promise<void>;
}

export interface TestEnvironmentOptions {
	/** Settings as environment variables, over those for tests. */
	readonly settings?: Readonly<Record<string, string>>;
	/** Transports instead of the real services, where a test wants faults or needs no services. */
	readonly services?: ApiDependencies["services"];
	/** Replaces single dependencies, such as the clock. */
	readonly replace?: (dependencies: ApiDependencies) => Partial<ApiDependencies>;
}

/** Opens everything the API needs: own folder, own database, own bucket; quick hashes and generous limits. */
export async function openTestEnvironment(
	name: EnvironmentName,
	options: TestEnvironmentOptions = {},
): Promise<TestEnvironment> {
	const closers: (() => Promise<unknown>)[] = [];
	const closeAll = async () => {
		for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
	};
	try {
		const dataDir = await mkdtemp(join(tmpdir(), "anny-fitter-api-test-"));
		closers.push(() => rm(dataDir, { recursive: true, force: true }));
		const vaultDir = existsSync("/dev/shm") ? join("/dev/shm", `anny-fitter-test-${randomUUID()}`) : null;
		if (vaultDir !== null) closers.push(() => rm(vaultDir, { recursive: true, force: true }));
		const servers = name === "production" ? await productionSettings(dataDir, closers) : {};
		const config = await loadConfig({
			DATA_DIR: dataDir,
			PORT: "0",
			JWT_SECRET: randomBytes(48).toString("base64url"),
			RATE_LIMIT_PER_HOUR: "100000",
			AUTH_RATE_LIMIT_PER_MINUTE: "100000",
			READ_RATE_LIMIT_PER_MINUTE: "100000",
			STATUS_RATE_LIMIT_PER_MINUTE: "100000",
			BCRYPT_COST: "4",
			LOG_LEVEL: "debug",
			// Another test's photos are none of this one's.
			...(vaultDir !== null && { VAULT_DIR: vaultDir }),
			...servers,
			...options.settings,
		});
		let logged = "";
		const log = createLogger({
			level: config.logLevel,
			service: "api",
			destination: { write: (text: string) => (logged += text) },
		});
		const opened = await openDependencies(config, log, options.services);
		closers.push(() => opened.close());
		const dependencies = { ...opened.dependencies, ...options.replace?.(opened.dependencies) };
		return { name, config, dependencies, log: () => logged, close: closeAll };
	} catch (error) {
		await closeAll();
		throw error;
	}
}

async function productionSettings(
	folder: string,
	closers: (() => Promise<unknown>)[],
): Promise<Record<string, string>> {
	const database = `anny_fitter_test_${randomUUID().replaceAll("-", "")}`;
	await asOwner((client) => client.query(`create database ${database}`));
	closers.push(() => asOwner((client) => client.query(`drop database if exists ${database} with (force)`)));
	const url = new URL(POSTGRES_URL);
	url.pathname = `/${database}`;
	const port = await freePort();
	const bucket = "anny-fitter-test";
	const s3 = new S3rver({
		port,
		address: "127.0.0.1",
		silent: true,
		directory: join(folder, "s3"),
	});
	await s3.run();
	closers.push(() => s3.close());
	return {
		DATABASE_URL: url.href,
		FIELD_KEYS: `test:${randomBytes(32).toString("base64")}`,
		REDIS_URL,
		S3_ENDPOINT: `http://127.0.0.1:${port}`,
		S3_REGION: "us-east-1",
		S3_BUCKET: bucket,
		S3_ACCESS_KEY_ID: "S3RVER",
		S3_SECRET_ACCESS_KEY: "S3RVER",
	};
}

async function asOwner(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
	const client = new pg.Client({ connectionString: POSTGRES_URL });
	await client.connect();
	try {
		await work(client);
	} finally {
		await client.end();
	}
}

export type TestApi = Awaited<ReturnType<typeof createApi>>;

/** A registered and logged-in user. */
export interface TestUser {
	readonly email: string;
	readonly password: string;
	readonly userId: string;
	readonly token: string;
	/** Headers of a request by this user. */
	readonly headers: { readonly authorization: string };
	/** `name=value` of the refresh cookie. */
	readonly cookie: string;
}

/** Registers and logs in a new user; agrees to the processing of photos unless told otherwise. */
export async function createTestUser(api: TestApi, options: { readonly consent?: boolean } = {}): Promise<TestUser> {
	const email = `user-${randomUUID()}@example.org`;
	const password = `pass-${randomUUID()}`;
	const registered = await api.inject({ method: "POST", url: "/api/v1/auth/register", payload: { email, password } });
	if (registered.statusCode !== 201) throw new Error(`register: ${registered.statusCode} ${registered.body}`);
	const user = await logIn(api, email, password);
	if (options.consent !== false) {
		const consent = await api.inject({
			method: "PUT",
			url: "/api/v1/consents",
			headers: user.headers,
			payload: { photo_processing: true },
		});
		if (consent.statusCode !== 200) throw new Error(`consents: ${consent.statusCode} ${consent.body}`);
	}
	return user;
}

export async function logIn(api: TestApi, email: string, password: string): Promise<TestUser> {
	const answer = await api.inject({ method: "POST", url: "/api/v1/auth/login", payload: { email, password } });
	if (answer.statusCode !== 200) throw new Error(`login: ${answer.statusCode} ${answer.body}`);
	const { access_token, user } = answer.json();
	const [cookie] = answer.cookies;
	return {
		email,
		password,
		userId: user.user_id,
		token: access_token,
		headers: { authorization: `Bearer ${access_token}` },
		cookie: `${cookie?.name}=${cookie?.value}`,
	};
}

/** A photo of the repository's samples. */
export function samplePhoto(name: "woman-front" | "woman-side" | "man-front" | "man-side"): Promise<Buffer> {
	return readFile(fileURLToPath(new URL(`../../../samples/${name}.jpg`, import.meta.url)));
}

/** A multipart body as a browser sends it. */
export function multipart(parts: readonly (readonly [name: string, value: string | Buffer, fileName?: string])[]): {
	readonly payload: Buffer;
	readonly headers: { readonly "content-type": string };
} {
	const boundary = `----test${randomUUID()}`;
	const pieces: Buffer[] = [];
	for (const [name, value, fileName] of parts) {
		const disposition = `form-data; name="${name}"${fileName === undefined ? "" : `; filename="${fileName}"`}`;
		const type = fileName === undefined ? "" : "\r\nContent-Type: application/octet-stream";
		pieces.push(Buffer.from(`--${boundary}\r\nContent-Disposition: ${disposition}${type}\r\n\r\n`));
		pieces.push(Buffer.isBuffer(value) ? value : Buffer.from(value), Buffer.from("\r\n"));
	}
	pieces.push(Buffer.from(`--${boundary}--\r\n`));
	return { payload: Buffer.concat(pieces), headers: { "content-type": `multipart/form-data; boundary=${boundary}` } };
}
