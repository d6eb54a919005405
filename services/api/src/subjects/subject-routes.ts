import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";

/** Subjects: create, list, read, change, anonymise, delete. */
export async function registerSubjectRoutes(_api: Api, _dependencies: ApiDependencies): Promise<void> {}
