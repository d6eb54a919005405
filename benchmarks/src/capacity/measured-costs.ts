import type { RandomStream } from "@anny-fitter/math";

/**
 * What one fit of two photos costs, as deploy/test/slow/scale.test.ts prints it (docs/capacity.md tells where and when it
 * ran). Seconds are those of one core.
 */
export const MEASURED = {
	photosPerFit: 2,
	/** Fits one at a time, each process on its own. */
	vision_s: [1.53, 1.24, 2.01, 1.81, 1.7, 1.53, 2.05, 1.51, 1.79, 1.33, 1.33, 1.69],
	fitting_s: [5.16, 3.71, 4.66, 4.6, 4.33, 4.34, 5.6, 4.73, 4.2, 4.97, 5.08, 4.74],
	/** Of all threads, and the part of the one thread that answers. */
	api_s: 0.89,
	apiMainThreadShare: 0.62,
	visualization_s: 0.24,
	gateway_s: 0.045,
	postgres_s: 0.04,
	redis_s: 0.04,
	database_kB: 77,
	transactions: 53,
	/** Observations, masks included, from vision to API and from API to fitting. */
	observations_MB: 16,
	mesh_MB: 1.0,
} as const;

/** One of the measured fits, any as likely as another. */
function draw(values: readonly number[], random: RandomStream): number {
	return values[Math.floor(random.uniform() * values.length)]!;
}

/** Of one photo. */
export function drawVision_s(random: RandomStream): number {
	return draw(MEASURED.vision_s, random) / MEASURED.photosPerFit;
}

export function drawFitting_s(random: RandomStream): number {
	return draw(MEASURED.fitting_s, random);
}

/** What the API's one thread has to do for a fit. */
export const API_MAIN_THREAD_S = MEASURED.api_s * MEASURED.apiMainThreadShare;
