import { createMeasurer, MEASUREMENTS, measureBody, measureVolumeAndArea } from "@anny-fitter/anthropometry";
import {
	ALL_PHENOTYPE_LABELS,
	type BodyModel,
	type BodyModelOptions,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
	type PhenotypeLabel,
	type PoseState,
	phenotypeRange,
	type ShapeState,
	type TopologyName,
	yearsFromAnnyAge,
} from "@anny-fitter/body-model";
import type {
	MeasurementDocument,
	MeshFormat,
	ModelDataDocument,
	ParamsDocument,
	Warning,
} from "@anny-fitter/contracts";
import { AppError, nearestName } from "@anny-fitter/contracts";
import { BODY_DENSITY_KG_M3 } from "@anny-fitter/fitting";
import {
	createRiggedMesh,
	type MeshFrame,
	pointsFromAnny,
	unitVertexNormals,
	writeGlb,
	writeObj,
	writePly,
	writeStl,
} from "@anny-fitter/mesh-io";
import { type OpenedBodyModel, openBodyModelData } from "@anny-fitter/platform";
import { definitionDocument } from "./result-document.js";

export interface BuildBodyOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
	/** `default`: Anny's body. `makehuman`: the whole base mesh hm08, eyes, tongue and helper vertices included. */
	readonly topology?: TopologyName | undefined;
}

export interface MeshExportOptions {
	/** Axes of OBJ, PLY and STL; a GLB is always in glTF's frame. Default `anny`. */
	readonly frame?: MeshFrame | undefined;
	/** The parameters' pose or the rest pose. Default `given`. */
	readonly pose?: "given" | "rest" | undefined;
}

/** The plain surface of a body, as renderers take it; metres. */
export interface BodySurface {
	/** [vertices*3] */
	readonly positions: Float32Array;
	/** [vertices*3] unit vectors */
	readonly normals: Float32Array;
	/** [triangles*3] counter-clockwise seen from outside */
	readonly triangles: Uint32Array;
}

/** A body made from parameters, ready to be written or measured. */
export interface BuiltBody {
	readonly modelData: ModelDataDocument;
	readonly warnings: readonly Warning[];
	/**
	 * The body as a file. A GLB holds the rest surface, the skeleton and the skin; other formats the posed surface.
	 */
	exportMesh(format: MeshFormat, options?: MeshExportOptions): Uint8Array;
	/** The surface in numbers; the caller owns the arrays. */
	surface(options?: MeshExportOptions): BodySurface;
	/** Measures the rest pose. */
	measure(): MeasurementDocument;
}

/**
 * MakeHuman's assets name vertices by their place in hm08, so its topology comes whole: all 19,158 in their order. The
 * helper vertices among them belong to no face and no tape.
 */
const TOPOLOGY_OPTIONS: Readonly<Record<TopologyName, BodyModelOptions>> = {
	default: { topology: "default" },
	makehuman: { topology: "makehuman", eyes: true, tongue: true, removeUnattachedVertices: false },
};

/** How far a bone's 3×3 part times its transpose may be from the identity: rounding to three decimals is within it. */
const RIGID_TOLERANCE = 4e-3;
/** Anny's local changes are made for −1…1; somewhat beyond them bodies still look plausible. */
const LARGEST_USUAL_LOCAL_CHANGE = 1.5;

/**
 * Builds the body that parameters describe.
 *
 * @throws {AppError} `invalid_argument` for labels or bones that the model does not have and for bone poses that are no
 *   rotations, `model_data_missing`, `model_data_invalid`
 */
export async function buildBodyFromParams(params: ParamsDocument, options: BuildBodyOptions = {}): Promise<BuiltBody> {
	const opened = await openBodyModelData({ modelDataDir: options.modelDataDir, cacheDir: options.cacheDir });
	const model = createBodyModel(opened.data, {
		...TOPOLOGY_OPTIONS[options.topology ?? "default"],
		allPhenotypes: params.all_phenotypes,
		localChanges: true,
	});
	return buildBody(model, params, describeModelData(opened, model), describeWarnings(opened));
}

/** Which data a model was made from, for documents. */
export function describeModelData(opened: OpenedBodyModel, model: BodyModel): ModelDataDocument {
	return {
		source: opened.source.name,
		detail: opened.source.detail,
		topology: model.topologyName,
		topology_hash: model.topologyHash,
	};
}

/** What was noticed while the body model was opened, for documents. */
export function describeWarnings(opened: OpenedBodyModel): Warning[] {
	return opened.warnings.map((message) => ({ code: "model_data", message }));
}

/**
 * Builds the body that parameters describe, on a model that is already loaded.
 *
 * @param model with local changes, and with all phenotypes if the parameters want them
 * @param warnings carried over to the body's own
 * @throws {AppError} `invalid_argument` for labels or bones that the model does not have and for bone poses that are no
 *   rotations
 */
export function buildBody(
	model: BodyModel,
	params: ParamsDocument,
	modelData: ModelDataDocument,
	warnings: readonly Warning[] = [],
): BuiltBody {
	requireLabels(params, model);
	requireRigidPose(params);
	const shape = createShapeState(model);
	evaluateShape(shape, model, { phenotypes: params.phenotypes, localChanges: params.local_changes });
	const given = createPoseState(model);
	evaluatePose(given, model, shape, posePerBone(params, model), params.pose_parameterization);
	const allWarnings = [
		...warnings,
		...clampingWarnings(params, model),
		...localChangeWarnings(params),
		...ageWarnings(params),
	];
	return {
		modelData,
		warnings: allWarnings,
		exportMesh: (format, options = {}) => exportMesh(model, shape, given, format, options),
		surface: (options = {}) => bodySurface(model, shape, given, options),
		measure: () => {
			if (model.topologyName === "default") return measureShape(model, shape, modelData, allWarnings);
			const { allPhenotypes, localChanges } = model.options;
			const tapeModel = createBodyModel(model.data, { allPhenotypes, localChanges });
			const tapeShape = createShapeState(tapeModel);
			evaluateShape(tapeShape, tapeModel, { phenotypes: params.phenotypes, localChanges: params.local_changes });
			return measureShape(tapeModel, tapeShape, modelData, allWarnings);
		},
	};
}

/**
 * Measures a body at rest.
 *
 * @param shape rest vertices and bone heads of the model's topology
 */
export function measureShape(
	model: BodyModel,
	shape: Pick<ShapeState, "vertices" | "boneHeads">,
	modelData: ModelDataDocument,
	warnings: readonly Warning[],
): MeasurementDocument {
	const values = measureBody(createMeasurer(model), shape);
	const { volume_m3, surface_area_m2 } = measureVolumeAndArea(model, shape);
	return {
		schema_version: 1,
		measurements: Object.fromEntries(
			MEASUREMENTS.flatMap((definition) => {
				const value = values.get(definition.id);
				if (value === undefined) return [];
				return [[definition.id, { value_m: value.value_m, definition: definitionDocument(definition) }]];
			}),
		),
		mass_kg: BODY_DENSITY_KG_M3 * volume_m3,
		volume_m3,
		surface_area_m2,
		model_data: modelData,
		warnings: [...warnings],
	};
}

function exportMesh(
	model: BodyModel,
	shape: ShapeState,
	given: PoseState,
	format: MeshFormat,
	options: MeshExportOptions,
): Uint8Array {
	const { frame = "anny", pose = "given" } = options;
	if (format === "glb") return writeGlb(createRiggedMesh(model, shape, given), { pose }).bytes;
	const { triangles, quads, uvs, quadUvs } = model;
	const mesh = { vertices: pose === "rest" ? shape.vertices : given.vertices, triangles, quads, uvs, quadUvs };
	const write = { obj: writeObj, ply: writePly, stl: writeStl }[format];
	return write(mesh, { frame });
}

function bodySurface(
	model: BodyModel,
	shape: ShapeState,
	given: PoseState,
	{ frame = "anny", pose = "given" }: MeshExportOptions,
): BodySurface {
	const vertices = pose === "rest" ? shape.vertices : given.vertices;
	const positions = new Float32Array(vertices.length);
	const normals = new Float32Array(vertices.length);
	pointsFromAnny(positions, vertices, frame);
	pointsFromAnny(normals, unitVertexNormals(vertices, model.triangles), frame);
	return { positions, normals, triangles: Uint32Array.from(model.triangles) };
}

/** A bone turns and moves; scaled, sheared, mirrored or all zero it would make no body, and a GLB could not hold it. */
function requireRigidPose(params: ParamsDocument): void {
	for (const [bone, affine] of Object.entries(params.pose)) {
		if (isRigid(affine)) continue;
		throw new AppError("invalid_argument", `The pose of the bone ${bone} is not a rotation.`, {
			remedy: "Use rotations without scale or reflection, with at least three decimals.",
			details: { bone },
		});
	}
}

function isRigid(m: readonly number[]): boolean {
	const rows = [0, 4, 8].map((at) => m.slice(at, at + 3));
	const dot = (a: readonly number[], b: readonly number[]) => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
	for (let i = 0; i < 3; i++) {
		for (let j = 0; j <= i; j++) {
			if (Math.abs(dot(rows[i]!, rows[j]!) - (i === j ? 1 : 0)) > RIGID_TOLERANCE) return false;
		}
	}
	const [x, y, z] = rows as [number[], number[], number[]];
	const cross = [y[1]! * z[2]! - y[2]! * z[1]!, y[2]! * z[0]! - y[0]! * z[2]!, y[0]! * z[1]! - y[1]! * z[0]!];
	return dot(x, cross) > 0;
}

function requireLabels(params: ParamsDocument, model: BodyModel): void {
	for (const label of Object.keys(params.phenotypes)) {
		if (model.phenotypeLabels.includes(label)) continue;
		if ((ALL_PHENOTYPE_LABELS as readonly string[]).includes(label)) {
			throw unknownLabel(
				`The phenotype "${label}" belongs to the full set, which these parameters do not use.`,
				`Add "all_phenotypes": true, or remove the phenotype.`,
			);
		}
		throw unknownName("phenotype", label, ALL_PHENOTYPE_LABELS);
	}
	for (const label of Object.keys(params.local_changes)) {
		if (!model.localChangeLabels.includes(label)) throw unknownName("local change", label, model.localChangeLabels);
	}
	for (const bone of Object.keys(params.pose)) {
		if (!model.boneLabels.includes(bone)) throw unknownName("bone", bone, model.boneLabels);
	}
}

function unknownName(kind: string, name: string, candidates: readonly string[]): AppError {
	const nearest = nearestName(name, candidates);
	return unknownLabel(
		`The body model has no ${kind} "${name}".`,
		nearest === null ? `Correct the name of the ${kind}, or remove it.` : `Did you mean "${nearest}"?`,
	);
}

function unknownLabel(message: string, remedy: string): AppError {
	return new AppError("invalid_argument", message, { remedy });
}

function posePerBone(params: ParamsDocument, model: BodyModel): Float64Array {
	const pose = identityPose(model);
	for (const [bone, affine] of Object.entries(params.pose)) pose.set(affine, 12 * model.boneLabels.indexOf(bone));
	return pose;
}

function clampingWarnings(params: ParamsDocument, model: BodyModel): Warning[] {
	return model.phenotypeLabels.flatMap((label) => {
		const value = params.phenotypes[label];
		const [lowest, highest] = phenotypeRange(label as PhenotypeLabel);
		if (value === undefined || (value >= lowest && value <= highest)) return [];
		const message = `The phenotype ${label} is ${value}; the model uses ${value < lowest ? lowest : highest}, the end of its range.`;
		return [{ code: "phenotype_clamped", message }];
	});
}

/** Below this age the body model was never held against real children. */
const CHARTED_YEARS = 2;

function ageWarnings(params: ParamsDocument): Warning[] {
	const { age } = params.phenotypes;
	if (age === undefined || yearsFromAnnyAge(age) >= CHARTED_YEARS) return [];
	const message =
		"Under two years nobody has compared the body model with real children; lengths taken lying down are about 7 mm more than heights.";
	return [{ code: "under_two_years", message }];
}

function localChangeWarnings(params: ParamsDocument): Warning[] {
	return Object.entries(params.local_changes).flatMap(([label, value]) => {
		if (Math.abs(value) <= LARGEST_USUAL_LOCAL_CHANGE) return [];
		const message = `The local change ${label} is ${Number(value.toFixed(2))}, far outside −1…1; the body may be distorted.`;
		return [{ code: "local_change_extreme", message }];
	});
}
