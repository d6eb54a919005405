import { auditListQuerySchema, auditPageSchema, auditVerificationSchema } from "@anny-fitter/contracts";
import { verifyAuditLog } from "@anny-fitter/platform/database";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";

const tags = ["admin"];

/** What was done, and whether the record of it is whole. */
export function registerAuditRoutes(api: Api, { database }: ApiDependencies): void {
	api.get(
		"/admin/audit",
		{
			config: { access: "admin" },
			schema: {
				summary: "Read the audit log, newest first",
				tags,
				querystring: auditListQuerySchema,
				response: { 200: auditPageSchema },
			},
		},
		async (request) => {
			const { limit, before, user_id, action, resource_id, from, to } = request.query;
			return database.readAsUser(actorOf(request), async (tx) => {
				let query = tx
					.selectFrom("audit_log")
					.select([
						"log_id",
						"user_id",
						"action",
						"resource_type",
						"resource_id",
						"timestamp",
						"ip_address",
						"user_agent",
					]);
				if (before !== undefined) query = query.where("log_id", "<", before);
				if (user_id !== undefined) query = query.where("user_id", "=", user_id);
				if (action !== undefined) query = query.where("action", "=", action);
				if (resource_id !== undefined) query = query.where("resource_id", "=", resource_id);
				if (from !== undefined) query = query.where("timestamp", ">=", new Date(from));
				if (to !== undefined) query = query.where("timestamp", "<", new Date(to));
				const rows = await query
					.orderBy("log_id", "desc")
					.limit(limit + 1)
					.execute();
				const shown = rows.slice(0, limit);
				return {
					entries: shown.map((row) => ({ ...row, timestamp: row.timestamp.toISOString() })),
					next_before: rows.length > limit ? shown.at(-1)!.log_id : null,
				};
			});
		},
	);

	api.get(
		"/admin/audit/verify",
		{
			config: { access: "admin", rateLimit: "hourly" },
			schema: {
				summary: "Check that nobody has changed the audit log",
				description: "Keep head_hash elsewhere: it shows later that nothing before it was rewritten.",
				tags,
				response: { 200: auditVerificationSchema },
			},
		},
		async () => {
			const report = await verifyAuditLog(database);
			return {
				valid: report.ok,
				checked: report.rows,
				first_broken_log_id: report.firstBrokenLogId ?? null,
				head_hash: report.headHash,
			};
		},
	);
}
