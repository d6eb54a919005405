import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** healthz, readyz, metrics. */
export async function registerHealthRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
