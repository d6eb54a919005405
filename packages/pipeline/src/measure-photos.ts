import { evaluateFitterShape, type PhotoFit, type PhotoFitter, type PhotoObservation } from "@anny-fitter/fitting";
import { fuseViews, type ImageMeasurement, type MeasuredView, measureView } from "@anny-fitter/perception";
import { laySectionTapes, seeFittedSections } from "./fitted-sections.js";

/** Where a fitted body's sections lie against the person's, metres along trunk and limbs. */
const LEVEL_SIGMA_M = 0.012;

/**
 * Measures the person in the photos themselves, as the fit places camera and levels: sizes come from the masks, not from
 * the fitted shape. Leaves the fitted shape in `fitter.shape`.
 *
 * @param observations in the order of `fit.views`
 * @param scaleSigma standard deviation of the fit's scale, as a fraction
 * @param isStatureStated the scale then comes from the stature, which the photos cannot tell again
 * @returns what was seen, each value with the photos (by index) that it was seen in; nothing for a fit without photos
 */
export function measurePhotos(
	fitter: PhotoFitter,
	fit: Pick<PhotoFit, "shape" | "views">,
	observations: readonly PhotoObservation[],
	{ scaleSigma, isStatureStated }: { readonly scaleSigma: number; readonly isStatureStated: boolean },
): ImageMeasurement[] {
	if (fit.views.length === 0) return [];
	evaluateFitterShape(fitter, fit.shape);
	const tapes = laySectionTapes(fitter);
	const views = fit.views.map((view, i): MeasuredView | null => {
		const seen = observations[i];
		if (!seen?.mask) return null;
		return measureView({
			width_px: seen.width_px,
			height_px: seen.height_px,
			focal_px: (view.focal_px * seen.width_px) / view.width_px,
			body: seen.body,
			mask: seen.mask,
			regions: seen.regions,
			inverseDepth: seen.inverseDepth ?? null,
			scaleSigma,
			levelSigma_m: LEVEL_SIGMA_M,
			...seeFittedSections(fitter, tapes, view),
		});
	});
	return fuseViews(views).filter(({ id }) => id !== "stature" || !isStatureStated);
}
