import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listConfigWarnings, loadConfig, loadMigrationSettings } from "@anny-fitter/platform/config";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readFittingSettings } from "../../services/fitting/dist/settings.js";
import { readVisionSettings } from "../../services/vision/dist/settings.js";
import { readVisualizationSettings } from "../../services/visualization/dist/settings.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMPOSE = join(ROOT, "deploy/compose");
const KINDS = { development: ["development"], production: ["production"], gpu: ["development", "gpu"] } as const;
const RELEASE = { IMAGE_PREFIX: "ghcr.io/example/", IMAGE_VERSION: "1.2.3", PUBLIC_URL: "https://fit.example.org" };
const OURS = ["api", "vision", "fitting", "visualization"] as const;

interface Service {
	readonly image: string;
	readonly build?: { readonly context: string; readonly dockerfile: string };
	readonly environment?: Record<string, string | number | null>;
	readonly volumes?: readonly (string | { source: string; target: string; type: string })[];
	readonly ports?: readonly (string | { published: number | string; target: number; host_ip?: string })[];
	readonly networks?: Record<string, unknown> | readonly string[];
	readonly secrets?: readonly (string | { source: string })[];
	readonly command?: readonly string[];
	readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
	readonly read_only?: boolean;
	readonly user?: string;
	readonly cap_drop?: readonly string[];
	readonly healthcheck?: unknown;
	readonly deploy: {
		readonly replicas?: number;
		readonly resources: { readonly limits: { cpus: string | number; memory: string } };
	};
}
interface Composed {
	readonly services: Record<string, Service>;
	readonly networks: Record<string, { readonly internal?: boolean } | null>;
	readonly secrets: Record<string, { readonly file: string }>;
}

/** In CI it must be there (tools/test-servers.sh). */
const hasCompose = spawnSync("docker-compose", ["version"]).status === 0;
if (process.env.CI !== undefined && !hasCompose)
	throw new Error("docker-compose is not installed; run tools/test-servers.sh");

function run(kind: keyof typeof KINDS, parameters: readonly string[], env: Record<string, string> = RELEASE) {
	const files = ["docker-compose.yml", ...KINDS[kind].map((name) => `docker-compose.${name}.yml`)];
	return spawnSync("docker-compose", [...files.flatMap((file) => ["-f", join(COMPOSE, file)]), ...parameters], {
		encoding: "utf8",
		env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
	});
}

let secrets: string;
beforeAll(() => {
	secrets = join(mkdtempSync(join(tmpdir(), "anny-fitter-secrets-")), "secrets");
	execFileSync(join(COMPOSE, "make-secrets"), [secrets]);
});
afterAll(() => rmSync(join(secrets, ".."), { recursive: true, force: true }));

describe("make-secrets", () => {
	it("makes what is missing, for its owner only, and leaves what is there", () => {
		const names = readdirSync(secrets);
		expect(statSync(secrets).mode & 0o777).toBe(0o700);
		const before = names.map((name) => readFileSync(join(secrets, name), "utf8"));
		expect(new Set(before).size).toBe(before.length);
		rmSync(join(secrets, "grafana_password"));
		execFileSync(join(COMPOSE, "make-secrets"), [secrets]);
		const after = names.map((name) => readFileSync(join(secrets, name), "utf8"));
		expect(names.filter((_, i) => before[i] !== after[i])).toEqual(["grafana_password"]);
	});

	it("writes where version control does not look", () => {
		for (const path of ["deploy/compose/secrets/jwt_secret", "deploy/compose/secrets/tls_key"]) {
			expect(spawnSync("git", ["check-ignore", "-q", path], { cwd: ROOT }).status).toBe(0);
		}
	});
});

describe.skipIf(!hasCompose).each(Object.keys(KINDS) as (keyof typeof KINDS)[])("the compose files for %s", (kind) => {
	let composed: Composed;
	beforeAll(() => {
		const quiet = run(kind, ["config", "-q"]);
		expect([quiet.status, quiet.stdout, quiet.stderr]).toEqual([0, "", ""]);
		composed = parse(run(kind, ["config"]).stdout) as Composed;
	});
	const ours = () => OURS.map((name) => [name, environmentOf(composed.services[name]!)] as const);

	it("set only variables that the processes know", () => {
		const known = knownVariables();
		const unknown = ours().flatMap(([name, env]) =>
			Object.keys(env)
				.filter((key) => !known.has(key))
				.map((key) => `${name}: ${key}`),
		);
		expect(unknown).toEqual([]);
		const gateway = readFileSync(join(ROOT, "deploy/gateway/start.sh"), "utf8");
		for (const key of Object.keys(composed.services.gateway!.environment!))
			expect(gateway).toMatch(new RegExp(`\\b${key}\\b`));
	});

	it("start the processes: their own readers of settings accept them, with the secrets that were made", () => {
		const env = environmentOf(composed.services.api!);
		const mounted = new Set(
			composed.services.api!.secrets!.map((secret) => (typeof secret === "string" ? secret : secret.source)),
		);
		for (const [name, path] of Object.entries(env)) {
			if (!name.endsWith("_FILE")) continue;
			const secret = path.replace("/run/secrets/", "");
			expect(mounted, name).toContain(secret);
			env[name] = join(secrets, secret);
		}
		const config = loadConfig({ ...env, WEB_DIR: "none" });
		expect(config).toMatchObject({ mode: kind === "production" ? "production" : "development", trustedProxies: 1 });
		expect(config.vaultRedisUrl).toMatch(/^redis:\/\/default:[0-9a-f]{48}@photos:6379$/);
		expect(listConfigWarnings(config, env).filter((text) => !/^PUBLIC_URL names this machine/.test(text))).toEqual([]);
		readVisionSettings(environmentOf(composed.services.vision!));
		readFittingSettings(environmentOf(composed.services.fitting!));
		readVisualizationSettings(environmentOf(composed.services.visualization!));
	});

	it("give the login that owns the tables to what migrates alone, which the API waits for", () => {
		const holders = Object.entries(composed.services).filter(([name, { secrets: mounted = [], environment = {} }]) => {
			const names = mounted.map((secret) => (typeof secret === "string" ? secret : secret.source));
			return name !== "migrate" && (names.includes("database_owner_url") || "DATABASE_OWNER_URL_FILE" in environment);
		});
		expect(holders).toEqual([]);
		const { api, migrate } = composed.services;
		expect(environmentOf(api!).DATABASE_MIGRATE).toBe("off");
		expect(api!.depends_on?.migrate?.condition).toBe("service_completed_successfully");
		expect(migrate!.image).toBe(api!.image);
		const env = environmentOf(migrate!);
		for (const name of Object.keys(env)) env[name] = env[name]!.replace("/run/secrets", secrets);
		expect(loadMigrationSettings(env).ownerUrl).toMatch(/^postgres:\/\/anny_fitter_owner:[0-9a-f]{48}@postgres:5432/);
	});

	it("name every image by its version, and build from files that exist", () => {
		for (const [name, { image, build }] of Object.entries(composed.services)) {
			expect(image, name).toMatch(/:(?:v?\d+\.\d|RELEASE\.20|development$)/);
			if (build !== undefined) expect(existsSync(join(build.context, build.dockerfile)), name).toBe(true);
		}
	});

	it("confine every process", () => {
		for (const [name, service] of Object.entries(composed.services)) {
			expect(service.read_only, name).toBe(true);
			expect(service.cap_drop, name).toEqual(["ALL"]);
			expect(service.deploy.resources.limits.memory, name).toMatch(/^\d/);
			expect(Number(service.deploy.resources.limits.cpus), name).toBeGreaterThan(0);
		}
		// Section 2.2 of the architecture; production gives the stores what section 5.2 says.
		const limit = (name: string) => composed.services[name]!.deploy.resources.limits;
		expect(limit("web")).toMatchObject({ memory: "512m" });
		expect(limit("gateway")).toMatchObject({ memory: "256m" });
		expect(limit("api")).toMatchObject({ memory: "2g" });
		expect(limit("vision")).toMatchObject({ memory: "4g" });
		expect(limit("fitting")).toMatchObject({ memory: "8g" });
		expect(limit("visualization")).toMatchObject({ memory: "2g" });
		expect(limit("postgres")).toMatchObject({ memory: kind === "production" ? "8g" : "4g" });
		expect(limit("redis")).toMatchObject({ memory: kind === "production" ? "2g" : "1g" });
	});

	it("let nobody from outside reach anything but the gateway", () => {
		for (const name of ["services", "data", "monitoring"]) expect(composed.networks[name]?.internal, name).toBe(true);
		for (const [name, service] of Object.entries(composed.services)) {
			const open = (service.ports ?? []).map((port) =>
				typeof port === "string" ? port : `${port.host_ip ?? "0.0.0.0"}:${port.published}`,
			);
			if (name !== "gateway") for (const port of open) expect(port, name).toMatch(/^127\.0\.0\.1:/);
			const networks = Array.isArray(service.networks) ? service.networks : Object.keys(service.networks ?? {});
			const isStore = networks.includes("data") && name !== "api";
			if (isStore && kind === "production") expect(networks, name).toEqual(["data"]);
			if (name !== "gateway") expect(networks, name).not.toContain("edge");
		}
	});

	it("hold no secret, and mount only files that are there", () => {
		for (const [name, { file }] of Object.entries(composed.secrets)) {
			expect(file).toBe(join(COMPOSE, "secrets", name));
			expect(existsSync(join(secrets, name)), `make-secrets makes ${name}`).toBe(true);
		}
		for (const [name, service] of Object.entries(composed.services)) {
			for (const key of Object.keys(service.environment ?? {})) {
				if (/PASSWORD|SECRET|TOKEN/.test(key) && !/HOST|S3_ACCESS/.test(key)) expect(key, name).toMatch(/_FILE$/);
			}
			for (const volume of service.volumes ?? []) {
				const source = typeof volume === "string" ? volume.split(":")[0]! : volume.source;
				if (!source.startsWith(ROOT)) continue;
				expect(existsSync(source), `${name} mounts ${source}`).toBe(true);
				// What a program is told to read lies in a folder that is mounted.
				const target = typeof volume === "string" ? volume.split(":")[1]! : volume.target;
				for (const word of (service.command ?? []).map((part) => part.replace(/^--?[\w.-]+=/, ""))) {
					if (!word.startsWith(`${target}/`)) continue;
					expect(existsSync(word.replace(target, source)), `${name} reads ${word}`).toBe(true);
				}
			}
		}
	});
});

it.skipIf(!hasCompose)("production does not start without a public address and a version", () => {
	for (const name of Object.keys(RELEASE) as (keyof typeof RELEASE)[]) {
		const { [name]: _, ...rest } = RELEASE;
		const { status, stderr } = run("production", ["config", "-q"], rest);
		expect(status).not.toBe(0);
		expect(stderr).toContain(name);
	}
});

function environmentOf(service: Service): Record<string, string> {
	return Object.fromEntries(
		Object.entries(service.environment ?? {}).map(([name, value]) => [name, String(value ?? "")]),
	);
}

/** What the documentation names, and what the processes read. */
function knownVariables(): Set<string> {
	const known = new Set<string>();
	for (const [, name] of readFileSync(join(ROOT, "docs/configuration.md"), "utf8").matchAll(/`([A-Z][A-Z0-9_]+)`/g)) {
		known.add(name!);
	}
	const recorder = new Proxy({} as Record<string, undefined>, {
		get: (_, name) => {
			known.add(String(name));
			return undefined;
		},
	});
	for (const read of [readVisionSettings, readFittingSettings, readVisualizationSettings]) read(recorder);
	const folder = join(ROOT, "packages/platform/dist");
	for (const file of readdirSync(folder, { recursive: true }).map(String)) {
		if (!file.endsWith(".js")) continue;
		for (const [, name] of readFileSync(join(folder, file), "utf8").matchAll(/\benv\.([A-Z][A-Z0-9_]+)\b/g)) {
			known.add(name!);
		}
	}
	return known;
}
