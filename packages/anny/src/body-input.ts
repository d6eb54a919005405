import {
	annyAgeFromYears,
	type BodyModel,
	DEFAULT_PHENOTYPE,
	type PhenotypeLabel,
	phenotypeRange,
	type ShapeParameters,
	type ShapeState,
} from "@anny-fitter/body-model";
import { rotationFromVector } from "@anny-fitter/math";

/**
 * Shape of a body in one flat record: phenotypes and local changes by label, and `age_years` as a friendlier name for the
 * phenotype `age`. What is missing has its default: 0.5 for a phenotype, 0 for a local change.
 */
export type BodyShape = Readonly<
	Partial<Record<PhenotypeLabel | "age_years", number>> & { [localChange: string]: number | undefined }
>;

/**
 * Pose of a body: rotation vectors by bone, axis times angle in radians, about the axes of the world as the body stands at
 * rest (X to its left, Y to its back, Z up). What hangs on a bone turns with it. Bones that are not named stay at rest.
 *
 * Or all pose parameters in numbers, `[B*12]`, as `evaluatePose` of the body model takes them with `rest_relative`.
 */
export type BodyPose = Readonly<Record<string, readonly [x: number, y: number, z: number]>> | Float64Array;

/** A dial of the shape, for sliders and checks. */
export interface ShapeDial {
	readonly label: string;
	readonly kind: "phenotype" | "local_change";
	/** Phenotypes are clamped to the range; local changes are not, but look human only near it. */
	readonly minimum: number;
	readonly maximum: number;
	/** Value of a dial that is not named. */
	readonly standard: number;
}

/** All dials of a model, phenotypes first. */
export function listDials(model: BodyModel): ShapeDial[] {
	const phenotypes = model.phenotypeLabels.map((label): ShapeDial => {
		const [minimum, maximum] = phenotypeRange(label as PhenotypeLabel);
		return { label, kind: "phenotype", minimum, maximum, standard: DEFAULT_PHENOTYPE };
	});
	const localChanges = model.localChangeLabels.map(
		(label): ShapeDial => ({ label, kind: "local_change", minimum: -1, maximum: 1, standard: 0 }),
	);
	return [...phenotypes, ...localChanges];
}

/**
 * Sorts a flat record into what the body model takes.
 *
 * @throws RangeError for a label that the model does not have, and when both `age` and `age_years` are given
 */
export function shapeParameters(model: BodyModel, shape: BodyShape): ShapeParameters {
	const phenotypes: Record<string, number> = {};
	const localChanges: Record<string, number> = {};
	for (const [label, value] of Object.entries(shape)) {
		if (value === undefined) continue;
		if (label === "age_years") {
			if (shape.age !== undefined) throw new RangeError("Give `age` or `age_years`, not both.");
			phenotypes.age = annyAgeFromYears(value);
		} else if (model.phenotypeLabels.includes(label)) phenotypes[label] = value;
		else if (model.localChangeLabels.includes(label)) localChanges[label] = value;
		else throw new RangeError(`The model has no dial "${label}"; \`dials\` lists those that it has.`);
	}
	return { phenotypes, localChanges };
}

/**
 * Writes pose parameters relative to rest. A rotation R about world axes becomes Bᵀ R B in the bone's own axes B.
 *
 * @param out [B*12]
 * @throws RangeError for a bone that the model does not have, or numbers of another length
 */
export function writePoseParameters(out: Float64Array, model: BodyModel, rest: ShapeState, pose: BodyPose): void {
	if (pose instanceof Float64Array) {
		if (pose.length !== out.length) throw new RangeError(`The pose has ${pose.length} numbers, not ${out.length}.`);
		out.set(pose);
		return;
	}
	out.fill(0);
	for (let at = 0; at < out.length; at += 12) out[at] = out[at + 5] = out[at + 10] = 1;
	const turn = new Float64Array(9);
	for (const [label, vector] of Object.entries(pose)) {
		const bone = model.boneLabels.indexOf(label);
		if (bone < 0) throw new RangeError(`The rig has no bone "${label}".`);
		rotationFromVector(turn, vector);
		writeConjugate(out, 12 * bone, turn, rest.restBonePoses);
	}
}

/** Rotation part of Bᵀ R B at `at`, with B the rotation of the affine at the same place of `poses`. */
function writeConjugate(out: Float64Array, at: number, turn: Float64Array, poses: Float64Array): void {
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 3; column++) {
			let sum = 0;
			for (let i = 0; i < 3; i++) {
				for (let j = 0; j < 3; j++) {
					sum += poses[at + 4 * i + row]! * turn[3 * i + j]! * poses[at + 4 * j + column]!;
				}
			}
			out[at + 4 * row + column] = sum;
		}
	}
}
