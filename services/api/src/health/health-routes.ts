import { healthDocumentSchema, type ReadinessDocument, readinessDocumentSchema } from "@anny-fitter/contracts";
import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";
import { checkReadiness } from "./readiness.js";

/** Load balancers ask often; more than once a second tells nothing new. */
const READINESS_LIFETIME_MS = 1000;

/** healthz, readyz. */
export async function registerHealthRoutes(api: Api, dependencies: ApiDependencies): Promise<void> {
	const config = { access: "public", rateLimit: "none" } as const;
	let last: { readonly at_ms: number; readonly result: Promise<ReadinessDocument> } | undefined;

	api.get(
		"/healthz",
		{ config, schema: { summary: "The process is alive", tags: ["health"], response: { 200: healthDocumentSchema } } },
		async (_request, reply) => {
			reply.header("cache-control", "no-store");
			return { status: "ok" as const };
		},
	);

	api.get(
		"/readyz",
		{
			config,
			schema: {
				summary: "Everything that requests need answers",
				tags: ["health"],
				response: { 200: readinessDocumentSchema, 503: readinessDocumentSchema },
			},
		},
		async (_request, reply) => {
			const at_ms = performance.now();
			if (last === undefined || at_ms - last.at_ms > READINESS_LIFETIME_MS) {
				last = { at_ms, result: checkReadiness(dependencies) };
			}
			const result = await last.result;
			return reply
				.header("cache-control", "no-store")
				.code(result.status === "ready" ? 200 : 503)
				.send(result);
		},
	);
}
