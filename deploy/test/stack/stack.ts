import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../packages/platform/test/free-port.js";
import { asSuperuser, createEmptyPostgres, TEST_DATABASE_URL } from "../../../packages/platform/test/test-databases.js";
import { buildTree, type TreeReport } from "../../images/build-tree.mjs";
import { DEPLOYABLES } from "../../images/deployables.mjs";
import { type ConfinedProcess, startConfined } from "./confined-process.js";

const DEPLOY = fileURLToPath(new URL("../..", import.meta.url));
const START_TIMEOUT_MS = 90_000;

type ServiceName = "vision" | "fitting" | "visualization";

/**
 * What deploy/compose describes, without containers: the same trees, scripts and settings, each process confined as far as
 * this machine lets it be.
 */
export interface Stack {
	/** Of the gateway, with https. */
	readonly url: string;
	readonly httpUrl: string;
	readonly statusUrl: string;
	/** Of each API process, past the gateway. */
	readonly apiUrls: readonly string[];
	/** Of the database, as a superuser. */
	readonly databaseUrl: string;
	/** For events, cache and counters, and for photos. */
	readonly redis: Readonly<Record<"redis" | "photos", RunningRedis>>;
	/** Certificate of the gateway. */
	readonly ca: string;
	readonly trees: readonly TreeReport[];
	readonly processes: { readonly gateway: ConfinedProcess; readonly web: ConfinedProcess } & Readonly<
		Record<ServiceName | "api", readonly ConfinedProcess[]>
	>;
	/** The health check of an image, asked of a running process. */
	checkHealth(name: ServiceName | "api", index: number): number | null;
	/** Waits until a process that was started again takes work. */
	untilWell(name: ServiceName | "api" | "gateway", index: number): Promise<void>;
	stop(): Promise<void>;
}

interface RunningRedis {
	/** With its password. */
	readonly url: string;
	readonly pid: number;
}

/** Settings that the tests need to be other than those of the compose files. */
export interface StackOptions {
	readonly gateway?: Readonly<Record<string, string>>;
	readonly api?: Readonly<Record<string, string>>;
	readonly replicas: Readonly<Record<ServiceName | "api", number>>;
}

export async function startStack({ gateway = {}, api = {}, replicas }: StackOptions): Promise<Stack> {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-stack-"));
	// The processes are other users.
	chmodSync(folder, 0o755);
	const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
	const stop = async () => {
		for (const step of undo.reverse()) await step();
	};
	try {
		const names = Object.keys(DEPLOYABLES) as (keyof typeof DEPLOYABLES)[];
		const tree = (name: string) => join(folder, "trees", name);
		const trees = names.map((name) => buildTree(name, tree(name)));

		const secrets = join(folder, "secrets");
		execFileSync(join(DEPLOY, "compose/make-secrets"), [secrets]);
		const rewrite = (name: string, content: string) => {
			rmSync(join(secrets, name));
			writeFileSync(join(secrets, name), content);
		};
		const secret = (name: string) => readFileSync(join(secrets, name), "utf8");
		const logs = join(folder, "logs");
		mkdirSync(logs);

		const database = await createEmptyPostgres();
		undo.push(() => database.drop());
		const logins = await makeLogins(database.url, secrets);
		undo.push(logins.drop);
		rewrite("database_url", logins.url(logins.login, secret("postgres_password")));
		rewrite("database_owner_url", logins.url(logins.owner, secret("postgres_owner_password")));
		const openRedis = async (name: "redis" | "photos", config: string): Promise<RunningRedis> => {
			const server = await startRedis(folder, config, secrets);
			undo.push(server.stop);
			const url = secret(`${name}_url`).replace(`@${name}:6379`, `@127.0.0.1:${server.port}`);
			rewrite(`${name}_url`, url);
			return { url: url.trim(), pid: server.pid };
		};
		const redis = {
			redis: await openRedis("redis", "cache.conf"),
			photos: await openRedis("photos", "photos.conf"),
		};

		const start = (options: Parameters<typeof startConfined>[0]) => {
			const started = startConfined(options);
			undo.push(() => started.stop());
			return started;
		};
		const ports = new Map<ConfinedProcess, number>();
		const startService = async (name: ServiceName) => {
			const port = await freePort();
			const prefix = name.toUpperCase();
			const started = start({
				tree: tree(name),
				logs,
				command: [process.execPath, DEPLOYABLES[name].entry],
				env: {
					NODE_ENV: "production",
					HOME: "/tmp",
					ANNY_FITTER_CACHE: "/mnt/cache",
					[`${prefix}_PORT`]: String(port),
					[`${prefix}_THREADS`]: "1",
				},
			});
			ports.set(started, port);
			return started;
		};
		const startSeveral = <T>(count: number, one: () => Promise<T>) => Promise.all(Array.from({ length: count }, one));
		const vision = await startSeveral(replicas.vision, () => startService("vision"));
		const fitting = await startSeveral(replicas.fitting, () => startService("fitting"));
		const visualization = await startSeveral(replicas.visualization, () => startService("visualization"));

		const port = {
			http: await freePort(),
			https: await freePort(),
			status: await freePort(),
			vision: await freePort(),
			fitting: await freePort(),
			visualization: await freePort(),
			web: await freePort(),
		};
		const url = `https://localhost:${port.https}`;
		const startApi = async () => {
			const own = await freePort();
			const started = start({
				tree: tree("api"),
				secrets,
				logs,
				command: [process.execPath, DEPLOYABLES.api.entry],
				env: {
					NODE_ENV: "production",
					HOME: "/tmp",
					ANNY_FITTER_CACHE: "/mnt/cache",
					PORT: String(own),
					PUBLIC_URL: url,
					WEB_DIR: "none",
					TRUSTED_PROXIES: "1",
					DATA_DIR: "/tmp/data",
					VISION_URL: `http://127.0.0.1:${port.vision}`,
					FITTING_URL: `http://127.0.0.1:${port.fitting}`,
					VISUALIZATION_URL: `http://127.0.0.1:${port.visualization}`,
					...Object.fromEntries(
						["DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "VAULT_SECRET", "JWT_SECRET", "METRICS_TOKEN"].map(
							(name) => [`${name}_FILE`, `/run/secrets/${name.toLowerCase()}`],
						),
					),
					VAULT_REDIS_URL_FILE: "/run/secrets/photos_url",
					FIELD_KEYS_FILE: "/run/secrets/field_keys",
					...api,
				},
			});
			ports.set(started, own);
			return started;
		};
		const apis = await startSeveral(replicas.api, startApi);
		execFileSync("cp", ["-r", join(DEPLOY, "gateway"), join(folder, "gateway")]);
		const web = start({
			tree: folder,
			logs,
			command: ["/bin/sh", "/mnt/gateway/start.sh", "web"],
			env: { WEB_PORT: String(port.web), WEB_ROOT: "/mnt/trees/web/html" },
		});
		const servers = (processes: readonly ConfinedProcess[]) =>
			processes.map((one) => `127.0.0.1:${ports.get(one)}`).join(" ");
		await allReady(apis.map((one) => [one, `http://127.0.0.1:${ports.get(one)}/healthz`] as const));
		const front = start({
			tree: join(folder, "gateway"),
			secrets,
			logs,
			command: ["/bin/sh", "/mnt/start.sh", "gateway"],
			env: {
				GATEWAY_TLS_CERTIFICATE: "/run/secrets/tls_certificate",
				GATEWAY_TLS_KEY: "/run/secrets/tls_key",
				GATEWAY_HTTP_PORT: String(port.http),
				GATEWAY_HTTPS_PORT: String(port.https),
				GATEWAY_PUBLIC_HTTPS_PORT: String(port.https),
				GATEWAY_STATUS_PORT: String(port.status),
				GATEWAY_VISION_PORT: String(port.vision),
				GATEWAY_FITTING_PORT: String(port.fitting),
				GATEWAY_VISUALIZATION_PORT: String(port.visualization),
				API_SERVERS: servers(apis),
				WEB_SERVERS: `127.0.0.1:${port.web}`,
				VISION_SERVERS: servers(vision),
				FITTING_SERVERS: servers(fitting),
				VISUALIZATION_SERVERS: servers(visualization),
				...gateway,
			},
		});
		const statusUrl = `http://127.0.0.1:${port.status}`;
		await allReady([
			[front, `${statusUrl}/healthz`],
			[web, `http://127.0.0.1:${port.web}/healthz`],
			...apis.map((one) => [one, `http://127.0.0.1:${ports.get(one)}/readyz`] as const),
		]);
		const processes = { gateway: front, web, api: apis, vision, fitting, visualization };
		const healthCheck = (name: ServiceName | "api", index: number) => [
			join(tree(name), "health-check.mjs"),
			name === "api" ? "http" : "grpc",
			String(ports.get(processes[name][index]!)),
		];
		return {
			url,
			httpUrl: `http://127.0.0.1:${port.http}`,
			statusUrl,
			apiUrls: apis.map((one) => `http://127.0.0.1:${ports.get(one)}`),
			databaseUrl: database.url,
			redis,
			ca: secret("tls_certificate"),
			trees,
			processes,
			checkHealth: (name, index) => spawnSync(process.execPath, healthCheck(name, index)).status,
			untilWell: async (name, index) => {
				if (name === "gateway") return allReady([[front, `${statusUrl}/healthz`]]);
				const until = Date.now() + START_TIMEOUT_MS;
				for (;;) {
					const [code] = await once(spawn(process.execPath, healthCheck(name, index), { stdio: "ignore" }), "exit");
					if (code === 0) return;
					if (Date.now() > until) throw new Error(`${name} is not well:\n${processes[name][index]!.log()}`);
					await new Promise((resolve) => setTimeout(resolve, 200));
				}
			},
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Waits until each answers 200; tells the log of one that does not. */
async function allReady(asked: readonly (readonly [ConfinedProcess, string])[]): Promise<void> {
	const until = Date.now() + START_TIMEOUT_MS;
	for (const [process, url] of asked) {
		for (;;) {
			const answer = await fetch(url).catch(() => null);
			const text = await answer?.text();
			if (answer?.status === 200) break;
			if (Date.now() > until) throw new Error(`${url} is not ready (${text}):\n${process.log()}`);
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
}

/** Runs the script that PostgreSQL's container runs, with logins of this run's own. */
async function makeLogins(databaseUrl: string, secrets: string) {
	const suffix = randomBytes(4).toString("hex");
	const [owner, login] = [`anny_owner_${suffix}`, `anny_login_${suffix}`];
	const { username, password, hostname, port, pathname } = new URL(databaseUrl);
	execFileSync(join(DEPLOY, "compose/postgres/make-logins.sh"), {
		env: {
			PATH: process.env.PATH,
			PGHOST: hostname,
			PGPORT: port || "5432",
			...(password === "" ? {} : { PGPASSWORD: decodeURIComponent(password) }),
			POSTGRES_USER: decodeURIComponent(username),
			POSTGRES_DB: pathname.slice(1),
			OWNER_LOGIN: owner,
			APP_LOGIN: login,
			OWNER_PASSWORD_FILE: join(secrets, "postgres_owner_password"),
			APP_PASSWORD_FILE: join(secrets, "postgres_password"),
		},
		stdio: ["ignore", "inherit", "inherit"],
	});
	return {
		owner,
		login,
		url: (user: string, word: string) => `postgres://${user}:${word}@${hostname}:${port || "5432"}${pathname}`,
		// After the database is gone, which holds what they own.
		drop: async () => {
			await asSuperuser(databaseUrl, (client) =>
				client.query(`reassign owned by ${owner} to current_user; drop owned by ${owner}; drop owned by ${login}`),
			);
			await asSuperuser(TEST_DATABASE_URL, async (client) => {
				for (const role of [owner, login]) {
					await client.query(`drop owned by ${role}`);
					await client.query(`drop role ${role}`);
				}
			});
		},
	};
}

async function startRedis(folder: string, config: string, secrets: string) {
	const port = await freePort();
	const path = join(folder, config);
	const text = readFileSync(join(DEPLOY, "compose/redis", config), "utf8");
	const data = mkdtempSync(join(folder, "redis-"));
	writeFileSync(path, text.replace("/run/secrets/", `${secrets}/`).replace(/^dir .*$/m, `dir ${data}`));
	const child = spawn("redis-server", [path, "--port", String(port), "--bind", "127.0.0.1"], {
		stdio: "ignore",
	});
	const exited = once(child, "exit");
	return {
		port,
		pid: child.pid!,
		stop: async () => {
			child.kill();
			await exited;
		},
	};
}
