export type { ObjectInfo, ObjectStore } from "./object-store.js";
