/** Bones that carry the body; the face's many and the breasts' are left out. */
const CARRYING =
	/^(pelvis|upperleg|lowerleg|foot|toe|spine|clavicle|shoulder|upperarm|lowerarm|wrist|finger|metacarpal|neck|head)/;

/** @returns indices of the bones that are drawn */
export function drawnBones(labels: readonly string[]): number[] {
	return labels.flatMap((label, bone) => (CARRYING.test(label) ? [bone] : []));
}

/**
 * @param bones what to draw
 * @param heads [3B]
 * @param tails [3B]
 * @returns [6n] a line per bone
 */
export function boneSegments(bones: readonly number[], heads: Float32Array, tails: Float32Array): Float32Array {
	const out = new Float32Array(6 * bones.length);
	bones.forEach((bone, i) => {
		out.set(heads.subarray(3 * bone, 3 * bone + 3), 6 * i);
		out.set(tails.subarray(3 * bone, 3 * bone + 3), 6 * i + 3);
	});
	return out;
}

/** Fingers and toes have too many to mark. */
const UNMARKED = /^(toe|finger|metacarpal)/;

/** @returns the drawn bones whose beginning is marked as a joint */
export function markedJoints(labels: readonly string[]): number[] {
	return drawnBones(labels).filter((bone) => !UNMARKED.test(labels[bone] ?? ""));
}

/** @returns [3n] where bones begin */
export function jointPoints(bones: readonly number[], heads: Float32Array): Float32Array {
	const out = new Float32Array(3 * bones.length);
	bones.forEach((bone, i) => {
		out.set(heads.subarray(3 * bone, 3 * bone + 3), 3 * i);
	});
	return out;
}
