import { SMALLEST_SINE } from "./bone-rest-pose.js";

/**
 * Angular velocity of a bone's rest frame when its direction changes: `dR = [ω]× R`, world axes. The frame is the
 * minimal rotation M from +Y to the direction u, after a fixed roll about +Y, so the roll does not change ω.
 *
 * M turns u about u × du and, because it never turns about the axis ⟂ to both +Y and u, twists about u:
 * ω = u × du − ((e × u)·du / (1 + e·u)) u with e = +Y. A degenerate direction keeps its frame (see
 * {@link writeBoneRestPose}), hence ω = 0.
 *
 * @param out [3] written at `at`
 * @param direction [3] tail − head, read at `atDirection`
 * @param rate [3] derivative of `direction`, read at `atRate`
 * @internal
 */
export function writeRestFrameRate(
	out: Float64Array,
	at: number,
	direction: Float64Array,
	atDirection: number,
	rate: Float64Array,
	atRate: number,
): void {
	const x = direction[atDirection];
	const y = direction[atDirection + 1];
	const z = direction[atDirection + 2];
	const squaredSide = x * x + z * z;
	const length = Math.sqrt(squaredSide + y * y);
	if (!(Math.sqrt(squaredSide) > SMALLEST_SINE * length)) {
		out[at] = 0;
		out[at + 1] = 0;
		out[at + 2] = 0;
		return;
	}
	// 1 + e·u without cancellation when the bone points against +Y.
	const onePlusCosine = y > 0 ? 1 + y / length : squaredSide / (length * (length - y));
	const dx = rate[atRate];
	const dy = rate[atRate + 1];
	const dz = rate[atRate + 2];
	const inverse = 1 / (length * length);
	const twist = (-(z * dx - x * dz) * inverse) / (onePlusCosine * length);
	out[at] = (y * dz - z * dy) * inverse + twist * x;
	out[at + 1] = (z * dx - x * dz) * inverse + twist * y;
	out[at + 2] = (x * dy - y * dx) * inverse + twist * z;
}
