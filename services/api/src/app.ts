import { fastify } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { registerAccountRoutes } from "./account/account-routes.js";
import { registerAdminRoutes } from "./admin/admin-routes.js";
import { registerAuthRoutes } from "./auth/auth-routes.js";
import type { ApiDependencies } from "./dependencies.js";
import { registerFitRoutes } from "./fits/fit-routes.js";
import { registerSessionRoutes } from "./fits/session-routes.js";
import { registerHealthRoutes } from "./health/health-routes.js";
import type { Api } from "./http/api-instance.js";
import { registerExportRoutes } from "./models/export-routes.js";
import { registerModelRoutes } from "./models/model-routes.js";
import { registerSubjectRoutes } from "./subjects/subject-routes.js";

/** The API, ready to listen or to be asked with `inject`. Closing it leaves the dependencies open. */
export async function createApi(dependencies: ApiDependencies): Promise<Api> {
	const api = fastify({ loggerInstance: dependencies.log }).withTypeProvider<ZodTypeProvider>();
	api.setValidatorCompiler(validatorCompiler);
	api.setSerializerCompiler(serializerCompiler);
	await registerHealthRoutes(api, dependencies);
	for (const register of [
		registerAuthRoutes,
		registerAccountRoutes,
		registerSubjectRoutes,
		registerFitRoutes,
		registerSessionRoutes,
		registerModelRoutes,
		registerExportRoutes,
		registerAdminRoutes,
	]) {
		await api.register((scope) => register(scope as Api, dependencies), { prefix: "/api/v1" });
	}
	return api;
}
