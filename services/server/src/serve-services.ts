import { join } from "node:path";
import type { ApiDependencies } from "@anny-fitter/api";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { ServiceMetrics } from "@anny-fitter/platform/observability";
import { startRpcServer } from "@anny-fitter/platform/rpc";
import { Closers } from "./closers.js";
import { openService, SERVICE_NAMES, type ServiceName } from "./open-services.js";

/** The API processes have ended before, so nothing of worth is running. */
const STOP_GRACE_MS = 2000;

/** The services of this machine's API processes. */
export interface ServedServices {
	/** Settings that make another process use them. */
	readonly urls: Pick<ServerConfig, `${ServiceName}Url`>;
	stop(): Promise<void>;
}

/** Serves those services that the settings do not place elsewhere, on sockets in a folder. */
export async function serveServices(
	config: ServerConfig,
	folder: string,
	log: ApiDependencies["log"],
	metrics: ServiceMetrics,
): Promise<ServedServices> {
	const closers = new Closers();
	const urls: Record<string, string | undefined> = {};
	try {
		for (const name of SERVICE_NAMES) {
			urls[`${name}Url`] = config[`${name}Url`];
			if (config[`${name}Url`] !== undefined) continue;
			const service = await openService(name, config, log, metrics);
			closers.add(() => service.close());
			const server = await startRpcServer({
				routes: (router) => service.routes(router),
				socketPath: join(folder, `${name}.sock`),
				isHealthy: () => service.isHealthy(),
				log,
				metrics,
			});
			closers.add(() => server.stop({ grace_ms: STOP_GRACE_MS }));
			urls[`${name}Url`] = server.url;
		}
	} catch (error) {
		await closers.close().catch(() => undefined);
		throw error;
	}
	return { urls: urls as ServedServices["urls"], stop: () => closers.close() };
}
