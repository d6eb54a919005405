import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "@anny-fitter/contracts";
import type { MetricsRegistry } from "./metrics-registry.js";

export interface MetricsServer {
	/** Such as http://127.0.0.1:9101. */
	readonly url: string;
	stop(): Promise<void>;
}

/**
 * Answers `GET /metrics` for Prometheus where a process has no other HTTP address.
 *
 * @param options.port 0 takes any free one
 * @throws AppError `invalid_configuration` when it cannot listen there
 */
export async function startMetricsServer(
	metrics: Pick<MetricsRegistry, "render" | "contentType">,
	{ host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
	const server = createServer((request, response) => {
		if (request.method !== "GET" || request.url !== "/metrics") {
			response.writeHead(404).end();
			return;
		}
		metrics.render().then(
			(text) => response.writeHead(200, { "content-type": metrics.contentType, "cache-control": "no-store" }).end(text),
			() => response.writeHead(500).end(),
		);
	});
	server.requestTimeout = 10_000;
	await new Promise<void>((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) =>
			reject(
				new AppError(
					"invalid_configuration",
					`Metrics cannot be served on ${host}:${port}: ${cause.code ?? "unknown reason"}.`,
					{ remedy: "Choose another port for the metrics.", cause },
				),
			),
		);
		server.listen({ host, port }, resolve);
	});
	const { address, family, port: actual } = server.address() as AddressInfo;
	return {
		url: `http://${family === "IPv6" ? `[${address}]` : address}:${actual}`,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
