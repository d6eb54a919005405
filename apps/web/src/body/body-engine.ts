import {
	carryPath,
	createPathCarrier,
	MEASUREMENTS,
	measureBody,
	type PathCarrier,
	takeUpSurface,
} from "@anny-fitter/anthropometry";
import {
	availableKernels,
	createBodyModel,
	decodeBodyModel,
	evaluatePose,
	evaluateShape,
	identityPose,
} from "@anny-fitter/body-model";
import {
	adjustBody,
	BODY_QUANTITIES,
	type BodyTangent,
	createPhotoFitter,
	errorInflation,
	evaluateFitterPose,
	MASS,
	type PhotoFitter,
	populationCovariance,
	quantityCorrelations,
	readNamedCovariance,
	takeBodyTangent,
	tPoseRotations,
	vertexDeviations,
} from "@anny-fitter/fitting";
import { computeVertexNormals } from "@anny-fitter/mesh";
import type {
	AdjustedBody,
	AdjustRequest,
	BodyGeometry,
	BodyPose,
	BodyShape,
	BodyTape,
	BodyTopology,
	ShapeCovariance,
} from "./body-types.js";

/** What a session of adjusting starts from. */
export interface PreparedBody {
	readonly tangent: BodyTangent;
	/** [SHAPE_COUNT²] */
	readonly covariance: Float64Array;
}

/** Derivatives are kept for so many bodies: the heat map and the sliders of one share them. */
const TANGENTS_KEPT = 2;

/** Bodies in numbers: everything that the worker can do, without messages. One call at a time. */
export class BodyEngine {
	readonly topology: BodyTopology;
	readonly #fitter: PhotoFitter;
	readonly #carrier: PathCarrier;
	readonly #tangents = new Map<string, BodyTangent>();

	/**
	 * @param asset the compiled body model; must not change afterwards
	 * @throws BodyModelAssetError when it is damaged or of another version
	 */
	constructor(asset: Uint8Array) {
		const model = createBodyModel(decodeBodyModel(asset, { kernels: availableKernels() }), {
			allPhenotypes: true,
			localChanges: true,
		});
		this.#fitter = createPhotoFitter(model);
		this.#carrier = createPathCarrier(model);
		const { vertexCount, triangles, topologyHash, boneLabels, boneParents } = model;
		this.topology = { vertexCount, triangles, topologyHash, boneLabels, boneParents };
	}

	geometry(shape: BodyShape, pose: BodyPose): BodyGeometry {
		const { vertices, boneHeads, boneTails } = this.#evaluate(shape, pose);
		const positions = Float32Array.from(vertices);
		const normals = new Float32Array(positions.length);
		computeVertexNormals(normals, positions, this.topology.triangles);
		return {
			positions,
			normals,
			boneHeads: Float32Array.from(boneHeads),
			boneTails: Float32Array.from(boneTails),
		};
	}

	/** All measurements, taken at rest and drawn in the pose; the left side of sided ones after the right. */
	tapes(shape: BodyShape, pose: BodyPose): BodyTape[] {
		const posed = this.#evaluate(shape, pose);
		const { measurer, shape: rest } = this.#fitter;
		const isPosed = pose.kind !== "rest";
		if (isPosed) takeUpSurface(this.#carrier, rest.vertices);
		const floor = lowest(posed.vertices);
		const taken = measureBody(measurer, rest);
		return MEASUREMENTS.flatMap(({ id, kind }): BodyTape[] => {
			const measurement = taken.get(id);
			if (measurement === undefined) return [];
			const { side, left } = measurement;
			const sides =
				left === null
					? ([[side, measurement]] as const)
					: ([
							[side, measurement],
							["left", left],
						] as const);
			return sides.map(([name, { value_m, path, isClosed }]) => {
				const drawn = isPosed ? this.#carry(path, kind === "height", floor) : Float32Array.from(path);
				return { id, side: name, value_m, path: drawn, isClosed };
			});
		});
	}

	/** Standard deviation of every vertex, at the size of the reported errors of the measurements. */
	vertexSigma_m(
		shape: BodyShape,
		covariance: ShapeCovariance,
		measurements: Readonly<Record<string, { readonly sigma_m: number }>>,
	): Float32Array {
		const known = readNamedCovariance(covariance);
		const tangent = this.#tangent(shape);
		const out = new Float32Array(this.topology.vertexCount);
		const factor = errorInflation(tangent, known, measurements);
		vertexDeviations(out, this.#fitter.model, tangent.x, known, factor);
		return out;
	}

	/** [n²] correlations of the errors of measurements, or of the `mass`, row-major. */
	correlations(shape: BodyShape, covariance: ShapeCovariance, quantities: readonly string[]): Float64Array {
		return quantityCorrelations(this.#tangent(shape), readNamedCovariance(covariance), quantities);
	}

	/**
	 * Takes what adjusting a body needs.
	 *
	 * @param covariance null: the population's takes its place
	 */
	prepare(shape: BodyShape, covariance: ShapeCovariance | null): PreparedBody {
		const given = covariance === null ? null : readNamedCovariance(covariance);
		const tangent = this.#tangent(shape);
		return { tangent, covariance: given ?? populationCovariance(tangent) };
	}

	solve({ tangent, covariance }: PreparedBody, request: AdjustRequest): AdjustedBody {
		const { targets_m, target_mass_kg, held, is_mass_held } = request;
		const adjusted = adjustBody(this.#fitter, tangent, covariance, {
			targets: target_mass_kg === null ? targets_m : { ...targets_m, [MASS]: target_mass_kg },
			held: is_mass_held ? [...held, MASS] : held,
		});
		const values: Record<string, number> = {};
		for (const [i, id] of BODY_QUANTITIES.entries()) values[id] = adjusted.values[i] ?? Number.NaN;
		const { [MASS]: mass_kg = Number.NaN, ...measurements_m } = values;
		const { [MASS]: missing_mass_kg = 0, ...missing } = adjusted.missing;
		const { phenotypes, localChanges } = adjusted.shape;
		return {
			shape: { phenotypes, local_changes: localChanges },
			measurements_m,
			mass_kg,
			unreached: Object.entries(missing).map(([id, missing_m]) => ({ id, missing_m })),
			missing_mass_kg,
		};
	}

	#tangent(shape: BodyShape): BodyTangent {
		const key = JSON.stringify([sorted(shape.phenotypes), sorted(shape.local_changes)]);
		const known = this.#tangents.get(key);
		if (known !== undefined) return known;
		const { phenotypes, local_changes: localChanges } = shape;
		const tangent = takeBodyTangent(this.#fitter, { phenotypes, localChanges });
		this.#tangents.set(key, tangent);
		for (const old of this.#tangents.keys()) {
			if (this.#tangents.size <= TANGENTS_KEPT) break;
			this.#tangents.delete(old);
		}
		return tangent;
	}

	#evaluate(
		{ phenotypes, local_changes }: BodyShape,
		pose: BodyPose,
	): Pick<PhotoFitter["pose"], "vertices" | "boneHeads" | "boneTails"> {
		const fitter = this.#fitter;
		const { model, shape } = fitter;
		evaluateShape(shape, model, { phenotypes, localChanges: local_changes });
		if (pose.kind === "rest") return shape;
		if (pose.kind === "t") {
			evaluateFitterPose(fitter, tPoseRotations({ boneLabels: model.boneLabels, boneHeads: shape.boneHeads }), 0);
			return fitter.pose;
		}
		const parameters = identityPose(model);
		for (const [bone, affine] of Object.entries(pose.bones)) {
			const index = model.boneLabels.indexOf(bone);
			if (index < 0 || affine.length !== 12) throw new RangeError(`the pose of "${bone}" does not fit the body model`);
			parameters.set(affine, 12 * index);
		}
		evaluatePose(fitter.pose, model, shape, parameters, "root_relative_world");
		return fitter.pose;
	}

	/** A path in the pose. A height stands upright on the floor there too, under the point that it leads to. */
	#carry(path: Float64Array, isHeight: boolean, floor: number): Float32Array {
		const { vertices, boneTransforms } = this.#fitter.pose;
		const surface = { posedVertices: vertices, boneTransforms };
		const out = new Float32Array(path.length);
		if (!isHeight) {
			carryPath(out, this.#carrier, surface, path);
			return out;
		}
		const top = new Float64Array(3);
		carryPath(top, this.#carrier, surface, path.subarray(path.length - 3));
		out.set([top[0] ?? 0, top[1] ?? 0, floor]);
		out.set(top, 3);
		return out;
	}
}

function lowest(points: Float64Array): number {
	let low = Number.POSITIVE_INFINITY;
	for (let i = 2; i < points.length; i += 3) low = Math.min(low, points[i] ?? low);
	return low;
}

function sorted(values: Readonly<Record<string, number>>): (readonly [string, number])[] {
	return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}
