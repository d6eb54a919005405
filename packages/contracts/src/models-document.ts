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
			/** Null when it is not known; of models to pull also when they are missing. */
			size_bytes: z.int().nonnegative().nullable(),
			/** Segmentation and depth networks, which `models pull` fetches. */
			kind: z.enum(["segmentation", "depth"]).optional(),
			/** Of those: one per file, null where it could not be established. */
			sha256: z.array(z.string().length(64).nullable()).optional(),
			/** Of those: whether photos are looked at with it. */
			in_use: z.boolean().optional(),
		}),
	),
});

/** What `anny-fitter models verify` prints. */
export const verifiedModelsDocumentSchema = z.object({
	schema_version: z.literal(1),
	files: z.array(
		z.object({
			/** Path from the models folder, or the file's name. */
			name: z.string().min(1),
			size_bytes: z.int().nonnegative(),
			sha256: z.string().length(64),
			/** What it is, in words; null when it is of no use. */
			holds: z.string().nullable(),
			/** Inputs and outputs; null when it is no ONNX file. */
			interface: z.string().nullable(),
			/** The published model with this hash; null when there is none. */
			published_as: z.string().nullable(),
			/**
			 * `published`: the hash is that of a published file. `stated`: it is the one that was given. `unknown`: there is none
			 * to compare with. `changed`: it is not the one that it must be. `unusable`: no network that can be used.
			 */
			verdict: z.enum(["published", "stated", "unknown", "changed", "unusable"]),
			in_use: z.boolean(),
		}),
	),
});

export type VerifiedModelsDocument = z.infer<typeof verifiedModelsDocumentSchema>;
export type ModelsDocument = z.infer<typeof modelsDocumentSchema>;
