import { MEASUREMENTS, measureVolumeAndArea } from "@anny-fitter/anthropometry";
import { RESULT_SCHEMA_VERSION, type ResultDocument } from "@anny-fitter/contracts";
import {
	BODY_QUANTITIES,
	createPhotoFitter,
	MASS,
	nameCovariance,
	namedShape,
	SHAPE_COUNT,
	type SurfaceDistance,
	standardDeviation,
	takeBodyTangent,
} from "@anny-fitter/fitting";
import { interval90, normalWithin } from "@anny-fitter/math";
import type { MeshData } from "@anny-fitter/mesh-io";
import type { OpenedBodyModel } from "@anny-fitter/platform";
import { buildBody, describeModelData, describeWarnings } from "./build-body.js";
import { type FitProgress, throwIfAborted } from "./fit-progress.js";
import type { RegisteredMesh } from "./register-mesh-file.js";
import { definitionDocument } from "./result-document.js";
import { fitScannedMesh, type ScanMeshOptions, type ScannedMesh } from "./scan-mesh.js";

const STAGE_TEXTS = {
	reading: ["Taking the scan apart", 0.1],
	orienting: ["Finding the body, its unit and orientation", 0.2],
	fitting: ["Fitting roughly", 0.35],
	refining: ["Fitting shape and pose", 0.6],
	comparing: ["Comparing body and scan", 0.85],
} as const;

/** How well the mesh at its best represents real bodies, as a share of the value. */
const MODEL_ERROR = 0.004;
/** Scatter of what people weigh against mesh volume × density. */
const DENSITY_SIGMA = 0.01;
const CONFIDENCE_MARGIN = 0.03;

/**
 * Fits a body to a mesh or point cloud in any topology, and describes it as `result.json` does.
 *
 * @param mesh in Anny's frame as far as the file's format says
 * @throws {AppError} `unsupported_mesh`, `cancelled`
 */
export function registerScannedMesh(
	mesh: MeshData,
	name: string,
	opened: OpenedBodyModel,
	options: Pick<ScanMeshOptions, "unit"> & {
		readonly timings_ms: Readonly<Record<string, number>>;
		readonly onProgress?: ((progress: FitProgress) => void) | undefined;
		readonly signal?: { readonly aborted: boolean } | undefined;
	},
): RegisteredMesh {
	const start = performance.now();
	const scanned = fitScannedMesh(mesh, name, opened, {
		unit: options.unit,
		onStage: (stage) => {
			throwIfAborted(options.signal);
			const [message, fraction] = STAGE_TEXTS[stage];
			options.onProgress?.({ stage, fraction, message });
		},
	});
	const register = Math.round(performance.now() - start);
	options.onProgress?.({ stage: "measure", fraction: 0.9, message: "Measuring" });
	const { fitter, registration, quality } = scanned;
	const { model } = fitter;
	const { phenotypes, localChanges } = namedShape(registration.shape);
	const params = {
		phenotypes,
		local_changes: localChanges,
		pose_parameterization: "root_relative_world" as const,
		pose: Object.fromEntries(
			model.boneLabels.map((label, bone) => [label, [...registration.pose.subarray(12 * bone, 12 * bone + 12)]]),
		),
		all_phenotypes: true,
	};
	const modelData = describeModelData(opened, model);
	const body = buildBody(model, params, modelData, [...describeWarnings(opened), ...scanned.warnings]);
	const document: ResultDocument = {
		schema_version: RESULT_SCHEMA_VERSION,
		stated: {},
		...params,
		shape_covariance: nameCovariance(registration.covariance),
		views: [],
		...measureWithErrors(scanned),
		quality: {
			flags: quality.flags.map(({ code, message }) => ({ code, message })),
			advice: [...quality.advice],
			flagged_for_review: quality.needsReview,
			pve_mm: registration.scanToModel.mean_mm,
			scan_distances: {
				body_to_scan: describeDistance(registration.modelToScan),
				scan_to_body: describeDistance(registration.scanToModel),
			},
		},
		timings_ms: { ...options.timings_ms, register },
		model_data: modelData,
		warnings: body.warnings.filter(({ code }) => !quality.flags.some((flag) => flag.code === code)),
	};
	return {
		document,
		flaggedForReview: quality.needsReview,
		exportMesh: (format) => body.exportMesh(format),
	};
}

function describeDistance({ mean_mm, median_mm, p95_mm, max_mm, near_share }: SurfaceDistance) {
	return { mean_mm, median_mm, p95_mm, max_mm, near_share };
}

/**
 * Measurements of the resting body. Errors: the covariance, which grows with the distances that are left; what the model
 * cannot represent; and the mean distance to the scan once more, because neighbouring distances are not independent.
 */
function measureWithErrors({ fitter, registration }: ScannedMesh) {
	const { model, shape } = fitter;
	const named = namedShape(registration.shape);
	const { values, jacobian } = takeBodyTangent(createPhotoFitter(model), named);
	const misfit_m = registration.scanToModel.mean_mm / 1000;
	const fitted = (row: number): number =>
		standardDeviation(registration.covariance, jacobian.subarray(row * SHAPE_COUNT, (row + 1) * SHAPE_COUNT));
	const measurements = Object.fromEntries(
		MEASUREMENTS.flatMap((definition) => {
			const row = BODY_QUANTITIES.indexOf(definition.id);
			const value_m = values[row]!;
			if (!Number.isFinite(value_m)) return [];
			const sigma_m = Math.hypot(fitted(row), MODEL_ERROR * value_m, misfit_m);
			const estimate = {
				value_m,
				sigma_m,
				interval90_m: [...interval90(value_m, sigma_m)] as [number, number],
				confidence: normalWithin(CONFIDENCE_MARGIN * value_m, sigma_m),
				sources: ["mesh" as const],
				definition: definitionDocument(definition),
			};
			return [[definition.id, estimate]];
		}),
	);
	const { volume_m3, surface_area_m2 } = measureVolumeAndArea(model, shape);
	const row = BODY_QUANTITIES.indexOf(MASS);
	const mass_kg = values[row]!;
	const relative = Math.hypot(DENSITY_SIGMA, (surface_area_m2 * misfit_m) / volume_m3);
	const massSigma = Math.hypot(fitted(row), mass_kg * relative);
	return {
		measurements,
		stature_m: values[BODY_QUANTITIES.indexOf("stature")]!,
		mass_kg,
		mass_sigma_kg: massSigma,
		mass_interval90_kg: [...interval90(mass_kg, massSigma)] as [number, number],
		volume_m3,
		surface_area_m2,
	};
}
