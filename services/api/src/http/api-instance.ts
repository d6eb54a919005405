import type { Actor } from "@anny-fitter/platform/database";
import type {
	FastifyBaseLogger,
	FastifyInstance,
	FastifyRequest,
	RawReplyDefaultExpression,
	RawRequestDefaultExpression,
	RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";

/** Fastify with request and response types from zod schemas. */
export type Api = FastifyInstance<
	RawServerDefault,
	RawRequestDefaultExpression<RawServerDefault>,
	RawReplyDefaultExpression<RawServerDefault>,
	FastifyBaseLogger,
	ZodTypeProvider
>;

export type BudgetName = "hourly" | "read" | "auth" | "status" | "none";

declare module "fastify" {
	interface FastifyRequest {
		/** Set by the authentication hook; null on public routes. */
		actor: Actor | null;
	}
	interface FastifyContextConfig {
		/** Who may call the route. Default `user`: everybody who is logged in. */
		access?: "public" | "user" | "researcher" | "admin";
		/** Which budget the route counts against. Default: `read` for GET, which should cost little, else `hourly`. */
		rateLimit?: BudgetName;
	}
}

/** The authenticated caller. Only for routes that are not public. */
export function actorOf(request: FastifyRequest): Actor {
	if (request.actor === null) throw new TypeError(`${request.routeOptions.url} is public and has no actor`);
	return request.actor;
}
