import { z } from "zod";
import { modelDataSchema } from "./model-data.js";
import { warningSchema } from "./warning.js";

/** How a measurement is taken. A changed definition has a new version. */
export const measurementDefinitionSchema = z
	.object({
		version: z.int().positive(),
		name: z.string().min(1),
		kind: z.string().min(1),
		/** Which side of the subject: left, right, both, or the midline. */
		side: z.string().min(1),
		posture: z.string().min(1),
		/** Clause of ISO 8559-1 that describes the same measurement, if one does. */
		iso8559: z.string().nullable(),
		text: z.string().min(1),
	})
	.meta({ id: "MeasurementDefinition" });

/** Measurements of a mesh: exact for the mesh, so without an error. */
export const measurementDocumentSchema = z.object({
	schema_version: z.literal(1),
	measurements: z.record(z.string(), z.object({ value_m: z.number(), definition: measurementDefinitionSchema })),
	/** Mesh volume × 1010 kg/m³, the air in the lungs included; null when it is not known. */
	mass_kg: z.number().nullable(),
	/** What the mesh encloses; null when it is not known. */
	volume_m3: z.number().nullable(),
	/** Area of the whole mesh; null when it is not known. */
	surface_area_m2: z.number().nullable(),
	model_data: modelDataSchema.nullable(),
	warnings: z.array(warningSchema),
});

export type MeasurementDefinitionDocument = z.infer<typeof measurementDefinitionSchema>;
export type MeasurementDocument = z.infer<typeof measurementDocumentSchema>;
