/** How upright somebody stands, degrees, from MediaPipe's world landmarks. */
export interface Posture {
	/** Of both sides the more bent one; 180 is straight. Frontal views of straight legs show 140 to 150. */
	readonly knee_deg: number;
	/** Angle of trunk and thigh, likewise. */
	readonly hip_deg: number;
	/** Trunk against the picture's vertical. */
	readonly lean_deg: number;
}

const SHOULDERS = [11, 12] as const;
const HIPS = [23, 24] as const;
const KNEES = [25, 26] as const;
const ANKLES = [27, 28] as const;

/** Of 46 rendered standing people none was below 139, 145 and above 15. */
const BENT_KNEE_DEG = 120;
const BENT_HIP_DEG = 125;
const LEANING_DEG = 35;

/**
 * @param bodyWorld [33*3] metres, y down
 * @returns null when the landmarks have collapsed
 */
export function measurePosture(bodyWorld: Float64Array): Posture | null {
	const at = (i: number, k: number): number => bodyWorld[3 * i + k];
	const angle = (a: number, b: number, c: number): number => {
		const u = [0, 1, 2].map((k) => at(a, k) - at(b, k));
		const v = [0, 1, 2].map((k) => at(c, k) - at(b, k));
		const cosine = (u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / (Math.hypot(...u) * Math.hypot(...v));
		return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
	};
	const trunk = [0, 1, 2].map((k) => at(SHOULDERS[0], k) + at(SHOULDERS[1], k) - at(HIPS[0], k) - at(HIPS[1], k));
	const posture = {
		knee_deg: Math.min(...[0, 1].map((side) => angle(HIPS[side], KNEES[side], ANKLES[side]))),
		hip_deg: Math.min(...[0, 1].map((side) => angle(SHOULDERS[side], HIPS[side], KNEES[side]))),
		lean_deg: (Math.acos(-trunk[1] / Math.hypot(...trunk)) * 180) / Math.PI,
	};
	return Object.values(posture).every(Number.isFinite) ? posture : null;
}

/** What is bent further than standing people are; null when nothing is. */
export function bentPart({ knee_deg, hip_deg, lean_deg }: Posture): "knees" | "hips" | "trunk" | null {
	if (knee_deg < BENT_KNEE_DEG) return "knees";
	if (hip_deg < BENT_HIP_DEG) return "hips";
	return lean_deg > LEANING_DEG ? "trunk" : null;
}
