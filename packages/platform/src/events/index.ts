export type { EventBus } from "./event-bus.js";
