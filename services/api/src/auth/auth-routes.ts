import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Registration, log-in, refresh, log-out, me. */
export async function registerAuthRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
