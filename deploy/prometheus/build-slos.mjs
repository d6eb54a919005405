/**
 * Writes rules/slos.yml: for each objective its error ratio over seven windows, and alerts on how fast the error budget
 * burns. The objectives themselves are in the table below.
 *
 * Usage: npm run observability
 */
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const REQUESTS = 'route=~"/api/v1/.+",route!~".*/events"';
/** Reads of documents; meshes, exports and downloads take as long as they are large. */
const READS = `${REQUESTS},method="GET",route!~".*/(events|mesh|export|body-model)"`;

/**
 * @typedef {{
 *   name: string, objective: number, title: string,
 *   bad: (window: string) => string, all: (window: string) => string,
 * }} Objective
 * @type {readonly Objective[]}
 */
export const OBJECTIVES = [
	{
		name: "api_availability",
		objective: 0.999,
		title: "Requests are answered without a fault of the server",
		bad: (window) => `sum(rate(http_problems_total{cause="server"}[${window}]))`,
		all: (window) => `sum(rate(http_request_duration_seconds_count{${REQUESTS}}[${window}]))`,
	},
	{
		name: "api_latency",
		objective: 0.95,
		title: "Documents are read within half a second",
		bad: (window) =>
			`(sum(rate(http_request_duration_seconds_count{${READS}}[${window}])) - sum(rate(http_request_duration_seconds_bucket{${READS},le="0.5"}[${window}])))`,
		all: (window) => `sum(rate(http_request_duration_seconds_count{${READS}}[${window}]))`,
	},
	{
		name: "fit_success",
		objective: 0.99,
		title: "Fits end with a body, or with what is wrong with the photos",
		bad: (window) =>
			`(sum(rate(fit_failures_total{cause="server"}[${window}])) + sum(rate(fits_total{outcome="expired"}[${window}])))`,
		all: (window) => `sum(rate(fits_total{outcome!="cancelled"}[${window}]))`,
	},
	{
		name: "fit_latency",
		objective: 0.95,
		title: "A body is there within a minute of the upload",
		// Prometheus 2 keeps the bound as it is written, Prometheus 3 writes 60.0.
		bad: (window) =>
			`(sum(rate(fit_response_seconds_count{outcome=~"completed|flagged"}[${window}])) - sum(rate(fit_response_seconds_bucket{outcome=~"completed|flagged",le=~"60|60.0"}[${window}])))`,
		all: (window) => `sum(rate(fit_response_seconds_count{outcome=~"completed|flagged"}[${window}]))`,
	},
];

const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

/**
 * A long window says that it matters, a short one that it still goes on. The factor says how many times faster than
 * sustainable the budget of 30 days burns: at 14.4 two percent of it are gone in an hour.
 */
const PACES = [
	{ severity: "page", factor: 14.4, long: "1h", short: "5m", wait: "2m" },
	{ severity: "page", factor: 6, long: "6h", short: "30m", wait: "15m" },
	{ severity: "ticket", factor: 3, long: "1d", short: "2h", wait: "1h" },
	{ severity: "ticket", factor: 1, long: "3d", short: "6h", wait: "3h" },
];

/** The file's text. */
export function sloRules() {
	const groups = OBJECTIVES.flatMap(({ name, objective, title, bad, all }) => [
		{
			name: `slo ${name}`,
			interval: "30s",
			rules: [
				{ record: "slo:objective", labels: { slo: name }, expr: `vector(${objective})` },
				...WINDOWS.map((window) => ({
					record: `slo:error_ratio:rate${window}`,
					labels: { slo: name },
					expr: `${bad(window)} / (${all(window)} > 0)`,
				})),
			],
		},
		{
			name: `slo ${name} alerts`,
			rules: PACES.map(({ severity, factor, long, short, wait }) => {
				const limit = `(${factor} * ${Number((1 - objective).toFixed(6))})`;
				return {
					alert: "ErrorBudgetBurns",
					expr: [long, short].map((window) => `slo:error_ratio:rate${window}{slo="${name}"} > ${limit}`).join(" and "),
					for: wait,
					labels: { severity, slo: name, window: long },
					annotations: {
						summary: `${title}: the error budget burns ${factor} times too fast.`,
						description: `In the last ${long} {{ $value | humanizePercentage }} failed; ${Number(((1 - objective) * 100).toFixed(3))} % are allowed.`,
						runbook: "docs/runbook.md#errorbudgetburns",
					},
				};
			}),
		},
	]);
	const head = "# Written by build-slos.mjs (npm run observability); change it there.\n";
	return head + stringify({ groups }, { lineWidth: 0 });
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	writeFileSync(new URL("rules/slos.yml", import.meta.url), sloRules());
	console.log("deploy/prometheus/rules/slos.yml written");
}
