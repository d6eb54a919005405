import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** How a fit ended. `flagged`: with a result that a person should look at. */
export type FitOutcome = "completed" | "flagged" | "failed" | "cancelled" | "expired";
export type BreakerState = "closed" | "half_open" | "open";

const BREAKER_STATES: readonly BreakerState[] = ["closed", "half_open", "open"];

/** What the server counts and times, for Prometheus. No label ever holds an id or anything of a person. */
export interface Metrics {
	/** @param route the template, such as `/api/v1/models/:id`; never the path itself */
	observeRequest(route: string, method: string, status: number, duration_s: number): void;
	/** @param photo_count how many photos it had; undefined when it did not come so far */
	countFit(outcome: FitOutcome, photo_count?: number): void;
	/** @param expected_pve_mm expected mean distance of the vertices, mm */
	observeFitError(expected_pve_mm: number): void;
	observeStage(stage: string, duration_s: number): void;
	setBreakerState(breaker: string, state: BreakerState): void;
	countExport(format: string): void;
	countSubject(): void;
	/** @param read called at each scrape, in place of one that was named before; a failure leaves the numbers out */
	readQueueLength(read: () => Promise<{ readonly queued: number; readonly active: number }>): void;
	/** @param read called at each scrape, in place of one that was named before */
	readDatabasePool(read: () => { readonly total: number; readonly idle: number; readonly waiting: number }): void;
	/** The text that Prometheus reads, and its content type. */
	render(): Promise<string>;
	readonly contentType: string;
	/** For whatever has metrics of its own. */
	readonly registry: Registry;
}

/** @param options.service label of every metric */
export function createMetrics(options: { readonly service?: string } = {}): Metrics {
	const registry = new Registry();
	if (options.service !== undefined) registry.setDefaultLabels({ service: options.service });
	collectDefaultMetrics({ register: registry });
	const registers = [registry];
	const requests = new Histogram({
		name: "http_request_duration_seconds",
		help: "Time from a request's arrival to the end of its answer.",
		labelNames: ["route", "method", "status"],
		buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
		registers,
	});
	const fits = new Counter({ name: "fits_total", help: "Fits that ended.", labelNames: ["outcome"], registers });
	const photos = new Histogram({
		name: "fit_photos",
		help: "Photos of each fit.",
		buckets: [1, 2, 3, 4, 6, 8],
		registers,
	});
	const fitError = new Histogram({
		name: "fit_expected_pve_millimetres",
		help: "Expected mean distance between the fitted and the true surface.",
		buckets: [2, 5, 10, 15, 20, 30, 50],
		registers,
	});
	const stages = new Histogram({
		name: "fit_stage_duration_seconds",
		help: "Time of each stage of a fit.",
		labelNames: ["stage"],
		buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 120],
		registers,
	});
	const breakers = new Gauge({
		name: "circuit_breaker_state",
		help: "1 for the state that a circuit breaker is in, 0 for the others.",
		labelNames: ["breaker", "state"],
		registers,
	});
	const exports = new Counter({ name: "exports_total", help: "Exports.", labelNames: ["format"], registers });
	const subjects = new Counter({ name: "subjects_created_total", help: "Subjects that were made.", registers });
	return {
		observeRequest: (route, method, status, duration_s) =>
			requests.observe({ route, method, status: String(status) }, duration_s),
		countFit: (outcome, photo_count) => {
			fits.inc({ outcome });
			if (photo_count !== undefined) photos.observe(photo_count);
		},
		observeFitError: (expected_pve_mm) => fitError.observe(expected_pve_mm),
		observeStage: (stage, duration_s) => stages.observe({ stage }, duration_s),
		setBreakerState: (breaker, state) => {
			for (const each of BREAKER_STATES) breakers.set({ breaker, state: each }, each === state ? 1 : 0);
		},
		countExport: (format) => exports.inc({ format }),
		countSubject: () => subjects.inc(),
		readQueueLength: (read) => {
			registry.removeSingleMetric("fit_queue_length");
			new Gauge({
				name: "fit_queue_length",
				help: "Fits that wait or run.",
				labelNames: ["state"],
				registers,
				async collect() {
					try {
						const { queued, active } = await read();
						this.set({ state: "queued" }, queued);
						this.set({ state: "active" }, active);
					} catch {
						// The database is away: an old number would mislead.
						this.reset();
					}
				},
			});
		},
		readDatabasePool: (read) => {
			registry.removeSingleMetric("database_pool_connections");
			new Gauge({
				name: "database_pool_connections",
				help: "Connections to the database, and requests that wait for one.",
				labelNames: ["state"],
				registers,
				collect() {
					const { total, idle, waiting } = read();
					this.set({ state: "used" }, total - idle);
					this.set({ state: "idle" }, idle);
					this.set({ state: "waiting" }, waiting);
				},
			});
		},
		render: () => registry.metrics(),
		contentType: registry.contentType,
		registry,
	};
}
