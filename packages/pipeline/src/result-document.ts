import type { MeasurementDefinition } from "@anny-fitter/anthropometry";
import { MEASUREMENTS, measureVolumeAndArea } from "@anny-fitter/anthropometry";
import { pullBackShapeGradient } from "@anny-fitter/body-model";
import type {
	BulkDocument,
	ImageMeasurementDocument,
	MeasurementDefinitionDocument,
	MeasurementEstimate,
	ModelDataDocument,
	PerceptionDocument,
	ResultDocument,
	StatedFacts,
	ViewDocument,
	ViewLabel,
	Warning,
} from "@anny-fitter/contracts";
import { RESULT_SCHEMA_VERSION } from "@anny-fitter/contracts";
import type { EstimatedMeasurement, FittedView, PhotoFit, PhotoFitQuality, PhotoFitter } from "@anny-fitter/fitting";
import {
	BODY_QUANTITIES,
	differentiateLogMass,
	isViewLikely,
	MASS,
	nameCovariance,
	namedShape,
	poseParametersFromArticulation,
	SHAPE_COUNT,
	SHAPE_PARAMETERS,
	shownSide,
	standardDeviation,
	viewDirection,
} from "@anny-fitter/fitting";
import { interval90 } from "@anny-fitter/math";
import { computeSurfaceAreaGradient } from "@anny-fitter/mesh";
import type { ImageMeasurement } from "@anny-fitter/perception";

/** What a result document is made of besides the fit. */
export interface ResultInput {
	readonly fitter: PhotoFitter;
	readonly fit: PhotoFit;
	readonly measurements: ReadonlyMap<string, EstimatedMeasurement>;
	/** What the photos themselves show, views by index. */
	readonly imageMeasurements: readonly ImageMeasurement[];
	readonly quality: PhotoFitQuality;
	readonly expectedVertexError_mm: number;
	readonly stated: StatedFacts;
	readonly photos: readonly {
		readonly name: string;
		readonly label: ViewLabel | null;
		readonly perception?: PerceptionDocument | undefined;
	}[];
	readonly timings_ms: Readonly<Record<string, number>>;
	readonly modelData: ModelDataDocument;
	readonly warnings: readonly Warning[];
}

/** Scatter of what people weigh against mesh volume × density: food, water, lungs. */
const DENSITY_SIGMA = 0.01;

/** The mesh counts the inside of the mouth and the eye sockets and smooths toes, ears and folds: about 1 % either way. */
const SKIN_SIGMA = 0.01;

/** `result.json` of a photo fit. `fitter.shape` must hold the fitted shape. */
export function buildResultDocument(input: ResultInput): ResultDocument {
	const { fitter, fit, quality } = input;
	const { phenotypes, localChanges } = namedShape(fit.shape);
	const views = fit.views.map((view, i): ViewDocument => {
		const photo = input.photos[i];
		return describeView(fitter, view, photo?.name ?? `photo ${i + 1}`, photo?.label ?? null);
	});
	const byShape = new Float64Array(SHAPE_COUNT);
	differentiateLogMass(byShape, fitter, fit.shape);
	// A stated weight that the body misses is as uncertain as it is missed.
	const massMiss = input.stated.weight_kg === undefined ? 0 : fit.mass_kg - input.stated.weight_kg;
	const massScatter = fit.mass_kg * Math.hypot(standardDeviation(fit.covariance, byShape), DENSITY_SIGMA);
	const expectedSigma = fit.mapped?.sigmas[BODY_QUANTITIES.indexOf(MASS)];
	const massSigma = Math.hypot(expectedSigma ?? massScatter, massMiss);
	return {
		schema_version: RESULT_SCHEMA_VERSION,
		stated: input.stated,
		phenotypes,
		local_changes: localChanges,
		all_phenotypes: true,
		shape_covariance: nameCovariance(fit.covariance),
		pose_parameterization: "root_relative_world",
		pose: views[0]?.pose ?? {},
		views,
		measurements: Object.fromEntries(
			MEASUREMENTS.flatMap((definition) => {
				const estimate = input.measurements.get(definition.id);
				return estimate ? [[definition.id, describeMeasurement(definition, estimate)]] : [];
			}),
		),
		...(fit.views.length === 0
			? {}
			: { image_measurements: input.imageMeasurements.map((seen) => describeImageMeasurement(seen, input.photos)) }),
		stature_m: fit.stature_m,
		mass_kg: fit.mass_kg,
		mass_sigma_kg: massSigma,
		mass_interval90_kg: interval90(fit.mass_kg, massSigma),
		...describeBulk(fitter, fit, massSigma / fit.mass_kg),
		quality: {
			flags: quality.flags.map(({ code, message, advice, view }) => ({
				code,
				message,
				advice,
				...(view === null ? {} : { view }),
			})),
			advice: [...quality.advice],
			flagged_for_review: quality.needsReview,
			expected_pve_mm: input.expectedVertexError_mm,
		},
		...describePerception(input.photos),
		timings_ms: { ...input.timings_ms },
		model_data: input.modelData,
		warnings: [...input.warnings],
	};
}

/** The networks that saw the photos; where they differ, all of them. */
function describePerception(photos: ResultInput["photos"]): { perception?: PerceptionDocument } {
	const seen = photos.flatMap(({ perception }) => (perception === undefined ? [] : [perception]));
	if (seen.length === 0) return {};
	const names = (part: keyof PerceptionDocument) => [...new Set(seen.map((perception) => perception[part]))];
	const depth = names("depth").filter((name) => name !== "unavailable");
	return {
		perception: {
			segmentation: names("segmentation").join(", "),
			depth: depth.length === 0 ? "unavailable" : depth.join(", "),
		},
	};
}

/** Volume and surface area: the volume is as uncertain as the mass, the area by the shape and by what a mesh can tell of skin. */
function describeBulk(fitter: PhotoFitter, fit: PhotoFit, massShare: number): BulkDocument {
	const { model, shape } = fitter;
	const { volume_m3, surface_area_m2 } = measureVolumeAndArea(model, shape);
	const byVertex = new Float64Array(shape.vertices.length);
	computeSurfaceAreaGradient(byVertex, shape.vertices, model.triangles);
	const byShape = new Float64Array(SHAPE_COUNT);
	pullBackShapeGradient(byShape, model, SHAPE_PARAMETERS, fit.shape.subarray(0, SHAPE_COUNT), byVertex);
	const areaSigma = Math.hypot(standardDeviation(fit.covariance, byShape), SKIN_SIGMA * surface_area_m2);
	const volumeSigma = massShare * volume_m3;
	return {
		volume_m3,
		volume_sigma_m3: volumeSigma,
		volume_interval90_m3: interval90(volume_m3, volumeSigma),
		surface_area_m2,
		surface_area_sigma_m2: areaSigma,
		surface_area_interval90_m2: interval90(surface_area_m2, areaSigma),
	};
}

/** A measurement's definition as documents carry it. */
export function definitionDocument(definition: MeasurementDefinition): MeasurementDefinitionDocument {
	return {
		version: definition.version,
		name: definition.name,
		kind: definition.kind,
		side: definition.side,
		posture: definition.posture,
		iso8559: definition.iso8559 ?? null,
		text: definition.definition,
	};
}

function describeMeasurement(definition: MeasurementDefinition, estimate: EstimatedMeasurement): MeasurementEstimate {
	return {
		value_m: estimate.value_m,
		sigma_m: estimate.sigma_m,
		interval90_m: [...estimate.interval90_m],
		confidence: estimate.confidence,
		sources: [...estimate.sources],
		definition: definitionDocument(definition),
	};
}

function describeImageMeasurement(
	{ id, value_m, sigma_m, confidence, views, isOverClothing }: ImageMeasurement,
	photos: ResultInput["photos"],
): ImageMeasurementDocument {
	return {
		id,
		value_m,
		sigma_m,
		confidence,
		views: views.map(({ view, isInlier, ...seen }) => ({
			photo: photos[view]?.name ?? `photo ${view + 1}`,
			value_m: seen.value_m,
			sigma_m: seen.sigma_m,
			confidence: seen.confidence,
			inlier: isInlier,
		})),
		over_clothing: isOverClothing,
	};
}

function describeView(fitter: PhotoFitter, view: FittedView, photo: string, label: ViewLabel | null): ViewDocument {
	const { model, articulation, shape } = fitter;
	const parameters = new Float64Array(12 * model.boneLabels.length);
	poseParametersFromArticulation(parameters, articulation, shape.restBonePoses, view.rotations);
	const pose = Object.fromEntries(
		Array.from(articulation.bones, (bone) => [
			model.boneLabels[bone] ?? "",
			Array.from(parameters.subarray(12 * bone, 12 * bone + 12)),
		]),
	);
	return {
		photo,
		label,
		...describeDirection(view.yaw_deg, label),
		yaw_deg: view.yaw_deg,
		camera: {
			width_px: view.width_px,
			height_px: view.height_px,
			focal_length_px: view.focal_px,
			principal_point_px: [view.width_px / 2, view.height_px / 2],
			camera_from_world: Array.from(view.cameraFromBody),
		},
		pose: pose as ViewDocument["pose"],
		landmarks_used: view.landmarks.map((landmark) => ({
			name: landmark.name,
			image_px: [...landmark.image_px],
			projected_px: [...landmark.projected_px],
			weight: landmark.weight,
		})),
		reprojection_px: view.reprojection_px,
		silhouette_iou: view.silhouetteIou,
	};
}

/** The direction as stated where the fit does not contradict it, else as found. */
function describeDirection(
	yaw_deg: number,
	label: ViewLabel | null,
): Pick<ViewDocument, "direction" | "direction_source" | "shown_side"> {
	if (label === null || !isViewLikely(label, yaw_deg)) {
		return { direction: viewDirection(yaw_deg), direction_source: "found", shown_side: shownSide(yaw_deg) };
	}
	if (label === "left" || label === "right") {
		return { direction: "side", direction_source: "stated", shown_side: label };
	}
	const isTurned = label === "side" || label === "three-quarter";
	return {
		direction: label,
		direction_source: "stated",
		shown_side: isTurned ? (yaw_deg > 0 ? "right" : "left") : null,
	};
}
