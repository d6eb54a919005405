import { type BodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { computeVertexNormals } from "@anny-fitter/mesh";
import { ARTICULATED_BONES } from "./articulation.js";
import { SHAPE_COUNT } from "./shape-parameters.js";

/**
 * Parts of the body over which cloth stands off alike. The trunk is divided by height, and into front, back and sides as
 * hair and gravity do.
 */
export const CLOTH_PARTS = [
	"upper_arm",
	"forearm",
	"thigh",
	"shank",
	"chest_side",
	"chest_front",
	"chest_back",
	"waist_side",
	"waist_front",
	"waist_back",
	"hip_side",
	"hip_front",
	"hip_back",
] as const;

/** How far cloth stands off the limbs, in proportion to the trunk. */
const LIMB_LOOSENESS: Readonly<Record<string, number>> = { upper_arm: 0.5, forearm: 0.15, thigh: 0.6, shank: 0.4 };
const LOOSENESS: readonly number[] = CLOTH_PARTS.map((part) => LIMB_LOOSENESS[part] ?? 1);

/**
 * Parameters of the cloth among a fit's shared parameters, after the shape, in metres: the trunk's clearance between skin
 * and outline, then each part's own deviation from its share of that.
 */
export const CLOTH = SHAPE_COUNT;
export const CLOTH_COUNT = 1 + CLOTH_PARTS.length;
/** Parameters that all photos of a fit share: shape and cloth. */
export const SHARED_COUNT = SHAPE_COUNT + CLOTH_COUNT;

/** What is believed of cloth before looking: independent Gaussians, [CLOTH_COUNT] metres each. */
export interface ClothPrior {
	readonly mean: Float64Array;
	readonly sigma: Float64Array;
}

/** Clearance over the trunk: anything from a second skin to a loose shirt. Set on the benchmark's own subjects. */
const TRUNK_MEAN_M = 0.006;
const TRUNK_SIGMA_M = 0.01;
/** A part's own deviation: folds, hems, a bust that cloth bridges. */
const TRUNK_DEVIATION_M = 0.008;
const LIMB_DEVIATION_M = 0.0056;

export const CLOTH_PRIOR: ClothPrior = {
	mean: Float64Array.from({ length: CLOTH_COUNT }, (_, i) => (i === 0 ? TRUNK_MEAN_M : 0)),
	sigma: Float64Array.of(
		TRUNK_SIGMA_M,
		...CLOTH_PARTS.map((part) => (part in LIMB_LOOSENESS ? LIMB_DEVIATION_M : TRUNK_DEVIATION_M)),
	),
};

/**
 * Clearance over a part.
 *
 * @param x parameters of a fit, cloth at {@link CLOTH}
 * @param part place in {@link CLOTH_PARTS}
 */
export function clothClearance_m(x: Float64Array, part: number): number {
	return LOOSENESS[part] * x[CLOTH] + x[CLOTH + 1 + part];
}

/** Writes the derivative of {@link clothClearance_m}, times `factor`, into a row of the shared parameters. */
export function writeClothRow(row: Float64Array, part: number, factor: number): void {
	row.fill(0, CLOTH, SHARED_COUNT);
	row[CLOTH] = factor * LOOSENESS[part];
	row[CLOTH + 1 + part] = factor;
}

/** Parts of the trunk by the joint that carries them; the others are limbs. */
const TRUNK: Readonly<Record<string, string>> = {
	body: "hip",
	spine05: "hip",
	spine03: "waist",
	spine01: "chest",
	clavicle: "chest",
};
const LIMBS: Readonly<Record<string, (typeof CLOTH_PARTS)[number]>> = {
	upperarm01: "upper_arm",
	lowerarm01: "forearm",
	upperleg01: "thigh",
	lowerleg01: "shank",
};
/** Skin counts as front or back where its normal is within about 53° of straight ahead or behind. */
const FACING = 0.6;

/**
 * Which part of {@link CLOTH_PARTS} each vertex of a model belongs to; −1 where outlines say nothing of the body: head,
 * neck, hands and feet.
 *
 * @param mainJoints [vertices] the articulation's joint with the largest weight
 * @returns [vertices]
 */
export function assignClothParts(model: BodyModel, mainJoints: Int8Array): Int8Array {
	const shape = createShapeState(model);
	evaluateShape(shape, model, { phenotypes: {}, localChanges: {} });
	const normals = new Float64Array(shape.vertices.length);
	computeVertexNormals(normals, shape.vertices, model.triangles);
	const labels = ["body", ...ARTICULATED_BONES].map((label) => label.replace(/\.[LR]$/, ""));
	return Int8Array.from(mainJoints, (joint, vertex) => {
		const limb = LIMBS[labels[joint]];
		if (limb !== undefined) return CLOTH_PARTS.indexOf(limb);
		const level = TRUNK[labels[joint]];
		if (level === undefined) return -1;
		const [x, y, z] = normals.subarray(3 * vertex, 3 * vertex + 3);
		const facing = y / Math.hypot(x, y, z);
		const side = facing < -FACING ? "front" : facing > FACING ? "back" : "side";
		return CLOTH_PARTS.indexOf(`${level}_${side}` as (typeof CLOTH_PARTS)[number]);
	});
}
