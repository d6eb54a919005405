import { createSliceRegion, invalidateSliceRegion, type SliceRegion } from "@anny-fitter/mesh";
import type { MeasurableModel } from "./model.js";

/** The parts of the body a tape can run on. */
export interface BodyRegions {
	/** Everything but the arms from the shoulder joint on. */
	readonly trunkAndLegs: SliceRegion;
	/** Trunk and neck without arms, head and the legs below the knee. */
	readonly trunk: SliceRegion;
	/** Trunk, neck and arms. */
	readonly trunkAndArms: SliceRegion;
	/** Trunk, neck and head. */
	readonly trunkAndHead: SliceRegion;
	/** Head without ears and neck. */
	readonly headWithoutEars: SliceRegion;
	readonly legs: { readonly left: SliceRegion; readonly right: SliceRegion };
	readonly arms: { readonly left: SliceRegion; readonly right: SliceRegion };
	/** Vertices of pelvis and upper thighs among which the most backward point of the buttocks is sought. */
	readonly seatVertices: Uint32Array;
	/** Vertices of the lower trunk, without breasts, among which the most forward point of the abdomen is sought. */
	readonly abdomenVertices: Uint32Array;
	/** Vertices of each foot below the ankle joint's bone. */
	readonly footVertices: { readonly left: Uint32Array; readonly right: Uint32Array };
}

const ARM_BONES = ["upperarm", "lowerarm", "wrist", "metacarpal", "finger"];
const FOOT_BONES = ["foot", "toe"];
const LOWER_LEG_BONES = ["lowerleg", ...FOOT_BONES];
const LEG_BONES = ["pelvis", "upperleg", ...LOWER_LEG_BONES];
const NECK_BONES = ["neck"];
const TRUNK_BONES = ["root", "spine", "breast", "clavicle", "shoulder", "pelvis", "upperleg", ...NECK_BONES];
/** hm08 vertex ranges (inclusive) of the two ears. */
const EAR_RANGES = [5394, 5543, 5561, 5770, 11993, 12142, 12158, 12367];

/**
 * Divide a topology by skinning weights: a vertex belongs to a part if more than half of its weight does. A triangle
 * belongs to a part if all its vertices do, to "everything but" a part if none does.
 */
export function createBodyRegions(model: MeasurableModel): BodyRegions {
	const isArm = belongsTo(model, ARM_BONES, null);
	const isLowerLeg = belongsTo(model, LOWER_LEG_BONES, null);
	const isTrunk = belongsTo(model, TRUNK_BONES, null);
	const isTrunkOrArm = belongsTo(model, [...TRUNK_BONES, ...ARM_BONES], null);
	const isEar = new Uint8Array(model.vertexCount);
	for (let v = 0; v < model.vertexCount; v++) {
		const base = model.baseVertexIndices[v];
		for (let r = 0; r < EAR_RANGES.length; r += 2) {
			if (base >= EAR_RANGES[r] && base <= EAR_RANGES[r + 1]) isEar[v] = 1;
		}
	}
	return {
		trunkAndLegs: collectTriangles(model, (v) => isArm[v] === 0),
		trunk: collectTriangles(model, (v) => isTrunk[v] === 1),
		trunkAndArms: collectTriangles(model, (v) => isTrunkOrArm[v] === 1),
		trunkAndHead: collectTriangles(model, (v) => isArm[v] === 0 && isLowerLeg[v] === 0),
		headWithoutEars: collectTriangles(
			model,
			(v) => isTrunk[v] === 0 && isArm[v] === 0 && isLowerLeg[v] === 0 && isEar[v] === 0,
		),
		legs: { left: limbTriangles(model, LEG_BONES, ".L"), right: limbTriangles(model, LEG_BONES, ".R") },
		arms: { left: limbTriangles(model, ARM_BONES, ".L"), right: limbTriangles(model, ARM_BONES, ".R") },
		seatVertices: listVertices(model, ["root", "pelvis", "upperleg01"], null),
		abdomenVertices: listVertices(model, ["root", "pelvis", "upperleg01", "spine05", "spine04", "spine03"], null),
		footVertices: { left: listVertices(model, FOOT_BONES, ".L"), right: listVertices(model, FOOT_BONES, ".R") },
	};
}

/** Say that the body's vertices have moved. */
export function invalidateRegions(regions: BodyRegions): void {
	const { trunkAndLegs, trunk, trunkAndArms, trunkAndHead, headWithoutEars, legs, arms } = regions;
	for (const region of [
		trunkAndLegs,
		trunk,
		trunkAndArms,
		trunkAndHead,
		headWithoutEars,
		legs.left,
		legs.right,
		arms.left,
		arms.right,
	]) {
		invalidateSliceRegion(region);
	}
}

/** Per vertex 1 if the bones whose names start with a prefix (and end with a suffix) hold more than half its weight. */
function belongsTo(model: MeasurableModel, prefixes: readonly string[], suffix: string | null): Uint8Array {
	const isMember = model.boneLabels.map(
		(label) => prefixes.some((prefix) => label.startsWith(prefix)) && (suffix === null || label.endsWith(suffix)),
	);
	const result = new Uint8Array(model.vertexCount);
	for (let v = 0; v < model.vertexCount; v++) {
		let sum = 0;
		for (let i = model.skinOffsets[v]; i < model.skinOffsets[v + 1]; i++) {
			if (isMember[model.skinBones[i]]) sum += model.skinWeights[i];
		}
		result[v] = sum > 0.5 ? 1 : 0;
	}
	return result;
}

function listVertices(model: MeasurableModel, prefixes: readonly string[], suffix: string | null): Uint32Array {
	const isMember = belongsTo(model, prefixes, suffix);
	return Uint32Array.from(isMember.keys()).filter((v) => isMember[v] === 1);
}

function limbTriangles(model: MeasurableModel, prefixes: readonly string[], suffix: string): SliceRegion {
	const isLimb = belongsTo(model, prefixes, suffix);
	return collectTriangles(model, (v) => isLimb[v] === 1);
}

function collectTriangles(model: MeasurableModel, accepts: (vertex: number) => boolean): SliceRegion {
	const { triangles } = model;
	const result: number[] = [];
	for (let i = 0; i < triangles.length; i += 3) {
		if (accepts(triangles[i]) && accepts(triangles[i + 1]) && accepts(triangles[i + 2])) result.push(i / 3);
	}
	return createSliceRegion(triangles, Uint32Array.from(result));
}
