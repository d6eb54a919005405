import { z } from "zod";
import { presentedPasswordSchema } from "./auth.js";

export const CONSENT_PURPOSES = ["photo_processing", "research_use"] as const;

/** Version of the text about consent that stands in docs/privacy.md. */
export const CONSENT_VERSION = "1";

export const consentsDocumentSchema = z
	.object({
		/** Photos may be processed in memory to make a body. */
		photo_processing: z.boolean(),
		/** De-identified measurements of anonymised subjects may be read by researchers. */
		research_use: z.boolean(),
		/** Version of the text that was agreed to last; null before the first decision. */
		version: z.string().nullable(),
		updated_at: z.iso.datetime().nullable(),
	})
	.meta({ id: "Consents" });

export const consentsChangeSchema = z
	.strictObject({
		photo_processing: z.boolean().optional(),
		research_use: z.boolean().optional(),
		/** Version of the text that was shown. */
		version: z
			.string()
			.regex(/^[A-Za-z0-9._-]{1,50}$/)
			.optional(),
	})
	.refine(
		(change) => CONSENT_PURPOSES.some((purpose) => change[purpose] !== undefined),
		"must decide about photo_processing or research_use",
	)
	.meta({ id: "ConsentsChange", example: { photo_processing: true } });

export const consentHistorySchema = z
	.object({
		decisions: z.array(
			z.object({
				purpose: z.enum(CONSENT_PURPOSES),
				granted: z.boolean(),
				version: z.string(),
				created_at: z.iso.datetime(),
			}),
		),
	})
	.meta({ id: "ConsentHistory" });

/** Deleting an account asks for the password again; only the local user of single-user mode has none. */
export const accountDeletionSchema = z
	.strictObject({ password: presentedPasswordSchema.optional() })
	.meta({ id: "AccountDeletion" });

export type ConsentsDocument = z.infer<typeof consentsDocumentSchema>;
