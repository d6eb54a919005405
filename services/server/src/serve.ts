import { type Environment, listConfigWarnings, loadConfig } from "@anny-fitter/platform/config";
import { startTracing } from "@anny-fitter/platform/observability";
import { findPort } from "./listen-error.js";
import { serverLog } from "./server-log.js";
import { startCluster } from "./start-cluster.js";
import { type RunningServer, startServer } from "./start-server.js";

/**
 * Starts the backend as the settings say: in this process, or as several processes on one port.
 *
 * @param env settings, as docs/configuration.md lists them
 * @throws AppError `invalid_configuration` (also when the port is taken), and what opening the parts throws
 */
export async function serve(env: Environment): Promise<RunningServer> {
	const settings = loadConfig(env);
	const log = serverLog(settings, settings.workers > 1 ? "primary" : "api");
	for (const warning of listConfigWarnings(settings, env)) log.warn({ setting: true }, warning);
	const config = { ...settings, port: await findPort(settings) };
	const tracing = await startTracing({ service: settings.workers > 1 ? "services" : "api", env, log });
	const server = await (config.workers > 1 ? startCluster(config, log) : startServer(config, log));
	return {
		...server,
		stop: async () => {
			await server.stop();
			await tracing.stop();
		},
	};
}
