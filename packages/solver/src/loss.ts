/**
 * Robust losses ρ(s) of the squared residual s = r², with ρ(0) = 0 and ρ'(0) = 1 (as in Ceres and
 * Triggs et al. 2000). The cost of a residual is ½ρ(s); iteratively reweighted least squares uses ρ'(s).
 */
export interface Loss {
	/** ρ(s) */
	value(squared: number): number;
	/** ρ'(s), the weight of the residual's row in the normal equations */
	weight(squared: number): number;
}

/** No robustness: ρ(s) = s. */
export const squaredLoss: Loss = { value: (s) => s, weight: () => 1 };

/** Cauchy loss ρ(s) = c² log(1 + s/c²): outliers beyond `scale` count less and less. */
export function cauchyLoss(scale: number): Loss {
	requirePositive(scale);
	const c2 = scale * scale;
	return { value: (s) => c2 * Math.log1p(s / c2), weight: (s) => 1 / (1 + s / c2) };
}

/** Geman–McClure loss ρ(s) = s / (1 + s/c²): the cost of an outlier is bounded by c². */
export function gemanMcClureLoss(scale: number): Loss {
	requirePositive(scale);
	const c2 = scale * scale;
	return { value: (s) => s / (1 + s / c2), weight: (s) => 1 / (1 + s / c2) ** 2 };
}

function requirePositive(scale: number): void {
	if (!(scale > 0 && Number.isFinite(scale))) throw new RangeError(`A loss needs a positive scale, got ${scale}.`);
}
