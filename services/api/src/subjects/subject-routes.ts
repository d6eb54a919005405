import {
	AppError,
	newSubjectSchema,
	parseStatedFacts,
	subjectChangeSchema,
	subjectDocumentSchema,
	subjectListQuerySchema,
	subjectPageSchema,
} from "@anny-fitter/contracts";
import type { SubjectRow, Tx } from "@anny-fitter/platform/database";
import { z } from "zod";
import { cancelOpenFits, finishCancelledFits } from "../account/cancel-open-fits.js";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { requireMatch, sendTagged } from "../http/etags.js";
import { plainText } from "../http/plain-text.js";
import { removeExportFiles } from "../models/export-store.js";
import { anonymizeSubject } from "./anonymize-subject.js";
import { createSubjectCache, toSubjectDocument } from "./subject-documents.js";

const paramsSchema = z.object({ subject_id: z.uuid() });
const tags = ["subjects"];

/** Subjects: create, list, read, change, anonymise, delete. */
export async function registerSubjectRoutes(api: Api, dependencies: ApiDependencies): Promise<void> {
	const { database, now } = dependencies;
	const cache = createSubjectCache(dependencies);

	api.post(
		"/subjects",
		{ schema: { summary: "Create a subject", tags, body: newSubjectSchema, response: { 201: subjectDocumentSchema } } },
		async (request, reply) => {
			const actor = actorOf(request);
			const { name = null, date_of_birth = null, gender = null } = request.body;
			requirePossibleBirth(date_of_birth, now());
			const row = await database.asUser(actor, async (tx) => {
				const inserted = await tx
					.insertInto("subjects")
					.values({ user_id: actor.userId, name, date_of_birth, gender, created_at: now(), updated_at: now() })
					.returningAll()
					.executeTakeFirstOrThrow();
				await recordAudit(tx, auditOrigin(request), {
					action: "subject_create",
					resourceType: "subject",
					resourceId: inserted.subject_id,
				});
				return inserted;
			});
			dependencies.metrics?.countSubject();
			reply.code(201).header("location", `/api/v1/subjects/${row.subject_id}`);
			return sendTagged(reply, toSubjectDocument(row));
		},
	);

	api.get(
		"/subjects",
		{
			schema: {
				summary: "List subjects",
				tags,
				querystring: subjectListQuerySchema,
				response: { 200: subjectPageSchema },
			},
		},
		async (request) => {
			const { limit, offset, search, order, anonymized } = request.query;
			return database.readAsUser(actorOf(request), async (tx) => {
				let matching = tx.selectFrom("subjects");
				if (anonymized !== undefined) matching = matching.where("anonymized", "=", anonymized === "true");
				// Names may be encrypted, so the database can neither search nor sort them.
				const found = (await matching.select(["subject_id", "name", "created_at", "updated_at"]).execute())
					.map((row) => ({ ...row, plainName: row.name === null ? null : plainText(row.name) }))
					.filter(({ plainName }) => search === undefined || plainName?.includes(plainText(search)) === true)
					.sort(subjectOrder(order));
				const ids = found.slice(offset, offset + limit).map((row) => row.subject_id);
				const rows =
					ids.length === 0 ? [] : await tx.selectFrom("subjects").selectAll().where("subject_id", "in", ids).execute();
				rows.sort((a, b) => ids.indexOf(a.subject_id) - ids.indexOf(b.subject_id));
				return { subjects: rows.map(toSubjectDocument), total: found.length, limit, offset };
			});
		},
	);

	api.get(
		"/subjects/:subject_id",
		{ schema: { summary: "Read a subject", tags, params: paramsSchema, response: { 200: subjectDocumentSchema } } },
		async (request) => {
			const actor = actorOf(request);
			const { subject_id: id } = request.params;
			return cache.read(actor.userId, id, () =>
				database.readAsUser(actor, async (tx) => toSubjectDocument(await findSubject(tx, id))),
			);
		},
	);

	api.patch(
		"/subjects/:subject_id",
		{
			schema: {
				summary: "Change a subject",
				description: "With If-Match and the ETag of what was read, a change that another has overtaken answers 412.",
				tags,
				params: paramsSchema,
				body: subjectChangeSchema,
				response: { 200: subjectDocumentSchema },
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			requirePossibleBirth(request.body.date_of_birth ?? null, now());
			const row = await database.asUser(actor, async (tx) => {
				const present = await findSubject(tx, request.params.subject_id, "for update");
				requireMatch(request, toSubjectDocument(present));
				const { name, date_of_birth, gender } = request.body;
				if (present.anonymized && (name !== undefined || date_of_birth !== undefined)) {
					throw new AppError("conflict", "An anonymised subject gets no name and no date of birth again.", {
						remedy: "Create a new subject.",
					});
				}
				const changed = await tx
					.updateTable("subjects")
					.set({
						...(name === undefined ? {} : { name }),
						...(date_of_birth === undefined ? {} : { date_of_birth }),
						...(gender === undefined ? {} : { gender }),
						updated_at: now(),
					})
					.where("subject_id", "=", present.subject_id)
					.returningAll()
					.executeTakeFirstOrThrow();
				await recordAudit(tx, auditOrigin(request), {
					action: "subject_update",
					resourceType: "subject",
					resourceId: present.subject_id,
				});
				return changed;
			});
			await cache.forget(actor.userId);
			return sendTagged(reply, toSubjectDocument(row));
		},
	);

	api.delete(
		"/subjects/:subject_id",
		{
			schema: {
				summary: "Delete a subject with all its models",
				tags,
				params: paramsSchema,
				response: { 204: z.undefined().describe("Deleted") },
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			const { objectKeys, cancelled } = await database.asUser(actor, async (tx) => {
				const present = await findSubject(tx, request.params.subject_id, "for update");
				requireMatch(request, toSubjectDocument(present));
				const exports = await tx
					.selectFrom("exports")
					.innerJoin("fitted_models", "fitted_models.model_id", "exports.model_id")
					.select("object_key")
					.where("fitted_models.subject_id", "=", present.subject_id)
					.execute();
				const cancelled = await cancelOpenFits(tx, actor.userId, now(), present.subject_id);
				await tx.deleteFrom("subjects").where("subject_id", "=", present.subject_id).execute();
				await recordAudit(tx, auditOrigin(request), {
					action: "subject_delete",
					resourceType: "subject",
					resourceId: present.subject_id,
				});
				return { objectKeys: exports.map((row) => row.object_key), cancelled };
			});
			await cache.forget(actor.userId);
			await finishCancelledFits(dependencies, cancelled);
			await removeExportFiles(dependencies, objectKeys);
			return reply.code(204).send();
		},
	);

	api.post(
		"/subjects/:subject_id/anonymize",
		{
			schema: {
				summary: "Remove for good what tells who a subject is",
				description:
					"Removes the name, day and month of birth, and both from the subject's results. The year of birth and the " +
					"bodies stay. There is no way back.",
				tags,
				params: paramsSchema,
				response: { 200: subjectDocumentSchema },
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			const { row, objectKeys } = await database.asUser(actor, async (tx) => {
				const present = await findSubject(tx, request.params.subject_id, "for update");
				requireMatch(request, toSubjectDocument(present));
				const changed = await anonymizeSubject(database, tx, present, now());
				await recordAudit(tx, auditOrigin(request), {
					action: "subject_anonymize",
					resourceType: "subject",
					resourceId: present.subject_id,
				});
				return changed;
			});
			await cache.forget(actor.userId);
			await removeExportFiles(dependencies, objectKeys);
			return sendTagged(reply, toSubjectDocument(row));
		},
	);
}

interface SortedSubject {
	readonly subject_id: string;
	readonly plainName: string | null;
	readonly created_at: Date;
	readonly updated_at: Date;
}

/** Whoever has no name comes last either way; ids settle what is equal. */
function subjectOrder(order: string): (a: SortedSubject, b: SortedSubject) => number {
	const sign = order.startsWith("-") ? -1 : 1;
	const column = order.replace("-", "") as "created_at" | "updated_at" | "name";
	const sortedBy = (row: SortedSubject) => (column === "name" ? row.plainName : row[column].getTime());
	return (a, b) => {
		const [first, second] = [sortedBy(a), sortedBy(b)];
		if (first !== second) {
			if (first === null) return 1;
			if (second === null) return -1;
			return first < second ? -sign : sign;
		}
		return a.subject_id < b.subject_id ? -1 : 1;
	};
}

/** @throws AppError `not_found`, also when it is another user's: row-level security hides it */
async function findSubject(tx: Tx, subjectId: string, lock?: "for update"): Promise<SubjectRow> {
	const query = tx.selectFrom("subjects").selectAll().where("subject_id", "=", subjectId);
	const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
	if (row === undefined) throw new AppError("not_found", "There is no subject with this id.");
	return row;
}

/** A date of birth must be one that a fit accepts. The message of the check names the date, so it is replaced. */
function requirePossibleBirth(dateOfBirth: string | null, today: Date): void {
	if (dateOfBirth === null) return;
	try {
		parseStatedFacts({ date_of_birth: dateOfBirth }, today);
	} catch {
		throw new AppError("invalid_argument", "The date of birth is in the future or more than 110 years ago.", {
			remedy: "State the date of birth as YYYY-MM-DD, such as 1990-04-23.",
			details: { field: "date_of_birth" },
		});
	}
}
