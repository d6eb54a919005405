import cluster, { type Worker } from "node:cluster";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ApiDependencies, findWebFiles } from "@anny-fitter/api";
import { AppError, type ErrorCode } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import { createServiceMetrics, type ServiceMetrics } from "@anny-fitter/platform/observability";
import { type MetricsReply, type MetricsRequest, PrimaryMetrics } from "./cluster-metrics.js";
import { serveServices } from "./serve-services.js";
import type { RunningServer } from "./start-server.js";

/** What the primary tells a worker; over the channel between them, so that no secret stands in an environment. */
export type PrimaryMessage =
	/** `process` tells its metrics from those of the others. */
	| { readonly type: "start"; readonly config: ServerConfig; readonly process: string }
	| { readonly type: "stop" }
	| MetricsRequest;
/** What a worker tells the primary. */
export type WorkerMessage =
	| { readonly type: "online" }
	| { readonly type: "listening"; readonly url: string }
	| { readonly type: "failed"; readonly code: ErrorCode; readonly error: string; readonly remedy: string }
	| MetricsReply;

/** A worker that dies is replaced after this time, doubled with each death in a row. */
const RESTART_DELAY_MS = 500;
const MAX_RESTART_DELAY_MS = 30_000;
/** A worker that lived so long had no trouble starting. */
const STABLE_AFTER_MS = 60_000;

/**
 * Starts `config.workers` API processes on one port. They share one set of services, which runs in this process and is
 * reached over sockets in a private folder, and one vault secret, so that one finishes the fits of another that died.
 *
 * @throws AppError what the first worker could not start with
 */
export async function startCluster(config: ServerConfig, log: ApiDependencies["log"]): Promise<RunningServer> {
	const sockets = await mkdtemp(join(tmpdir(), "anny-fitter-"));
	const metrics = createServiceMetrics({ service: "services", process: "primary" });
	const services = await serveServices(config, sockets, log, metrics).catch(async (error: unknown) => {
		await rm(sockets, { recursive: true, force: true });
		throw error;
	});
	const shared: ServerConfig = { ...config, ...services.urls, vaultSecret: config.vaultSecret ?? randomBytes(32) };
	cluster.setupPrimary({
		exec: fileURLToPath(new URL("./cluster-worker.js", import.meta.url)),
		args: [],
		execArgv: [],
		serialization: "advanced",
	});
	const workers = new WorkerSet(shared, log, metrics);
	let stopped: Promise<void> | undefined;
	const stop = async () => {
		await workers.stop();
		await services.stop();
		await rm(sockets, { recursive: true, force: true });
	};
	const server = (url: string): RunningServer => ({
		url,
		servesApplication: findWebFiles(config.webDir) !== null,
		shutdownGrace_ms: config.shutdownGrace_ms,
		stop: () => {
			stopped ??= stop();
			return stopped;
		},
	});
	try {
		return server(await workers.start(config.workers));
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Keeps a number of workers running. */
class WorkerSet {
	readonly #config: ServerConfig;
	readonly #log: ApiDependencies["log"];
	#isStopping = false;
	#deathsInRow = 0;
	readonly #restarts = new Set<NodeJS.Timeout>();
	readonly #metrics: PrimaryMetrics;

	constructor(config: ServerConfig, log: ApiDependencies["log"], metrics: ServiceMetrics) {
		this.#config = config;
		this.#log = log;
		this.#metrics = new PrimaryMetrics(() => metrics.render(), livingWorkers);
	}

	/** @returns the address, once every worker listens */
	async start(count: number): Promise<string> {
		// The first one migrates the database and shows whether the settings work.
		const url = await this.#fork("1");
		await Promise.all(Array.from({ length: count - 1 }, (_, i) => this.#fork(String(i + 2))));
		return url;
	}

	async stop(): Promise<void> {
		this.#isStopping = true;
		for (const timer of this.#restarts) clearTimeout(timer);
		await Promise.all(livingWorkers().map((worker) => this.#stopOne(worker)));
	}

	#stopOne(worker: Worker): Promise<void> {
		return new Promise((resolve) => {
			// A worker that does not end by itself is past helping.
			const timer = setTimeout(() => worker.process.kill("SIGKILL"), this.#config.shutdownGrace_ms + 10_000);
			worker.once("exit", () => {
				clearTimeout(timer);
				resolve();
			});
			if (worker.isConnected()) worker.send({ type: "stop" } satisfies PrimaryMessage, () => undefined);
			else if (worker.isDead()) resolve();
		});
	}

	/** @param place a successor takes the place of the one that died, so that the metrics' labels stay few */
	#fork(place: string): Promise<string> {
		const worker = cluster.fork();
		const born = Date.now();
		let isListening = false;
		return new Promise((resolve, reject) => {
			let failure: AppError | undefined;
			worker.on("message", (message: WorkerMessage) => {
				if (message.type === "online") {
					worker.send({ type: "start", config: this.#config, process: place } satisfies PrimaryMessage);
				} else if (message.type === "listening") {
					isListening = true;
					resolve(message.url);
				} else if (message.type === "gather_metrics" || message.type === "metrics") {
					this.#metrics.receive(worker, message);
				} else {
					failure = new AppError(message.code, message.error, { remedy: message.remedy });
				}
			});
			worker.once("exit", (code, signal) => {
				reject(failure ?? new AppError("internal", `An API process ended at its start (${signal ?? code}).`));
				if (isListening && !this.#isStopping) this.#replace(place, Date.now() - born, signal ?? code);
			});
		});
	}

	#replace(place: string, age_ms: number, reason: string | number): void {
		this.#deathsInRow = age_ms > STABLE_AFTER_MS ? 0 : this.#deathsInRow + 1;
		const delay = Math.min(RESTART_DELAY_MS * 2 ** this.#deathsInRow, MAX_RESTART_DELAY_MS);
		this.#log.error({ reason, delay_ms: delay }, "an API process died and will be replaced");
		const timer = setTimeout(() => {
			this.#restarts.delete(timer);
			this.#fork(place).catch(() => {
				if (!this.#isStopping) this.#replace(place, 0, "did not start");
			});
		}, delay);
		this.#restarts.add(timer);
	}
}

function livingWorkers(): Worker[] {
	return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}
