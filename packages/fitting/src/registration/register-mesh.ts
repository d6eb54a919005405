/** Registration of a whole mesh in Anny's topology: noise, local changes, scale, mirror images, error over all vertices. */
import {
	type BodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	type PoseState,
	type ShapeParameters,
	type ShapeState,
} from "@anny-fitter/body-model";
import { LOCAL_CHANGES } from "../local-changes.js";
import { isMirrored } from "./align-bones.js";
import { registrationCovariance } from "./covariance.js";
import {
	createRegistrationEngine,
	createRegistrationState,
	REGISTRATION_POSE,
	type RegistrationEngine,
} from "./engine.js";
import {
	EXACT_M,
	leaveWrongPieces,
	MET_M,
	type RegistrationStage,
	registerPoints,
	registrationFreedom,
} from "./register-points.js";
import { createReweightedFit, type ReweightedFit, reweight, runSteps } from "./reweighted-fit.js";
import { sampleRegistrationVertices } from "./sample-vertices.js";

/** What registrations of one model share; engines are made when first used. Not for two threads. */
export interface MeshRegistrar {
	readonly model: BodyModel;
	readonly shape: ShapeState;
	readonly posed: PoseState;
	/** @internal */
	readonly engines: Map<EngineSize, RegistrationEngine>;
}

type EngineSize = "sparse" | "coarse" | "fine" | "whole" | "common" | "local";

export interface MeshRegistrationOptions {
	/** [V] trust in each vertex, 0 for missing ones. Default: 1 where the position is finite. */
	readonly weights?: Float64Array;
	/** `auto`: when phenotypes leave a smooth residual. Default: `auto`, never for a model without local changes. */
	readonly localChanges?: "auto" | "never" | "always";
	/** `auto`: a scale is estimated when phenotypes at scale 1 fit badly. Default: `fixed`. */
	readonly scale?: "fixed" | "auto";
	/** The mesh is known to be in rest pose: only the root turns. Default: false. */
	readonly restPose?: boolean;
	readonly onStage?: (stage: RegistrationStage) => void;
}

export interface MeshRegistration {
	readonly phenotypes: Readonly<Record<string, number>>;
	readonly localChanges: Readonly<Record<string, number>>;
	/** [B*12] in {@link REGISTRATION_POSE}. */
	readonly pose: Float64Array;
	/** The mesh is the body times this. */
	readonly scale: number;
	/** Mean distance between the body, scaled, and the mesh over all vertices with weight. */
	readonly pve_mm: number;
	readonly largest_mm: number;
	/** Robust noise level of the residuals per axis. */
	readonly sigma_mm: number;
	/** How much neighbouring residuals agree: 0 for noise, near 1 for a shape that the model does not have. */
	readonly residualSmoothness: number;
	/** Names of the shape parameters of `covariance`: phenotypes, then local changes. */
	readonly parameterNames: readonly string[];
	/** [P*P] of the shape parameters, or null when they are not determined. */
	readonly covariance: Float64Array | null;
	readonly steps: number;
}

const SPARSE_COUNT = 450;
const COARSE_COUNT = 900;
const FINE_COUNT = 3000;
const LOCAL_COUNT = 1600;
const FEWEST_PER_BONE = 5;
/** Enough for a turn; more come in where some are missing or far off. */
const FEWEST_SPARSE = 3;
/** Noise from which more vertices help. */
const NOISY_M = 5e-5;
const SMOOTH = 0.3;
/** Residual beyond which a scale is tried, and the share that it has to take off. */
const MISFIT_M = NOISY_M;
const SCALE_GAIN = 0.5;
const COARSE_STEPS = 3;
const FINE_STEPS = 6;
const WHOLE_STEPS = 3;
const COMMON_STEPS = 40;
const LOCAL_STEPS = 8;

/** @param model for linear blend skinning; with all phenotypes and local changes to reach every body */
export function createMeshRegistrar(model: BodyModel): MeshRegistrar {
	return { model, shape: createShapeState(model), posed: createPoseState(model), engines: new Map() };
}

/**
 * Finds the body that a mesh shows, in any pose and place.
 *
 * @param vertices [V*3] metres, in the model's vertex order; rows that are not finite count as missing
 * @returns null when the mesh is a mirror image of a body
 * @throws RangeError for wrong lengths or fewer than 100 vertices with weight
 */
export function registerMesh(
	registrar: MeshRegistrar,
	vertices: Float64Array,
	options: MeshRegistrationOptions = {},
): MeshRegistration | null {
	const { model } = registrar;
	const weights = readWeights(model, vertices, options.weights);
	const sparse = engineOf(registrar, "sparse");
	const positions = gatherPoints(sparse, vertices, weights);
	if (looksMirrored(sparse, positions)) return null;
	let scaled = { ...options, estimateScale: false };
	let fit = registerPoints(sparse, positions.points, positions.weights, scaled);
	if (options.scale === "auto" && fit.sigma_m > MISFIT_M && smoothness(registrar, fit, vertices, weights) > SMOOTH) {
		const floating = { ...options, estimateScale: true };
		const other = registerPoints(sparse, positions.points, positions.weights, floating);
		if (other.sigma_m < SCALE_GAIN * fit.sigma_m) {
			fit = other;
			scaled = floating;
		}
	}
	const wanted = model.localChangeLabels.length > 0 ? (options.localChanges ?? "auto") : "never";
	if (fit.sigma_m > NOISY_M || wanted === "always") {
		const run = (size: EngineSize, steps: number, isSearching: boolean): void => {
			fit = continueFit(registrar, fit, size, vertices, weights);
			const free = registrationFreedom(fit.engine, () => true, scaled);
			runSteps(fit, free, steps, EXACT_M);
			if (isSearching) fit = leaveWrongPieces(fit, free);
		};
		const isShaped = wanted === "auto" && smoothness(registrar, fit, vertices, weights) > SMOOTH;
		if (wanted === "always" || isShaped) {
			options.onStage?.("local_changes");
			// Bodies of this product have these alone; for others they show on which side of its kinks the shape lies.
			run("common", COMMON_STEPS, true);
			// A scale that phenotypes suggested is a guess once local changes are free: it stays.
			if (fit.sigma_m > NOISY_M || wanted === "always") run("local", LOCAL_STEPS, false);
		} else {
			run("fine", FINE_STEPS, true);
			run("whole", WHOLE_STEPS, false);
		}
	} else if (fit.rms_m > MET_M || positions.weights.includes(0)) {
		fit = continueFit(registrar, fit, "coarse", vertices, weights);
		runSteps(
			fit,
			registrationFreedom(fit.engine, () => true, scaled),
			COARSE_STEPS,
			0,
		);
	}
	return describe(registrar, fit, vertices, weights);
}

function readWeights(model: BodyModel, vertices: Float64Array, given: Float64Array | undefined): Float64Array {
	const count = model.vertexCount;
	if (vertices.length !== 3 * count || (given !== undefined && given.length !== count)) {
		throw new RangeError(`Expected ${count} vertices, not ${vertices.length / 3}`);
	}
	const weights = new Float64Array(count);
	let seen = 0;
	for (let vertex = 0; vertex < count; vertex++) {
		const at = 3 * vertex;
		const finite = Number.isFinite(vertices[at] + vertices[at + 1] + vertices[at + 2]);
		weights[vertex] = finite ? (given === undefined ? 1 : given[vertex]) : 0;
		if (weights[vertex] > 0) seen++;
	}
	if (seen < 100) throw new RangeError(`${seen} vertices are too few to register a body`);
	return weights;
}

function engineOf(registrar: MeshRegistrar, size: EngineSize): RegistrationEngine {
	const known = registrar.engines.get(size);
	if (known !== undefined) return known;
	const { model } = registrar;
	const count = {
		sparse: SPARSE_COUNT,
		coarse: COARSE_COUNT,
		fine: FINE_COUNT,
		whole: 2 * model.vertexCount,
		common: LOCAL_COUNT,
		local: LOCAL_COUNT,
	}[size];
	const sample = sampleRegistrationVertices(model, count, size === "sparse" ? FEWEST_SPARSE : FEWEST_PER_BONE);
	const locals =
		size === "local"
			? model.localChangeLabels.map((label) => [label])
			: size === "common"
				? LOCAL_CHANGES.map(([labels]) => labels)
				: [];
	const engine = createRegistrationEngine(model, sample, locals);
	registrar.engines.set(size, engine);
	return engine;
}

interface GatheredPoints {
	readonly points: Float64Array;
	readonly weights: Float64Array;
}

function gatherPoints(engine: RegistrationEngine, vertices: Float64Array, weights: Float64Array): GatheredPoints {
	const points = new Float64Array(3 * engine.vertices.length);
	for (let row = 0; row < engine.vertices.length; row++) {
		const at = 3 * engine.vertices[row];
		for (let axis = 0; axis < 3; axis++) points[3 * row + axis] = vertices[at + axis];
	}
	return { points, weights: Float64Array.from(engine.vertices, (vertex) => weights[vertex]) };
}

function looksMirrored(engine: RegistrationEngine, { points, weights }: GatheredPoints): boolean {
	const fit = createReweightedFit(engine, createRegistrationState(engine), points, weights);
	return isMirrored(engine, fit.state, fit.targets, fit.prior);
}

/** The same body in another engine, which may have more parameters. */
function continueFit(
	registrar: MeshRegistrar,
	fit: ReweightedFit,
	size: EngineSize,
	vertices: Float64Array,
	weights: Float64Array,
): ReweightedFit {
	const engine = engineOf(registrar, size);
	const gathered = gatherPoints(engine, vertices, weights);
	const state = createRegistrationState(engine);
	const { phenotypes, localChanges } = namedParameters(fit.engine, fit.state.values);
	for (const [p, parameter] of engine.parameters.entries()) {
		state.values[p] =
			parameter.kind === "phenotype" ? phenotypes[parameter.label] : (localChanges[parameter.labels[0]] ?? 0);
	}
	state.pose.set(fit.state.pose);
	state.logScale.set(fit.state.logScale);
	const next = createReweightedFit(engine, state, gathered.points, gathered.weights);
	next.steps = fit.steps;
	reweight(next);
	return next;
}

/** Poses the whole body of a fit in the registrar's states. */
function buildBody({ shape, posed, model }: MeshRegistrar, { engine, state }: ReweightedFit): void {
	evaluateShape(shape, model, namedParameters(engine, state.values));
	evaluatePose(posed, model, shape, state.pose, REGISTRATION_POSE);
}

function namedParameters(engine: RegistrationEngine, values: Float64Array): Required<ShapeParameters> {
	const phenotypes: Record<string, number> = {};
	const localChanges: Record<string, number> = {};
	for (let p = 0; p < values.length; p++) {
		const parameter = engine.parameters[p];
		if (parameter.kind === "phenotype") phenotypes[parameter.label] = values[p];
		else for (const label of parameter.labels) localChanges[label] = values[p];
	}
	return { phenotypes, localChanges };
}

/**
 * Mean agreement of the residuals of neighbours, Σ r_a·r_b / Σ (|r_a|² + |r_b|²)/2 over the edges of the quads, outliers
 * left out.
 */
function smoothness(
	registrar: MeshRegistrar,
	fit: ReweightedFit,
	vertices: Float64Array,
	weights: Float64Array,
): number {
	buildBody(registrar, fit);
	const { model, posed } = registrar;
	const shrink = Math.exp(-fit.state.logScale[0]);
	const residual = posed.vertices.map((value, at) => value - shrink * vertices[at]);
	const limit = (8 * fit.sigma_m) ** 2;
	const squared = (a: number, b: number): number =>
		residual[a] * residual[b] + residual[a + 1] * residual[b + 1] + residual[a + 2] * residual[b + 2];
	let together = 0;
	let apart = 0;
	for (let quad = 0; quad < model.quads.length; quad += 4) {
		for (let corner = 0; corner < 4; corner++) {
			const a = model.quads[quad + corner];
			const b = model.quads[quad + ((corner + 1) & 3)];
			if (weights[a] === 0 || weights[b] === 0) continue;
			const sizes = [squared(3 * a, 3 * a), squared(3 * b, 3 * b)];
			if (sizes[0] > limit || sizes[1] > limit) continue;
			together += squared(3 * a, 3 * b);
			apart += (sizes[0] + sizes[1]) / 2;
		}
	}
	return apart > 0 ? together / apart : 0;
}

function describe(
	registrar: MeshRegistrar,
	fit: ReweightedFit,
	vertices: Float64Array,
	weights: Float64Array,
): MeshRegistration {
	const residualSmoothness = smoothness(registrar, fit, vertices, weights);
	const scale = Math.exp(fit.state.logScale[0]);
	let sum = 0;
	let count = 0;
	let largest = 0;
	for (let vertex = 0; vertex < weights.length; vertex++) {
		if (weights[vertex] === 0) continue;
		const at = 3 * vertex;
		const distance = Math.hypot(
			scale * registrar.posed.vertices[at] - vertices[at],
			scale * registrar.posed.vertices[at + 1] - vertices[at + 1],
			scale * registrar.posed.vertices[at + 2] - vertices[at + 2],
		);
		sum += distance;
		count++;
		largest = Math.max(largest, distance);
	}
	return {
		...namedParameters(fit.engine, fit.state.values),
		pose: fit.state.pose,
		scale,
		pve_mm: (1000 * sum) / count,
		largest_mm: 1000 * largest,
		sigma_mm: 1000 * fit.sigma_m,
		residualSmoothness,
		parameterNames: fit.engine.parameters.map((p) => (p.kind === "phenotype" ? p.label : p.labels[0])),
		covariance: registrationCovariance(fit),
		steps: fit.steps,
	};
}
