import { join } from "node:path";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { Logger } from "@anny-fitter/platform/observability";
import { startRpcServer } from "@anny-fitter/platform/rpc";
import { Closers } from "./closers.js";
import { openService, SERVICE_NAMES, type ServiceName } from "./open-services.js";

/** The services of this machine's API processes. */
export interface ServedServices {
	/** Settings that make another process use them. */
	readonly urls: Pick<ServerConfig, `${ServiceName}Url`>;
	stop(): Promise<void>;
}

/** Serves those services that the settings do not place elsewhere, on sockets in a folder. */
export async function serveServices(config: ServerConfig, folder: string, log: Logger): Promise<ServedServices> {
	const closers = new Closers();
	const urls: Record<string, string | undefined> = {};
	try {
		for (const name of SERVICE_NAMES) {
			urls[`${name}Url`] = config[`${name}Url`];
			if (config[`${name}Url`] !== undefined) continue;
			const service = await openService(name, config, log);
			closers.add(() => service.close());
			const path = join(folder, `${name}.sock`);
			const server = await startRpcServer({ routes: (router) => service.routes(router), path, log });
			closers.add(() => server.stop({ grace_ms: 2000 }));
			urls[`${name}Url`] = `unix:${path}`;
		}
	} catch (error) {
		await closers.close().catch(() => undefined);
		throw error;
	}
	return { urls: urls as ServedServices["urls"], stop: () => closers.close() };
}
