import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Consents, export and deletion of one's own data. */
export async function registerAccountRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
