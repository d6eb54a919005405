import { timingSafeEqual } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { Metrics } from "@anny-fitter/platform/observability";
import type { FastifyRequest } from "fastify";
import { sql } from "kysely";
import { z } from "zod";
import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";
import { checkReadiness } from "./readiness.js";

/** The state of everything that requests need is asked for at most so often. */
const DEPENDENCIES_LIFETIME_MS = 5000;

/** Times every request, by the pattern of its route. */
export function addRequestMetrics(api: Api, metrics: Metrics): void {
	let openRequests = 0;
	metrics.readOpenRequests(() => openRequests);
	api.addHook("onRequest", async (_request, reply) => {
		openRequests++;
		reply.raw.once("close", () => openRequests--);
	});
	api.addHook("onResponse", async (request, reply) => {
		const route = request.routeOptions.url ?? "none";
		const status = reply.statusCode;
		const observe = () => metrics.observeRequest(route, request.method, status, reply.elapsedTime / 1000);
		// Within the request's trace, so that the number can point to it.
		if (request.span === null) observe();
		else request.span.run(observe);
		if (request.problemCode !== null) metrics.countProblem(request.problemCode);
		if (route === "/api/v1/auth/login" && (status === 200 || status === 401)) {
			metrics.countLogin(status === 200 ? "accepted" : "refused");
		}
	});
}

/** For Prometheus: programs of this machine, or those that know METRICS_TOKEN. Others find nothing here. */
export function registerMetricsRoute(api: Api, dependencies: ApiDependencies, metrics: Metrics): void {
	const { config, database } = dependencies;
	metrics.readQueue(() =>
		database.asSystem(async (tx) => {
			const rows = await tx
				.selectFrom("sessions")
				.select((e) => [
					"status",
					e.fn.countAll<string>().as("count"),
					// By the database's clock, as are the rows' own times.
					sql<number>`extract(epoch from now() - min(created_at))::float8`.as("oldest_s"),
				])
				.where("status", "in", ["queued", "active"])
				.groupBy("status")
				.execute();
			const queued = rows.find((row) => row.status === "queued");
			const active = rows.find((row) => row.status === "active");
			return {
				queued: Number(queued?.count ?? 0),
				active: Number(active?.count ?? 0),
				oldest_s: Math.max(0, queued?.oldest_s ?? 0),
			};
		}),
	);
	metrics.readDatabasePool(() => database.poolUse());
	let last: { readonly at_ms: number; readonly result: ReturnType<typeof checkReadiness> } | undefined;
	metrics.readDependencies(async () => {
		const at_ms = performance.now();
		if (last === undefined || at_ms - last.at_ms > DEPENDENCIES_LIFETIME_MS) {
			last = { at_ms, result: checkReadiness(dependencies) };
		}
		const { checks } = await last.result;
		return Object.fromEntries(Object.entries(checks).map(([name, { ok }]) => [name, ok]));
	});

	api.get(
		"/metrics",
		{
			config: { access: "public", rateLimit: "none" },
			schema: {
				summary: "Metrics for Prometheus",
				description: "Only for programs of the server's machine, or with METRICS_TOKEN as bearer token.",
				tags: ["health"],
				response: {
					200: { description: "OpenMetrics text", content: { "application/openmetrics-text": { schema: z.string() } } },
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
