import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Models: read, list, compare, delete, mesh, measurements. */
export async function registerModelRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
