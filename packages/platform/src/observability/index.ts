export { errorFacts } from "./error-facts.js";
export { type Log, silentLog } from "./log.js";
export { createLogger, type LogOptions } from "./logger.js";
export { type BreakerState, createMetrics, type FitOutcome, type Metrics } from "./metrics.js";
