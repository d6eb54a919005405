import { z } from "zod";
import { measurementDefinitionSchema } from "../measurement-document.js";
import { measurementEstimateSchema, resultDocumentSchema } from "../result-document.js";

/** A stored model: the content of `result.json` with ids and dates. */
export const modelDocumentSchema = resultDocumentSchema
	.extend({
		model_id: z.uuid(),
		subject_id: z.uuid(),
		/** Null when the session is no longer known. */
		session_id: z.uuid().nullable(),
		created_at: z.iso.datetime(),
	})
	.meta({ id: "Model" });

/** One line of a list of models. */
export const modelSummarySchema = z
	.object({
		model_id: z.uuid(),
		subject_id: z.uuid(),
		session_id: z.uuid().nullable(),
		created_at: z.iso.datetime(),
		stature_m: z.number().positive(),
		mass_kg: z.number().positive(),
		photo_count: z.int().nonnegative(),
		/** Mean vertex distance to the true body that the fit lets expect; null when it is not known. */
		expected_pve_mm: z.number().nonnegative().nullable(),
		flagged_for_review: z.boolean(),
		review_state: z.enum(["none", "open", "accepted", "rejected"]),
	})
	.meta({ id: "ModelSummary" });

export const modelListSchema = z
	.object({
		models: z.array(modelSummarySchema),
		/** Number of models without paging. */
		total: z.int().nonnegative(),
		limit: z.int().positive(),
		offset: z.int().nonnegative(),
	})
	.meta({ id: "ModelPage" });

/** Measurements of one model. */
export const modelMeasurementsSchema = z
	.object({
		model_id: z.uuid(),
		measurements: z.record(z.string(), measurementEstimateSchema),
		stature_m: z.number().positive(),
		mass_kg: z.number().positive(),
		mass_sigma_kg: z.number().nonnegative(),
		mass_interval90_kg: z.tuple([z.number(), z.number()]),
	})
	.meta({ id: "ModelMeasurements" });

export const measurementComparisonSchema = z
	.object({
		a_m: z.number(),
		b_m: z.number(),
		/** b − a */
		difference_m: z.number(),
		/** As if the two errors were independent: not smaller than the truth for one person. */
		difference_sigma_m: z.number().nonnegative(),
		/** Whether zero lies outside the difference's 90 % interval. */
		is_beyond_interval90: z.boolean(),
		definition: measurementDefinitionSchema,
	})
	.meta({ id: "MeasurementComparison" });

export const modelComparisonSchema = z
	.object({
		a: modelSummarySchema,
		b: modelSummarySchema,
		is_same_subject: z.boolean(),
		/** Measurements that both models have under the same version of the definition. */
		measurements: z.record(z.string(), measurementComparisonSchema),
		mass: z.object({
			a_kg: z.number(),
			b_kg: z.number(),
			difference_kg: z.number(),
			difference_sigma_kg: z.number().nonnegative(),
			is_beyond_interval90: z.boolean(),
		}),
	})
	.meta({ id: "ModelComparison" });

/** What a model can be exported as. */
export const EXPORT_FORMATS = ["glb", "obj", "ply", "stl", "json", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Media type of the binary mesh: a header, Float32 vertices, Uint32 triangles. */
export const BINARY_MESH_TYPE = "application/vnd.anny-fitter.mesh";

export type ModelDocument = z.infer<typeof modelDocumentSchema>;
export type ModelSummary = z.infer<typeof modelSummarySchema>;
export type ModelMeasurements = z.infer<typeof modelMeasurementsSchema>;
export type ModelComparison = z.infer<typeof modelComparisonSchema>;
