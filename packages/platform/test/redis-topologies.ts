import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.js";
import { until } from "./redis-server.js";

/** Several servers of the test's own that are one Redis. */
export interface RedisTopology {
	/** For REDIS_URL. */
	readonly url: string;
	/** Of the certificates; empty without TLS. */
	readonly authority: string;
	/** Ends a master as a crash would; another takes its place some time later. */
	killMaster(): Promise<void>;
	dispose(): Promise<void>;
}

interface Options {
	readonly usesTls?: boolean;
}

const PASSWORD = "of-the-servers";
const SENTINEL_PASSWORD = "of-the-sentinels";
const MASTER = "anny";
/** A server is missing after this; the defaults are 15 and 30 s. */
const DOWN_AFTER_MS = 1500;
const run = promisify(execFile);

/** Three masters, each with a replica. */
export async function startRedisCluster({ usesTls = false }: Options = {}): Promise<RedisTopology> {
	const fleet = new Fleet(usesTls);
	const own = ["--cluster-enabled", "yes", "--cluster-node-timeout", `${DOWN_AFTER_MS}`];
	const ports: number[] = [];
	for (let i = 0; i < 6; i++)
		ports.push(await fleet.startServer([...own, ...(usesTls ? ["--tls-cluster", "yes"] : [])]));
	const hosts = ports.map((port) => `127.0.0.1:${port}`);
	await fleet.ask(ports[0]!, "--cluster", "create", ...hosts, "--cluster-replicas", "1", "--cluster-yes");
	const nodes = async () =>
		(await fleet.ask(ports.find((port) => fleet.isRunning(port))!, "CLUSTER", "NODES"))
			.split("\n")
			.filter((line) => line !== "");
	// Replicas have a copy, and every node knows every other.
	for (const port of ports) {
		await until(async () => (await fleet.ask(port, "CLUSTER", "INFO")).includes("cluster_state:ok"));
		await until(async () => !(await fleet.ask(port, "INFO", "replication")).includes("master_link_status:down"));
		await until(async () => (await fleet.ask(port, "CLUSTER", "NODES")).match(/\bslave\b/g)?.length === 3);
	}
	return {
		url: `redis${usesTls ? "s" : ""}+cluster://:${PASSWORD}@${hosts.slice(0, 3).join(",")}`,
		authority: fleet.authority,
		async killMaster() {
			const master = (await nodes()).find((line) => /\bmaster - /.test(line))!;
			await fleet.kill(Number(/:(\d+)@/.exec(master)![1]));
		},
		dispose: () => fleet.dispose(),
	};
}

/** A master, a replica and three Sentinels with a password of their own. */
export async function startRedisSentinels({ usesTls = false }: Options = {}): Promise<RedisTopology> {
	const fleet = new Fleet(usesTls);
	const master = await fleet.startServer([]);
	const replica = await fleet.startServer(["--replicaof", "127.0.0.1", `${master}`]);
	await until(async () => (await fleet.ask(replica, "INFO", "replication")).includes("master_link_status:up"));
	const sentinels: number[] = [];
	for (let i = 0; i < 3; i++) sentinels.push(await fleet.startSentinel(master));
	const askSentinel = (...command: string[]) => fleet.askAs(SENTINEL_PASSWORD, sentinels[0]!, ...command);
	for (const port of sentinels) {
		await until(async () => {
			const text = await fleet.askAs(SENTINEL_PASSWORD, port, "SENTINEL", "MASTER", MASTER);
			return /num-slaves\n1\n/.test(text) && /num-other-sentinels\n2\n/.test(text);
		});
	}
	return {
		url: `redis${usesTls ? "s" : ""}+sentinel://:${PASSWORD}@${sentinels.map((port) => `127.0.0.1:${port}`).join(",")}/${MASTER}?sentinel_password=${SENTINEL_PASSWORD}`,
		authority: fleet.authority,
		async killMaster() {
			await fleet.kill(Number((await askSentinel("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)).split("\n")[1]));
		},
		dispose: () => fleet.dispose(),
	};
}

/** Servers in one folder, with one certificate. */
class Fleet {
	readonly authority: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "anny-fitter-redis-"));
	readonly #processes = new Map<number, ChildProcess>();
	readonly #usesTls: boolean;

	constructor(usesTls: boolean) {
		this.#usesTls = usesTls;
		this.authority = usesTls ? join(this.#folder, "certificate") : "";
	}

	async startServer(words: readonly string[]): Promise<number> {
		const port = await this.#port();
		const memoryOnly = ["--save", "", "--appendonly", "no"];
		const copies = [
			"--repl-diskless-sync",
			"yes",
			"--repl-diskless-sync-delay",
			"0",
			"--repl-diskless-load",
			"on-empty-db",
		];
		const login = ["--requirepass", PASSWORD, "--masterauth", PASSWORD];
		const place = ["--dir", this.#folder, "--cluster-config-file", `nodes-${port}.conf`, "--bind", "127.0.0.1"];
		const tls = (await this.#tls()).flatMap(([name, value]) => [`--${name}`, value]);
		await this.#start(port, [...this.#listen(port), ...place, ...memoryOnly, ...copies, ...login, ...tls, ...words]);
		return port;
	}

	async startSentinel(master: number): Promise<number> {
		const port = await this.#port();
		const file = join(this.#folder, `sentinel-${port}.conf`);
		const [name, value, ...rest] = this.#listen(port);
		const lines = [
			`${name!.slice(2)} ${value}`,
			...(rest.length === 0 ? [] : [`${rest[0]!.slice(2)} ${rest[1]}`]),
			"bind 127.0.0.1",
			`dir ${this.#folder}`,
			`requirepass ${SENTINEL_PASSWORD}`,
			...(await this.#tls()).map((line) => line.join(" ")),
			`sentinel monitor ${MASTER} 127.0.0.1 ${master} 2`,
			`sentinel auth-pass ${MASTER} ${PASSWORD}`,
			`sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
			`sentinel failover-timeout ${MASTER} 2000`,
		];
		writeFileSync(file, `${lines.join("\n")}\n`);
		await this.#start(port, [file, "--sentinel"], SENTINEL_PASSWORD);
		return port;
	}

	ask(port: number, ...command: string[]): Promise<string> {
		return this.askAs(PASSWORD, port, ...command);
	}

	async askAs(password: string, port: number, ...command: string[]): Promise<string> {
		const tls = this.#usesTls ? ["--tls", "--cacert", this.authority] : [];
		const { stdout } = await run("redis-cli", ["-h", "127.0.0.1", "-p", `${port}`, ...tls, ...command], {
			env: { ...process.env, REDISCLI_AUTH: password },
		});
		return stdout.replaceAll("\r", "");
	}

	isRunning(port: number): boolean {
		return this.#processes.has(port);
	}

	async kill(port: number): Promise<void> {
		const child = this.#processes.get(port);
		if (child === undefined) throw new Error(`nothing runs on port ${port}`);
		this.#processes.delete(port);
		const ended = once(child, "exit");
		child.kill("SIGKILL");
		await ended;
	}

	async dispose(): Promise<void> {
		for (const port of [...this.#processes.keys()]) await this.kill(port);
		rmSync(this.#folder, { recursive: true, force: true });
	}

	async #start(port: number, words: readonly string[], password = PASSWORD): Promise<void> {
		this.#processes.set(port, spawn("redis-server", words, { stdio: "ignore" }));
		await until(() =>
			this.askAs(password, port, "PING").then(
				(text) => text === "PONG\n",
				() => false,
			),
		);
	}

	#listen(port: number): string[] {
		return this.#usesTls ? ["--port", "0", "--tls-port", `${port}`] : ["--port", `${port}`];
	}

	/** Made with the first server. */
	async #tls(): Promise<[string, string][]> {
		if (!this.#usesTls) return [];
		const key = join(this.#folder, "key");
		if (this.#processes.size === 0) {
			const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
			const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
			await run("openssl", ["req", ...kind, ...names, "-keyout", key, "-out", this.authority]);
		}
		return [
			["tls-cert-file", this.authority],
			["tls-key-file", key],
			["tls-ca-cert-file", this.authority],
			["tls-auth-clients", "no"],
			["tls-replication", "yes"],
		];
	}

	/** A cluster's nodes talk on the port 10000 above. */
	async #port(): Promise<number> {
		for (;;) {
			const port = await freePort();
			if (port < 55_000) return port;
		}
	}
}
