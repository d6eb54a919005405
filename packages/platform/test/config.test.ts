import { randomBytes } from "node:crypto";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
	describeConfig,
	listConfigWarnings,
	loadConfig,
	renderSettings,
	type ServerConfig,
} from "@anny-fitter/platform/config";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "anny-fitter-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STRONG = "pT4v0Zr8mXq1Ls7Yk2Hc9WdB5nJf3GaE6uRi";
const OTHER = "Xb7Qe2Kt9Vn4Ga1Zm6Rw3Hs8Lp5Jc0DyFuTo";
const load = (env: Record<string, string>): ServerConfig => loadConfig({ DATA_DIR: folder, ...env });
const production = (env: Record<string, string> = {}): ServerConfig =>
	load({ NODE_ENV: "production", JWT_SECRET: STRONG, ...env });

/** What went wrong, as a person reads it; also checks that the form is right. */
function problemOf(read: () => unknown): { text: string; variable: unknown } {
	try {
		read();
	} catch (error) {
		expect(error).toMatchObject({ name: "AppError", code: "invalid_configuration" });
		const { message, remedy, details } = error as { message: string; remedy: string; details: Record<string, unknown> };
		expect(message).toMatch(/^\S.*\.$/);
		expect(remedy.length).toBeGreaterThan(5);
		return { text: `${message} ${remedy} ${JSON.stringify(details)}`, variable: details.variable };
	}
	throw new Error("it was accepted");
}

describe("settings", () => {
	it("need nothing on one's own machine", () => {
		const config = load({});
		expect(config).toMatchObject({
			mode: "development",
			host: "127.0.0.1",
			port: 8000,
			publicUrl: "http://localhost:8000",
			workers: 1,
			trustedProxies: 0,
			corsOrigins: [],
			dataDir: folder,
			bcryptCost: 12,
			rateLimitPerHour: 100,
			readRateLimitPerMinute: 600,
			singleUser: true,
			accessTokenLifetime_s: 86_400,
			exportLifetime_ms: 86_400_000,
			inferenceDevice: "cpu",
			logLevel: "info",
		});
		for (const name of ["databaseUrl", "redisUrl", "vaultRedisUrl", "vaultSecret", "s3", "visionUrl"] as const) {
			expect(config[name]).toBeUndefined();
		}
		expect(listConfigWarnings(config, {})).toEqual([]);
	});

	it("are read with their units", () => {
		const config = load({
			PORT: "9000",
			HOST: "::",
			VAULT_LIFETIME_MINUTES: "2",
			MAX_PHOTO_SIZE_MB: "3",
			MAX_JSON_SIZE_KB: "4",
			REQUEST_TIMEOUT_SECONDS: "5",
			REFRESH_TOKEN_LIFETIME_DAYS: "6",
			CORS_ORIGINS: "https://a.example.org, http://localhost:5173/",
			PUBLIC_URL: "https://fit.example.org/",
			LOG_LEVEL: "debug",
			REDIS_URL: "  ",
		});
		expect(config).toMatchObject({
			port: 9000,
			vaultLifetime_ms: 120_000,
			maxPhotoSize_bytes: 3_000_000,
			maxJsonSize_bytes: 4000,
			requestTimeout_ms: 5000,
			refreshTokenLifetime_s: 518_400,
			corsOrigins: ["https://a.example.org", "http://localhost:5173"],
			publicUrl: "https://fit.example.org",
			redisUrl: undefined,
		});
	});

	it.each([
		["PORT", "80a0"],
		["PORT", "65536"],
		["PORT", "-1"],
		["WORKERS", "0"],
		["WORKERS", "1.5"],
		["RATE_LIMIT_PER_HOUR", "1e3"],
		["LOG_LEVEL", "verbose"],
		["NODE_ENV", "prod"],
		["PUBLIC_URL", "fit.example.org"],
		["PUBLIC_URL", "ftp://fit.example.org"],
		["CORS_ORIGINS", "*"],
		["CORS_ORIGINS", "https://a.example.org/path"],
		["VISION_URL", "localhost:50051"],
		["INFERENCE_DEVICE", "tpu"],
		["S3_BUCKET", "Not_A_Bucket"],
		["VAULT_REDIS_IS_VOLATILE", "yes"],
	])("name the variable when %s is %s", (name, value) => {
		const problem = problemOf(() => load({ [name]: value }));
		expect(problem.variable).toBe(name);
		expect(problem.text).toContain(name);
		expect(problem.text).toContain(value);
	});

	it.each([
		["DATABASE_URL", "mysql://user:hunter2-pass@host/db"],
		["REDIS_URL", "hunter2-pass"],
		["JWT_SECRET", "hunter2-pass"],
		["S3_SECRET_ACCESS_KEY", "hunter2 pass hunter2-pass"],
		["VAULT_SECRET", "hunter2-pass"],
	])("never show the value of %s", (name, value) => {
		const problem = problemOf(() => load({ [name]: value }));
		expect(problem.variable).toBe(name);
		expect(problem.text).not.toContain("hunter2");
	});

	it.each([
		[{ WORKERS: "2" }, "DATABASE_URL"],
		[{ WORKERS: "2", DATABASE_URL: "postgres://h/d" }, "REDIS_URL"],
		[{ DATABASE_OWNER_URL: "postgres://h/d" }, "DATABASE_URL"],
		[{ VAULT_REDIS_URL: "redis://h" }, "VAULT_SECRET"],
		[{ S3_ENDPOINT: "http://h:9000" }, "S3_BUCKET"],
		[{ S3_REGION: "eu-central-1" }, "S3_BUCKET"],
		[{ S3_BUCKET: "bucket", S3_ACCESS_KEY_ID: "id" }, "S3_SECRET_ACCESS_KEY"],
		[{ S3_BUCKET: "bucket", S3_SECRET_ACCESS_KEY: "key" }, "S3_ACCESS_KEY_ID"],
		[{ S3_BUCKET: "bucket", S3_ENDPOINT: "http://h:9000" }, "S3_ACCESS_KEY_ID"],
		[{ MAX_UPLOAD_SIZE_MB: "1" }, "MAX_UPLOAD_SIZE_MB"],
	])("refuse %j without what belongs to it", (env, variable) => {
		expect(problemOf(() => load(env as Record<string, string>)).variable).toBe(variable);
	});

	it("put the bucket's settings together", () => {
		expect(load({ S3_BUCKET: "bucket" }).s3).toMatchObject({ endpoint: undefined, forcePathStyle: false });
		const minio = {
			S3_BUCKET: "bucket",
			S3_ENDPOINT: "http://h:9000",
			S3_ACCESS_KEY_ID: "a",
			S3_SECRET_ACCESS_KEY: "b",
		};
		expect(load(minio).s3).toMatchObject({ region: "us-east-1", forcePathStyle: true, secretAccessKey: "b" });
		expect(load({ ...minio, S3_FORCE_PATH_STYLE: "false" }).s3?.forcePathStyle).toBe(false);
	});
});

describe("secrets", () => {
	it.each(["JWT_SECRET", "VAULT_SECRET", "DATABASE_URL", "REDIS_URL", "S3_SECRET_ACCESS_KEY"])(
		"may come from the file that %s_FILE names",
		(name) => {
			const value = name.endsWith("URL") ? (name === "REDIS_URL" ? "redis://:p@h" : "postgres://u:p@h/d") : STRONG;
			const path = join(folder, name);
			writeFileSync(path, `${value}\n`);
			const others: Record<string, string> =
				name === "S3_SECRET_ACCESS_KEY" ? { S3_BUCKET: "bucket", S3_ACCESS_KEY_ID: "id" } : {};
			expect(load({ [`${name}_FILE`]: path, ...others })).toEqual(load({ [name]: value, ...others }));
			const both = problemOf(() => load({ [`${name}_FILE`]: path, [name]: value, ...others }));
			expect(both.text).toContain(`${name}_FILE`);
			for (const bad of [join(folder, "absent"), folder]) {
				expect(problemOf(() => load({ [`${name}_FILE`]: bad })).text).toContain(bad);
			}
			writeFileSync(path, "\n");
			expect(problemOf(() => load({ [`${name}_FILE`]: path })).variable).toBe(`${name}_FILE`);
		},
	);

	it("are made once in development, for this user only, also by processes that start together", () => {
		const dataDir = join(folder, "fresh", "data");
		const first = load({ DATA_DIR: dataDir }).jwtSecret;
		expect(first.length).toBeGreaterThanOrEqual(32);
		expect(load({ DATA_DIR: dataDir }).jwtSecret.equals(first)).toBe(true);
		expect(load({ DATA_DIR: join(folder, "other") }).jwtSecret.equals(first)).toBe(false);
		const path = join(dataDir, "secrets", "jwt");
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(statSync(join(dataDir, "secrets")).mode & 0o777).toBe(0o700);
		expect(readdirSync(join(dataDir, "secrets"))).toEqual(["jwt"]);
		expect(readFileSync(path, "utf8")).toContain(first.toString());
		chmodSync(path, 0o600);
		writeFileSync(path, "short");
		expect(problemOf(() => load({ DATA_DIR: dataDir })).text).toContain(path);
		expect(problemOf(() => load({ DATA_DIR: "/proc/anny-fitter" })).variable).toBe("DATA_DIR");
	});

	it("may be two for tokens, the one that signs first, and each must be strong", () => {
		const other = randomBytes(48).toString("base64");
		const path = join(folder, "two");
		writeFileSync(path, `${STRONG}\n${other}\n`);
		const config = load({ NODE_ENV: "production", JWT_SECRET_FILE: path });
		expect([config.jwtSecret, config.jwtSecretBefore].map(String)).toEqual([STRONG, other]);
		expect(load({ JWT_SECRET: STRONG }).jwtSecretBefore).toBeUndefined();
		for (const text of [`${STRONG}\nshort`, `${STRONG}\n\n${other}`, `${STRONG}\n${other}\n${other}`]) {
			expect(problemOf(() => load({ JWT_SECRET: text })).variable).toBe("JWT_SECRET");
		}
		expect(problemOf(() => production({ JWT_SECRET: `${STRONG}\n${"changeme".repeat(4)}` })).variable).toBe(
			"JWT_SECRET",
		);
		expect(problemOf(() => production({ JWT_SECRET: `${STRONG}\n${other}`, VAULT_SECRET: other })).variable).toBe(
			"VAULT_SECRET",
		);
	});

	it("are not made when one is given", () => {
		const dataDir = join(folder, "given");
		expect(load({ DATA_DIR: dataDir, JWT_SECRET: STRONG }).jwtSecret.toString()).toBe(STRONG);
		expect(existsSync(dataDir)).toBe(false);
	});
});

describe("production", () => {
	it("starts with a strong secret", () => {
		expect(production().mode).toBe("production");
		const random = fc.integer({ min: 32, max: 64 }).map((bytes) => randomBytes(bytes));
		fc.assert(
			fc.property(
				random,
				fc.constantFrom("hex" as const, "base64" as const, "base64url" as const),
				(bytes, encoding) => {
					const secret = bytes.toString(encoding);
					// By chance one in millions looks like an example.
					return production({ JWT_SECRET: secret }).jwtSecret.toString() === secret;
				},
			),
			{ numRuns: 200 },
		);
	});

	it("does not start without a secret", () => {
		expect(problemOf(() => load({ NODE_ENV: "production" })).variable).toBe("JWT_SECRET");
		expect(problemOf(() => load({ NODE_ENV: "production", JWT_SECRET: "" })).variable).toBe("JWT_SECRET");
	});

	it.each([
		"changeme",
		"secret",
		"a".repeat(31),
		"a".repeat(64),
		"changeme".repeat(4),
		"CHANGE_ME-CHANGE_ME-CHANGE_ME-CHANGE_ME",
		"this-is-a-secret-for-the-production-server",
		"my-password-my-password-is-long-enough-1",
		"anny-fitter-anny-fitter-anny-fitter-anny",
		"abcd".repeat(10),
		"0123456789".repeat(4),
		"x7Kp".repeat(9),
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
		"zyxwvutsrqponmlkjihgfedcba9876543210",
		"aabbaabababbaabbabababbabaabbababbab",
		"                                    x                 ",
	])("does not start with a secret that can be guessed (%#)", (secret) => {
		const problem = problemOf(() => production({ JWT_SECRET: secret }));
		expect(problem.variable).toBe("JWT_SECRET");
		expect(problem.text).toContain("openssl rand");
		if (secret.length > 8) expect(problem.text).not.toContain(secret.trim());
	});

	it("refuses one secret for two purposes, a weak vault secret, and cheap passwords", () => {
		expect(problemOf(() => production({ VAULT_SECRET: STRONG })).variable).toBe("VAULT_SECRET");
		expect(problemOf(() => production({ VAULT_SECRET: "a".repeat(40) })).variable).toBe("VAULT_SECRET");
		expect(problemOf(() => production({ BCRYPT_COST: "10" })).variable).toBe("BCRYPT_COST");
		expect(production({ VAULT_SECRET: OTHER }).vaultSecret?.toString()).toBe(OTHER);
		expect(load({ BCRYPT_COST: "4" }).bcryptCost).toBe(4);
	});

	it("warns about plain http and about an address that others cannot reach", () => {
		expect(listConfigWarnings(production({ PUBLIC_URL: "http://fit.example.org" }), {})).toHaveLength(1);
		expect(listConfigWarnings(production(), {})).toHaveLength(1);
		expect(listConfigWarnings(production({ PUBLIC_URL: "https://fit.example.org" }), {})).toEqual([]);
	});
});

describe("what the server says about its settings", () => {
	it("holds no secret and no password", () => {
		const config = production({
			DATABASE_URL: "postgres://app:hunter2-a@db.example.org:5432/fits?password=hunter2-b",
			DATABASE_OWNER_URL: "postgres://owner:hunter2-c@db.example.org/fits",
			REDIS_URL: "rediss://:hunter2-d@cache.example.org:6380/1",
			VAULT_REDIS_URL: "redis://u:hunter2-e@vault.example.org",
			VAULT_SECRET: OTHER,
			S3_BUCKET: "exports",
			S3_ENDPOINT: "https://minio.example.org",
			S3_ACCESS_KEY_ID: "hunter2-f",
			S3_SECRET_ACCESS_KEY: "hunter2-g",
		});
		const text = describeConfig(config);
		for (const place of ["db.example.org:5432/fits", "cache.example.org:6380/1", "vault.example.org", "exports"]) {
			expect(text).toContain(place);
		}
		for (const secret of ["hunter2", STRONG, OTHER]) expect(text).not.toContain(secret);
	});

	it("points at names that look misspelt, and at no others", () => {
		const env = {
			RATE_LIMIT_PER_HOURS: "3",
			JWT_SECRETS: "x",
			DATABASE_URL_FILES: "x",
			VAULT_LIFETIME_SECONDS: "3",
			PATH: "/bin",
			HOSTNAME: "x",
			HOME: "/",
			USER: "x",
			SHELL: "/bin/sh",
			npm_config_port: "1",
			KUBERNETES_SERVICE_HOST: "x",
			KUBERNETES_SERVICE_PORT: "443",
			AWS_REGION: "x",
			ANNY_FITTER_CACHE: "/tmp",
			PGHOST: "x",
			DATABASE_URL: "postgres://h/d",
			JWT_SECRET_FILE: "x",
		};
		const warnings = listConfigWarnings(load({}), env);
		expect(warnings.map((text) => /The variable (\S+)/.exec(text)?.[1])).toEqual([
			"RATE_LIMIT_PER_HOURS",
			"JWT_SECRETS",
			"DATABASE_URL_FILES",
			"VAULT_LIFETIME_SECONDS",
		]);
		expect(warnings[0]).toContain("RATE_LIMIT_PER_HOUR?");
	});

	it("need no log-in only where nobody else can be taken for the user", () => {
		expect(load({ HOST: "localhost" }).singleUser).toBe(true);
		expect(load({ HOST: "::1", PUBLIC_URL: "http://127.0.0.1:81" }).singleUser).toBe(true);
		expect(load({ SINGLE_USER: "off" }).singleUser).toBe(false);
		expect(production().singleUser).toBe(false);
		expect(production({ SINGLE_USER: "on" }).singleUser).toBe(true);
		for (const elsewhere of [
			{ HOST: "0.0.0.0" },
			{ HOST: "::" },
			{ HOST: "192.168.1.7" },
			{ HOST: "127.0.0.1.example.org" },
			{ DATABASE_URL: "postgres://h/d" },
			{ TRUSTED_PROXIES: "1" },
			{ PUBLIC_URL: "https://fit.example.org" },
		]) {
			expect(load(elsewhere).singleUser, JSON.stringify(elsewhere)).toBe(false);
			const { text, variable } = problemOf(() => load({ ...elsewhere, SINGLE_USER: "on" }));
			expect(variable).toBe("SINGLE_USER");
			expect(text).toContain(Object.keys(elsewhere)[0]);
		}
	});

	it("names the folder of the web application, and warns when there is none", () => {
		expect(load({}).webDir).toBeUndefined();
		expect(load({ WEB_DIR: "none" }).webDir).toBeUndefined();
		const config = load({ WEB_DIR: join(folder, "web") });
		expect(config.webDir).toBe(join(folder, "web"));
		expect(listConfigWarnings(config, {})).toEqual([expect.stringContaining("WEB_DIR holds no index.html")]);
		mkdirSync(join(folder, "web"));
		writeFileSync(join(folder, "web", "index.html"), "<!doctype html>");
		expect(listConfigWarnings(config, {})).toEqual([]);
	});

	it("stands in docs/configuration.md word for word", () => {
		const path = fileURLToPath(new URL("../../../docs/configuration.md", import.meta.url));
		expect(readFileSync(path, "utf8"), "run `npm run docs`").toBe(renderSettings());
	});
});
