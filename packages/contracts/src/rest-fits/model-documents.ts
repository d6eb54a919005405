import { z } from "zod";
import { comparisonShape } from "../comparison-document.js";
import { oneLineTextSchema } from "../one-line-text.js";
import {
	bulkSchema,
	imageMeasurementSchema,
	measurementEstimateSchema,
	resultDocumentSchema,
} from "../result-document.js";

/** A stored model: the content of `result.json` with ids and dates. */
export const modelDocumentSchema = resultDocumentSchema
	.extend({
		model_id: z.uuid(),
		subject_id: z.uuid(),
		/** Null when the session is no longer known, and for a model that was adjusted by hand. */
		session_id: z.uuid().nullable(),
		created_at: z.iso.datetime(),
		/** The model that this one was adjusted from; it may have been deleted since. */
		based_on_model_id: z.uuid().optional(),
		/** As its user called it. */
		name: z.string().optional(),
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
		/** The model that this one was adjusted from; null for a fit. */
		based_on_model_id: z.uuid().nullable(),
		name: z.string().nullable(),
	})
	.meta({ id: "ModelSummary" });

/** A body that was changed by hand: its parameters, and the values it was changed to. */
export const modelAdjustmentSchema = z
	.strictObject({
		/** Label → about 0…1, all of the new body's; what is missing has 0.5, not the base's value. */
		phenotypes: z.record(z.string().max(100), z.number().min(-1).max(2)),
		/** Label → about −1…1, all of the new body's; what is missing has 0, not the base's value. */
		local_changes: z.record(z.string().max(100), z.number().min(-5).max(5)),
		/** Measurement → the value it was set to, metres. The server measures the body and refuses what is not reached. */
		adjusted: z.record(z.string().max(100), z.number().positive().max(5)),
		/** When the mass was set, too. */
		mass_kg: z.number().positive().max(700).optional(),
		name: oneLineTextSchema(255).optional(),
	})
	.refine(
		({ adjusted, mass_kg }) => Object.keys(adjusted).length > 0 || mass_kg !== undefined,
		"must set a measurement or the mass",
	)
	.meta({
		id: "ModelAdjustment",
		example: {
			phenotypes: { gender: 0.9, age: 0.6, weight: 0.5, muscle: 0.5, height: 0.5, proportions: 0.5 },
			local_changes: { "waist-circumference": 0.2 },
			adjusted: { waist_girth: 0.78 },
		},
	});

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
		/** Of the fitted body; empty when only those of the photos are asked for. */
		measurements: z.record(z.string(), measurementEstimateSchema),
		/** What the photos themselves show; empty when only those of the body are asked for. */
		image_measurements: z.array(imageMeasurementSchema),
		stature_m: z.number().positive(),
		mass_kg: z.number().positive(),
		mass_sigma_kg: z.number().nonnegative(),
		mass_interval90_kg: z.tuple([z.number(), z.number()]),
		...bulkSchema.shape,
	})
	.meta({ id: "ModelMeasurements" });

export const modelComparisonSchema = z
	.object({
		a: modelSummarySchema,
		b: modelSummarySchema,
		is_same_subject: z.boolean(),
		...comparisonShape,
	})
	.meta({ id: "ModelComparison" });

/** What a model can be exported as. */
export const EXPORT_FORMATS = ["glb", "obj", "ply", "stl", "json", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Media type of the binary mesh: a header, Float32 vertices, Uint32 triangles. */
export const BINARY_MESH_TYPE = "application/vnd.anny-fitter.mesh";

export type ModelDocument = z.infer<typeof modelDocumentSchema>;
export type ModelAdjustment = z.infer<typeof modelAdjustmentSchema>;
export type ModelSummary = z.infer<typeof modelSummarySchema>;
export type ModelMeasurements = z.infer<typeof modelMeasurementsSchema>;
export type ModelComparison = z.infer<typeof modelComparisonSchema>;
