import {
	AppError,
	BINARY_MESH_TYPE,
	modelComparisonSchema,
	modelDocumentSchema,
	modelListSchema,
	modelMeasurementsSchema,
} from "@anny-fitter/contracts";
import type { Actor } from "@anny-fitter/platform/database";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import { createUserCache } from "../caching/user-cache.js";
import type { ApiDependencies } from "../dependencies.js";
import { accepts } from "../http/accepts.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { fileResponse } from "../http/file-response.js";
import { buildMesh, fileTag, hasFile } from "./build-mesh.js";
import { removeExportFiles } from "./export-store.js";
import {
	compareModels,
	measurementsCsv,
	modelDocument,
	modelMeasurements,
	type StoredModel,
} from "./model-documents.js";
import { modelSummary, noSuchModel, readMeasurements, readModel } from "./read-model.js";
import { storedParams } from "./stored-model.js";

const paramsSchema = z.object({ model_id: z.uuid() });
export const meshOptionsShape = {
	/** `anny`: Z up; `gltf`: Y up. A GLB is always Y up. */
	frame: z.enum(["anny", "gltf"]).default("anny"),
	pose: z.enum(["given", "rest"]).default("given"),
};

/** Models: read, list, compare, delete, mesh, measurements. */
export async function registerModelRoutes(api: Api, dependencies: ApiDependencies): Promise<void> {
	const { database } = dependencies;
	const cache = createUserCache(dependencies);

	api.get(
		"/models/:model_id",
		{
			schema: {
				summary: "A model: the content of result.json",
				tags: ["models"],
				params: paramsSchema,
				response: { 200: modelDocumentSchema },
			},
		},
		async (request) => modelDocument(await readStored(dependencies, actorOf(request), request.params.model_id)),
	);

	api.get(
		"/subjects/:subject_id/models",
		{
			schema: {
				summary: "A subject's models, newest first",
				tags: ["models"],
				params: z.object({ subject_id: z.uuid() }),
				querystring: z.object({
					limit: z.coerce.number().int().min(1).max(100).default(20),
					offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
				}),
				response: { 200: modelListSchema },
			},
		},
		async (request) => {
			const actor = actorOf(request);
			const { subject_id } = request.params;
			const { limit, offset } = request.query;
			return database.readAsUser(actor, async (tx) => {
				const subject = await tx
					.selectFrom("subjects")
					.select("subject_id")
					.where("subject_id", "=", subject_id)
					.where("user_id", "=", actor.userId)
					.executeTakeFirst();
				if (subject === undefined) throw new AppError("not_found", "There is no such subject.");
				const models = tx
					.selectFrom("fitted_models")
					.where("subject_id", "=", subject_id)
					.where("user_id", "=", actor.userId);
				const rows = await models
					.selectAll()
					.orderBy("created_at", "desc")
					.orderBy("model_id")
					.limit(limit)
					.offset(offset)
					.execute();
				const { count } = await models.select((e) => e.fn.countAll().as("count")).executeTakeFirstOrThrow();
				return { models: rows.map(modelSummary), total: Number(count), limit, offset };
			});
		},
	);

	api.get(
		"/models/compare",
		{
			schema: {
				summary: "What differs between two models",
				description:
					"Differences are b − a, each with its sigma and whether it is more than noise. Bodies from different body data, and measurements under different versions of their definition, are not compared.",
				tags: ["models"],
				querystring: z.object({ a: z.uuid(), b: z.uuid() }),
				response: { 200: modelComparisonSchema },
			},
		},
		async (request) => {
			const actor = actorOf(request);
			const a = await readStored(dependencies, actor, request.query.a);
			return compareModels(a, await readStored(dependencies, actor, request.query.b));
		},
	);

	api.delete(
		"/models/:model_id",
		{
			schema: {
				summary: "Delete a model with its measurements and exports",
				tags: ["models"],
				params: paramsSchema,
				response: { 204: z.null() },
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			const { model_id } = request.params;
			const keys = await database.asUser(actor, async (tx) => {
				const exports = await tx.selectFrom("exports").select("object_key").where("model_id", "=", model_id).execute();
				const deleted = await tx
					.deleteFrom("fitted_models")
					.where("model_id", "=", model_id)
					.where("user_id", "=", actor.userId)
					.returning("model_id")
					.executeTakeFirst();
				if (deleted === undefined) throw noSuchModel();
				await recordAudit(tx, auditOrigin(request), {
					action: "model_delete",
					resourceType: "model",
					resourceId: model_id,
				});
				return exports.map((row) => row.object_key);
			});
			await cache.forget(actor.userId);
			await removeExportFiles(dependencies, keys);
			return reply.code(204).send(null);
		},
	);

	api.get(
		"/models/:model_id/measurements",
		{
			schema: {
				summary: "Measurements with their errors",
				description: "JSON, or CSV with `Accept: text/csv` or `?format=csv`.",
				tags: ["models"],
				params: paramsSchema,
				querystring: z.object({
					format: z.enum(["json", "csv"]).optional(),
					/** `model`: of the fitted body; `image`: as the photos themselves show them. Both without. */
					extracted_from: z.enum(["image", "model"]).optional(),
				}),
				response: {
					200: {
						description: "Measurements in the order of the fit's",
						content: {
							"application/json": { schema: modelMeasurementsSchema },
							"text/csv": { schema: z.string() },
						},
					},
				},
			},
		},
		async (request, reply) => {
			const stored = await readStored(dependencies, actorOf(request), request.params.model_id);
			reply.header("vary", "Accept");
			const format = request.query.format ?? (accepts(request.headers.accept, "text/csv") ? "csv" : "json");
			const origin = request.query.extracted_from;
			if (format === "json") return modelMeasurements(stored, origin);
			const csv = measurementsCsv(stored, origin);
			return reply
				.type("text/csv; charset=utf-8")
				.header("etag", fileTag(csv))
				.header("cache-control", "private, no-cache")
				.serializer((text: unknown) => String(text))
				.send(csv);
		},
	);

	api.get(
		"/models/:model_id/mesh",
		{
			config: { rateLimit: "hourly" },
			schema: {
				summary: "The body's mesh, rebuilt from its parameters",
				description: `\`${BINARY_MESH_TYPE}\`, or GLB with \`Accept: model/gltf-binary\` or \`?format=glb\`.`,
				tags: ["models"],
				params: paramsSchema,
				querystring: z.object({ format: z.enum(["binary", "glb"]).optional(), ...meshOptionsShape }),
				response: {
					200: fileResponse("The mesh", [BINARY_MESH_TYPE, "model/gltf-binary"]),
					304: z.undefined().describe("Not changed"),
				},
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			const { frame, pose } = request.query;
			const row = await database.readAsUser(actor, (tx) => readModel(tx, actor.userId, request.params.model_id));
			const format = request.query.format ?? (accepts(request.headers.accept, "model/gltf-binary") ? "glb" : "binary");
			const params = storedParams(row);
			const tag = fileTag([params, format, frame, pose]);
			reply.header("etag", tag).header("vary", "Accept").header("cache-control", "private, no-cache");
			if (hasFile(request.headers["if-none-match"], tag)) return reply.code(304).send();
			const mesh = await buildMesh(
				dependencies.services.visualization,
				params,
				format,
				{ frame, pose },
				dependencies.config.requestTimeout_ms,
			);
			return reply.type(format === "glb" ? "model/gltf-binary" : BINARY_MESH_TYPE).send(mesh);
		},
	);
}

/** @throws AppError `not_found` */
export async function readStored({ database }: ApiDependencies, actor: Actor, modelId: string): Promise<StoredModel> {
	return database.readAsUser(actor, async (tx) => ({
		row: await readModel(tx, actor.userId, modelId),
		measurements: await readMeasurements(tx, modelId),
	}));
}
