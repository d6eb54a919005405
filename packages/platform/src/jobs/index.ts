export type { FitJob, FitQueue } from "./fit-queue.js";
