import {
	type BodyMeasurement,
	createMeasurer,
	type MeasurementId,
	type Measurer,
	measureBody,
} from "@anny-fitter/anthropometry";
import {
	type BodyModel,
	type BodyModelData,
	type BodyModelOptions,
	createBodyModel,
	createPoseState,
	createShapeState,
	evaluatePose,
	evaluateShape,
	identityPose,
	type PoseState,
	type ShapeState,
} from "@anny-fitter/body-model";
import { computeSignedVolume, computeVertexNormals } from "@anny-fitter/mesh";
import {
	type BodyPose,
	type BodyShape,
	listDials,
	type ShapeDial,
	shapeParameters,
	writePoseParameters,
} from "./body-input.js";

/** Mean density of the living body with the air in its lungs: a scale shows mesh volume × this. */
const BODY_DENSITY_KG_M3 = 1010;

/** A joint of the rig and the part of the body that moves with it. */
export interface Bone {
	readonly label: string;
	/** Index of the bone it hangs on; null for the root. */
	readonly parent: number | null;
}

/**
 * One body that can be shaped, posed and measured. Metres; Z up, the body faces −Y, +X is its left.
 *
 * The arrays are the working memory itself: the next call overwrites them. Copy what must stay. Everything that is not
 * here is a function of `@anny-fitter/body-model`, `@anny-fitter/anthropometry` or `@anny-fitter/mesh` on `model`,
 * `measurer`, `rest` and `posed`. Not for use by two threads; see `createBodyPool`.
 */
export interface Anny {
	readonly model: BodyModel;
	readonly measurer: Measurer;
	/** Dials that {@link Anny.shape} takes, besides `age_years`. */
	readonly dials: readonly ShapeDial[];
	readonly bones: readonly Bone[];
	/** [3t] vertex indices, counter-clockwise seen from outside. */
	readonly triangles: Uint32Array;
	/** The body at rest, as last shaped. */
	readonly rest: ShapeState;
	/** The body in its pose. */
	readonly posed: PoseState;
	/** [V*3] the body in its pose; the same array for ever. */
	readonly vertices: Float64Array;
	/** [V*3] unit normals of {@link Anny.vertices}; computed when they are read. */
	readonly normals: Float32Array;
	/**
	 * Gives the body a shape; its pose stays. Starts from the defaults each time, not from the shape before.
	 *
	 * @throws RangeError for a label that the model does not have, or a value that is not finite
	 */
	shape(shape: BodyShape): void;
	/**
	 * Gives the body a pose; its shape stays. `{}` is the rest pose.
	 *
	 * @throws RangeError for a bone that the model does not have
	 */
	pose(pose: BodyPose): void;
	/**
	 * Measures the body with a tape. Always in the standard posture, so a bent arm changes nothing.
	 *
	 * @param ids what to measure; everything by default
	 * @throws RangeError for an unknown id
	 */
	measure<Id extends MeasurementId = MeasurementId>(ids?: readonly Id[]): Record<Id, BodyMeasurement>;
	/** What a scale would show: volume at rest × density (default: 1010 kg/m³, the air in the lungs included). */
	mass_kg(density_kg_m3?: number): number;
}

/** What a model of {@link createAnny} contains unless told otherwise: all dials. */
export const ALL_DIALS: BodyModelOptions = { allPhenotypes: true, localChanges: true };

/**
 * A body of decoded data; `loadAnny` finds and decodes them. Bodies of the same data share it, so a second one is cheap.
 *
 * @throws RangeError when a measurement needs a part that the options leave out
 */
export function createAnny(data: BodyModelData, options: BodyModelOptions = ALL_DIALS): Anny {
	const model = createBodyModel(data, options);
	const rest = createShapeState(model);
	const posed = createPoseState(model);
	const parameters = identityPose(model);
	const normals = new Float32Array(3 * model.vertexCount);
	let pose: BodyPose = {};
	let measurer: Measurer | null = null;
	let areNormalsCurrent = false;

	const applyPose = (next: BodyPose): void => {
		writePoseParameters(parameters, model, rest, next);
		evaluatePose(posed, model, rest, parameters, "rest_relative");
		pose = next;
		areNormalsCurrent = false;
	};
	const anny: Anny = {
		model,
		get measurer() {
			measurer ??= createMeasurer(model);
			return measurer;
		},
		dials: listDials(model),
		bones: model.boneLabels.map((label, i) => {
			const parent = model.boneParents[i]!;
			return { label, parent: parent < 0 ? null : parent };
		}),
		triangles: model.triangles,
		rest,
		posed,
		vertices: posed.vertices,
		get normals() {
			if (!areNormalsCurrent) computeVertexNormals(normals, posed.vertices, model.triangles);
			areNormalsCurrent = true;
			return normals;
		},
		shape(shape) {
			evaluateShape(rest, model, shapeParameters(model, shape));
			applyPose(pose);
		},
		pose: applyPose,
		measure<Id extends MeasurementId>(ids?: readonly Id[]) {
			return Object.fromEntries(measureBody(anny.measurer, rest, ids)) as Record<Id, BodyMeasurement>;
		},
		mass_kg: (density_kg_m3 = BODY_DENSITY_KG_M3) =>
			density_kg_m3 * computeSignedVolume(rest.vertices, model.triangles),
	};
	anny.shape({});
	return anny;
}
