import type { RouteOptions } from "fastify";
import type { Api, BudgetName } from "./api-instance.js";
import { budgetOf } from "./rate-limit.js";

export interface KnownRoute {
	readonly method: string;
	/** Pattern, such as `/api/v1/subjects/:id`. */
	readonly url: string;
	readonly access: "public" | "user" | "researcher" | "admin";
	readonly rateLimit: BudgetName;
	/** Not in the OpenAPI document. */
	readonly isHidden: boolean;
	readonly schema: RouteOptions["schema"];
}

/** Every route as it is registered: for hints on wrong addresses, for the OpenAPI document and for tests. */
export class RouteTable {
	readonly #routes: KnownRoute[] = [];

	/** Must be called before any route is registered. */
	constructor(api: Api) {
		api.addHook("onRoute", (route) => {
			for (const method of Array.isArray(route.method) ? route.method : [route.method]) {
				this.#routes.push({
					method,
					url: route.url,
					access: route.config?.access ?? "user",
					rateLimit: budgetOf(method, route.config?.rateLimit),
					isHidden: (route.schema as { hide?: boolean } | undefined)?.hide === true,
					schema: route.schema,
				});
			}
		});
	}

	get routes(): readonly KnownRoute[] {
		return this.#routes;
	}

	/** Methods that exist at a path; empty when the path itself does not. */
	methodsAt(path: string): string[] {
		const methods = this.#routes
			.filter((route) => !route.url.includes("*") && patternOf(route.url).test(path))
			.map((route) => route.method);
		return [...new Set(methods)].sort();
	}

	/** Public names of all addresses, with `{id}` for parameters. */
	get addresses(): string[] {
		const shown = this.#routes.filter((route) => !route.isHidden && !route.url.includes("*"));
		return [...new Set(shown.map((route) => route.url.replace(/:(\w+)/g, "{$1}")))];
	}
}

function patternOf(url: string): RegExp {
	const escaped = url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:\w+/g, "[^/]+");
	return new RegExp(`^${escaped}$`);
}
