import { byNamespace } from "./by-namespace.js";

export const texts = byNamespace(import.meta.glob<{ default: object }>("./de/*.json", { eager: true }));
