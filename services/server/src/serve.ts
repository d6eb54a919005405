import { type Environment, listConfigWarnings, loadConfig } from "@anny-fitter/platform/config";
import { requireFreePort } from "./listen-error.js";
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
	const config = loadConfig(env);
	const log = serverLog(config, config.workers > 1 ? "primary" : "api");
	for (const warning of listConfigWarnings(config, env)) log.warn({ setting: true }, warning);
	await requireFreePort(config);
	return config.workers > 1 ? startCluster(config, log) : startServer(config, log);
}
