import { queryOptions } from "@tanstack/react-query";
import { apiFetch, problemOf } from "../../api/client.js";
import { type BinaryMesh, readBinaryMesh } from "./binary-mesh.js";

/** The resting body as the server draws it: the first picture, long before the body model's 12 MB have arrived. */
export const restMeshQuery = (model_id: string) =>
	queryOptions({
		queryKey: ["models", model_id, "rest-mesh"],
		queryFn: async ({ signal }): Promise<BinaryMesh> => {
			const address = new URL(`/api/v1/models/${encodeURIComponent(model_id)}/mesh?pose=rest`, location.origin);
			const response = await apiFetch(address.href, { signal });
			if (!response.ok) throw await problemOf(response);
			return readBinaryMesh(await response.arrayBuffer());
		},
		staleTime: Number.POSITIVE_INFINITY,
		// Typed arrays: nothing to compare, and half a megabyte that need not stay for long.
		structuralSharing: false,
		gcTime: 60_000,
	});
