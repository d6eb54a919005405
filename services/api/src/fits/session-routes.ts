import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Session status, events, cancel. */
export async function registerSessionRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
