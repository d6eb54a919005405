import { createMetrics } from "@anny-fitter/platform/observability";
import { fastify, LogController } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { registerAccountRoutes } from "./account/account-routes.js";
import { registerAdminRoutes } from "./admin/admin-routes.js";
import { registerApplicationRoutes } from "./application/application-routes.js";
import { addReadAudit } from "./audit/audit-reads.js";
import { registerAuthRoutes } from "./auth/auth-routes.js";
import { addAuthentication } from "./auth/authenticate.js";
import { registerLocalLoginRoute } from "./auth/local-login-route.js";
import { createPasswordHasher } from "./auth/passwords.js";
import { registerBodyModelRoutes } from "./body-model/body-model-routes.js";
import type { ApiDependencies } from "./dependencies.js";
import { registerFitRoutes } from "./fits/fit-routes.js";
import { registerSessionRoutes } from "./fits/session-routes.js";
import { registerHealthRoutes } from "./health/health-routes.js";
import { addRequestMetrics, registerMetricsRoute } from "./health/metrics-route.js";
import type { Api } from "./http/api-instance.js";
import { limitArrivalTime, uploadTimeout_ms } from "./http/arrival-time.js";
import { sendClientError } from "./http/client-error.js";
import { sendProblem } from "./http/error-handler.js";
import { addEtags } from "./http/etags.js";
import { addNotFound } from "./http/not-found.js";
import { addOpenApi, redirectToDocs, registerDocs } from "./http/openapi.js";
import { closeRefusedUpgrades } from "./http/refused-upgrades.js";
import { requestIdOf } from "./http/request-id.js";
import { addRequestLog } from "./http/request-log.js";
import { addRequestTrace } from "./http/request-trace.js";
import { RouteTable } from "./http/route-table.js";
import { addBrowserRules } from "./http/security.js";
import { registerAdjustRoute } from "./models/adjust-route.js";
import { registerExportRoutes } from "./models/export-routes.js";
import { registerModelRoutes } from "./models/model-routes.js";
import { registerSubjectRoutes } from "./subjects/subject-routes.js";
import { findWebFiles, registerWebFiles, rewritePages } from "./web/web-files.js";

/** Of the API: the 1 of /api/v1, and what was added since. */
const API_VERSION = "1.0.0";

/** The API, ready to listen or to be asked with `inject`. Closing it leaves the dependencies open. */
export async function createApi(given: ApiDependencies): Promise<Api> {
	const metrics = given.metrics ?? createMetrics({ service: "api" });
	const dependencies = { ...given, metrics };
	const { config } = dependencies;
	const web = findWebFiles(config.webDir);
	const api: Api = fastify({
		loggerInstance: dependencies.log,
		logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
		requestIdHeader: false,
		genReqId: requestIdOf,
		bodyLimit: config.maxJsonSize_bytes,
		requestTimeout: uploadTimeout_ms(config),
		// A connection on which nothing moves; longer than any answer takes to begin.
		connectionTimeout: config.requestTimeout_ms + 60_000,
		keepAliveTimeout: 75_000,
		// What a proxy sends on an open connection while this process ends is answered, and the connection closed after it.
		return503OnClosing: false,
		// Each proxy in front appends to X-Forwarded-For; as many of its entries, from the end, are believed.
		trustProxy: config.trustedProxies > 0 ? (_address, hop) => hop < config.trustedProxies : false,
		frameworkErrors: sendProblem,
		...(web === null ? {} : { rewriteUrl: rewritePages(web) }),
		clientErrorHandler: sendClientError,
		routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
	}).withTypeProvider<ZodTypeProvider>();
	api.setValidatorCompiler(validatorCompiler);
	api.setSerializerCompiler(serializerCompiler);
	api.setErrorHandler(sendProblem);
	// Fastify reads plain text unless told otherwise; no route here does.
	api.removeContentTypeParser("text/plain");
	const table = new RouteTable(api);
	api.addHook("onRequest", async (request, reply) => {
		reply.header("x-request-id", request.id);
	});
	addRequestTrace(api);
	limitArrivalTime(api, config);
	closeRefusedUpgrades(api);
	addRequestLog(api);
	addRequestMetrics(api, metrics);
	addEtags(api);
	await addBrowserRules(api, config);
	await addOpenApi(api, table, API_VERSION);
	addAuthentication(api, dependencies);
	addReadAudit(api, dependencies);
	addNotFound(api, table);

	const passwords = await createPasswordHasher(config.bcryptCost);
	await registerHealthRoutes(api, dependencies);
	registerMetricsRoute(api, dependencies, metrics);
	await registerDocs(api);
	if (web === null) redirectToDocs(api);
	else await registerWebFiles(api, web);
	for (const register of [
		registerApplicationRoutes,
		registerAuthRoutes,
		registerLocalLoginRoute,
		registerAccountRoutes,
		registerSubjectRoutes,
		registerFitRoutes,
		registerSessionRoutes,
		registerModelRoutes,
		registerAdjustRoute,
		registerExportRoutes,
		registerBodyModelRoutes,
		registerAdminRoutes,
	]) {
		await api.register((scope) => register(scope as Api, dependencies, passwords), { prefix: "/api/v1" });
	}
	return api;
}
