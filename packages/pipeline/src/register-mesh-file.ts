import {
	createMeasurer,
	MEASUREMENTS,
	measureBody,
	measureVolumeAndArea,
	type SurfaceGradient,
} from "@anny-fitter/anthropometry";
import {
	createBodyModel,
	createShapeState,
	evaluateShape,
	pullBackPointGradients,
	type ShapeParameter,
} from "@anny-fitter/body-model";
import { type MeshFormat, RESULT_SCHEMA_VERSION, type ResultDocument, type Warning } from "@anny-fitter/contracts";
import { BODY_DENSITY_KG_M3, type MeshRegistration, type ScanUnit } from "@anny-fitter/fitting";
import { interval90, normalWithin } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { buildBody, describeModelData, describeWarnings } from "./build-body.js";
import { type FitProgress, throwIfAborted } from "./fit-progress.js";
import { parseMesh } from "./mesh-file.js";
import { registerMatchedMesh } from "./register-anny-mesh.js";
import { registerScannedMesh } from "./register-scan-file.js";
import { definitionDocument } from "./result-document.js";

export interface RegisterMeshOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
	/** Unit of a mesh in another topology; found out when left out. */
	readonly unit?: ScanUnit | undefined;
	readonly signal?: { readonly aborted: boolean } | undefined;
	readonly onProgress?: ((progress: FitProgress) => void) | undefined;
}

export interface RegisteredMesh {
	/** `result.json` */
	readonly document: ResultDocument;
	readonly flaggedForReview: boolean;
	exportMesh(format: MeshFormat): Uint8Array;
}

/** Mean distance from which a person should look at the result, millimetres. */
const REVIEW_MM = 5;
/** Rounding of a mesh file, and of what a tape on a mesh of 1 cm edges can tell. */
const SMALLEST_SIGMA_M = 1e-5;
const CONFIDENCE_MARGIN = 0.03;
/** Scatter of what people weigh against mesh volume × density. */
const DENSITY_SIGMA = 0.01;

const STAGE_TEXTS = {
	age: ["Trying ages", 0.2],
	phenotypes: ["Fitting the phenotypes", 0.4],
	everything: ["Fitting shape and pose together", 0.55],
	local_changes: ["Fitting local changes", 0.7],
} as const;

/**
 * Finds the parameters of the body that a mesh file shows, in any pose, place and usual unit: exactly in Anny's topology, by
 * fitting a body to the surface in any other.
 *
 * @param bytes OBJ, PLY, STL or GLB
 * @param name file name for messages
 * @throws {AppError} `unsupported_mesh`, `empty_file`, `model_data_missing`, `model_data_invalid`, `cancelled`
 */
export async function registerMeshFile(
	bytes: Uint8Array,
	name: string,
	options: RegisterMeshOptions = {},
): Promise<RegisteredMesh> {
	const timings_ms: Record<string, number> = {};
	let from = performance.now();
	const passed = (stage: string): void => {
		timings_ms[stage] = Math.round((performance.now() - from) * 10) / 10;
		from = performance.now();
	};
	const opened = await openBodyModelData(options);
	passed("load");
	throwIfAborted(options.signal);
	const mesh = parseMesh(bytes, name);
	const registered = registerMatchedMesh(mesh, name, opened, {
		onStage: (stage) => {
			throwIfAborted(options.signal);
			const [message, fraction] = STAGE_TEXTS[stage];
			options.onProgress?.({ stage, fraction, message });
		},
	});
	if (registered === null) {
		const { unit, onProgress, signal } = options;
		return registerScannedMesh(mesh, name, opened, { unit, timings_ms, onProgress, signal });
	}
	passed("register");
	options.onProgress?.({ stage: "measure", fraction: 0.9, message: "Measuring" });
	const { registration, warnings } = registered;
	const model = createBodyModel(opened.data, { allPhenotypes: true, localChanges: true });
	const pose = Object.fromEntries(
		model.boneLabels.map((label, bone) => [label, [...registration.pose.subarray(12 * bone, 12 * bone + 12)]]),
	);
	const params = {
		phenotypes: { ...registration.phenotypes },
		local_changes: { ...registration.localChanges },
		pose_parameterization: "root_relative_world" as const,
		pose,
		all_phenotypes: true,
	};
	const modelData = describeModelData(opened, model);
	const body = buildBody(model, params, modelData, [...describeWarnings(opened), ...warnings]);
	const measured = measureWithErrors(model, registration);
	passed("measure");
	const review = assess(registration, name);
	const document: ResultDocument = {
		schema_version: RESULT_SCHEMA_VERSION,
		stated: {},
		...params,
		...covarianceDocument(registration),
		views: [],
		...measured,
		quality: {
			flags: review,
			advice: review.length === 0 ? [] : ["Compare body.glb with the mesh: parts that no body has are left out of it."],
			flagged_for_review: review.length > 0,
			pve_mm: registration.pve_mm,
		},
		timings_ms,
		model_data: modelData,
		warnings: [...body.warnings],
	};
	return { document, flaggedForReview: review.length > 0, exportMesh: (format) => body.exportMesh(format) };
}

function covarianceDocument({ covariance, parameterNames, phenotypes }: MeshRegistration) {
	if (covariance === null) return {};
	const count = parameterNames.length;
	const lower: number[] = [];
	for (let p = 0; p < count; p++) {
		for (let q = 0; q <= p; q++) lower.push(Number(covariance[p * count + q]!.toPrecision(6)));
	}
	const parameters = parameterNames.map((label) => `${label in phenotypes ? "phenotype" : "local"}:${label}`);
	return { shape_covariance: { parameters, lower_triangle: lower } };
}

/** Measurements of the resting body; errors from the covariance, and from the share of the residuals that is no noise. */
function measureWithErrors(model: ReturnType<typeof createBodyModel>, registration: MeshRegistration) {
	const shape = createShapeState(model);
	evaluateShape(shape, model, registration);
	const results = measureBody(createMeasurer(model), shape, undefined, { gradients: true });
	const parameters = registration.parameterNames.map(
		(label): ShapeParameter =>
			label in registration.phenotypes ? { kind: "phenotype", label } : { kind: "local", labels: [label] },
	);
	const values = Float64Array.from(
		registration.parameterNames,
		(label) => registration.phenotypes[label] ?? registration.localChanges[label] ?? 0,
	);
	const found = MEASUREMENTS.filter(({ id }) => results.has(id));
	const gradients = found.map(({ id }) => results.get(id)!.gradient as SurfaceGradient);
	const jacobian = new Float64Array(found.length * parameters.length);
	pullBackPointGradients(jacobian, model, parameters, values, gradients);
	const misfit_m = (Math.max(registration.residualSmoothness, 0) * registration.pve_mm) / 1000;
	const sigmas = found.map((_, row) =>
		Math.hypot(
			spread(registration, jacobian.subarray(row * parameters.length, (row + 1) * parameters.length)),
			misfit_m,
			SMALLEST_SIGMA_M,
		),
	);
	const { volume_m3, surface_area_m2 } = measureVolumeAndArea(model, shape);
	const mass_kg = BODY_DENSITY_KG_M3 * volume_m3;
	const massSigma = mass_kg * Math.hypot(DENSITY_SIGMA, (surface_area_m2 * misfit_m) / volume_m3);
	return {
		measurements: Object.fromEntries(
			found.map((definition, row) => {
				const { value_m } = results.get(definition.id)!;
				const sigma_m = sigmas[row]!;
				return [
					definition.id,
					{
						value_m,
						sigma_m,
						interval90_m: [...interval90(value_m, sigma_m)] as [number, number],
						confidence: normalWithin(CONFIDENCE_MARGIN * value_m, sigma_m),
						sources: ["mesh" as const],
						definition: definitionDocument(definition),
					},
				];
			}),
		),
		stature_m: results.get("stature")!.value_m,
		mass_kg,
		mass_sigma_kg: massSigma,
		mass_interval90_kg: [...interval90(mass_kg, massSigma)] as [number, number],
		volume_m3,
		surface_area_m2,
	};
}

function spread({ covariance }: MeshRegistration, gradient: Float64Array): number {
	if (covariance === null) return 0;
	let sum = 0;
	for (let p = 0; p < gradient.length; p++) {
		for (let q = 0; q < gradient.length; q++) sum += gradient[p]! * covariance[p * gradient.length + q]! * gradient[q]!;
	}
	return Math.sqrt(Math.max(sum, 0));
}

/** A residual that is no noise means that the mesh is not, or not only, a body of the model. */
function assess({ pve_mm, residualSmoothness }: MeshRegistration, name: string): Warning[] {
	if (pve_mm * Math.max(residualSmoothness, 0) < REVIEW_MM) return [];
	const message = `${name} is ${pve_mm.toFixed(1)} mm from the nearest body on average: clothes, hair, or a shape beyond the model.`;
	return [{ code: "residual_large", message }];
}
