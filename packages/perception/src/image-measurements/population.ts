/** Where on the body breadth, depth and girth are taken. */
export const SECTION_IDS = [
	"neck",
	"chest",
	"waist_natural",
	"waist_omphalion",
	"hip",
	"thigh",
	"calf",
	"upper_arm",
] as const;

export type SectionId = (typeof SECTION_IDS)[number];
/** Limbs whose length is measured between landmarks; the catalogue's ids where it has them. */
export type LimbLengthId = "upper_arm_length" | "forearm_length" | "hip_knee_length" | "knee_ankle_length";

export type Vector = readonly [number, number, number];

/** What a population's bodies have in common at a section, printed by `npm run sections -w @anny-fitter/benchmarks`. */
export interface SectionPopulation {
	/** Of the section's middle, in the segment's frame (left or outward, front, up), fractions of the segment's length. */
	readonly centre: Vector;
	/** Of the tape's plane, in the segment's frame. */
	readonly normal: Vector;
	/** Standard deviation of the section's place along the segment, fraction of the segment's length. */
	readonly levelSigma: number;
	/** Fraction of the segment's length. */
	readonly breadth: number;
	readonly depthByBreadth: number;
	readonly depthByBreadthSigma: number;
	/** Of the superellipse that has girth, breadth and depth of the section. */
	readonly exponent: number;
	/** Scatter of the girth about that superellipse's, as a fraction. */
	readonly girthSigma: number;
	/** Girth by breadth or depth alone, and its scatter as a fraction. */
	readonly girthByBreadth: number;
	readonly girthByBreadthSigma: number;
	readonly girthByDepth: number;
	readonly girthByDepthSigma: number;
}

/** Name of a section's breadth, depth or girth; the catalogue's where it has one. */
export function sectionMeasurementId(id: SectionId, aspect: "breadth" | "depth" | "girth"): string {
	if (id !== "waist_natural" && id !== "waist_omphalion") return `${id}_${aspect}`;
	// The catalogue's waist girth is the natural one, its waist breadth and depth those at the navel.
	if (aspect === "girth") return id === "waist_natural" ? "waist_girth" : "waist_girth_omphalion";
	return id === "waist_omphalion" ? `waist_${aspect}` : `waist_natural_${aspect}`;
}

/**
 * Averages over 400 random bodies of the body model's adult prior (half of them women, 18 to 70 years), measured by the
 * catalogue's tapes: `npm run sections -w @anny-fitter/benchmarks`. Real sections may be squarer: soldiers' tapes exceed
 * the ellipse of their calipers' breadths and depths by more than these (docs/decisions/0017), but calipers press.
 */
export const SECTION_POPULATION: Readonly<Record<SectionId, SectionPopulation>> = {
	neck: {
		centre: [0, -0.1, 0.452],
		normal: [0.0, 0.117, 0.993],
		levelSigma: 0.026,
		breadth: 0.555,
		depthByBreadth: 1.039,
		depthByBreadthSigma: 0.037,
		exponent: 1.914,
		girthSigma: 0.0078,
		girthByBreadth: 3.176,
		girthByBreadthSigma: 0.02,
		girthByDepth: 3.058,
		girthByDepthSigma: 0.019,
	},
	chest: {
		centre: [0, 0.001, 0.692],
		normal: [0, -0.042, 0.999],
		levelSigma: 0.023,
		breadth: 0.692,
		depthByBreadth: 0.74,
		depthByBreadthSigma: 0.073,
		exponent: 2.965,
		girthSigma: 0.0219,
		girthByBreadth: 2.935,
		girthByBreadthSigma: 0.059,
		girthByDepth: 3.983,
		girthByDepthSigma: 0.044,
	},
	waist_natural: {
		centre: [0, 0.034, 0.392],
		normal: [0.0, -0.042, 0.999],
		levelSigma: 0.026,
		breadth: 0.608,
		depthByBreadth: 0.787,
		depthByBreadthSigma: 0.043,
		exponent: 2.194,
		girthSigma: 0.0107,
		girthByBreadth: 2.864,
		girthByBreadthSigma: 0.021,
		girthByDepth: 3.647,
		girthByDepthSigma: 0.037,
	},
	waist_omphalion: {
		centre: [0.0, 0.04, 0.287],
		normal: [0.0, -0.042, 0.999],
		levelSigma: 0.021,
		breadth: 0.637,
		depthByBreadth: 0.773,
		depthByBreadthSigma: 0.046,
		exponent: 2.208,
		girthSigma: 0.0083,
		girthByBreadth: 2.848,
		girthByBreadthSigma: 0.025,
		girthByDepth: 3.692,
		girthByDepthSigma: 0.036,
	},
	hip: {
		centre: [0.0, -0.019, -0.017],
		normal: [0, -0.042, 0.999],
		levelSigma: 0.019,
		breadth: 0.742,
		depthByBreadth: 0.706,
		depthByBreadthSigma: 0.06,
		exponent: 2.452,
		girthSigma: 0.0117,
		girthByBreadth: 2.797,
		girthByBreadthSigma: 0.027,
		girthByDepth: 3.981,
		girthByDepthSigma: 0.057,
	},
	thigh: {
		centre: [0.028, 0.015, 0.735],
		normal: [-0.013, -0.044, 0.999],
		levelSigma: 0.052,
		breadth: 0.449,
		depthByBreadth: 1.112,
		depthByBreadthSigma: 0.049,
		exponent: 1.978,
		girthSigma: 0.0044,
		girthByBreadth: 3.313,
		girthByBreadthSigma: 0.024,
		girthByDepth: 2.981,
		girthByDepthSigma: 0.02,
	},
	calf: {
		centre: [-0.019, -0.062, 0.677],
		normal: [-0.011, -0.011, 1.0],
		levelSigma: 0.043,
		breadth: 0.338,
		depthByBreadth: 0.989,
		depthByBreadthSigma: 0.039,
		exponent: 1.906,
		girthSigma: 0.0057,
		girthByBreadth: 3.094,
		girthByBreadthSigma: 0.022,
		girthByDepth: 3.133,
		girthByDepthSigma: 0.02,
	},
	upper_arm: {
		centre: [0.047, -0.059, 0.45],
		normal: [0.038, -0.082, 0.996],
		levelSigma: 0.01,
		breadth: 0.335,
		depthByBreadth: 1.086,
		depthByBreadthSigma: 0.058,
		exponent: 2.073,
		girthSigma: 0.0074,
		girthByBreadth: 3.3,
		girthByBreadthSigma: 0.027,
		girthByDepth: 3.044,
		girthByDepthSigma: 0.029,
	},
};

/** Length of a limb by the distance of the landmarks at its ends, with its scatter as a fraction; from the same bodies. */
export const LENGTH_POPULATION: Readonly<Record<LimbLengthId, { readonly factor: number; readonly sigma: number }>> = {
	upper_arm_length: { factor: 1.078, sigma: 0.016 },
	forearm_length: { factor: 0.931, sigma: 0.024 },
	hip_knee_length: { factor: 1.0, sigma: 0.0 },
	knee_ankle_length: { factor: 1.0, sigma: 0.0 },
};
