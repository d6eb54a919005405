import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Users, roles, audit, review queue. */
export async function registerAdminRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
