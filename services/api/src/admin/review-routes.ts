import {
	AppError,
	type ReviewDocument,
	reviewDecisionSchema,
	reviewDocumentSchema,
	reviewListQuerySchema,
	reviewPageSchema,
} from "@anny-fitter/contracts";
import type { FittedModelRow } from "@anny-fitter/platform/database";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";

const tags = ["admin"];
const COLUMNS = [
	"model_id",
	"created_at",
	"review_state",
	"review_note",
	"reviewed_at",
	"num_images_used",
	"fitting_error",
	"document",
] as const satisfies readonly (keyof FittedModelRow)[];

/** Fits that a person should look at. Row-level security shows administrators these and no others. */
export function registerReviewRoutes(api: Api, { database, now }: ApiDependencies): void {
	api.get(
		"/admin/review",
		{
			config: { access: "admin" },
			schema: {
				summary: "List fits that were flagged for review, oldest first",
				tags,
				querystring: reviewListQuerySchema,
				response: { 200: reviewPageSchema },
			},
		},
		async (request) => {
			const { limit, offset, state } = request.query;
			return database.readAsUser(actorOf(request), async (tx) => {
				const matching = tx.selectFrom("fitted_models").where("review_state", "=", state);
				const { total } = await matching
					.select((count) => count.fn.count<string>("model_id").as("total"))
					.executeTakeFirstOrThrow();
				const rows = await matching
					.select(COLUMNS)
					.orderBy("created_at")
					.orderBy("model_id")
					.limit(limit)
					.offset(offset)
					.execute();
				return { reviews: rows.map(toReviewDocument), total: Number(total), limit, offset };
			});
		},
	);

	api.post(
		"/admin/review/:model_id",
		{
			config: { access: "admin" },
			schema: {
				summary: "Decide about a flagged fit",
				tags,
				params: z.object({ model_id: z.uuid() }),
				body: reviewDecisionSchema,
				response: { 200: reviewDocumentSchema },
			},
		},
		async (request) => {
			const actor = actorOf(request);
			const { decision, note = null } = request.body;
			return database.asUser(actor, async (tx) => {
				const row = await tx
					.updateTable("fitted_models")
					.set({ review_state: decision, review_note: note, reviewed_by: actor.userId, reviewed_at: now() })
					.where("model_id", "=", request.params.model_id)
					.where("review_state", "!=", "none")
					.returning(COLUMNS)
					.executeTakeFirst();
				if (row === undefined) throw new AppError("not_found", "There is no flagged fit with this id.");
				await recordAudit(tx, auditOrigin(request), {
					action: `review_${decision}`,
					resourceType: "model",
					resourceId: row.model_id,
				});
				return toReviewDocument(row);
			});
		},
	);
}

function toReviewDocument(row: Pick<FittedModelRow, (typeof COLUMNS)[number]>): ReviewDocument {
	const { flags } = (row.document.quality ?? {}) as { flags?: unknown };
	return {
		model_id: row.model_id,
		created_at: row.created_at.toISOString(),
		review_state: row.review_state,
		review_note: row.review_note,
		reviewed_at: row.reviewed_at?.toISOString() ?? null,
		photo_count: row.num_images_used,
		expected_pve_mm: row.fitting_error,
		flags: Array.isArray(flags)
			? flags.map(({ code, message }) => ({ code: String(code), message: String(message) }))
			: [],
	};
}
