import { z } from "zod";

/** What `anny-fitter models list` prints: every model that the product can use. */
export const modelsDocumentSchema = z.object({
	schema_version: z.literal(1),
	models: z.array(
		z.object({
			/** Stable, such as `pose_landmark_heavy`. */
			id: z.string().min(1),
			purpose: z.string().min(1),
			/** Package and version, or the address it comes from. */
			origin: z.string().min(1),
			licence: z.string().min(1),
			/** `changed`: there, but not the version that this program was tested with. */
			status: z.enum(["available", "changed", "missing"]),
			/** Null when the model is missing. */
			size_bytes: z.int().nonnegative().nullable(),
		}),
	),
});

export type ModelsDocument = z.infer<typeof modelsDocumentSchema>;
