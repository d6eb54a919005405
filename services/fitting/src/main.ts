#!/usr/bin/env node
/** Serves the fitting service until it is told to stop; see README.md for its settings. */
import { AppError } from "@anny-fitter/contracts";
import { createLogger } from "@anny-fitter/platform/observability";
import { startRpcServer } from "@anny-fitter/platform/rpc";
import { openFittingService } from "./open-fitting-service.js";
import { type FittingSettings, readFittingSettings } from "./settings.js";

async function serve(settings: FittingSettings): Promise<void> {
	const { host, port, socketPath, shutdownGrace_ms, logLevel, ...options } = settings;
	const log = createLogger({ level: logLevel, service: "fitting" });
	const service = await openFittingService({ ...options, log });
	const server = await startRpcServer({
		routes: service.routes,
		...(socketPath === undefined ? { host, port } : { socketPath }),
		isHealthy: service.isHealthy,
		log,
	}).catch(async (error: unknown) => {
		await service.close();
		throw error;
	});
	log.info({ url: server.url }, "fitting service listens");

	const stop = async () => {
		log.info({}, "fitting service stops");
		await server.stop({ grace_ms: shutdownGrace_ms });
		await service.close();
	};
	for (const signal of ["SIGTERM", "SIGINT"] as const) {
		// A second signal ends the process at once.
		process.once(signal, () => void stop());
	}
}

try {
	await serve(readFittingSettings(process.env));
} catch (error) {
	if (!(error instanceof AppError)) throw error;
	console.error(`${error.message}\n${error.remedy}`);
	process.exitCode = error.exitCode;
}
