import { z } from "zod";
import { measurementDefinitionSchema } from "./measurement-document.js";
import { modelDataSchema } from "./model-data.js";
import { affineSchema, labelledNumbersSchema, poseParameterizationSchema, poseSchema } from "./params-document.js";
import { SEXES, STATED_SOURCES, VIEW_DIRECTIONS, VIEW_LABELS } from "./stated-facts.js";
import { warningSchema } from "./warning.js";

export const RESULT_SCHEMA_VERSION = 1;

/** What a measurement rests on. */
export const MEASUREMENT_SOURCES = ["stated", "landmarks", "silhouette", "prior", "mesh"] as const;

const positive = z.number().positive();
const nonNegative = z.number().nonnegative();
const intervalSchema = z
	.tuple([z.number(), z.number()])
	.refine(([low, high]) => low <= high, "the lower end of an interval is above its upper end");
const pointSchema = z.tuple([z.number(), z.number()]);

export const measurementEstimateSchema = z
	.object({
		value_m: nonNegative,
		sigma_m: nonNegative,
		/** The value lies inside with a probability of 90 %. */
		interval90_m: intervalSchema,
		/** Probability that the value is within 3 % of the truth. */
		confidence: z.number().min(0).max(1),
		sources: z.array(z.enum(MEASUREMENT_SOURCES)).min(1),
		definition: measurementDefinitionSchema,
	})
	.meta({ id: "MeasurementEstimate" });

/** A length or girth as the photos themselves show it, without the body model's shape. */
export const imageMeasurementSchema = z
	.object({
		/** Of the catalogue where it has the measurement; breadths and depths of limbs and neck are the photos' own. */
		id: z.string().regex(/^[a-z][a-z0-9_]*$/),
		value_m: positive,
		/** Standard deviation about the body's own value, cloth included. */
		sigma_m: nonNegative,
		/** Probability that the value is within 3 % of the body's, lowered where the photo shows it badly. */
		confidence: z.number().min(0).max(1),
		/** The photos that it was seen in, one after the other. */
		views: z
			.array(
				z.object({
					/** File name of the photo, without folders. */
					photo: z.string(),
					value_m: positive,
					sigma_m: nonNegative,
					confidence: z.number().min(0).max(1),
					/** Whether it agrees with most of the photos; others do not count. */
					inlier: z.boolean(),
				}),
			)
			.min(1),
		/** Whether clothes, hair or shoes are part of the value. */
		over_clothing: z.boolean(),
	})
	.meta({ id: "ImageMeasurement" });

/** Pinhole camera: +X right, +Y down, +Z forward; pixels from the outer corner of the first pixel. */
export const cameraDocumentSchema = z
	.object({
		width_px: z.int().positive(),
		height_px: z.int().positive(),
		focal_length_px: positive,
		principal_point_px: pointSchema,
		/** Row-major 3×4: camera coordinates of a world point, metres. */
		camera_from_world: affineSchema,
	})
	.meta({ id: "Camera" });

export const viewDocumentSchema = z
	.object({
		/** File name of the photo, without folders. */
		photo: z.string(),
		/** As stated; null when it was not. */
		label: z.enum(VIEW_LABELS).nullable(),
		/** As stated where the fit does not contradict it, else as found. */
		direction: z.enum(VIEW_DIRECTIONS),
		/** Whose word the direction is; missing in results of older versions, which found it. */
		direction_source: z.enum(["stated", "found"]).optional(),
		/** The side of the person that is turned to the camera; null from the front and from behind. Missing in older results. */
		shown_side: z.enum(["left", "right"]).nullable().optional(),
		/** Turn of the body about the vertical: 0 faces the camera, 90 shows its right side, ±180 its back. */
		yaw_deg: z.number(),
		camera: cameraDocumentSchema,
		pose: poseSchema,
		/** Landmarks that took part in the fit, where the photo has them and where the fitted body has them. */
		landmarks_used: z.array(
			z.object({ name: z.string(), image_px: pointSchema, projected_px: pointSchema, weight: nonNegative }),
		),
		/** Root mean square over the landmarks used; null when none could be. */
		reprojection_px: nonNegative.nullable(),
		/** Null when the silhouette could not be used. */
		silhouette_iou: z.number().min(0).max(1).nullable(),
	})
	.meta({ id: "View" });

/** What the user stated, in SI units. */
export const statedFactsSchema = z
	.object({
		stature_m: positive.optional(),
		weight_kg: positive.optional(),
		age_years: nonNegative.optional(),
		date_of_birth: z.iso.date().optional(),
		sex: z.enum(SEXES).optional(),
		measures: z.record(z.string(), positive).optional(),
		/** How stature and weight are known; missing where nobody said. */
		stature_source: z.enum(STATED_SOURCES).optional(),
		weight_source: z.enum(STATED_SOURCES).optional(),
		/** Standard deviations that were stated: `stature` and measurements in metres, `mass` in kilograms. */
		sigmas: z.record(z.string(), positive).optional(),
	})
	.meta({ id: "StatedFacts" });

const surfaceDistanceSchema = z.object({
	mean_mm: nonNegative,
	median_mm: nonNegative,
	p95_mm: nonNegative,
	max_mm: nonNegative,
	/** Share of the points within 20 mm of the other surface. */
	near_share: z.number().min(0).max(1),
});

export const qualityDocumentSchema = z
	.object({
		flags: z.array(
			z.object({
				/** Stable, in snake_case. */
				code: z.string().regex(/^[a-z][a-z0-9_]*$/),
				message: z.string().min(1),
				/** What to do about it, one sentence; missing in results of older versions and of registrations. */
				advice: z.string().min(1).optional(),
				/** Index in `views` of the photo that it is about; missing when it is about the whole. */
				view: z.int().nonnegative().optional(),
			}),
		),
		/** What to do for a better result; one sentence each. */
		advice: z.array(z.string().min(1)),
		/** Whether a person should look at the result before it is used. */
		flagged_for_review: z.boolean(),
		/** From photos: the mean vertex distance to the true body that the covariance lets expect. */
		expected_pve_mm: nonNegative.optional(),
		/** From a mesh: the mean vertex distance to it. */
		pve_mm: nonNegative.optional(),
		/** From a mesh in another topology: distances between the body's and the scan's surface, seen from either. */
		scan_distances: z.object({ body_to_scan: surfaceDistanceSchema, scan_to_body: surfaceDistanceSchema }).optional(),
	})
	.refine(
		(quality) => (quality.expected_pve_mm === undefined) !== (quality.pve_mm === undefined),
		"either expected_pve_mm or pve_mm is needed",
	)
	.meta({ id: "Quality" });

/** How sure a fit is of the shape, and what goes together: the posterior covariance of its shape parameters. */
export const shapeCovarianceSchema = z
	.object({
		/** `phenotype:` and a label, or `local:` and the first label of local changes that are tied left and right. */
		parameters: z.array(z.string().min(1)).min(1),
		/** Row-major lower triangle, diagonal included; six significant digits. */
		lower_triangle: z.array(z.number()),
	})
	.refine(
		({ parameters, lower_triangle }) => lower_triangle.length === (parameters.length * (parameters.length + 1)) / 2,
		"the triangle's size does not belong to this number of parameters",
	);

/** Volume and surface area of the body with their errors; missing in results of older versions. */
export const bulkSchema = z.object({
	volume_m3: positive.optional(),
	volume_sigma_m3: nonNegative.optional(),
	volume_interval90_m3: intervalSchema.optional(),
	surface_area_m2: positive.optional(),
	surface_area_sigma_m2: nonNegative.optional(),
	surface_area_interval90_m2: intervalSchema.optional(),
});

/** Which networks looked at the photos. */
export const perceptionSchema = z
	.object({
		/** Where the outlines come from; several names when photos differ. */
		segmentation: z.string().min(1),
		/** The depth network, or that there was none. */
		depth: z.union([z.literal("unavailable"), z.string().min(1)]),
	})
	.meta({ id: "Perception" });

/** `result.json`: everything a fit found. Lengths in metres, masses in kilograms, angles in radians. */
export const resultDocumentSchema = z.object({
	schema_version: z.literal(RESULT_SCHEMA_VERSION),
	stated: statedFactsSchema,
	phenotypes: labelledNumbersSchema,
	local_changes: labelledNumbersSchema,
	all_phenotypes: z.boolean(),
	/** Missing in results of older versions and of registrations. */
	shape_covariance: shapeCovarianceSchema.optional(),
	pose_parameterization: poseParameterizationSchema,
	/** Pose of the first view. */
	pose: poseSchema,
	views: z.array(viewDocumentSchema),
	measurements: z.record(z.string(), measurementEstimateSchema),
	/** What the photos themselves show; missing in results of older versions and without photos. */
	image_measurements: z.array(imageMeasurementSchema).optional(),
	stature_m: positive,
	mass_kg: positive,
	mass_sigma_kg: nonNegative,
	mass_interval90_kg: intervalSchema,
	...bulkSchema.shape,
	quality: qualityDocumentSchema,
	/** Missing in results of older versions, without photos and of registrations. */
	perception: perceptionSchema.optional(),
	/** Wall-clock time per stage. */
	timings_ms: z.record(z.string(), nonNegative),
	model_data: modelDataSchema,
	warnings: z.array(warningSchema),
});

export type MeasurementSource = (typeof MEASUREMENT_SOURCES)[number];
export type MeasurementEstimate = z.infer<typeof measurementEstimateSchema>;
export type ImageMeasurementDocument = z.infer<typeof imageMeasurementSchema>;
export type CameraDocument = z.infer<typeof cameraDocumentSchema>;
export type ViewDocument = z.infer<typeof viewDocumentSchema>;
export type ShapeCovarianceDocument = z.infer<typeof shapeCovarianceSchema>;
export type PerceptionDocument = z.infer<typeof perceptionSchema>;
export type QualityDocument = z.infer<typeof qualityDocumentSchema>;
export type BulkDocument = z.infer<typeof bulkSchema>;
export type ResultDocument = z.infer<typeof resultDocumentSchema>;
