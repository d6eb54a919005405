import { ERROR_TABLE, type ErrorCode, type SessionDocument, type SessionError } from "@anny-fitter/contracts";
import type { SessionRow, SessionStatus } from "@anny-fitter/platform/database";

/** Columns of a session that its document shows. */
export const SESSION_COLUMNS = [
	"session_id",
	"user_id",
	"subject_id",
	"status",
	"stage",
	"progress",
	"model_id",
	"error_code",
	"error_detail",
	"error_remedy",
	"created_at",
	"updated_at",
	"expires_at",
] as const satisfies readonly (keyof SessionRow)[];

export type ShownSessionRow = Pick<SessionRow, (typeof SESSION_COLUMNS)[number]>;

const STAGE_MESSAGES: Readonly<Record<string, string>> = {
	vision: "Finding the person in the photos",
	fit: "Fitting the body",
	store: "Storing the result",
};

/** @param live where a running fit is by now; the row knows stage changes only */
export function sessionDocument(
	row: ShownSessionRow,
	live: { readonly stage: string; readonly progress: number; readonly message: string } | null = null,
): SessionDocument {
	const stage = live?.stage ?? row.stage;
	return {
		session_id: row.session_id,
		subject_id: row.subject_id,
		status: row.status,
		stage,
		message: live?.message ?? (row.status === "active" && stage !== null ? (STAGE_MESSAGES[stage] ?? null) : null),
		progress: live?.progress ?? row.progress,
		model_id: row.model_id,
		error: sessionError(row),
		created_at: row.created_at.toISOString(),
		updated_at: row.updated_at.toISOString(),
		expires_at: row.expires_at.toISOString(),
	};
}

function sessionError(row: ShownSessionRow): SessionError | null {
	if (row.error_code === null) return null;
	const entry = ERROR_TABLE[row.error_code as ErrorCode] ?? ERROR_TABLE.internal;
	return {
		code: row.error_code,
		title: entry.title,
		detail: row.error_detail ?? entry.title,
		remedy: row.error_remedy ?? entry.remedy,
		status: entry.httpStatus,
	};
}

/** Whether a session will not change again. */
export function isFinal(status: SessionStatus): boolean {
	return status !== "queued" && status !== "active";
}
