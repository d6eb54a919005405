import { timingSafeEqual } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { Metrics } from "@anny-fitter/platform/observability";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Times every request, by the pattern of its route. */
export function addRequestMetrics(api: Api, metrics: Metrics): void {
	api.addHook("onResponse", async (request, reply) => {
		const route = request.routeOptions.url ?? "none";
		metrics.observeRequest(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
	});
}

/** For Prometheus: programs of this machine, or those that know METRICS_TOKEN. Others find nothing here. */
export function registerMetricsRoute(api: Api, { config, database }: ApiDependencies, metrics: Metrics): void {
	metrics.readQueueLength(() =>
		database.asSystem(async (tx) => {
			const rows = await tx
				.selectFrom("sessions")
				.select((e) => ["status", e.fn.countAll<string>().as("count")])
				.where("status", "in", ["queued", "active"])
				.groupBy("status")
				.execute();
			const count = (status: string) => Number(rows.find((row) => row.status === status)?.count ?? 0);
			return { queued: count("queued"), active: count("active") };
		}),
	);
	metrics.readDatabasePool(() => database.poolUse());

	api.get(
		"/metrics",
		{
			config: { access: "public", rateLimit: "none" },
			schema: {
				summary: "Metrics for Prometheus",
				description: "Only for programs of the server's machine, or with METRICS_TOKEN as bearer token.",
				tags: ["health"],
				response: {
					200: { description: "Prometheus' text format", content: { "text/plain": { schema: z.string() } } },
				},
			},
		},
		async (request, reply) => {
			if (!mayRead(request, config)) throw new AppError("not_found", "There is nothing at this address.");
			const text = await metrics.render();
			return reply.header("cache-control", "no-store").type(metrics.contentType).send(text);
		},
	);
}

function mayRead(request: FastifyRequest, { metricsToken }: ServerConfig): boolean {
	if (metricsToken !== undefined) {
		const given = Buffer.from(request.headers.authorization ?? "");
		const wanted = Buffer.from(`Bearer ${metricsToken}`);
		if (given.length === wanted.length && timingSafeEqual(given, wanted)) return true;
	}
	// A proxy on this machine passes on requests from elsewhere, and says so.
	const isForwarded = request.headers["x-forwarded-for"] !== undefined || request.headers.forwarded !== undefined;
	return !isForwarded && /^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? "");
}
