export type { ServerConfig } from "./server-config.js";
