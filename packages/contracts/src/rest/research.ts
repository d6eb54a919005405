import { z } from "zod";
import { SUBJECT_GENDERS } from "./subject.js";

export const researchQuerySchema = z.object({
	format: z.enum(["json", "csv"]).default("json"),
	measurement_type: z
		.string()
		.regex(/^[a-z][a-z0-9_]{0,99}$/)
		.optional(),
	limit: z.coerce.number().int().min(1).max(10_000).default(1000),
	offset: z.coerce.number().int().min(0).max(100_000_000).default(0),
});

/** One measurement of an anonymised subject whose user agreed to research. */
export const researchMeasurementSchema = z
	.object({
		/** Stable for a body, and the id of nothing else. */
		model_key: z.string(),
		gender: z.enum(SUBJECT_GENDERS).nullable(),
		measurement_type: z.string(),
		value: z.number(),
		unit: z.enum(["meters", "kilograms"]),
		sigma: z.number().nullable(),
		confidence: z.number().nullable(),
		extracted_from: z.enum(["image", "model"]),
	})
	.meta({ id: "ResearchMeasurement" });

export const researchPageSchema = z
	.object({ items: z.array(researchMeasurementSchema), limit: z.int(), offset: z.int() })
	.meta({ id: "ResearchPage" });
