import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	closeSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../packages/platform/test/free-port.js";
import { ROOT } from "./page.js";

const POSTGRES_PROGRAMS = spawnSync("bash", ["-c", "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1"], {
	encoding: "utf8",
}).stdout.trim();
const START_TIMEOUT_MS = 60_000;
const SERVICES = ["vision", "fitting", "visualization"];
/** Two work, and two more while they are replaced. */
const API_PLACES = 4;
const API_REPLICAS = 2;
/** The gateway leaves out what did not answer for so long; five seconds in production. */
const FAIL_TIMEOUT_MS = 1000;

/** Whether this machine has the programs that the runbook's blocks need. */
export const canHost =
	POSTGRES_PROGRAMS !== "" &&
	["age", "nginx -v", "redis-server", "prometheus", "promtool"].every(
		(program) => spawnSync(program.split(" ")[0]!, program.split(" ").slice(1).concat("--version")).error === undefined,
	);

/**
 * What docs/runbook.md acts on: the services of deploy/compose as processes of this machine, with their own configuration and
 * scripts. In place of a container engine stand the functions of `engine`, which replace the page's first block.
 */
export interface RunbookHost {
	/** The operator's folder: it looks like a checkout. */
	readonly folder: string;
	readonly secrets: string;
	/** Of the gateway, with https. */
	readonly url: string;
	/** Of each replica of the API that runs. */
	apiUrls(): readonly string[];
	/** First block of the page, for this machine. */
	readonly engine: string;
	/** A block with the addresses of this machine. */
	localized(code: string): string;
	/** Makes a release known, which runs from another folder than the checkout. */
	addRelease(version: string, folder: string): void;
	/** Ends a process as a crash would. */
	kill(service: "redis" | "postgres"): Promise<void>;
	stop(): Promise<void>;
}

interface Running {
	readonly child: ChildProcess;
	readonly version: string;
}

export async function startHost(): Promise<RunbookHost> {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-runbook-"));
	chmodSync(folder, 0o755);
	for (const name of ["services", "apps", "packages", "node_modules"])
		symlinkSync(join(ROOT, name), join(folder, name));
	copyDeploy(join(folder, "deploy"));
	const secrets = join(folder, "secrets");
	const logs = join(folder, "logs");
	for (const name of ["logs", "backups", "gateway", "mounts", "data"]) mkdirSync(join(folder, name));
	const apis = Array.from({ length: API_PLACES }, (_, index) => `api${index + 1}`);
	const ports = Object.fromEntries(
		await Promise.all(
			["postgres", "redis", "photos", "prometheus", "http", "https", "status", ...apis, ...SERVICES, "closed"].map(
				async (name) => [name, await freePort()] as const,
			),
		),
	) as Record<string, number>;
	const url = `https://localhost:${ports.https}`;
	const releases = new Map([["1.2.3", ROOT]]);
	const running = new Map<string, Running>();

	const secret = (name: string) => readFileSync(join(secrets, name), "utf8");
	const apiEnv = (name: string): Record<string, string> => {
		// As a container mounts them when it starts, with the addresses of this machine.
		const mounts = join(folder, "mounts", name);
		rmSync(mounts, { recursive: true, force: true });
		mkdirSync(mounts);
		const files = [
			"DATABASE_URL",
			"DATABASE_OWNER_URL",
			"REDIS_URL",
			"VAULT_SECRET",
			"JWT_SECRET",
			"METRICS_TOKEN",
			"FIELD_KEYS",
		];
		for (const file of [...files, "PHOTOS_URL"].map((variable) => variable.toLowerCase())) {
			const local = secret(file).replace(/@(postgres|redis|photos):\d+/, (_, host) => `@127.0.0.1:${ports[host]}`);
			writeFileSync(join(mounts, file), local);
		}
		const service = `http://127.0.0.1:${ports.closed}`;
		return {
			PATH: process.env.PATH!,
			NODE_ENV: "production",
			HOME: folder,
			PORT: String(ports[name] ?? 0),
			PUBLIC_URL: url,
			WEB_DIR: "none",
			TRUSTED_PROXIES: "1",
			DATA_DIR: join(folder, "data"),
			ANNY_FITTER_CACHE: process.env.ANNY_FITTER_CACHE ?? join(folder, "cache"),
			...{ VISION_URL: service, FITTING_URL: service, VISUALIZATION_URL: service },
			...Object.fromEntries(files.map((variable) => [`${variable}_FILE`, join(mounts, variable.toLowerCase())])),
			VAULT_REDIS_URL_FILE: join(mounts, "photos_url"),
			READ_RATE_LIMIT_PER_MINUTE: "100000",
		};
	};

	const runningApis = () => apis.filter((name) => running.has(name));
	const gatewayScript = join(folder, "deploy/gateway/start.sh");
	const gatewayEnv = (): Record<string, string> => ({
		PATH: process.env.PATH!,
		GATEWAY_RUN_DIR: join(folder, "gateway"),
		GATEWAY_ACCESS_LOG: join(logs, "gateway-access.log"),
		GATEWAY_TLS_CERTIFICATE: join(secrets, "tls_certificate"),
		GATEWAY_TLS_KEY: join(secrets, "tls_key"),
		GATEWAY_HTTP_PORT: String(ports.http),
		GATEWAY_HTTPS_PORT: String(ports.https),
		GATEWAY_PUBLIC_HTTPS_PORT: String(ports.https),
		GATEWAY_STATUS_PORT: String(ports.status),
		API_SERVERS: runningApis()
			.map((name) => `127.0.0.1:${ports[name]}`)
			.join(" "),
		// Pages and services are not what is tried here.
		...Object.fromEntries(
			["WEB", "VISION", "FITTING", "VISUALIZATION"].map((name) => [`${name}_SERVERS`, `127.0.0.1:${ports.closed}`]),
		),
		...Object.fromEntries(SERVICES.map((name) => [`GATEWAY_${name.toUpperCase()}_PORT`, String(ports[name])])),
		GATEWAY_REQUESTS_PER_SECOND: "1000",
		GATEWAY_REQUEST_BURST: "1000",
	});
	/** In production a name server tells it, every ten seconds. */
	async function tellGateway(): Promise<void> {
		execFileSync("/bin/sh", [gatewayScript, "gateway"], { env: { ...gatewayEnv(), GATEWAY_CHECK_ONLY: "true" } });
		running.get("gateway")!.child.kill("SIGHUP");
		await new Promise((resolve) => setTimeout(resolve, 500));
	}

	function spawnService(
		name: string,
		command: readonly string[],
		{ version = "", env, cwd = folder }: { version?: string; env?: Record<string, string>; cwd?: string } = {},
	): void {
		const log = openSync(join(logs, `${name}.log`), "a");
		const child = spawn(command[0]!, command.slice(1), { cwd, stdio: ["ignore", log, log], env: env ?? process.env });
		closeSync(log);
		running.set(name, { child, version });
		child.on("exit", () => running.get(name)?.child === child && running.delete(name));
	}
	async function end(name: string, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
		const child = running.get(name)?.child;
		if (child === undefined) return;
		const exited = once(child, "exit");
		child.kill(signal);
		await exited;
	}
	async function answers(name: string, ask: () => Promise<boolean> | boolean): Promise<void> {
		const until = Date.now() + START_TIMEOUT_MS;
		while (!(await ask())) {
			if (Date.now() > until || !running.has(name)) {
				throw new Error(`${name} did not start:\n${readFileSync(join(logs, `${name}.log`), "utf8").slice(-3000)}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
	const responds = (address: string) => async () => (await fetch(address).catch(() => null))?.ok ?? false;

	const starters: Record<string, (version: string) => Promise<void>> = {
		postgres: async () => {
			const data = join(folder, "postgres");
			const isNew = !existsSync(data);
			if (isNew) {
				mkdirSync(data, { mode: 0o700 });
				const password = join(data, "..", "superuser-password");
				writeFileSync(password, secret("postgres_superuser_password"));
				if (process.getuid?.() === 0) execFileSync("chown", ["postgres", data, password]);
				execFileSync(
					...asPostgres(
						"initdb",
						"--pgdata",
						data,
						"--username=postgres",
						`--pwfile=${password}`,
						"--auth=scram-sha-256",
					),
					{ stdio: "pipe" },
				);
			}
			const options = ["-p", String(ports.postgres), "-h", "127.0.0.1", "-k", data, "-c", "fsync=off"];
			const [program, words] = asPostgres("postgres", "-D", data, ...options);
			spawnService("postgres", [program, ...words]);
			const env = {
				...process.env,
				PGHOST: "127.0.0.1",
				PGPORT: String(ports.postgres),
				PGPASSWORD: secret("postgres_superuser_password"),
			};
			await answers(
				"postgres",
				() => spawnSync("psql", ["-U", "postgres", "-c", "select 1", "postgres"], { env }).status === 0,
			);
			if (!isNew) return;
			execFileSync("psql", ["-XqU", "postgres", "-c", "create database anny_fitter", "postgres"], { env });
			execFileSync(join(ROOT, "deploy/compose/postgres/make-logins.sh"), {
				env: {
					...env,
					POSTGRES_USER: "postgres",
					POSTGRES_DB: "anny_fitter",
					OWNER_PASSWORD_FILE: join(secrets, "postgres_owner_password"),
					APP_PASSWORD_FILE: join(secrets, "postgres_password"),
				},
			});
		},
		redis: () => startRedis("redis", "cache.conf"),
		photos: () => startRedis("photos", "photos.conf"),
		prometheus: async () => {
			const config = join(folder, "prometheus.yml");
			writeFileSync(
				config,
				`global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: ["${ROOT}deploy/prometheus/rules/*.yml"]
scrape_configs:
  - job_name: anny-fitter-api
    authorization: { credentials_file: ${secrets}/metrics_token }
    static_configs: [{ targets: [${apis.map((name) => `"127.0.0.1:${ports[name]}"`)}] }]
`,
			);
			const address = `127.0.0.1:${ports.prometheus}`;
			spawnService("prometheus", [
				"prometheus",
				`--config.file=${config}`,
				`--storage.tsdb.path=${folder}/prometheus`,
				`--web.listen-address=${address}`,
			]);
			await answers("prometheus", responds(`http://${address}/-/ready`));
		},
		...Object.fromEntries(
			apis.map((name) => [
				name,
				async (version: string) => {
					const cwd = releases.get(version);
					if (cwd === undefined) throw new Error(`There is no release ${version}.`);
					spawnService(name, [process.execPath, "services/server/dist/main.js"], { version, cwd, env: apiEnv(name) });
					await answers(name, responds(`http://127.0.0.1:${ports[name]}/healthz`));
				},
			]),
		),
		gateway: async () => {
			const text = readFileSync(gatewayScript, "utf8");
			writeFileSync(gatewayScript, text.replace("fail_timeout=5s", `fail_timeout=${FAIL_TIMEOUT_MS / 1000}s`));
			spawnService("gateway", ["/bin/sh", gatewayScript, "gateway"], { env: gatewayEnv() });
			await answers("gateway", responds(`http://127.0.0.1:${ports.status}/healthz`));
		},
	};
	const ORDER = ["postgres", "redis", "photos", "prometheus", ...apis, "gateway"];
	const named = (words: readonly string[]) => {
		const services = words.filter((word) => /^[a-z]+$/.test(word));
		return ORDER.filter((name) => services.length === 0 || services.includes(name.replace(/\d$/, "")));
	};
	async function startRedis(name: "redis" | "photos", config: string): Promise<void> {
		const text = readFileSync(join(ROOT, "deploy/compose/redis", config), "utf8");
		const data = mkdtempSync(join(folder, `${name}-`));
		const path = join(folder, config);
		writeFileSync(path, text.replace("/run/secrets/", `${secrets}/`).replace(/^dir .*$/m, `dir ${data}`));
		spawnService(name, ["redis-server", path, "--port", String(ports[name]), "--bind", "127.0.0.1"]);
		const password = secret(`${name}_auth.conf`).replace("requirepass ", "").trim();
		await answers(name, () =>
			spawnSync("redis-cli", ["-p", String(ports[name]), "ping"], {
				env: { ...process.env, REDISCLI_AUTH: password },
				encoding: "utf8",
			}).stdout.includes("PONG"),
		);
	}

	/** The engine's verbs, as the page uses them. */
	const verbs: Record<string, (words: readonly string[], version: string) => Promise<string>> = {
		up: async (words, version) => {
			for (const name of named(words)) {
				const isEnough = name.startsWith("api") && runningApis().length >= API_REPLICAS;
				if (!running.has(name) && !isEnough) await starters[name]!(version);
			}
			return "";
		},
		stop: async (words) => {
			await Promise.all(named(words).map((name) => end(name)));
			return "";
		},
		roll: async (words) => {
			for (const name of named(words).filter((each) => running.has(each))) {
				const { version } = running.get(name)!;
				await end(name);
				await starters[name]!(version);
				// nginx counts whole seconds.
				await new Promise((resolve) => setTimeout(resolve, FAIL_TIMEOUT_MS + 1200));
			}
			return "";
		},
		replace: async (_, version) => {
			const old = runningApis();
			const idle = apis.filter((name) => !old.includes(name)).slice(0, API_REPLICAS);
			for (const name of idle) await starters[name]!(version);
			await tellGateway();
			for (const name of old) await end(name);
			await tellGateway();
			return "";
		},
		ps: async () => `${[...running.keys()].sort().join("\n")}\n`,
		// For `run`: the surroundings of a process of that version.
		env: async (_, version) => {
			const env = { ...apiEnv("once"), PORT: "" };
			const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
			return `${releases.get(version)}\n${lines.join("\n")}\n`;
		},
	};
	const control = createServer(async (request, response) => {
		let body = "";
		for await (const piece of request) body += piece;
		const [version = "", verb = "", ...words] = body.split("\n");
		try {
			response.end(await verbs[verb]!(words, version));
		} catch (error) {
			response.writeHead(500).end(String(error));
		}
	}).listen(0, "127.0.0.1");
	await once(control, "listening");

	const substitutions: readonly (readonly [string, string])[] = [
		[
			"-connect fit.example.org:443 -servername fit.example.org",
			`-connect localhost:${ports.https} -servername localhost`,
		],
		["https://fit.example.org", url],
		["http://127.0.0.1:9090", `http://127.0.0.1:${ports.prometheus}`],
		["/tmp/gateway.conf", join(folder, "gateway/gateway.conf")],
		["/run/secrets/", `${secrets}/`],
		// PostgreSQL's programs refuse to be root, which the test may be.
		[
			"bash deploy/kubernetes/chart/files/restore-test.sh",
			"as_keeper bash deploy/kubernetes/chart/files/restore-test.sh",
		],
	];
	const engine = `
export PUBLIC_HOST=localhost PUBLIC_URL=${url} IMAGE_PREFIX=registry.example.org/ IMAGE_VERSION=1.2.3
export CURL_CA_BUNDLE="$PWD/ca.pem"
secrets=${secrets} backups=${folder}/backups
engine() { curl -sS --fail-with-body --data-binary "$(printf '%s\\n' "$IMAGE_VERSION" "$@")" http://127.0.0.1:${(control.address() as AddressInfo).port}/; }
roll() { engine roll "$@"; }
replace() { engine replace "$@"; }
tools() { PGHOST=127.0.0.1 PGPORT=${ports.postgres} PGUSER=postgres PGPASSWORD_FILE=$secrets/postgres_superuser_password BACKUP_DIR=$backups "$@"; }
as_keeper() {
	if [ "$(id -u)" != 0 ]; then "$@"; return; fi
	chown -R postgres "$backups" restore-key.txt
	runuser -u postgres -- "$@"
	chown -R root "$backups" restore-key.txt
}
compose() {
	local verb=$1; shift
	while [ "$verb" != up ] && [ "$verb" != stop ] && [[ "\${1:-}" == -* ]]; do
		case $1 in --tail | --since) shift 2 ;; *) shift ;; esac
	done
	local service=\${1:-}
	case $verb:$service in
		config:*) docker-compose -f deploy/compose/docker-compose.yml -f deploy/compose/docker-compose.production.yml config -q ;;
		exec:api | run:api)
			shift
			local answer; answer=$(engine env)
			(cd "$(head -1 <<<"$answer")" && mapfile -t variables < <(tail -n +2 <<<"$answer") && env -i "\${variables[@]}" "$@") ;;
		exec:postgres) shift; PGHOST=127.0.0.1 PGPORT=${ports.postgres} "$@" ;;
		exec:redis) shift; "\${@//redis-cli /redis-cli -p ${ports.redis} }" ;;
		exec:*) shift; "$@" ;;
		logs:*) for name; do cat ${logs}/$name*.log; done ;;
		*) engine "$verb" "$@" ;;
	esac
}
`;
	return {
		folder,
		secrets,
		url,
		apiUrls: () => runningApis().map((name) => `http://127.0.0.1:${ports[name]}`),
		engine,
		localized: (code) => substitutions.reduce((text, [from, to]) => text.replaceAll(from, to), code),
		addRelease: (version, place) => void releases.set(version, place),
		kill: (service) => end(service, service === "postgres" ? "SIGQUIT" : "SIGKILL"),
		stop: async () => {
			for (const name of [...ORDER].reverse()) await end(name);
			control.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** A copy of a release's tree with one more migration, as the next release would have it. */
export function addMigration(tree: string, name: string, up: string, down: string): void {
	const folder = join(tree, "packages/platform/dist/database/migrations");
	const place = existsSync(folder) ? folder : join(tree, "node_modules/@anny-fitter/platform/dist/database/migrations");
	const index = readFileSync(join(place, "index.js"), "utf8");
	if (!readdirSync(place).includes("index.js") || !index.includes("export const MIGRATIONS = {")) {
		throw new Error(`${place} has another form than expected`);
	}
	writeFileSync(
		join(place, `${name}.js`),
		`import { sql } from "kysely";\nexport const up = (db) => sql.raw(${JSON.stringify(up)}).execute(db);\nexport const down = (db) => sql.raw(${JSON.stringify(down)}).execute(db);\n`,
	);
	writeFileSync(
		join(place, "index.js"),
		`import * as next from "./${name}.js";\n${index.replace(/(export const MIGRATIONS = \{[\s\S]*?)\n\};/, `$1\n    "${name}": next,\n};`)}`,
	);
}

/** A copy, because programs look at the name that they are called by, and secrets of the checkout are no test's business. */
function copyDeploy(to: string): void {
	const tools = join(ROOT, "deploy/kubernetes/node_modules");
	cpSync(join(ROOT, "deploy"), to, {
		recursive: true,
		verbatimSymlinks: true,
		filter: (path) => path !== tools && path !== join(ROOT, "deploy/compose/secrets"),
	});
	if (existsSync(tools)) symlinkSync(tools, join(to, "kubernetes/node_modules"));
}

/** PostgreSQL's own user, which is not root. */
function asPostgres(program: string, ...words: string[]): [string, string[]] {
	const path = join(POSTGRES_PROGRAMS, program);
	return process.getuid?.() === 0
		? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, ...words]]
		: [path, words];
}
