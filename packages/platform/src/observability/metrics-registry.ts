import { Counter, collectDefaultMetrics, Gauge, Histogram, type OpenMetricsContentType, Registry } from "prom-client";
import { recordedTraceId } from "./spans.js";

export interface MetricsRegistryOptions {
	/** Label of every metric, such as `api`. */
	readonly service?: string | undefined;
	/** Label of every metric where several processes answer at one address, such as `2`. */
	readonly process?: string | undefined;
}

/** The metrics of one process, for Prometheus. */
export interface MetricsRegistry {
	/** OpenMetrics text: Prometheus' newer format, which can name a trace beside a number. */
	render(): Promise<string>;
	readonly contentType: string;
	readonly registry: Registry<OpenMetricsContentType>;
}

type Labels = Readonly<Record<string, string>>;

/** A registry with what Node itself has to tell: memory, processor time, garbage collection, the event loop's lag. */
export function createMetricsRegistry({ service, process }: MetricsRegistryOptions = {}): MetricsRegistry {
	const registry = new Registry<OpenMetricsContentType>();
	registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
	const labels = { ...(service === undefined ? {} : { service }), ...(process === undefined ? {} : { process }) };
	registry.setDefaultLabels(labels);
	collectDefaultMetrics({ register: registry as unknown as Registry });
	return { render: () => registry.metrics(), contentType: registry.contentType, registry };
}

/**
 * A histogram whose buckets name the last recorded trace that fell into them.
 *
 * @returns observes a value, seconds where the name says so
 */
export function addHistogram<Label extends string>(
	{ registry }: MetricsRegistry,
	name: string,
	help: string,
	labelNames: readonly Label[],
	buckets: readonly number[],
): (labels: Readonly<Record<Label, string>>, value: number) => void {
	const histogram = new Histogram({
		name,
		help,
		labelNames: [...labelNames],
		buckets: [...buckets],
		enableExemplars: true,
		registers: [registry],
	});
	return (labels, value) => {
		const traceId = recordedTraceId();
		histogram.observe({
			labels,
			value,
			// The library's types want the names of the metric's own labels here.
			exemplarLabels: (traceId === undefined ? {} : { trace_id: traceId }) as Partial<Record<Label, string>>,
		});
	};
}

/**
 * @param name ends in `_total`
 * @param known labels that are there from the start, at 0: Prometheus sees no increase in a number that is new
 */
export function addCounter<Label extends string>(
	{ registry }: MetricsRegistry,
	name: string,
	help: string,
	labelNames: readonly Label[],
	known: readonly Readonly<Record<Label, string>>[] = [],
): (labels: Readonly<Record<Label, string>>) => void {
	const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
	for (const labels of known) counter.inc(labels, 0);
	return (labels: Labels) => counter.inc(labels);
}

/** What a gauge reads: numbers by their labels. */
export type GaugeReading = readonly { readonly labels: Labels; readonly value: number }[];

/** @param read called at each scrape, in place of one of that name before; a failure leaves the numbers out */
export function addGauge(
	{ registry }: MetricsRegistry,
	name: string,
	help: string,
	labelNames: readonly string[],
	read: () => GaugeReading | Promise<GaugeReading>,
): void {
	registry.removeSingleMetric(name);
	new Gauge({
		name,
		help,
		labelNames: [...labelNames],
		registers: [registry],
		async collect() {
			// An old number would mislead. Without labels, resetting would leave a 0.
			this.reset();
			if (labelNames.length === 0) this.remove();
			try {
				for (const { labels, value } of await read()) this.set(labels, value);
			} catch {
				// Whatever it asks is away.
			}
		},
	});
}
