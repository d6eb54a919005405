import {
	AppError,
	userChangeSchema,
	userDocumentSchema,
	userListQuerySchema,
	userPageSchema,
} from "@anny-fitter/contracts";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import { forgetTokenValidity, revokeAllTokens } from "../auth/token-validity.js";
import { SHOWN_USER_COLUMNS, toUserDocument } from "../auth/users.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";

const tags = ["admin"];

/** Who is registered, and which role they have. */
export function registerUserRoutes(api: Api, dependencies: ApiDependencies): void {
	const { database, now } = dependencies;

	api.get(
		"/admin/users",
		{
			config: { access: "admin" },
			schema: { summary: "List users", tags, querystring: userListQuerySchema, response: { 200: userPageSchema } },
		},
		async (request) => {
			const { limit, offset, search, role } = request.query;
			return database.readAsUser(actorOf(request), async (tx) => {
				let matching = tx.selectFrom("users");
				if (role !== undefined) matching = matching.where("role", "=", role);
				// Addresses may be encrypted, so the database cannot search them.
				const all = await matching
					.select(SHOWN_USER_COLUMNS)
					.orderBy("created_at", "desc")
					.orderBy("user_id")
					.execute();
				const found = all.filter(({ email }) => search === undefined || email.includes(search.toLowerCase()));
				const rows = found.slice(offset, offset + limit);
				const total = found.length;
				return { users: rows.map(toUserDocument), total, limit, offset };
			});
		},
	);

	api.patch(
		"/admin/users/:user_id",
		{
			config: { access: "admin" },
			schema: {
				summary: "Change a user's role, or end their log-ins",
				description: "Either ends all log-ins of the user. The last administrator keeps the role.",
				tags,
				params: z.object({ user_id: z.uuid() }),
				body: userChangeSchema,
				response: { 200: userDocumentSchema },
			},
		},
		async (request) => {
			const { user_id: id } = request.params;
			const { role } = request.body;
			const user = await database.asUser(actorOf(request), (tx) =>
				database.elevate(tx, async () => {
					// Locked in one order, so that two administrators cannot demote each other at the same moment.
					const admins = await tx
						.selectFrom("users")
						.select("user_id")
						.where("role", "=", "admin")
						.orderBy("user_id")
						.forUpdate()
						.execute();
					if (role !== undefined && role !== "admin" && admins.length === 1 && admins[0]!.user_id === id) {
						throw new AppError("conflict", "This is the last administrator.", {
							remedy: "Make somebody else an administrator first.",
						});
					}
					const present = await tx
						.selectFrom("users")
						.select(SHOWN_USER_COLUMNS)
						.where("user_id", "=", id)
						.forUpdate()
						.executeTakeFirst();
					if (present === undefined) throw new AppError("not_found", "There is no user with this id.");
					if (role !== undefined) await tx.updateTable("users").set({ role }).where("user_id", "=", id).execute();
					await revokeAllTokens(tx, id, now());
					await recordAudit(tx, auditOrigin(request), {
						action: role === undefined ? "user_log_out_everywhere" : `role_grant_${role}`,
						resourceType: "user",
						resourceId: id,
					});
					return { ...present, role: role ?? present.role };
				}),
			);
			await forgetTokenValidity(dependencies, id);
			return toUserDocument(user);
		},
	);
}
