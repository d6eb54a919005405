import { AppError } from "@anny-fitter/contracts";
import type { ConnectRouter } from "@connectrpc/connect";
import {
	createLogger,
	createServiceMetrics,
	type Log,
	type MetricsServer,
	type ServiceMetrics,
	startMetricsServer,
	startTracing,
} from "../observability/index.js";
import { startRpcServer } from "./rpc-server.js";
import type { ServiceSettings } from "./service-settings.js";

/** A service with what it needs loaded. */
export interface RunnableService {
	routes(router: ConnectRouter): void;
	isHealthy(): boolean;
	close(): Promise<void>;
}

/**
 * The program of one service: opens it, serves it until SIGTERM or SIGINT, lets running calls finish, closes it. What a
 * person can mend is printed with its remedy and ends with the error's exit code.
 *
 * @param name for the log
 * @param readSettings may throw AppError `invalid_configuration`
 */
export async function runService<Settings extends ServiceSettings>(
	name: string,
	readSettings: () => Settings,
	open: (settings: Settings, log: Log, metrics: ServiceMetrics) => Promise<RunnableService>,
): Promise<void> {
	try {
		await serve(name, readSettings(), open);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		console.error(`${error.message}\n${error.remedy}`);
		process.exitCode = error.exitCode;
	}
}

async function serve<Settings extends ServiceSettings>(
	name: string,
	settings: Settings,
	open: (settings: Settings, log: Log, metrics: ServiceMetrics) => Promise<RunnableService>,
): Promise<void> {
	const { host, port, socketPath, shutdownGrace_ms, logLevel, metricsPort } = settings;
	const log = createLogger({ level: logLevel, service: name });
	const tracing = await startTracing({ service: name, env: process.env, log });
	const metrics = createServiceMetrics({ service: name });
	const service = await open(settings, log, metrics);
	let metricsServer: MetricsServer | undefined;
	const server = await startRpcServer({
		routes: service.routes,
		...(socketPath === undefined ? { host, port } : { socketPath }),
		isHealthy: service.isHealthy,
		log,
		metrics,
	}).catch(async (error: unknown) => {
		await service.close();
		throw error;
	});
	try {
		if (metricsPort !== undefined) metricsServer = await startMetricsServer(metrics, { host, port: metricsPort });
	} catch (error) {
		await server.stop({ grace_ms: 0 });
		await service.close();
		throw error;
	}
	log.info(
		{ url: server.url, metrics_url: metricsServer?.url, traces: tracing.isExporting },
		`${name} service listens`,
	);

	const stop = async () => {
		log.info({}, `${name} service stops`);
		await server.stop({ grace_ms: shutdownGrace_ms });
		await metricsServer?.stop();
		await service.close();
		await tracing.stop();
	};
	for (const signal of ["SIGTERM", "SIGINT"] as const) {
		// A second signal ends the process at once.
		process.once(signal, () => void stop());
	}
}
