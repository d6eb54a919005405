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

/** One measurement of an anonymised subject whose user agreed to research. The ids match no other id of the API. */
export const researchMeasurementSchema = z
	.object({
		research_subject_id: z.string(),
		research_model_id: z.string(),
		gender: z.enum(SUBJECT_GENDERS).nullable(),
		birth_year: z.int().nullable(),
		measured_year: z.int(),
		measurement_type: z.string(),
		value: z.number(),
		unit: z.enum(["meters", "kilograms"]),
		sigma: z.number().nullable(),
		interval90_low: z.number().nullable(),
		interval90_high: z.number().nullable(),
		confidence: z.number().nullable(),
		extracted_from: z.enum(["image", "model"]),
	})
	.meta({ id: "ResearchMeasurement" });

export const researchPageSchema = z
	.object({ measurements: z.array(researchMeasurementSchema), limit: z.int(), offset: z.int() })
	.meta({ id: "ResearchPage" });
