export { errorFacts } from "./error-facts.js";
export { addGpuMetrics } from "./gpu-metrics.js";
export { type Log, silentLog } from "./log.js";
export { createLogger, type LogOptions } from "./logger.js";
export { mergeMetrics } from "./merge-metrics.js";
export { type BreakerState, createMetrics, type FitOutcome, type FitQuality, type Metrics } from "./metrics.js";
export { type MetricsServer, startMetricsServer } from "./metrics-server.js";
export { createServiceMetrics, type ServiceMetrics } from "./service-metrics.js";
export {
	activeTraceparent,
	addSpan,
	type OpenSpan,
	openSpan,
	type SpanFacts,
	type SpanOptions,
	withinTrace,
	withSpan,
} from "./spans.js";
export { createStageClock, type StageClock } from "./stage-clock.js";
export { startTracing, type Tracing, type TracingOptions } from "./start-tracing.js";
