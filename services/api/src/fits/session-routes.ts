import { AppError, SESSION_STATUSES, sessionDocumentSchema, sessionListSchema } from "@anny-fitter/contracts";
import { sql } from "kysely";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import { createUserCache } from "../caching/user-cache.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { readSession } from "./read-session.js";
import { isFinal, SESSION_COLUMNS, sessionDocument } from "./session-document.js";
import { registerSessionEvents } from "./session-events.js";
import { SESSION_CACHE_LIFETIME_MS, SessionFeed } from "./session-feed.js";

const paramsSchema = z.object({ session_id: z.uuid() });

/** Session status, events, cancel. */
export async function registerSessionRoutes(api: Api, dependencies: ApiDependencies): Promise<void> {
	const { database, vault, metrics } = dependencies;
	const feed = new SessionFeed(dependencies);
	const cache = createUserCache(dependencies);

	api.get(
		"/sessions",
		{
			config: { rateLimit: "status" },
			schema: {
				summary: "Your fits, newest first",
				tags: ["fits"],
				querystring: z.object({
					limit: z.coerce.number().int().min(1).max(100).default(20),
					offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
					status: z.enum(SESSION_STATUSES).optional(),
					subject_id: z.uuid().optional(),
				}),
				response: { 200: sessionListSchema },
			},
		},
		async (request) => {
			const actor = actorOf(request);
			const { limit, offset, status, subject_id } = request.query;
			return database.readAsUser(actor, async (tx) => {
				let matching = tx.selectFrom("sessions").where("user_id", "=", actor.userId);
				if (status !== undefined) matching = matching.where("status", "=", status);
				if (subject_id !== undefined) matching = matching.where("subject_id", "=", subject_id);
				const rows = await matching
					.select(SESSION_COLUMNS)
					.orderBy("created_at", "desc")
					.orderBy("session_id")
					.limit(limit)
					.offset(offset)
					.execute();
				const { count } = await matching.select((e) => e.fn.countAll().as("count")).executeTakeFirstOrThrow();
				return { sessions: rows.map((row) => sessionDocument(row)), total: Number(count), limit, offset };
			});
		},
	);

	api.get(
		"/sessions/:session_id",
		{
			config: { rateLimit: "status" },
			schema: {
				summary: "How far a fit is",
				tags: ["fits"],
				params: paramsSchema,
				response: { 200: sessionDocumentSchema },
			},
		},
		async (request) => {
			const actor = actorOf(request);
			const { session_id } = request.params;
			const told = await feed.latest(actor.userId, session_id);
			if (told?.isFresh) return told.document;
			const known = await cache.read({
				userId: actor.userId,
				kind: "session",
				id: session_id,
				lifetime_ms: SESSION_CACHE_LIFETIME_MS,
				load: async () => sessionDocument(await readSession(dependencies, actor, session_id)),
				// After its end only the deletion of its model or subject changes a session, which all forget the user's reads.
				isLasting: ({ status }) => isFinal(status),
			});
			// The row knows stage changes only; without a later one the fit is where it said, not back at the stage's start.
			const isWhereItSaid = known.status === "active" && told?.document.updated_at === known.updated_at;
			return isWhereItSaid ? told.document : known;
		},
	);

	api.delete(
		"/sessions/:session_id",
		{
			config: { rateLimit: "status" },
			schema: {
				summary: "Cancel a fit",
				description: "A running fit stops at once and its photos are wiped. A fit that has ended is a conflict.",
				tags: ["fits"],
				params: paramsSchema,
				response: { 200: sessionDocumentSchema },
			},
		},
		async (request) => {
			const actor = actorOf(request);
			const { session_id } = request.params;
			const row = await database.asUser(actor, async (tx) => {
				const cancelled = await tx
					.updateTable("sessions")
					.set({ status: "cancelled", request: "{}", lease_expires_at: null, updated_at: sql<Date>`now()` })
					.where("session_id", "=", session_id)
					.where("user_id", "=", actor.userId)
					.where("status", "in", ["queued", "active"])
					.returning(SESSION_COLUMNS)
					.executeTakeFirst();
				if (cancelled === undefined) return null;
				await recordAudit(tx, auditOrigin(request), {
					action: "session_cancel",
					resourceType: "session",
					resourceId: session_id,
				});
				return cancelled;
			});
			if (row !== null) metrics?.countFit("cancelled");
			const present = row ?? (await readSession(dependencies, actor, session_id));
			if (present.status !== "cancelled") {
				throw new AppError("conflict", "The fit has ended already.", {
					remedy: present.status === "completed" ? "Delete its model instead." : "There is nothing left to cancel.",
				});
			}
			// Also when it was cancelled before: a worker may have missed the message, a wipe may have failed.
			const document = sessionDocument(present);
			await feed.publish(actor.userId, document);
			await vault.wipe(session_id);
			return document;
		},
	);

	await registerSessionEvents(api, dependencies, feed);
}
