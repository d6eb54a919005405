/** Sine of the angle between bone and Y axis below which the direction counts as degenerate. @internal */
export const SMALLEST_SINE = 1e-12;

/**
 * Rest pose of a bone: origin at the head, Y along the bone. The minimal rotation takes +Y to the bone's direction; the
 * roll turns about Y before it. A bone along ±Y (or without length) has no unique minimal rotation and gets
 * diag(1, −1, −1), as in Anny, even when it points along +Y.
 *
 * @param out affine [12] written at `at`
 * @param heads [B*3], @param tails [B*3], read at 3·bone
 */
export function writeBoneRestPose(
	out: Float64Array,
	at: number,
	heads: Float64Array,
	tails: Float64Array,
	bone: number,
	roll_rad: number,
): void {
	const x = tails[3 * bone] - heads[3 * bone];
	const y = tails[3 * bone + 1] - heads[3 * bone + 1];
	const z = tails[3 * bone + 2] - heads[3 * bone + 2];
	// Axis Y × direction = (z, 0, −x); its length is |direction| sin(angle).
	const side = Math.sqrt(x * x + z * z);
	let r00 = 1;
	let r01 = 0;
	let r02 = 0;
	let r10 = 0;
	let r11 = -1;
	let r12 = 0;
	let r20 = 0;
	let r21 = 0;
	let r22 = -1;
	if (side > SMALLEST_SINE * Math.sqrt(side * side + y * y) && side > 0) {
		const length = Math.sqrt(side * side + y * y);
		const cosine = y / length;
		const sine = side / length;
		const axisX = z / side;
		const axisZ = -x / side;
		const rest = 1 - cosine;
		r00 = cosine + rest * axisX * axisX;
		r01 = -sine * axisZ;
		r02 = rest * axisX * axisZ;
		r10 = sine * axisZ;
		r11 = cosine;
		r12 = -sine * axisX;
		r20 = rest * axisX * axisZ;
		r21 = sine * axisX;
		r22 = cosine + rest * axisZ * axisZ;
	}
	const c = Math.cos(roll_rad);
	const s = Math.sin(roll_rad);
	out[at] = r00 * c - r02 * s;
	out[at + 1] = r01;
	out[at + 2] = r00 * s + r02 * c;
	out[at + 3] = heads[3 * bone];
	out[at + 4] = r10 * c - r12 * s;
	out[at + 5] = r11;
	out[at + 6] = r10 * s + r12 * c;
	out[at + 7] = heads[3 * bone + 1];
	out[at + 8] = r20 * c - r22 * s;
	out[at + 9] = r21;
	out[at + 10] = r20 * s + r22 * c;
	out[at + 11] = heads[3 * bone + 2];
}
