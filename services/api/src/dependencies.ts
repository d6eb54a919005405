import type { Cache } from "@anny-fitter/platform/cache";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { Database } from "@anny-fitter/platform/database";
import type { EventBus } from "@anny-fitter/platform/events";
import type { FitQueue } from "@anny-fitter/platform/jobs";
import type { ObjectStore } from "@anny-fitter/platform/objects";
import type { Metrics } from "@anny-fitter/platform/observability";
import type { PhotoVault } from "@anny-fitter/platform/vault";
import type { Transport } from "@connectrpc/connect";
import type { FastifyBaseLogger } from "fastify";

/** Transports to the three Connect services: in process or over gRPC. */
export interface ServiceTransports {
	readonly vision: Transport;
	readonly fitting: Transport;
	readonly visualization: Transport;
}

/** Everything that the API needs from outside; whoever starts it makes and closes these. */
export interface ApiDependencies {
	readonly config: ServerConfig;
	readonly database: Database;
	readonly queue: FitQueue;
	readonly vault: PhotoVault;
	readonly objects: ObjectStore;
	readonly events: EventBus;
	readonly cache: Cache;
	readonly services: ServiceTransports;
	readonly log: FastifyBaseLogger;
	/** Shared with the worker of the same process; without them the API keeps its own. */
	readonly metrics?: Metrics;
	/** The time; tests move it. */
	readonly now: () => Date;
}
