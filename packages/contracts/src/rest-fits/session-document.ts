import { z } from "zod";

/** What may become of a fit. Only `queued` and `active` change again. */
export const SESSION_STATUSES = ["queued", "active", "completed", "failed", "cancelled", "expired"] as const;

export const sessionErrorSchema = z
	.object({
		/** A code of the error table. */
		code: z.string(),
		title: z.string(),
		/** One sentence that names the cause. */
		detail: z.string(),
		/** What the person can do. */
		remedy: z.string(),
		/** The HTTP status that the error would have had as an answer. */
		status: z.int(),
	})
	.meta({ id: "SessionError" });

/** The state of a fit: what polling answers and what the event stream sends. */
export const sessionDocumentSchema = z
	.object({
		session_id: z.uuid(),
		subject_id: z.uuid().nullable(),
		status: z.enum(SESSION_STATUSES),
		/** What is being done, such as `vision`; null before the start. */
		stage: z.string().nullable(),
		/** One sentence for people; null when there is nothing to say. */
		message: z.string().nullable(),
		/** 0…1 */
		progress: z.number().min(0).max(1),
		/** Set when the fit is completed. */
		model_id: z.uuid().nullable(),
		/** Set when the fit failed. */
		error: sessionErrorSchema.nullable(),
		created_at: z.iso.datetime(),
		updated_at: z.iso.datetime(),
		/** After this moment a fit that is not finished is given up and its photos are gone. */
		expires_at: z.iso.datetime(),
	})
	.meta({ id: "Session" });

export const sessionListSchema = z
	.object({
		sessions: z.array(sessionDocumentSchema),
		/** Number of sessions without paging. */
		total: z.int().nonnegative(),
		limit: z.int().positive(),
		offset: z.int().nonnegative(),
	})
	.meta({ id: "SessionPage" });

/** Answer to POST /fit. */
export const fitAcceptedSchema = z
	.object({
		session_id: z.uuid(),
		status_url: z.string(),
		events_url: z.string(),
	})
	.meta({ id: "FitAccepted" });

export type SessionDocument = z.infer<typeof sessionDocumentSchema>;
export type SessionError = z.infer<typeof sessionErrorSchema>;
export type FitAccepted = z.infer<typeof fitAcceptedSchema>;
