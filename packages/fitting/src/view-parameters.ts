import { ROTATION_COUNT } from "./articulation.js";

/**
 * Parameters of one photo, in block order: ln(f / f₀), camera translation (metres), camera rotation vector
 * (relative to the view's starting rotation), then the articulated bones' rotation vectors.
 */
export const LOG_FOCAL = 0;
export const TRANSLATION = 1;
export const ROOT_ROTATION = 4;
export const POSE = 7;
export const VIEW_COUNT = POSE + ROTATION_COUNT;
