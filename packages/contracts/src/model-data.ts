import { z } from "zod";

/** Where the body model's data came from. */
export const MODEL_DATA_SOURCES = ["npm", "official", "custom"] as const;

export const modelDataSchema = z
	.object({
		source: z.enum(MODEL_DATA_SOURCES),
		/** For people: package and version, or the kind of folder. */
		detail: z.string(),
		topology: z.string(),
		/** Identifies the order of vertices and faces; vertex numbers mean nothing without it. */
		topology_hash: z.string(),
	})
	.meta({ id: "ModelData" });

export type ModelDataDocument = z.infer<typeof modelDataSchema>;
