/** Random targets for registration and what is measured on them. */
import { createMeasurer, MEASUREMENTS, type Measurer, measureBody } from "@anny-fitter/anthropometry";
import {
	type BodyModel,
	type BodyModelData,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
	type PhenotypeLabel,
	phenotypeRange,
} from "@anny-fitter/body-model";
import {
	createMeshRegistrar,
	type MeshRegistrar,
	type MeshRegistrationOptions,
	registerMesh,
} from "@anny-fitter/fitting";
import { createRandom, type RandomStream, rotationFromVector } from "@anny-fitter/math";

/** One kind of target, drawn as upstream's evaluation draws them: phenotypes uniform, every bone turned at random. */
export interface RegistrationCase {
	readonly name: string;
	readonly labels: 6 | 11;
	/** Range of the phenotype age; the whole range by default. */
	readonly ages?: readonly [number, number];
	/** Standard deviation of local changes, clipped to ±1. */
	readonly localSigma?: number;
	readonly noise_m?: number;
	readonly missingShare?: number;
	/** Share of the vertices that are moved by half a metre. */
	readonly outlierShare?: number;
	readonly scale?: number;
	/** Compare measurements of the recovered rest body. */
	readonly measured?: boolean;
}

export const REGISTRATION_CASES: readonly RegistrationCase[] = [
	{ name: "exact, 6 phenotypes", labels: 6 },
	{ name: "exact, 11 phenotypes", labels: 11 },
	{ name: "newborns and babies, 6", labels: 6, ages: [-1 / 3, 0] },
	{ name: "newborns and babies, 11", labels: 11, ages: [-1 / 3, 0] },
	{ name: "11 and 256 local changes, σ 0.3", labels: 11, localSigma: 0.3 },
	{ name: "noise of 5 mm per axis, 6", labels: 6, noise_m: 0.005, measured: true },
	{ name: "noise of 5 mm per axis, 11", labels: 11, noise_m: 0.005, measured: true },
	{ name: "30 % of the vertices missing", labels: 11, missingShare: 0.3 },
	{ name: "10 % of the vertices 0.5 m off", labels: 11, outlierShare: 0.1 },
	{ name: "scaled by 1.1", labels: 11, scale: 1.1 },
];

/** Standard deviation of upstream's random poses, per axis of every bone. */
const POSE_SIGMA_RAD = 0.25;

export interface RegistrationRow {
	readonly name: string;
	/** Against the noiseless target, over all vertices; millimetres. */
	readonly pve_mm: number[];
	/** Computing time of this thread per target. */
	readonly times_ms: number[];
	/** Mean over the measurements of one subject, and the largest. */
	readonly measurementMeans_mm: number[];
	readonly measurementLargest_mm: number[];
	readonly scales: number[];
}

/**
 * Registers random targets of one kind.
 *
 * @param count number of targets; seeds 1 … count
 */
export function measureRegistration(data: BodyModelData, kind: RegistrationCase, count: number): RegistrationRow {
	const model = createBodyModel(data, { allPhenotypes: kind.labels === 11, localChanges: true });
	const registrar = createMeshRegistrar(model);
	const measurer = createMeasurer(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const row: RegistrationRow = {
		name: kind.name,
		pve_mm: [],
		times_ms: [],
		measurementMeans_mm: [],
		measurementLargest_mm: [],
		scales: [],
	};
	registerOne(registrar, measurer, kind, 0); // engines are made and code compiled once
	for (let seed = 1; seed <= count; seed++) {
		const one = registerOne(registrar, measurer, kind, seed);
		row.pve_mm.push(one.pve_mm);
		row.times_ms.push(one.time_ms);
		row.scales.push(one.scale);
		if (one.measurements_mm.length > 0) {
			row.measurementMeans_mm.push(one.measurements_mm.reduce((a, b) => a + b) / one.measurements_mm.length);
			row.measurementLargest_mm.push(Math.max(...one.measurements_mm));
		}
	}
	return row;
}

function registerOne(registrar: MeshRegistrar, measurer: Measurer, kind: RegistrationCase, seed: number) {
	const { model } = registrar;
	const random = createRandom(1000 + seed);
	const target = randomBody(model, kind, random);
	const seen = spoil(target.vertices, kind, random);
	const options: MeshRegistrationOptions = {
		localChanges: kind.localSigma === undefined ? "never" : "auto",
		scale: kind.scale === undefined ? "fixed" : "auto",
	};
	const from = process.cpuUsage();
	const found = registerMesh(registrar, seen, options);
	const used = process.cpuUsage(from);
	if (found === null) throw new Error(`Target ${seed} of "${kind.name}" was taken for a mirror image`);
	const shape = createShapeState(model);
	const posed = createPoseState(model);
	evaluateShape(shape, model, found);
	evaluatePose(posed, model, shape, found.pose);
	let sum = 0;
	for (let at = 0; at < posed.vertices.length; at += 3) {
		sum += Math.hypot(
			...[0, 1, 2].map(
				(axis) => (kind.scale ?? 1) * target.vertices[at + axis]! - found.scale * posed.vertices[at + axis]!,
			),
		);
	}
	const measurements_mm: number[] = [];
	if (kind.measured === true) {
		const truth = measureBody(measurer, target.rest);
		const values = measureBody(measurer, shape);
		for (const { id } of MEASUREMENTS) {
			const [a, b] = [truth.get(id), values.get(id)];
			if (a !== undefined && b !== undefined) measurements_mm.push(1000 * Math.abs(a.value_m - b.value_m));
		}
	}
	return {
		pve_mm: (1000 * sum) / (posed.vertices.length / 3),
		time_ms: (used.user + used.system) / 1000,
		scale: found.scale,
		measurements_mm,
	};
}

function randomBody(model: BodyModel, kind: RegistrationCase, random: RandomStream) {
	const phenotypes: Record<string, number> = {};
	for (const label of model.phenotypeLabels) {
		const range = label === "age" && kind.ages !== undefined ? kind.ages : phenotypeRange(label as PhenotypeLabel);
		phenotypes[label] = range[0] + (range[1] - range[0]) * random.uniform();
	}
	const localChanges: Record<string, number> = {};
	for (const label of kind.localSigma === undefined ? [] : model.localChangeLabels) {
		localChanges[label] = Math.max(-1, Math.min(1, (kind.localSigma ?? 0) * random.normal()));
	}
	const rest = createShapeState(model);
	evaluateShape(rest, model, { phenotypes, localChanges });
	const pose = identityPose(model);
	const rotation = new Float64Array(9);
	for (let bone = 0; bone < model.boneLabels.length; bone++) {
		const sigma = bone === 0 ? Math.PI / 2 : POSE_SIGMA_RAD; // the body may lie or stand on its head
		rotationFromVector(rotation, [sigma * random.normal(), sigma * random.normal(), sigma * random.normal()]);
		for (let line = 0; line < 3; line++) pose.set(rotation.subarray(3 * line, 3 * line + 3), 12 * bone + 4 * line);
	}
	for (const at of [3, 7, 11]) pose[at] = 2 * random.normal();
	const posed = createPoseState(model);
	evaluatePose(posed, model, rest, pose);
	return { rest, vertices: posed.vertices };
}

function spoil(vertices: Float64Array, kind: RegistrationCase, random: RandomStream): Float64Array {
	const out = vertices.map(
		(value) => (kind.scale ?? 1) * value + (kind.noise_m === undefined ? 0 : kind.noise_m * random.normal()),
	);
	for (let at = 0; at < out.length; at += 3) {
		if (kind.missingShare !== undefined && random.uniform() < kind.missingShare) out.fill(Number.NaN, at, at + 3);
		if (kind.outlierShare !== undefined && random.uniform() < kind.outlierShare) out[at + 2]! += 0.5;
	}
	return out;
}
