import { symmetricEigenvectors } from "@anny-fitter/math";

/**
 * The ways to lay three axes onto three axes without mirroring.
 *
 * @param frame [9] rows: orthonormal axes of the scan; the first one is the longest
 * @param headings steps of a whole turn when the body stands along the first axis: 4, or 8 in case width and depth are alike
 * @returns rotations [9] row-major, scan from body (Z up)
 */
export function candidateRotations(frame: Float64Array, headings: number): Float64Array[] {
	const out: Float64Array[] = [];
	for (let up = 0; up < 3; up++) {
		for (const sign of [1, -1]) {
			const steps = up === 0 ? headings : 4;
			const e = axis(frame, (up + 1) % 3);
			const f = axis(frame, (up + 2) % 3);
			const z = axis(frame, up).map((v) => sign * v);
			for (let h = 0; h < steps; h++) {
				const angle = (2 * Math.PI * h) / steps;
				const x = e.map((v, a) => Math.cos(angle) * v + Math.sin(angle) * f[a]);
				const y = cross(z, x);
				// Columns are where the body's axes come to lie.
				out.push(Float64Array.from({ length: 9 }, (_, i) => [x, y, z][i % 3][(i / 3) | 0]));
			}
		}
	}
	return out;
}

/** [9] rows: principal axes of points about their centroid, the longest first, right-handed. */
export function principalFrame(points: Float64Array): Float64Array {
	const mean = [0, 0, 0];
	const count = points.length / 3;
	for (let i = 0; i < points.length; i++) mean[i % 3] += points[i] / count;
	const covariance = new Float64Array(9);
	for (let i = 0; i < points.length; i += 3) {
		for (let a = 0; a < 3; a++) {
			for (let b = 0; b < 3; b++) covariance[3 * a + b] += (points[i + a] - mean[a]) * (points[i + b] - mean[b]);
		}
	}
	const vectors = new Float64Array(9);
	symmetricEigenvectors(vectors, new Float64Array(3), covariance);
	const first = axis(vectors, 0);
	const second = axis(vectors, 1);
	return Float64Array.from([...first, ...second, ...cross(first, second)]);
}

function axis(frame: Float64Array, row: number): number[] {
	return [frame[3 * row], frame[3 * row + 1], frame[3 * row + 2]];
}

function cross(a: readonly number[], b: readonly number[]): number[] {
	return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
