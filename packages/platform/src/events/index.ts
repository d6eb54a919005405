export type { EventBus } from "./event-bus.js";
export { type EventBusOptions, openEventBus } from "./open-event-bus.js";
