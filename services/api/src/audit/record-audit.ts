import type { Tx } from "@anny-fitter/platform/database";
import type { FastifyRequest } from "fastify";

/** What happened, for the audit log. No personal data: ids only. */
export interface AuditEntry {
	/** Such as `subject_create`, `model_fit`, `data_export`. */
	readonly action: string;
	readonly resourceType?: "user" | "subject" | "session" | "model" | "consent" | "export";
	readonly resourceId?: string;
}

/** Where a request came from. */
export interface AuditOrigin {
	readonly userId: string | null;
	readonly ipAddress: string | null;
	readonly userAgent: string | null;
}

export function auditOrigin(request: FastifyRequest): AuditOrigin {
	return {
		userId: request.actor?.userId ?? null,
		ipAddress: request.ip,
		// The database takes no NUL.
		userAgent: request.headers["user-agent"]?.replaceAll("\0", "").slice(0, 300) ?? null,
	};
}

/** Appends to the audit log within the transaction that does what is recorded: both happen or neither. */
export async function recordAudit(tx: Tx, origin: AuditOrigin, entry: AuditEntry): Promise<void> {
	await tx
		.insertInto("audit_log")
		.values({
			user_id: origin.userId,
			action: entry.action,
			resource_type: entry.resourceType ?? null,
			resource_id: entry.resourceId ?? null,
			ip_address: origin.ipAddress,
			user_agent: origin.userAgent,
		})
		.execute();
}
