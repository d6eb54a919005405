export { createApi } from "./app.js";
export { grantRole } from "./auth/grant-role.js";
export type { ApiDependencies, ServiceTransports } from "./dependencies.js";
export { type FitWorker, startFitWorker } from "./fits/fit-worker.js";
export type { Api } from "./http/api-instance.js";
export { findWebFiles } from "./web/web-files.js";
