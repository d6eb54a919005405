import { EXPORT_FORMATS } from "@anny-fitter/contracts";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { fileResponse } from "../http/file-response.js";
import { fileTag, hasFile } from "./build-mesh.js";
import { EXPORT_TYPES, ExportStore } from "./export-store.js";
import { modelDocument } from "./model-documents.js";
import { meshOptionsShape, readStored } from "./model-routes.js";

/** Exports of models. */
export async function registerExportRoutes(api: Api, dependencies: ApiDependencies): Promise<void> {
	const { database, metrics } = dependencies;
	const exports = new ExportStore(dependencies);
	api.get(
		"/models/:model_id/export",
		{
			config: { rateLimit: "hourly" },
			schema: {
				summary: "A model as a file",
				description: "Built once and kept for a day. Frame and pose are for obj, ply and stl; a GLB is always Y up.",
				tags: ["models"],
				params: z.object({ model_id: z.uuid() }),
				querystring: z.object({ format: z.enum(EXPORT_FORMATS), ...meshOptionsShape }),
				response: {
					200: fileResponse("The file", Object.values(EXPORT_TYPES)),
					304: z.undefined().describe("Not changed"),
				},
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			const { model_id } = request.params;
			const { format, frame, pose } = request.query;
			const model = await readStored(dependencies, actor, model_id);
			const tag = fileTag([modelDocument(model), format, frame, pose]);
			reply.header("etag", tag).header("cache-control", "private, no-cache");
			if (hasFile(request.headers["if-none-match"], tag)) return reply.code(304).send();
			const file = await exports.open(actor, model, { format, frame, pose });
			if (request.method === "GET") {
				try {
					await database.asUser(actor, (tx) =>
						recordAudit(tx, auditOrigin(request), {
							action: "data_export",
							resourceType: "model",
							resourceId: model_id,
						}),
					);
				} catch (error) {
					file.stream.destroy();
					throw error;
				}
				metrics?.countExport(format);
			}
			return reply
				.type(EXPORT_TYPES[format])
				.header("content-length", file.size_bytes)
				.header("content-disposition", `attachment; filename="body-${model_id.slice(0, 8)}.${format}"`)
				.header("expires", file.expiresAt.toUTCString())
				.send(file.stream);
		},
	);
}
