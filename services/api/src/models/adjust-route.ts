import { modelAdjustmentSchema, modelDocumentSchema, type ParamsDocument } from "@anny-fitter/contracts";
import type { Actor, Tx } from "@anny-fitter/platform/database";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import { createUserCache } from "../caching/user-cache.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { findEarlier, fingerprintOf, readIdempotencyKey, takeKey, withKey } from "../idempotency/idempotency-keys.js";
import { type AdjustedResult, adjustedResult } from "./adjusted-result.js";
import { measureBody } from "./measure-body.js";
import { modelDocument, type StoredModel } from "./model-documents.js";
import { readStored } from "./model-routes.js";
import { noSuchModel, readMeasurements, readModel } from "./read-model.js";
import { measurementRows, modelColumns, storedParams, storedResult } from "./stored-model.js";

/** POST /models/{id}/adjust. */
export async function registerAdjustRoute(api: Api, dependencies: ApiDependencies): Promise<void> {
	const { config, database, now, services } = dependencies;
	const cache = createUserCache(dependencies);
	api.post(
		"/models/:model_id/adjust",
		{
			schema: {
				summary: "Save a body that was changed by hand",
				description:
					"A new model of the same subject. The server measures it: values that were set and are not reached answer " +
					"422 `not_reached` with what the body has. All else is the base's.",
				tags: ["models"],
				params: z.object({ model_id: z.uuid() }),
				headers: z.object({ "idempotency-key": z.string().optional() }),
				body: modelAdjustmentSchema,
				response: { 201: modelDocumentSchema },
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			const { model_id } = request.params;
			const change = request.body;
			const key = readIdempotencyKey(request.headers["idempotency-key"]);
			const given = key === null ? null : { key, fingerprint: fingerprintOf(`adjust ${model_id}`, change) };
			const earlier = await database.asUser(actor, (tx) => findEarlier(tx, actor.userId, given, now()));
			const base = await readStored(dependencies, actor, model_id);
			const params: ParamsDocument = {
				...storedParams(base.row),
				phenotypes: change.phenotypes,
				local_changes: change.local_changes,
			};
			const started = performance.now();
			// What was saved already is not measured again.
			const measured =
				earlier === null ? await measureBody(services.visualization, params, config.requestTimeout_ms) : null;
			const timings_ms = { measure: Math.round(performance.now() - started) };

			const stored = await withKey(() =>
				database.asUser(actor, async (tx) => {
					const made = await findEarlier(tx, actor.userId, given, now());
					if (made?.model_id != null) return readWhole(tx, actor, made.model_id);
					if (measured === null) throw noSuchModel();
					// Read again: meanwhile the subject may have been anonymised, or deleted with all its models.
					await holdSubject(tx, actor, model_id);
					const present = await readWhole(tx, actor, model_id);
					const result = adjustedResult(
						storedResult(present.row, present.measurements),
						model_id,
						change,
						measured,
						timings_ms,
					);
					// Users may not write results, so the system does; base and subject were read under the user's own policies.
					const id = await database.elevate(tx, () => insertModel(tx, present, result));
					if (given !== null) await takeKey(tx, actor.userId, given, { session_id: null, model_id: id }, now());
					await recordAudit(tx, auditOrigin(request), {
						action: "model_adjust",
						resourceType: "model",
						resourceId: id,
					});
					return readWhole(tx, actor, id);
				}),
			);
			await cache.forget(actor.userId);
			const document = modelDocument(stored);
			return reply.code(201).header("location", `/api/v1/models/${document.model_id}`).send(document);
		},
	);
}

/** Keeps a model's subject from being anonymised or deleted until the transaction ends. */
async function holdSubject(tx: Tx, actor: Actor, modelId: string): Promise<void> {
	const { subject_id } = await readModel(tx, actor.userId, modelId);
	await tx.selectFrom("subjects").select("subject_id").where("subject_id", "=", subject_id).forShare().execute();
}

async function readWhole(tx: Tx, actor: Actor, modelId: string): Promise<StoredModel> {
	return { row: await readModel(tx, actor.userId, modelId), measurements: await readMeasurements(tx, modelId) };
}

async function insertModel(tx: Tx, { row }: StoredModel, result: AdjustedResult): Promise<string> {
	const { user_id, subject_id, num_images_used, flagged_for_review } = row;
	const { model_id } = await tx
		.insertInto("fitted_models")
		.values({
			...modelColumns(result),
			user_id,
			subject_id,
			num_images_used,
			flagged_for_review,
			review_state: flagged_for_review ? "open" : "none",
		})
		.returning("model_id")
		.executeTakeFirstOrThrow();
	const rows = measurementRows(result).map((each) => ({ ...each, model_id, user_id }));
	await tx.insertInto("measurements").values(rows).execute();
	return model_id;
}
