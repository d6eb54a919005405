export type { FitJob, FitQueue } from "./fit-queue.js";
export type { FitQueueOptions } from "./open-fit-queue.js";
export { openFitQueue } from "./open-fit-queue.js";
