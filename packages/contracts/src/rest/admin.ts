import { z } from "zod";
import { oneLineTextSchema } from "../one-line-text.js";
import { USER_ROLES, userDocumentSchema } from "./auth.js";
import { pageOf, pagingQuerySchema } from "./paging.js";

export const REVIEW_STATES = ["none", "open", "accepted", "rejected"] as const;

export const userListQuerySchema = pagingQuerySchema.extend({
	/** Part of the e-mail address. */
	search: oneLineTextSchema(254).optional(),
	role: z.enum(USER_ROLES).optional(),
});
export const userPageSchema = pageOf("users", userDocumentSchema).meta({ id: "UserPage" });

export const userChangeSchema = z
	.strictObject({
		role: z.enum(USER_ROLES).optional(),
		/** True ends all log-ins of the user. */
		log_out_everywhere: z.literal(true).optional(),
	})
	.refine((change) => Object.keys(change).length > 0, "must change something")
	.meta({ id: "UserChange", example: { role: "researcher" } });

export const auditListQuerySchema = z.object({
	limit: z.coerce.number().int().min(1).max(500).default(50),
	/** Only entries before this one; take it from `next_before`. */
	before: z.coerce.number().int().positive().optional(),
	user_id: z.uuid().optional(),
	action: z
		.string()
		.regex(/^[a-z_]{1,100}$/)
		.optional(),
	resource_id: z.uuid().optional(),
	from: z.iso.datetime().optional(),
	to: z.iso.datetime().optional(),
});

export const auditEntrySchema = z
	.object({
		log_id: z.int(),
		user_id: z.string().nullable(),
		action: z.string(),
		resource_type: z.string().nullable(),
		resource_id: z.string().nullable(),
		timestamp: z.iso.datetime(),
		ip_address: z.string().nullable(),
		user_agent: z.string().nullable(),
	})
	.meta({ id: "AuditEntry" });

/** Newest first. */
export const auditPageSchema = z
	.object({
		entries: z.array(auditEntrySchema),
		/** Null at the end. */
		next_before: z.int().nullable(),
	})
	.meta({ id: "AuditPage" });

export const auditVerificationSchema = z
	.object({
		valid: z.boolean(),
		/** Entries that were checked. */
		checked: z.int().nonnegative(),
		/** First entry that does not fit the chain; null when all do. */
		first_broken_log_id: z.int().nullable(),
		/** Hash of the last entry. */
		head_hash: z.string(),
	})
	.meta({ id: "AuditVerification" });

export const reviewListQuerySchema = pagingQuerySchema.extend({
	state: z.enum(["open", "accepted", "rejected"]).default("open"),
});

/** A fit that a person should look at, without anything that tells whose it is. */
export const reviewDocumentSchema = z
	.object({
		model_id: z.uuid(),
		created_at: z.iso.datetime(),
		review_state: z.enum(REVIEW_STATES),
		review_note: z.string().nullable(),
		reviewed_at: z.iso.datetime().nullable(),
		photo_count: z.int(),
		/** Expected mean vertex distance. */
		expected_pve_mm: z.number().nullable(),
		flags: z.array(z.object({ code: z.string(), message: z.string() })),
	})
	.meta({ id: "Review" });
export const reviewPageSchema = pageOf("reviews", reviewDocumentSchema).meta({ id: "ReviewPage" });

export const reviewDecisionSchema = z
	.strictObject({
		decision: z.enum(["accepted", "rejected"]),
		/** What was seen; no names. */
		note: z
			.string()
			// A lone half of a character cannot be stored.
			.refine((text) => !/\p{Surrogate}/u.test(text), "the text holds half a character")
			.trim()
			.max(2000)
			.regex(/^(?:\P{Cc}|[\t\r\n])*$/u, "must be plain text")
			.nullable()
			.optional(),
	})
	.meta({ id: "ReviewDecision", example: { decision: "accepted", note: "arms were hidden; the rest is plausible" } });

export type AuditEntryDocument = z.infer<typeof auditEntrySchema>;
export type ReviewDocument = z.infer<typeof reviewDocumentSchema>;
