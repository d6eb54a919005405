/**
 * Rotations as row-major 3×3 matrices and rotation vectors (axis × angle, radians).
 *
 * Formulas: Rodrigues; left Jacobian of SO(3) after Barfoot, State Estimation for Robotics, eq. 7.77.
 */

const SMALL_ANGLE = 1e-4;

/** Writes the identity into `out` [9]. */
export function identityRotation(out: Float64Array): void {
	out.fill(0, 0, 9);
	out[0] = 1;
	out[4] = 1;
	out[8] = 1;
}

/**
 * Rotation matrix of a rotation vector: `out = exp([v]×)`.
 *
 * @param out [9] row-major, must not alias `vector`
 * @param vector rotation vector in radians, read at `offset`
 */
export function rotationFromVector(out: Float64Array, vector: ArrayLike<number>, offset = 0): void {
	const x = vector[offset];
	const y = vector[offset + 1];
	const z = vector[offset + 2];
	const squared = x * x + y * y + z * z;
	const angle = Math.sqrt(squared);
	// Series keep the derivative continuous through the identity.
	const a = angle < SMALL_ANGLE ? 1 - squared / 6 : Math.sin(angle) / angle;
	const b = angle < SMALL_ANGLE ? 0.5 - squared / 24 : (1 - Math.cos(angle)) / squared;
	out[0] = 1 - b * (y * y + z * z);
	out[1] = b * x * y - a * z;
	out[2] = b * x * z + a * y;
	out[3] = b * x * y + a * z;
	out[4] = 1 - b * (x * x + z * z);
	out[5] = b * y * z - a * x;
	out[6] = b * x * z - a * y;
	out[7] = b * y * z + a * x;
	out[8] = 1 - b * (x * x + y * y);
}

/**
 * Left Jacobian of the exponential map: `exp(v + dv) ≈ exp(J dv) exp(v)`.
 * Column k is the world-frame angular velocity when component k of the rotation vector moves at unit rate.
 *
 * @param out [9] row-major, must not alias `vector`
 */
export function leftJacobian(out: Float64Array, vector: ArrayLike<number>, offset = 0): void {
	const x = vector[offset];
	const y = vector[offset + 1];
	const z = vector[offset + 2];
	const squared = x * x + y * y + z * z;
	const angle = Math.sqrt(squared);
	const b = angle < SMALL_ANGLE ? 0.5 - squared / 24 : (1 - Math.cos(angle)) / squared;
	const c = angle < SMALL_ANGLE ? 1 / 6 - squared / 120 : (angle - Math.sin(angle)) / (squared * angle);
	out[0] = 1 - c * (y * y + z * z);
	out[1] = c * x * y - b * z;
	out[2] = c * x * z + b * y;
	out[3] = c * x * y + b * z;
	out[4] = 1 - c * (x * x + z * z);
	out[5] = c * y * z - b * x;
	out[6] = c * x * z - b * y;
	out[7] = c * y * z + b * x;
	out[8] = 1 - c * (x * x + y * y);
}

/**
 * Rotation vector of a rotation matrix, angle in [0, π]. Inverse of {@link rotationFromVector}.
 *
 * @param out [3] at `offset`
 * @param rotation [9] row-major, orthonormal
 */
export function vectorFromRotation(out: Float64Array, rotation: ArrayLike<number>, offset = 0): void {
	// Through the quaternion with the largest component, which is stable at every angle.
	const m00 = rotation[0];
	const m11 = rotation[4];
	const m22 = rotation[8];
	const trace = m00 + m11 + m22;
	let w: number;
	let x: number;
	let y: number;
	let z: number;
	if (trace > 0) {
		const s = 2 * Math.sqrt(trace + 1);
		w = s / 4;
		x = (rotation[7] - rotation[5]) / s;
		y = (rotation[2] - rotation[6]) / s;
		z = (rotation[3] - rotation[1]) / s;
	} else if (m00 > m11 && m00 > m22) {
		const s = 2 * Math.sqrt(1 + m00 - m11 - m22);
		w = (rotation[7] - rotation[5]) / s;
		x = s / 4;
		y = (rotation[1] + rotation[3]) / s;
		z = (rotation[2] + rotation[6]) / s;
	} else if (m11 > m22) {
		const s = 2 * Math.sqrt(1 + m11 - m00 - m22);
		w = (rotation[2] - rotation[6]) / s;
		x = (rotation[1] + rotation[3]) / s;
		y = s / 4;
		z = (rotation[5] + rotation[7]) / s;
	} else {
		const s = 2 * Math.sqrt(1 + m22 - m00 - m11);
		w = (rotation[3] - rotation[1]) / s;
		x = (rotation[2] + rotation[6]) / s;
		y = (rotation[5] + rotation[7]) / s;
		z = s / 4;
	}
	if (w < 0) {
		w = -w;
		x = -x;
		y = -y;
		z = -z;
	}
	const sine = Math.hypot(x, y, z);
	const scale = sine < 1e-9 ? 2 / w : (2 * Math.atan2(sine, w)) / sine;
	out[offset] = x * scale;
	out[offset + 1] = y * scale;
	out[offset + 2] = z * scale;
}

/**
 * Matrix product `out = a b` of row-major 3×3 matrices at the given offsets. `out` must not alias `a` or `b`.
 */
export function multiplyRotations(
	out: Float64Array,
	a: ArrayLike<number>,
	b: ArrayLike<number>,
	outOffset = 0,
	aOffset = 0,
	bOffset = 0,
): void {
	for (let row = 0; row < 3; row++) {
		const a0 = a[aOffset + 3 * row];
		const a1 = a[aOffset + 3 * row + 1];
		const a2 = a[aOffset + 3 * row + 2];
		for (let column = 0; column < 3; column++) {
			out[outOffset + 3 * row + column] =
				a0 * b[bOffset + column] + a1 * b[bOffset + 3 + column] + a2 * b[bOffset + 6 + column];
		}
	}
}

/**
 * Rotation that maps a pair of directions onto another as closely as possible: `to₁ = R from₁` exactly (in
 * direction), and `R from₂` in the half-plane of `to₁`, `to₂`. Used to start a pose from two known directions.
 *
 * @param out [9] row-major
 * @throws RangeError when a pair is parallel or has zero length
 */
export function rotationBetweenFrames(
	out: Float64Array,
	from1: ArrayLike<number>,
	from2: ArrayLike<number>,
	to1: ArrayLike<number>,
	to2: ArrayLike<number>,
): void {
	const a = orthonormalFrame(from1, from2);
	const b = orthonormalFrame(to1, to2);
	for (let row = 0; row < 3; row++) {
		for (let column = 0; column < 3; column++) {
			out[3 * row + column] = b[row] * a[column] + b[3 + row] * a[3 + column] + b[6 + row] * a[6 + column];
		}
	}
}

/** Three orthonormal rows: along `first`, then `second` made orthogonal to it, then their cross product. */
function orthonormalFrame(first: ArrayLike<number>, second: ArrayLike<number>): Float64Array {
	const frame = new Float64Array(9);
	const n1 = Math.hypot(first[0], first[1], first[2]);
	for (let k = 0; k < 3; k++) frame[k] = first[k] / n1;
	const dot = frame[0] * second[0] + frame[1] * second[1] + frame[2] * second[2];
	for (let k = 0; k < 3; k++) frame[3 + k] = second[k] - dot * frame[k];
	const n2 = Math.hypot(frame[3], frame[4], frame[5]);
	if (!(n1 > 0) || !(n2 > 1e-9 * n1)) throw new RangeError("The two directions must be non-zero and not parallel.");
	for (let k = 3; k < 6; k++) frame[k] /= n2;
	frame[6] = frame[1] * frame[5] - frame[2] * frame[4];
	frame[7] = frame[2] * frame[3] - frame[0] * frame[5];
	frame[8] = frame[0] * frame[4] - frame[1] * frame[3];
	return frame;
}
