/** What the server writes to its audit log; others are shown as they are. */
export const AUDIT_ACTIONS = [
	"register",
	"login",
	"login_failed",
	"logout",
	"password_change",
	"refresh_token_reuse",
	"user_log_out_everywhere",
	"role_grant_user",
	"role_grant_researcher",
	"role_grant_admin",
	"subject_create",
	"subject_update",
	"subject_anonymize",
	"subject_delete",
	"fit_request",
	"session_cancel",
	"model_fit",
	"model_adjust",
	"model_delete",
	"data_export",
	"account_export",
	"account_delete",
	"consent_grant_photo_processing",
	"consent_withdraw_photo_processing",
	"consent_grant_research_use",
	"consent_withdraw_research_use",
	"research_read",
	"review_accepted",
	"review_rejected",
] as const;

/**
 * The time from the start of the first day to the end of the last one, where the person is.
 *
 * @param from, to YYYY-MM-DD or empty
 */
export function dayRange(from: string, to: string): { from?: string; to?: string } {
	const range: { from?: string; to?: string } = {};
	if (from !== "") range.from = new Date(`${from}T00:00:00`).toISOString();
	if (to !== "") {
		const end = new Date(`${to}T00:00:00`);
		end.setDate(end.getDate() + 1);
		range.to = end.toISOString();
	}
	return range;
}
