/**
 * Distributions of phenotypes by age in Anny's calibration (github.com/naver/anny, commit e31b3af): parameters of Beta
 * distributions at anchors of age, straight between them and level outside. The anchors are years. Upstream gives those of
 * height in Anny's age instead (0, 0.05, 0.215, 0.415, 0.67); these are the same ages.
 */

export interface BetaAnchors {
	readonly years: readonly number[];
	readonly alpha: readonly number[];
	readonly beta: readonly number[];
}

const HEIGHT_YEARS = [0, 1, 4, 11, 16];
const BUILD_YEARS = [0, 1, 4, 11, 16, 18, 64, 110];

export const PHENOTYPE_ANCHORS: Readonly<
	Record<"male" | "female", Readonly<Record<"height" | "weight" | "muscle", BetaAnchors>>>
> = {
	male: {
		height: {
			years: HEIGHT_YEARS,
			alpha: [21.595699, 51.978333, 22.147254, 13.404506, 16.495563],
			beta: [58.600506, 57.360045, 45.858639, 22.104951, 25.656183],
		},
		weight: {
			years: BUILD_YEARS,
			alpha: [1.5128728, 0.27302244, 0.90532672, 0.30630714, 0.23414914, 0.70163596, 0.31445727, 0.25125861],
			beta: [0.94850689, 0.0093686935, 1.2030187, 0.98293501, 0.68362927, 1.236586, 0.2214497, 0.17422558],
		},
		muscle: {
			years: BUILD_YEARS,
			alpha: [1.3058923, 0.0099563338, 0.91289955, 0.55538237, 0.62738192, 0.60802484, 1.4601254, 0.98035288],
			beta: [1.0371088, 0.29290622, 0.9840489, 2.341995, 0.7151289, 1.1924582, 1.6300795, 0.80952883],
		},
	},
	female: {
		height: {
			years: HEIGHT_YEARS,
			alpha: [29.520749, 66.281959, 31.816144, 21.264173, 13.683852],
			beta: [96.722433, 74.54049, 59.490749, 23.975298, 25.747611],
		},
		weight: {
			years: BUILD_YEARS,
			alpha: [1.559729, 0.3190704, 2.2728324, 0.70314908, 0.72326869, 0.88140589, 1.8921328, 1.9019638],
			beta: [0.90104568, 0.010879168, 0.91991901, 0.60177493, 0.55671912, 0.62621897, 0.69951367, 0.68086928],
		},
		muscle: {
			years: BUILD_YEARS,
			alpha: [0.99999166, 0.014186133, 1.1285272, 0.51159155, 0.62576979, 0.57379317, 0.46011052, 0.53062719],
			beta: [1.0046303, 0.39454183, 0.95259184, 0.55939054, 0.64268631, 0.73881918, 1.9971594, 2.2776384],
		},
	},
};
