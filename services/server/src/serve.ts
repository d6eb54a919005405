import type { ServerConfig } from "@anny-fitter/platform/config";
import { startCluster } from "./start-cluster.js";
import { type RunningServer, startServer } from "./start-server.js";

/** Starts the backend as the settings say: in this process, or as several processes on one port. */
export function serve(config: ServerConfig): Promise<RunningServer> {
	return config.workers > 1 ? startCluster(config) : startServer(config);
}
