export type { GradientMismatch, GradientReport } from "./check-gradients.js";
export { checkGradients } from "./check-gradients.js";
export type { SolverOptions, SolverSummary, StopReason } from "./levenberg-marquardt.js";
export { minimizeLeastSquares } from "./levenberg-marquardt.js";
export type { Loss } from "./loss.js";
export { cauchyLoss, gemanMcClureLoss, squaredLoss } from "./loss.js";
export { NormalEquations } from "./normal-equations.js";
export type { LeastSquaresProblem, ProblemLayout, ResidualSink } from "./problem.js";
export { parameterCount } from "./problem.js";
export type { SkylineMatrix } from "./skyline.js";
export {
	createSkyline,
	eliminateSkyline,
	factorSkyline,
	reduceRightSide,
	solveSkyline,
	substituteBack,
} from "./skyline.js";
