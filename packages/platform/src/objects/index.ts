export type { ObjectInfo, ObjectStore } from "./object-store.js";
export { type ObjectStoreOptions, openObjectStore } from "./open-object-store.js";
