import { setTimeout as delay } from "node:timers/promises";
import { Health, HealthStatus } from "@anny-fitter/contracts/rpc";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";

/** How often a watched status is looked at. */
const WATCH_INTERVAL_MS = 1000;

/** What the health service needs to know of its server. */
export interface HealthSource {
	/** Full names of the services, such as `anny_fitter.v1.VisionService`. */
	readonly serviceNames: readonly string[];
	readonly isHealthy: () => boolean;
	/** Aborted when the server begins to stop: from then on nothing is healthy and watching ends. */
	readonly stopping: AbortSignal;
}

/**
 * Serves `grpc.health.v1.Health` as load balancers and Kubernetes ask it: all services of a process share one status,
 * the empty name stands for the process.
 */
export function addHealthService(router: ConnectRouter, { serviceNames, isHealthy, stopping }: HealthSource): void {
	const isKnown = (service: string) => service === "" || serviceNames.includes(service);
	const status = () => (!stopping.aborted && isHealthy() ? HealthStatus.SERVING : HealthStatus.NOT_SERVING);
	router.service(Health, {
		check({ service }) {
			if (!isKnown(service)) throw new ConnectError("unknown service", Code.NotFound);
			return { status: status() };
		},
		async *watch({ service }, { signal }) {
			let last: HealthStatus | undefined;
			while (!signal.aborted) {
				const now = isKnown(service) ? status() : HealthStatus.SERVICE_UNKNOWN;
				if (now !== last) yield { status: now };
				last = now;
				if (stopping.aborted) return;
				await delay(WATCH_INTERVAL_MS, undefined, { signal: AbortSignal.any([signal, stopping]), ref: false }).catch(
					() => undefined,
				);
			}
		},
	});
}
