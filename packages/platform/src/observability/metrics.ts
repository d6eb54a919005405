import { ERROR_TABLE, type ErrorCode } from "@anny-fitter/contracts";
import { Gauge } from "prom-client";
import { addCounter, addGauge, addHistogram, type MetricsRegistryOptions } from "./metrics-registry.js";
import { createServiceMetrics, type ServiceMetrics } from "./service-metrics.js";

/** How a fit ended. `flagged`: with a result that a person should look at. */
export type FitOutcome = "completed" | "flagged" | "failed" | "cancelled" | "expired";
export type BreakerState = "closed" | "half_open" | "open";

const FIT_OUTCOMES: readonly FitOutcome[] = ["completed", "flagged", "failed", "cancelled", "expired"];
const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];
/** What the operator has to mend. */
const SERVER_CODES = CODES.filter((code) => causeOf(code) === "server");
const BREAKER_STATES: readonly BreakerState[] = ["closed", "half_open", "open"];

/** How well a body explains its photos; null where that is not known. */
export interface FitQuality {
	/** Expected mean distance of the fitted from the true surface, mm. */
	readonly expected_pve_mm: number | null;
	/** Root mean square distance of landmarks per photo, in shares of the photo's longer side. */
	readonly reprojection_shares: readonly number[];
	/** Overlap of body and outline per photo, 0…1. */
	readonly silhouette_ious: readonly number[];
}

/**
 * What the server counts and times, for Prometheus, beside what its services do. No label ever holds an id or anything of
 * a person.
 */
export interface Metrics extends ServiceMetrics {
	/** @param route the template, such as `/api/v1/models/:id`; never the path itself */
	observeRequest(route: string, method: string, status: number, duration_s: number): void;
	/** @param read called at each scrape */
	readOpenRequests(read: () => number): void;
	/** A request was answered with an error of the error table: the caller's fault below 500, else the server's. */
	countProblem(code: string): void;
	/** @param photo_count how many photos it had; undefined when it did not come so far */
	countFit(outcome: FitOutcome, photo_count?: number): void;
	/** @param code of the error table @param cause whether another photo would help, or the operator has to */
	countFitFailure(code: string, cause: "input" | "server"): void;
	/** A fit that had to do without its photos. */
	countFitWithoutVision(): void;
	observeFitQuality(quality: FitQuality): void;
	observeStage(stage: string, duration_s: number): void;
	/** From the upload's end to the work's beginning. */
	observeQueueWait(wait_s: number): void;
	/** From the upload's end to the result, or to the failure. */
	observeFitResponse(outcome: FitOutcome, duration_s: number): void;
	/** A call of a service was tried again. */
	countRetry(service: string): void;
	setBreakerState(breaker: string, state: BreakerState): void;
	countExport(format: string): void;
	countSubject(): void;
	countLogin(outcome: "accepted" | "refused"): void;
	/** @param cache what is remembered, such as `subject` */
	countCacheRead(cache: string, isHit: boolean): void;
	/** @param read called at each scrape, in place of one that was named before; a failure leaves the numbers out */
	readQueue(read: () => Promise<{ readonly queued: number; readonly active: number; readonly oldest_s: number }>): void;
	/** @param read called at each scrape, in place of one that was named before */
	readDatabasePool(read: () => { readonly total: number; readonly idle: number; readonly waiting: number }): void;
	/** @param read called at each scrape: whether each part that requests need answers */
	readDependencies(read: () => Promise<Readonly<Record<string, boolean>>>): void;
}

/** @param options.service label of every metric */
export function createMetrics(options: MetricsRegistryOptions = {}): Metrics {
	const metrics = createServiceMetrics(options);
	const registers = [metrics.registry];
	const requests = addHistogram(
		metrics,
		"http_request_duration_seconds",
		"Time from a request's arrival to the end of its answer.",
		["route", "method", "status"],
		[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
	);
	const problems = addCounter(
		metrics,
		"http_problems_total",
		"Requests answered with an error, by its code and whose fault it is.",
		["code", "cause"],
		CODES.map((code) => ({ code, cause: causeOf(code) })),
	);
	const fits = addCounter(
		metrics,
		"fits_total",
		"Fits that ended.",
		["outcome"],
		FIT_OUTCOMES.map((outcome) => ({ outcome })),
	);
	const failures = addCounter(
		metrics,
		"fit_failures_total",
		"Fits that failed, by what they failed with and whether other photos would help.",
		["code", "cause"],
		SERVER_CODES.map((code) => ({ code, cause: "server" })),
	);
	const withoutVision = addCounter(
		metrics,
		"fits_without_vision_total",
		"Fits made from the stated facts alone because the vision service could not be had.",
		[],
	);
	const photos = addHistogram(metrics, "fit_photos", "Photos of each fit.", [], [1, 2, 3, 4, 6, 8]);
	const pve = addHistogram(
		metrics,
		"fit_expected_pve_millimetres",
		"Expected mean distance between the fitted and the true surface.",
		[],
		[2, 5, 10, 15, 20, 30, 50],
	);
	const reprojection = addHistogram(
		metrics,
		"fit_reprojection_ratio",
		"Distance between seen and fitted landmarks per photo, in shares of its longer side.",
		[],
		[0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1],
	);
	const overlap = addHistogram(
		metrics,
		"fit_silhouette_iou_ratio",
		"Overlap of the fitted body and the outline in the photo.",
		[],
		[0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99],
	);
	const stages = addHistogram(
		metrics,
		"fit_stage_duration_seconds",
		"Time of each stage of a fit.",
		["stage"],
		[0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 120],
	);
	const queueWaits = addHistogram(
		metrics,
		"fit_queue_wait_seconds",
		"Time that fits waited until a worker took them.",
		[],
		[0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600],
	);
	const responses = addHistogram(
		metrics,
		"fit_response_seconds",
		"Time from the end of the upload to the result.",
		["outcome"],
		[1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600],
	);
	const retries = addCounter(
		metrics,
		"service_retries_total",
		"Calls of services that were tried again.",
		["service"],
		[{ service: "vision" }],
	);
	const breakers = new Gauge({
		name: "circuit_breaker_state",
		help: "1 for the state that a circuit breaker is in, 0 for the others.",
		labelNames: ["breaker", "state"],
		registers,
	});
	const exports = addCounter(metrics, "exports_total", "Exports, by format.", ["format"]);
	const subjects = addCounter(metrics, "subjects_created_total", "Subjects that were made.", []);
	const logins = addCounter(
		metrics,
		"logins_total",
		"Log-ins by password.",
		["outcome"],
		[{ outcome: "accepted" }, { outcome: "refused" }],
	);
	const cacheReads = addCounter(metrics, "cache_reads_total", "Reads that the cache could answer, or not.", [
		"cache",
		"result",
	]);
	return {
		...metrics,
		observeRequest: (route, method, status, duration_s) =>
			requests({ route, method, status: String(status) }, duration_s),
		readOpenRequests: (read) =>
			addGauge(metrics, "http_requests_open", "Requests that have not been answered yet.", [], () => [
				{ labels: {}, value: read() },
			]),
		countProblem: (code) => problems({ code, cause: causeOf(code) }),
		countFit: (outcome, photo_count) => {
			fits({ outcome });
			if (photo_count !== undefined) photos({}, photo_count);
		},
		countFitFailure: (code, cause) => failures({ code, cause }),
		countFitWithoutVision: () => withoutVision({}),
		observeFitQuality: ({ expected_pve_mm, reprojection_shares, silhouette_ious }) => {
			if (expected_pve_mm !== null) pve({}, expected_pve_mm);
			for (const share of reprojection_shares) reprojection({}, share);
			for (const iou of silhouette_ious) overlap({}, iou);
		},
		observeStage: (stage, duration_s) => stages({ stage }, duration_s),
		observeQueueWait: (wait_s) => queueWaits({}, wait_s),
		observeFitResponse: (outcome, duration_s) => responses({ outcome }, duration_s),
		countRetry: (service) => retries({ service }),
		setBreakerState: (breaker, state) => {
			for (const each of BREAKER_STATES) breakers.set({ breaker, state: each }, each === state ? 1 : 0);
		},
		countExport: (format) => exports({ format }),
		countSubject: () => subjects({}),
		countLogin: (outcome) => logins({ outcome }),
		countCacheRead: (cache, isHit) => cacheReads({ cache, result: isHit ? "hit" : "miss" }),
		readQueue: (read) => {
			// One look at the database for both.
			let last: ReturnType<typeof read> | undefined;
			addGauge(metrics, "fit_queue_length", "Fits that wait or run, of all processes.", ["state"], async () => {
				last = read();
				const { queued, active } = await last;
				return [
					{ labels: { state: "queued" }, value: queued },
					{ labels: { state: "active" }, value: active },
				];
			});
			addGauge(metrics, "fit_queue_oldest_seconds", "How long the fit that waits longest has waited.", [], async () => {
				const { oldest_s } = await (last ?? read());
				return [{ labels: {}, value: oldest_s }];
			});
		},
		readDatabasePool: (read) =>
			addGauge(
				metrics,
				"database_pool_connections",
				"Connections to the database, and work that waits for one.",
				["state"],
				() => {
					const { total, idle, waiting } = read();
					return [
						{ labels: { state: "used" }, value: total - idle },
						{ labels: { state: "idle" }, value: idle },
						{ labels: { state: "waiting" }, value: waiting },
					];
				},
			),
		readDependencies: (read) =>
			addGauge(
				metrics,
				"dependency_up",
				"1 for a part that answers, 0 for one that does not.",
				["dependency"],
				async () =>
					Object.entries(await read()).map(([dependency, isUp]) => ({ labels: { dependency }, value: isUp ? 1 : 0 })),
			),
	};
}

/** Whose fault an error of the table is; of one that is not in it, the server's. */
function causeOf(code: string): "input" | "server" {
	return (ERROR_TABLE[code as ErrorCode]?.httpStatus ?? 500) < 500 ? "input" : "server";
}
