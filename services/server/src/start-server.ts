import { type ApiDependencies, createApi, findWebFiles, startFitWorker } from "@anny-fitter/api";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { Metrics } from "@anny-fitter/platform/observability";
import { listenError } from "./listen-error.js";
import { openDependencies } from "./open-dependencies.js";
import { serverLog } from "./server-log.js";

/** How long a stop waits for requests that are being read or answered. */
const REQUEST_GRACE_MS = 5000;

export interface RunningServer {
	/** Where it listens, such as http://127.0.0.1:8000. */
	readonly url: string;
	/** Whether a browser finds the web application there, or the API alone. */
	readonly servesApplication: boolean;
	/** How long a stop waits for running fits. */
	readonly shutdownGrace_ms: number;
	/** Takes no more requests, finishes or hands over the running fits, closes everything. May be called twice. */
	stop(): Promise<void>;
}

/**
 * Starts the API and its worker in this process.
 *
 * @param metrics of this process where others answer at the same address
 * @throws AppError `invalid_configuration` when the port is taken, and what opening the parts throws
 */
export async function startServer(
	config: ServerConfig,
	log: ApiDependencies["log"] = serverLog(config, "api"),
	metrics?: Metrics,
): Promise<RunningServer> {
	const opened = await openDependencies(config, log, undefined, metrics);
	try {
		const api = await createApi(opened.dependencies);
		const url = await api
			.listen({ host: config.host, port: config.port, backlog: 511 })
			.catch((cause: NodeJS.ErrnoException) => {
				throw listenError(cause, config);
			});
		const worker = await startFitWorker(opened.dependencies);
		let stopped: Promise<void> | undefined;
		const stop = async () => {
			// An upload that crawls would keep the server, and its photo, until a supervisor kills it.
			const cut = setTimeout(() => api.server.closeAllConnections(), REQUEST_GRACE_MS);
			// Both at once: a client that watches its fit keeps its connection until the fit ends.
			await Promise.all([api.close(), worker.stop()]).finally(() => clearTimeout(cut));
			await opened.close();
		};
		return {
			url,
			servesApplication: findWebFiles(config.webDir) !== null,
			shutdownGrace_ms: config.shutdownGrace_ms,
			stop: () => {
				stopped ??= stop();
				return stopped;
			},
		};
	} catch (error) {
		await opened.close().catch(() => undefined);
		throw error;
	}
}
