import { join } from "node:path";
import type { ApiDependencies, ServiceTransports } from "@anny-fitter/api";
import { openCache } from "@anny-fitter/platform/cache";
import type { ServerConfig } from "@anny-fitter/platform/config";
import { openEventBus } from "@anny-fitter/platform/events";
import { openFitQueue } from "@anny-fitter/platform/jobs";
import { openObjectStore } from "@anny-fitter/platform/objects";
import { createMetrics, type Metrics } from "@anny-fitter/platform/observability";
import { openPhotoVault } from "@anny-fitter/platform/vault";
import { Closers } from "./closers.js";
import { openServerDatabase } from "./open-server-database.js";
import { openServices } from "./open-services.js";

export interface OpenedDependencies {
	readonly dependencies: ApiDependencies;
	/** Closes everything, in the reverse order of opening. */
	close(): Promise<void>;
}

/**
 * Opens what the settings name: an embedded part wherever they name nothing. What depends on nothing else is opened side
 * by side, because PGlite and the networks take seconds.
 *
 * @param services transports to use instead of those the settings name
 * @param metrics of this process
 * @throws AppError when a part cannot be opened; the others are closed again
 */
export async function openDependencies(
	config: ServerConfig,
	log: ApiDependencies["log"],
	services?: ServiceTransports,
	metrics: Metrics = createMetrics({ service: "api" }),
): Promise<OpenedDependencies> {
	const closers = new Closers();
	try {
		const [database, vault, objects, events, cache, transports] = await closers.openAll(
			openServerDatabase(config, log, metrics),
			openPhotoVault({
				redisUrl: config.vaultRedisUrl,
				redisIsVolatile: config.vaultRedisIsVolatile,
				secret: config.vaultSecret,
				folder: config.vaultDir,
				lifetime_ms: config.vaultLifetime_ms,
				maxSize_bytes: config.vaultMaxSize_bytes,
				log,
			}),
			openObjectStore({ s3: config.s3, folder: join(config.dataDir, "exports") }),
			openEventBus({ redisUrl: config.redisUrl, log }),
			openCache({ redisUrl: config.redisUrl, log }),
			services === undefined ? openServices(config, log, metrics) : { ...services, close: async () => undefined },
		);
		const queue = await openFitQueue(database);
		closers.add(() => queue.stop({ grace_ms: 0 }));
		return {
			dependencies: {
				config,
				database,
				queue,
				vault,
				objects,
				events,
				cache,
				services: transports,
				log,
				metrics,
				now: () => new Date(),
			},
			close: () => closers.close(),
		};
	} catch (error) {
		await closers.close().catch(() => undefined);
		throw error;
	}
}
