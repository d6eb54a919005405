/**
 * Writes dashboards/*.json, which Grafana reads from files. A panel is a title, a kind and queries; the tables below hold
 * those, and the rest is layout.
 *
 * Usage: npm run observability
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {"timeseries" | "stat" | "bars" | "table" | "heatmap" | "matrix" | "states"} Kind
 * @typedef {{expr: string, legend?: string, exemplars?: boolean}} Query
 * @typedef {{
 *   title: string, kind: Kind, queries: readonly Query[], unit?: string, description?: string,
 *   width?: number, height?: number, interval?: string,
 * }} Panel
 * @typedef {{title: string, panels: readonly Panel[]}} Row
 * @typedef {{uid: string, title: string, from: string, rows: readonly Row[]}} Dashboard
 */

const DATASOURCE = { type: "prometheus", uid: "prometheus" };
const API = 'route=~"/api/v1/.+",route!~".*/events"';
const WINDOW = "$__rate_interval";

/** @param {string} metric @param {number} q @param {string} [by] @param {string} [labels] */
const quantile = (metric, q, by = "", labels = "") =>
	`histogram_quantile(${q}, sum by (le${by === "" ? "" : `, ${by}`}) (rate(${metric}_bucket{${labels}}[${WINDOW}])))`;

/** @param {string} metric @param {string} [labels] @returns {Query[]} */
const quantiles = (metric, labels = "") =>
	[0.5, 0.95, 0.99].map((q) => ({
		expr: quantile(metric, q, "", labels),
		legend: `p${q * 100}`,
		exemplars: q === 0.99,
	}));

/** @type {readonly Dashboard[]} */
export const DASHBOARDS = [
	{
		uid: "anny-system",
		title: "System health",
		from: "now-6h",
		rows: [
			{
				title: "At a glance",
				panels: [
					{
						title: "Processes that answer",
						kind: "states",
						width: 8,
						queries: [
							{
								expr: 'min by (job, instance) (up{job=~".*(api|vision|fitting|visualization).*"})',
								legend: "{{job}} {{instance}}",
							},
						],
					},
					{
						title: "Parts that answer",
						kind: "states",
						width: 8,
						description: "As the API processes see them: database, cache, events, exports, photo vault, services.",
						queries: [{ expr: "min by (dependency) (dependency_up)", legend: "{{dependency}}" }],
					},
					{
						title: "Error budget used, last 3 days",
						kind: "stat",
						unit: "percentunit",
						width: 8,
						description: "1 means that errors come exactly as fast as the objective allows.",
						queries: [
							{
								expr: "slo:error_ratio:rate3d / on (slo) (1 - slo:objective)",
								legend: "{{slo}}",
							},
						],
					},
				],
			},
			{
				title: "Fits",
				panels: [
					{
						title: "Fits per minute",
						kind: "timeseries",
						queries: [{ expr: `sum by (outcome) (rate(fits_total[${WINDOW}])) * 60`, legend: "{{outcome}}" }],
					},
					{
						title: "Queue",
						kind: "timeseries",
						queries: [{ expr: "max by (state) (fit_queue_length)", legend: "{{state}}" }],
					},
					{
						title: "Longest wait now",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: "max(fit_queue_oldest_seconds)", legend: "oldest" }],
					},
					{ title: "Upload to body", kind: "timeseries", unit: "s", queries: quantiles("fit_response_seconds") },
					{ title: "Wait for a worker", kind: "timeseries", unit: "s", queries: quantiles("fit_queue_wait_seconds") },
					{
						title: "Stages of a fit, p95",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: quantile("fit_stage_duration_seconds", 0.95, "stage"), legend: "{{stage}}" }],
					},
					{
						title: "Failures",
						kind: "timeseries",
						queries: [
							{
								expr: `sum by (code, cause) (rate(fit_failures_total[${WINDOW}])) * 60 > 0`,
								legend: "{{code}} ({{cause}})",
							},
						],
					},
					{
						title: "Breaker of the vision service",
						kind: "states",
						queries: [{ expr: 'max by (state) (circuit_breaker_state{breaker="vision"})', legend: "{{state}}" }],
					},
					{
						title: "Fits without their photos",
						kind: "timeseries",
						queries: [
							{ expr: `sum(increase(fits_without_vision_total[${WINDOW}]))`, legend: "fits" },
							{ expr: `sum by (service) (increase(service_retries_total[${WINDOW}]))`, legend: "retries: {{service}}" },
						],
					},
				],
			},
			{
				title: "Vision and fitting",
				panels: [
					{
						title: "Photos a minute",
						kind: "timeseries",
						queries: [{ expr: `sum by (code) (rate(vision_photos_total[${WINDOW}])) * 60`, legend: "{{code}}" }],
					},
					{
						title: "Time per photo, p95",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: quantile("vision_stage_duration_seconds", 0.95, "stage"), legend: "{{stage}}" }],
					},
					{
						title: "Stages of the solver, p95",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: quantile("fitting_stage_duration_seconds", 0.95, "stage"), legend: "{{stage}}" }],
					},
					{
						title: "Tasks on worker threads",
						kind: "timeseries",
						queries: [{ expr: "sum by (pool, state) (thread_tasks)", legend: "{{pool}} {{state}}" }],
					},
					{
						title: "Wait for a thread, p95",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: quantile("thread_task_wait_seconds", 0.95, "pool"), legend: "{{pool}}" }],
					},
					{
						title: "Tasks, p95",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: quantile("thread_task_duration_seconds", 0.95, "task"), legend: "{{task}}" }],
					},
				],
			},
			{
				title: "Database and machine",
				panels: [
					{
						title: "Database connections",
						kind: "timeseries",
						queries: [{ expr: "sum by (state) (database_pool_connections)", legend: "{{state}}" }],
					},
					{
						title: "Transactions, p95",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: quantile("database_transaction_duration_seconds", 0.95, "role"), legend: "{{role}}" }],
					},
					{
						title: "Transactions a second",
						kind: "timeseries",
						queries: [
							{
								expr: `sum by (outcome) (rate(database_transaction_duration_seconds_count[${WINDOW}]))`,
								legend: "{{outcome}}",
							},
						],
					},
					{
						title: "Processor time",
						kind: "timeseries",
						unit: "short",
						description: "1 is one core.",
						queries: [{ expr: `sum by (service) (rate(process_cpu_seconds_total[${WINDOW}]))`, legend: "{{service}}" }],
					},
					{
						title: "Memory",
						kind: "timeseries",
						unit: "bytes",
						queries: [{ expr: "sum by (service) (process_resident_memory_bytes)", legend: "{{service}}" }],
					},
					{
						title: "Event loop's lag, p99",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: "max by (service) (nodejs_eventloop_lag_p99_seconds)", legend: "{{service}}" }],
					},
				],
			},
		],
	},
	{
		uid: "anny-api",
		title: "API performance",
		from: "now-6h",
		rows: [
			{
				title: "Requests",
				panels: [
					{
						title: "Requests a second",
						kind: "timeseries",
						queries: [
							{
								expr: `sum by (method) (rate(http_request_duration_seconds_count{${API}}[${WINDOW}]))`,
								legend: "{{method}}",
							},
						],
					},
					{
						title: "Latency",
						kind: "timeseries",
						unit: "s",
						description: "Points are single requests; a click opens their trace.",
						queries: quantiles("http_request_duration_seconds", API),
					},
					{
						title: "Share of errors",
						kind: "timeseries",
						unit: "percentunit",
						queries: [
							{
								expr: `sum(rate(http_request_duration_seconds_count{${API},status=~"4.."}[${WINDOW}])) / sum(rate(http_request_duration_seconds_count{${API}}[${WINDOW}]))`,
								legend: "4xx: the caller's",
							},
							{
								expr: `sum(rate(http_problems_total{cause="server"}[${WINDOW}])) / sum(rate(http_request_duration_seconds_count{${API}}[${WINDOW}]))`,
								legend: "5xx: the server's",
							},
						],
					},
					{
						title: "Errors by code, a minute",
						kind: "timeseries",
						queries: [{ expr: `sum by (code) (rate(http_problems_total[${WINDOW}])) * 60 > 0`, legend: "{{code}}" }],
					},
					{
						title: "Open requests",
						kind: "timeseries",
						queries: [{ expr: "sum(http_requests_open)", legend: "open" }],
					},
					{
						title: "Cache hits",
						kind: "timeseries",
						unit: "percentunit",
						queries: [
							{
								expr: `sum by (cache) (rate(cache_reads_total{result="hit"}[${WINDOW}])) / sum by (cache) (rate(cache_reads_total[${WINDOW}]))`,
								legend: "{{cache}}",
							},
						],
					},
				],
			},
			{
				title: "Routes",
				panels: [
					{
						title: "Requests a second",
						kind: "table",
						width: 12,
						height: 12,
						queries: [{ expr: "sort_desc(sum by (method, route) (route:http_requests:rate5m) > 0)" }],
					},
					{
						title: "Slowest, p95",
						kind: "table",
						unit: "s",
						width: 12,
						height: 12,
						queries: [{ expr: "topk(20, route:http_request_duration_seconds:p95_5m > 0)" }],
					},
				],
			},
			{
				title: "Calls of the services",
				panels: [
					{
						title: "Calls a second",
						kind: "timeseries",
						queries: [{ expr: `sum by (rpc) (rate(rpc_client_duration_seconds_count[${WINDOW}]))`, legend: "{{rpc}}" }],
					},
					{
						title: "Time, p95",
						kind: "timeseries",
						unit: "s",
						queries: [
							{ expr: quantile("rpc_client_duration_seconds", 0.95, "rpc"), legend: "{{rpc}}", exemplars: true },
						],
					},
					{
						title: "Failed calls, a minute",
						kind: "timeseries",
						queries: [
							{
								expr: `sum by (rpc, code) (rate(rpc_client_duration_seconds_count{code!="ok"}[${WINDOW}])) * 60`,
								legend: "{{rpc}} {{code}}",
							},
						],
					},
					{
						title: "Served, p95",
						kind: "timeseries",
						unit: "s",
						queries: [{ expr: quantile("rpc_server_duration_seconds", 0.95, "rpc"), legend: "{{rpc}}" }],
					},
				],
			},
		],
	},
	{
		uid: "anny-gpu",
		title: "GPU utilisation",
		from: "now-6h",
		rows: [
			{
				title: "GPUs (empty where the networks run on the processor)",
				panels: [
					{
						title: "Utilisation",
						kind: "timeseries",
						unit: "percentunit",
						queries: [{ expr: "gpu_utilization_ratio", legend: "{{instance}} GPU {{gpu}}" }],
					},
					{
						title: "Memory in use",
						kind: "timeseries",
						unit: "percentunit",
						queries: [{ expr: "gpu_memory_used_bytes / gpu_memory_total_bytes", legend: "{{instance}} GPU {{gpu}}" }],
					},
					{
						title: "Temperature",
						kind: "timeseries",
						unit: "celsius",
						queries: [{ expr: "gpu_temperature_celsius", legend: "{{instance}} GPU {{gpu}}" }],
					},
					{
						title: "Power",
						kind: "timeseries",
						unit: "watt",
						queries: [{ expr: "gpu_power_watts", legend: "{{instance}} GPU {{gpu}}" }],
					},
				],
			},
			{
				title: "Networks",
				panels: [
					{
						title: "Runs a second, by device",
						kind: "timeseries",
						queries: [
							{ expr: `sum by (device) (rate(inference_duration_seconds_count[${WINDOW}]))`, legend: "{{device}}" },
						],
					},
					{
						title: "Share of runs on a GPU",
						kind: "timeseries",
						unit: "percentunit",
						queries: [
							{
								expr: `(sum(rate(inference_duration_seconds_count{device="cuda"}[${WINDOW}])) or vector(0)) / sum(rate(inference_duration_seconds_count[${WINDOW}]))`,
								legend: "cuda",
							},
						],
					},
					{
						title: "Time of a run, p95",
						kind: "timeseries",
						unit: "s",
						queries: [
							{
								expr: quantile("inference_duration_seconds", 0.95, "network, device"),
								legend: "{{network}} {{device}}",
							},
						],
					},
					{
						title: "Seconds of inference a second",
						kind: "timeseries",
						description: "1 is one device that does nothing else.",
						queries: [
							{
								expr: `sum by (device, network) (rate(inference_duration_seconds_sum[${WINDOW}]))`,
								legend: "{{network}} {{device}}",
							},
						],
					},
				],
			},
		],
	},
	{
		uid: "anny-activity",
		title: "User activity",
		from: "now-7d",
		rows: [
			{
				title: "When (UTC)",
				panels: [
					{
						title: "Requests by hour and weekday, last 4 weeks",
						kind: "matrix",
						width: 12,
						height: 16,
						description: "Rows are hours, columns weekdays: 0 is Sunday.",
						queries: [{ expr: "sum by (hour, weekday) (sum_over_time(activity:requests:increase1h[4w]))" }],
					},
					{
						title: "What people do, by hour",
						kind: "heatmap",
						width: 12,
						height: 16,
						interval: "1h",
						queries: [
							{ expr: 'sum(increase(logins_total{outcome="accepted"}[1h]))', legend: "log in" },
							{ expr: 'sum(increase(fits_total{outcome!="cancelled"}[1h]))', legend: "fit a body" },
							{
								expr: 'sum(increase(http_request_duration_seconds_count{route=~"/api/v1/models/:model_id.*",method="GET"}[1h]))',
								legend: "look at bodies",
							},
							{
								expr: 'sum(increase(http_request_duration_seconds_count{route=~"/api/v1/subjects.*"}[1h]))',
								legend: "manage subjects",
							},
							{ expr: "sum(increase(exports_total[1h]))", legend: "export" },
						],
					},
				],
			},
			{
				title: "How much",
				panels: [
					{
						title: "Fits a day",
						kind: "bars",
						interval: "1d",
						queries: [{ expr: "sum by (outcome) (increase(fits_total[1d]))", legend: "{{outcome}}" }],
					},
					{
						title: "New subjects a day",
						kind: "bars",
						interval: "1d",
						queries: [{ expr: "sum(increase(subjects_created_total[1d]))", legend: "subjects" }],
					},
					{
						title: "Exports by format, a day",
						kind: "bars",
						interval: "1d",
						queries: [{ expr: "sum by (format) (increase(exports_total[1d]))", legend: "{{format}}" }],
					},
					{
						title: "Log-ins a day",
						kind: "bars",
						interval: "1d",
						queries: [{ expr: "sum by (outcome) (increase(logins_total[1d]))", legend: "{{outcome}}" }],
					},
				],
			},
			{
				title: "How well",
				panels: [
					{
						title: "Expected error (PVE), mean of a day",
						kind: "timeseries",
						unit: "mm",
						queries: [
							{ expr: "fit:expected_pve_millimetres:mean1d", legend: "mean" },
							{
								expr: "histogram_quantile(0.95, sum by (le) (rate(fit_expected_pve_millimetres_bucket[1d])))",
								legend: "p95",
							},
						],
					},
					{
						title: "Landmarks off by, share of the photo",
						kind: "timeseries",
						unit: "percentunit",
						queries: [{ expr: "fit:reprojection_ratio:mean1d", legend: "mean" }],
					},
					{
						title: "Overlap with the outline",
						kind: "timeseries",
						unit: "percentunit",
						queries: [
							{
								expr: "sum(rate(fit_silhouette_iou_ratio_sum[1d])) / sum(rate(fit_silhouette_iou_ratio_count[1d]))",
								legend: "mean",
							},
						],
					},
					{
						title: "Fits of several photos",
						kind: "timeseries",
						unit: "percentunit",
						queries: [{ expr: "fit:multi_photo:ratio1d", legend: "share" }],
					},
					{
						title: "Fits flagged for review",
						kind: "timeseries",
						unit: "percentunit",
						queries: [
							{
								expr: 'sum(increase(fits_total{outcome="flagged"}[1d])) / sum(increase(fits_total{outcome=~"flagged|completed"}[1d]))',
								legend: "share",
							},
						],
					},
					{
						title: "Photos that cannot be used, a day",
						kind: "bars",
						interval: "1d",
						queries: [{ expr: 'sum by (code) (increase(fit_failures_total{cause="input"}[1d]))', legend: "{{code}}" }],
					},
				],
			},
		],
	},
];

/** @param {Panel} panel @param {number} id @param {{x: number, y: number, w: number, h: number}} gridPos */
function panelJson({ title, kind, queries, unit = "short", description, interval }, id, gridPos) {
	const isInstant = kind === "table" || kind === "matrix";
	return {
		id,
		title,
		...(description === undefined ? {} : { description }),
		type: { bars: "timeseries", matrix: "table", states: "state-timeline" }[String(kind)] ?? kind,
		datasource: DATASOURCE,
		gridPos,
		...(interval === undefined ? {} : { interval }),
		targets: queries.map(({ expr, legend = "", exemplars = false }, i) => ({
			refId: String.fromCharCode(65 + i),
			datasource: DATASOURCE,
			expr,
			legendFormat: legend,
			...(exemplars ? { exemplar: true } : {}),
			...(isInstant ? { instant: true, range: false, format: "table" } : {}),
		})),
		fieldConfig: { defaults: fieldDefaults(kind, unit), overrides: [] },
		options: optionsOf(kind),
		transformations: transformationsOf(kind),
	};
}

/** @param {Kind} kind @param {string} unit */
function fieldDefaults(kind, unit) {
	const steps = (/** @type {[string, number | null][]} */ ...pairs) => ({
		mode: "absolute",
		steps: pairs.map(([color, value]) => ({ color, value })),
	});
	if (kind === "states") {
		return {
			mappings: [{ type: "value", options: { 0: { text: "no", color: "red" }, 1: { text: "yes", color: "green" } } }],
		};
	}
	if (kind === "stat") return { unit, thresholds: steps(["green", null], ["orange", 0.5], ["red", 1]) };
	if (kind === "matrix") {
		return {
			unit,
			color: { mode: "continuous-blues" },
			custom: { cellOptions: { type: "color-background", mode: "gradient" } },
		};
	}
	if (kind === "bars")
		return { unit, min: 0, custom: { drawStyle: "bars", fillOpacity: 80, stacking: { mode: "normal" } } };
	if (kind === "timeseries") return { unit, min: 0, custom: { fillOpacity: 8, showPoints: "never" } };
	return { unit };
}

/** @param {Kind} kind */
function optionsOf(kind) {
	if (kind === "heatmap") {
		return {
			calculate: false,
			color: { mode: "scheme", scheme: "Blues", steps: 64 },
			cellGap: 1,
			tooltip: { mode: "single" },
		};
	}
	if (kind === "stat")
		return { colorMode: "background", reduceOptions: { calcs: ["lastNotNull"] }, textMode: "value_and_name" };
	if (kind === "timeseries" || kind === "bars")
		return { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } };
	return {};
}

/** @param {Kind} kind */
function transformationsOf(kind) {
	if (kind === "matrix") {
		return [{ id: "groupingToMatrix", options: { rowField: "hour", columnField: "weekday", valueField: "Value" } }];
	}
	if (kind === "table") return [{ id: "organize", options: { excludeByName: { Time: true } } }];
	return [];
}

/** @param {Dashboard} dashboard */
export function dashboardJson({ uid, title, from, rows }) {
	const panels = [];
	let y = 0;
	for (const row of rows) {
		panels.push({
			id: panels.length + 1,
			type: "row",
			title: row.title,
			collapsed: false,
			panels: [],
			gridPos: { x: 0, y, w: 24, h: 1 },
		});
		y += 1;
		let x = 0;
		let rowHeight = 0;
		for (const panel of row.panels) {
			const { width: w = 8, height: h = 8 } = panel;
			if (x + w > 24) {
				x = 0;
				y += rowHeight;
				rowHeight = 0;
			}
			panels.push(panelJson(panel, panels.length + 1, { x, y, w, h }));
			x += w;
			rowHeight = Math.max(rowHeight, h);
		}
		y += rowHeight;
	}
	return {
		uid,
		title: `anny-fitter: ${title}`,
		tags: ["anny-fitter"],
		schemaVersion: 39,
		version: 1,
		editable: true,
		refresh: "30s",
		timezone: "browser",
		time: { from, to: "now" },
		templating: { list: [] },
		annotations: { list: [] },
		panels,
	};
}

/** File names and contents. @returns {Map<string, string>} */
export function dashboardFiles() {
	return new Map(
		DASHBOARDS.map((dashboard) => [
			`${dashboard.uid.replace("anny-", "")}.json`,
			`${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`,
		]),
	);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const folder = new URL("dashboards/", import.meta.url);
	mkdirSync(folder, { recursive: true });
	for (const [name, text] of dashboardFiles()) writeFileSync(new URL(name, folder), text);
	console.log(`deploy/grafana/dashboards written: ${[...dashboardFiles().keys()].join(", ")}`);
}
