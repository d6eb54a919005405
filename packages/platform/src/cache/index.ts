export type { Cache } from "./cache.js";
export { type CacheOptions, openCache } from "./open-cache.js";
