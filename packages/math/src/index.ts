export { choleskyFactor, choleskySolve, invertPositiveDefinite } from "./cholesky.js";
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
