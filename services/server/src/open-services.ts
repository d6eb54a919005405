import type { ApiDependencies, ServiceTransports } from "@anny-fitter/api";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { ServiceMetrics } from "@anny-fitter/platform/observability";
import {
	addHealthService,
	createCallInterceptor,
	openGrpcTransport,
	withInterceptors,
} from "@anny-fitter/platform/rpc";
import { type ConnectRouter, createRouterTransport, type Transport } from "@connectrpc/connect";
import { Closers } from "./closers.js";

export const SERVICE_NAMES = ["vision", "fitting", "visualization"] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** A service as its package opens it. */
export interface OpenedService {
	routes(router: ConnectRouter): void;
	isHealthy(): boolean;
	close(): Promise<void>;
}

/** Opens a service in this process; its code is loaded only now. */
export async function openService(
	name: ServiceName,
	config: ServerConfig,
	log: ApiDependencies["log"],
	metrics: ServiceMetrics,
): Promise<OpenedService> {
	const modelData = config.modelDataDir === undefined ? {} : { modelDataDir: config.modelDataDir };
	if (name === "vision") {
		const { openVisionService } = await import("@anny-fitter/vision-service");
		return openVisionService({ device: config.inferenceDevice, log, metrics });
	}
	if (name === "fitting") {
		const { openFittingService } = await import("@anny-fitter/fitting-service");
		return openFittingService({ ...modelData, log, metrics });
	}
	const { openVisualizationService } = await import("@anny-fitter/visualization-service");
	return openVisualizationService({ ...modelData, metrics });
}

interface OpenedTransport {
	readonly transport: Transport;
	close(): Promise<void>;
}

/** The three services: in this process, or over gRPC where the settings name an address. */
export async function openServices(
	config: ServerConfig,
	log: ApiDependencies["log"],
	metrics: ServiceMetrics,
): Promise<ServiceTransports & { close(): Promise<void> }> {
	const closers = new Closers();
	const reach = async (name: ServiceName): Promise<OpenedTransport> => {
		const url = config[`${name}Url`];
		if (url !== undefined) return openGrpcTransport(url, { metrics });
		const service = await openService(name, config, log, metrics);
		return { transport: inProcess(service, metrics), close: () => service.close() };
	};
	try {
		const [vision, fitting, visualization] = await closers.openAll(
			reach("vision"),
			reach("fitting"),
			reach("visualization"),
		);
		return {
			vision: vision.transport,
			fitting: fitting.transport,
			visualization: visualization.transport,
			close: () => closers.close(),
		};
	} catch (error) {
		await closers.close().catch(() => undefined);
		throw error;
	}
}

/** With the health service and the observation that a server of its own has, so that both mean the same for both. */
function inProcess(service: OpenedService, metrics: ServiceMetrics): Transport {
	return createRouterTransport(
		(router) => {
			service.routes(withInterceptors(router, [createCallInterceptor("server", metrics)]));
			addHealthService(router, {
				serviceNames: [],
				isHealthy: () => service.isHealthy(),
				stopping: new AbortController().signal,
			});
		},
		{ transport: { interceptors: [createCallInterceptor("client", metrics)] } },
	);
}
