import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Exports of models. */
export async function registerExportRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
