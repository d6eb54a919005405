import { type BodyModel, createShapeState, evaluateShape } from "@anny-fitter/body-model";
import { computeVertexNormals } from "@anny-fitter/mesh";
import { ARTICULATED_BONES } from "./articulation.js";
import { SHAPE_COUNT } from "./shape-parameters.js";

const LIMB_PARTS = ["upper_arm", "forearm", "thigh", "shank", "neck"] as const;
const TRUNK_PARTS = [
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

/**
 * Parts of the body over which cloth stands off alike. The trunk is divided by height, and into front, back and sides as
 * hair and gravity do.
 */
export const CLOTH_PARTS = [...LIMB_PARTS, ...TRUNK_PARTS] as const;

/**
 * Parameters of the cloth among a fit's shared parameters, after the shape: the logarithm of the usual clearance between
 * skin and outline in metres, then each part's own deviation from it. Logarithms, since what hangs wide also hangs unevenly
 * while a second skin lies close everywhere, and no cloth lies inside the body.
 */
export const CLOTH = SHAPE_COUNT;
export const CLOTH_COUNT = 1 + CLOTH_PARTS.length;
/** Parameters that all photos of a fit share: shape and cloth. */
export const SHARED_COUNT = SHAPE_COUNT + CLOTH_COUNT;

/** What is believed of cloth before looking: independent Gaussians, [CLOTH_COUNT] logarithms each. */
export interface ClothPrior {
	readonly mean: Float64Array;
	readonly sigma: Float64Array;
}

/** The usual clearance: anything from a second skin to a loose shirt. Set on the benchmark's own subjects, as all here. */
const MEAN_M = 0.006;
const SIGMA = 0.9;
/** A part's own deviation: folds, hems, a bust that cloth bridges. */
const TRUNK_DEVIATION = 0.5;
const LIMB_DEVIATION = 0.45;

export const CLOTH_PRIOR: ClothPrior = {
	mean: Float64Array.from({ length: CLOTH_COUNT }, (_, i) => (i === 0 ? Math.log(MEAN_M) : 0)),
	sigma: Float64Array.of(SIGMA, ...LIMB_PARTS.map(() => LIMB_DEVIATION), ...TRUNK_PARTS.map(() => TRUNK_DEVIATION)),
};

/**
 * Clearance over a part.
 *
 * @param x parameters of a fit, cloth at {@link CLOTH}
 * @param part place in {@link CLOTH_PARTS}
 */
export function clothClearance_m(x: Float64Array, part: number): number {
	return Math.exp(x[CLOTH] + x[CLOTH + 1 + part]);
}

/**
 * Writes the derivative of a part's clearance, times `factor`, into a row of the shared parameters.
 *
 * @param clearance_m of {@link clothClearance_m}: an exponential is its own slope
 */
export function writeClothRow(row: Float64Array, part: number, clearance_m: number, factor: number): void {
	row.fill(0, CLOTH, SHARED_COUNT);
	row[CLOTH] = factor * clearance_m;
	row[CLOTH + 1 + part] = factor * clearance_m;
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
	neck01: "neck",
};
/** Skin counts as front or back where its normal is within about 53° of straight ahead or behind. */
const FACING = 0.6;

/**
 * Which part of {@link CLOTH_PARTS} each vertex of a model belongs to; −1 where outlines say nothing of the body: head, hands
 * and feet.
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
