export { rotationFromCorrelation } from "./alignment.js";
export { normalBoxProbability } from "./box-probability.js";
export { choleskyFactor, choleskySolve, invertPositiveDefinite } from "./cholesky.js";
export { symmetricEigenvectors } from "./eigenvectors.js";
export { interval90, normalCdf, normalQuantile, normalWithin, Z90 } from "./normal.js";
export type { RandomStream } from "./random.js";
export { createRandom } from "./random.js";
export {
	identityRotation,
	leftJacobian,
	multiplyRotations,
	rotationBetweenFrames,
	rotationFromVector,
	vectorFromRotation,
} from "./rotation.js";
