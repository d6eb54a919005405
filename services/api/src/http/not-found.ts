import { AppError, nearestName } from "@anny-fitter/contracts";
import type { Api } from "./api-instance.js";
import { sendProblem } from "./error-handler.js";
import type { RouteTable } from "./route-table.js";

const ID = /^[0-9a-f-]{8,}$|^\d+$/i;

/** Unknown addresses get a hint at the nearest one; a known address with another method says which it has. */
export function addNotFound(api: Api, table: RouteTable): void {
	api.setNotFoundHandler((request, reply) => {
		const path = request.url.split("?")[0]!;
		const methods = table.methodsAt(path);
		if (methods.length > 0) {
			const allowed = methods.join(", ");
			reply.header("allow", allowed);
			const error = new AppError("method_not_allowed", "This address exists, but not with this method.", {
				remedy: `Use ${allowed}.`,
			});
			return sendProblem(error, request, reply);
		}
		const nearest = nearestAddress(path, table.addresses);
		const remedy = nearest === null ? "The addresses are listed at /docs." : `Did you mean ${nearest}?`;
		return sendProblem(new AppError("not_found", "There is nothing at this address.", { remedy }), request, reply);
	});
}

/** Ids in the path stand for parameters: `/api/v1/subject/123` is near to `/api/v1/subjects/{id}`. */
function nearestAddress(path: string, addresses: readonly string[]): string | null {
	const shape = path
		.slice(0, 200)
		.split("/")
		.map((part) => (ID.test(part) ? "{}" : part))
		.join("/");
	const byShape = new Map(addresses.map((address) => [address.replace(/\{\w+\}/g, "{}"), address]));
	const nearest = nearestName(shape, byShape.keys());
	return nearest === null ? null : byShape.get(nearest)!;
}
