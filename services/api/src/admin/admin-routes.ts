import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";
import { registerAuditRoutes } from "./audit-routes.js";
import { registerResearchRoutes } from "./research-routes.js";
import { registerReviewRoutes } from "./review-routes.js";
import { registerUserRoutes } from "./user-routes.js";

/** Users, roles, audit, review queue; measurements for research. */
export async function registerAdminRoutes(api: Api, dependencies: ApiDependencies): Promise<void> {
	registerUserRoutes(api, dependencies);
	registerAuditRoutes(api, dependencies);
	registerReviewRoutes(api, dependencies);
	registerResearchRoutes(api, dependencies);
}
