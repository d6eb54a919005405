export type { FocalPrior } from "./intrinsics.js";
export { focalLengthFrom35mm, focalPrior } from "./intrinsics.js";
export { projectPoint } from "./project.js";
