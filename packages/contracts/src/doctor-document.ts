import { z } from "zod";
import { modelDataSchema } from "./model-data.js";

/** What `anny-fitter doctor` found. */
export const doctorDocumentSchema = z.object({
	schema_version: z.literal(1),
	/** Whether a fit can run. */
	ok: z.boolean(),
	versions: z.object({ anny_fitter: z.string(), node: z.string(), platform: z.string() }),
	/** The body model's data in use; null when none was found. */
	model_data: modelDataSchema.nullable(),
	checks: z.array(
		z.object({
			/** Stable, in snake_case. */
			id: z.string().regex(/^[a-z][a-z0-9_]*$/),
			title: z.string().min(1),
			/** `warning`: works, but not as well as it could. */
			status: z.enum(["ok", "warning", "failed"]),
			detail: z.string(),
			/** What to do; null when nothing is to do. */
			remedy: z.string().nullable(),
		}),
	),
});

export type DoctorDocument = z.infer<typeof doctorDocumentSchema>;
