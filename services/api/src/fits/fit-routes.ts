import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** POST /fit. */
export async function registerFitRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
