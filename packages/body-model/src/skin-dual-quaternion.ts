/** Unit dual quaternions of all bones, 8 numbers each: real xyzw, dual xyzw. @internal */
export interface DualQuaternionWorkspace {
	readonly bones: Float64Array;
}

/** @internal */
export function createDualQuaternionWorkspace(boneCount: number): DualQuaternionWorkspace {
	return { bones: new Float64Array(8 * boneCount) };
}

/**
 * Dual quaternion skinning (Kavan et al., Skinning with Dual Quaternions, 2007): dual quaternions of the bones are
 * blended and normalised, so volumes do not collapse at twisted joints. Signs follow the row's first bone, compared over
 * all eight numbers as Anny does.
 *
 * @param out [V*3], may be `rest`
 * @param transforms [B*12] rigid, posed from rest
 * @internal
 */
export function skinDualQuaternion(
	out: Float64Array,
	rest: Float64Array,
	transforms: Float64Array,
	offsets: Uint32Array,
	bones: Uint8Array,
	weights: Float64Array,
	workspace: DualQuaternionWorkspace,
): void {
	const q = workspace.bones;
	for (let bone = 0; 12 * bone < transforms.length; bone++) {
		writeDualQuaternion(q, 8 * bone, transforms, 12 * bone);
	}
	const count = offsets.length - 1;
	for (let vertex = 0, at = 0; vertex < count; vertex++, at += 3) {
		let rx = 0;
		let ry = 0;
		let rz = 0;
		let rw = 0;
		let dx = 0;
		let dy = 0;
		let dz = 0;
		let dw = 0;
		const first = 8 * bones[offsets[vertex]];
		for (let entry = offsets[vertex]; entry < offsets[vertex + 1]; entry++) {
			const b = 8 * bones[entry];
			const alignment =
				q[b] * q[first] +
				q[b + 1] * q[first + 1] +
				q[b + 2] * q[first + 2] +
				q[b + 3] * q[first + 3] +
				q[b + 4] * q[first + 4] +
				q[b + 5] * q[first + 5] +
				q[b + 6] * q[first + 6] +
				q[b + 7] * q[first + 7];
			const weight = alignment >= 0 ? weights[entry] : -weights[entry];
			rx += weight * q[b];
			ry += weight * q[b + 1];
			rz += weight * q[b + 2];
			rw += weight * q[b + 3];
			dx += weight * q[b + 4];
			dy += weight * q[b + 5];
			dz += weight * q[b + 6];
			dw += weight * q[b + 7];
		}
		const scale = 1 / Math.sqrt(rx * rx + ry * ry + rz * rz + rw * rw);
		rx *= scale;
		ry *= scale;
		rz *= scale;
		rw *= scale;
		dx *= scale;
		dy *= scale;
		dz *= scale;
		dw *= scale;
		const x = rest[at];
		const y = rest[at + 1];
		const z = rest[at + 2];
		// Rotation: p + 2 r × (r × p + w p); translation: 2 (w d − dw r + r × d).
		const ux = ry * z - rz * y + rw * x;
		const uy = rz * x - rx * z + rw * y;
		const uz = rx * y - ry * x + rw * z;
		out[at] = x + 2 * (ry * uz - rz * uy + rw * dx - dw * rx + ry * dz - rz * dy);
		out[at + 1] = y + 2 * (rz * ux - rx * uz + rw * dy - dw * ry + rz * dx - rx * dz);
		out[at + 2] = z + 2 * (rx * uy - ry * ux + rw * dz - dw * rz + rx * dy - ry * dx);
	}
}

function writeDualQuaternion(out: Float64Array, at: number, m: Float64Array, from: number): void {
	const trace = m[from] + m[from + 5] + m[from + 10];
	let x: number;
	let y: number;
	let z: number;
	let w: number;
	// The largest component is computed from the diagonal, the others from sums and differences (Shepperd 1978).
	if (trace >= m[from] && trace >= m[from + 5] && trace >= m[from + 10]) {
		x = m[from + 9] - m[from + 6];
		y = m[from + 2] - m[from + 8];
		z = m[from + 4] - m[from + 1];
		w = 1 + trace;
	} else if (m[from] >= m[from + 5] && m[from] >= m[from + 10]) {
		x = 1 + m[from] - m[from + 5] - m[from + 10];
		y = m[from + 1] + m[from + 4];
		z = m[from + 2] + m[from + 8];
		w = m[from + 9] - m[from + 6];
	} else if (m[from + 5] >= m[from + 10]) {
		x = m[from + 1] + m[from + 4];
		y = 1 - m[from] + m[from + 5] - m[from + 10];
		z = m[from + 6] + m[from + 9];
		w = m[from + 2] - m[from + 8];
	} else {
		x = m[from + 2] + m[from + 8];
		y = m[from + 6] + m[from + 9];
		z = 1 - m[from] - m[from + 5] + m[from + 10];
		w = m[from + 4] - m[from + 1];
	}
	const scale = 1 / Math.sqrt(x * x + y * y + z * z + w * w);
	x *= scale;
	y *= scale;
	z *= scale;
	w *= scale;
	const tx = 0.5 * m[from + 3];
	const ty = 0.5 * m[from + 7];
	const tz = 0.5 * m[from + 11];
	out[at] = x;
	out[at + 1] = y;
	out[at + 2] = z;
	out[at + 3] = w;
	// Dual part: (t/2, 0) times the rotation.
	out[at + 4] = tx * w + ty * z - tz * y;
	out[at + 5] = ty * w + tz * x - tx * z;
	out[at + 6] = tz * w + tx * y - ty * x;
	out[at + 7] = -(tx * x + ty * y + tz * z);
}
