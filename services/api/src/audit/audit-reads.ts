import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";
import { type AuditEntry, auditOrigin, recordAudit } from "./record-audit.js";

/** Answers that tell nothing about a person's body or identity but to themselves. Every other GET is audited. */
const IMPERSONAL = [
	"/api/v1/auth/me",
	"/api/v1/consents",
	"/api/v1/consents/history",
	"/api/v1/body-model",
	"/api/v1/sessions",
	"/api/v1/sessions/:session_id",
	"/api/v1/sessions/:session_id/events",
	"/api/v1/admin/audit/verify",
];

/**
 * Notes who read what, before it is sent: an answer that cannot be noted is not given. For HIPAA_MODE; without it the audit
 * log tells of changes, exports and log-ins alone.
 */
export function addReadAudit(api: Api, { config, database }: ApiDependencies): void {
	if (config.isReadAudited !== true) return;
	api.addHook("onSend", async (request, reply) => {
		const { actor, method, routeOptions } = request;
		const route = routeOptions.url ?? "";
		if (actor === null || (method !== "GET" && method !== "HEAD") || reply.statusCode >= 400) return;
		if (!isAudited(route)) return;
		await database.asUser(actor, (tx) => recordAudit(tx, auditOrigin(request), entryOf(route, request.params)));
	});
}

/** @param route pattern, such as `/api/v1/subjects/:subject_id` */
export function isAudited(route: string): boolean {
	return route.startsWith("/api/v1/") && !IMPERSONAL.includes(route);
}

function entryOf(route: string, params: unknown): AuditEntry {
	const { model_id, subject_id } = params as { model_id?: string; subject_id?: string };
	const area = route.split("/")[3] ?? "data";
	if (model_id !== undefined) return { action: "model_read", resourceType: "model", resourceId: model_id };
	if (subject_id !== undefined) return { action: "subject_read", resourceType: "subject", resourceId: subject_id };
	return { action: `${area}_read` };
}
