export { createApi } from "./app.js";
export type { ApiDependencies, ServiceTransports } from "./dependencies.js";
export type { Api } from "./http/api-instance.js";
