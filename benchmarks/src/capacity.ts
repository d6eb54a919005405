/**
 * Simulates days of the deployment on Kubernetes, from the measured cost of a fit: how long fits wait, how busy pods are, how
 * many there have to be. As the chart is delivered, then planned for the load, then with a node lost in the busiest hour.
 *
 *   npm run capacity -w @anny-fitter/benchmarks [-- --fits-per-day 1000,10000,100000,1000000 --seed 1 --pod-start 30]
 *
 * benchmarks/test/capacity holds the simulation against closed forms; docs/capacity.md tells what follows from it.
 */
import { parseArgs } from "node:util";
import { createRandom } from "@anny-fitter/math";
import { CHART_DEFAULTS, type Deployment, PEAK_FACTOR, planFor, simulationOfDay } from "./capacity/deployment.js";
import { API_MAIN_THREAD_S, MEASURED } from "./capacity/measured-costs.js";
import { simulateFits } from "./capacity/simulate-fits.js";
import { mean, quantile } from "./statistics.js";

/** Harsh on purpose: every pod dies once a day. */
const MEAN_TIME_TO_FAILURE_S = 86_400;
/** docs/observability.md: 95 % of bodies are there within a minute of the upload. */
const OBJECTIVE_S = 60;
const MORE_PLACES = 32;
const WITH_MORE_PLACES: Deployment = { ...CHART_DEFAULTS, api: { ...CHART_DEFAULTS.api, fitConcurrency: MORE_PLACES } };

const { values } = parseArgs({
	options: {
		"fits-per-day": { type: "string", default: "1000,10000,100000,1000000" },
		seed: { type: "string", default: "1" },
		"pod-start": { type: "string", default: "30" },
	},
});
const loads = values["fits-per-day"].split(",").map(Number);
const seed = Number(values.seed);
const podStart_s = Number(values["pod-start"]);
if (!loads.every((load) => load >= 1 && load <= 2_000_000) || !Number.isInteger(seed) || !(podStart_s >= 0)) {
	console.error("--fits-per-day must be numbers from 1 to 2000000, --seed a whole number, --pod-start seconds.");
	process.exit(2);
}

const [vision_s, fitting_s] = [mean(MEASURED.vision_s), mean(MEASURED.fitting_s)];
console.log(
	`Core seconds per fit: vision ${vision_s.toFixed(2)}, fitting ${fitting_s.toFixed(2)}, API ${MEASURED.api_s} ` +
		`(${API_MAIN_THREAD_S.toFixed(2)} of its one thread). Busiest hour: ${PEAK_FACTOR.toFixed(2)} times the mean. Seed ${seed}.`,
);
console.log(
	"\n| fits a day | deployment | wait p50 / p95 / p99 s | upload to body p50 / p95 / p99 s | most open | begun again " +
		"| busy api / vision / fitting % | most pods | core hours a day |\n|---|---|---|---|---|---|---|---|---|",
);
for (const fitsPerDay of loads) {
	const plan = planFor(fitsPerDay);
	printDay(fitsPerDay, "chart as delivered", CHART_DEFAULTS, 0);
	printDay(fitsPerDay, `chart, fitConcurrency ${MORE_PLACES}`, WITH_MORE_PLACES, 0);
	printDay(fitsPerDay, "planned", plan, 0);
	printDay(fitsPerDay, "planned, a third of pods lost at the peak", plan, 1 / 3);
}
console.log("\n| fits a day | api min–max × places | vision min–max | fitting min–max |\n|---|---|---|---|");
for (const fitsPerDay of loads) {
	const { api, vision, fitting } = planFor(fitsPerDay);
	console.log(
		`| ${fitsPerDay} | ${api.min}–${api.max} × ${api.fitConcurrency} | ${vision.min}–${vision.max} | ${fitting.min}–${fitting.max} |`,
	);
}

console.log(
	"\n| fits a day | fits/s at the peak | cores at the peak: visualization / gateway / PostgreSQL / Redis | transactions/s at the peak " +
		"| database GB a day | observations through the balancer, MB/s at the peak | meshes kept for a day if all are exported, GB |" +
		"\n|---|---|---|---|---|---|---|",
);
for (const fitsPerDay of loads) {
	const peak = (fitsPerDay / 86_400) * PEAK_FACTOR;
	const { visualization_s, gateway_s, postgres_s, redis_s, transactions, database_kB, observations_MB, mesh_MB } =
		MEASURED;
	const cells = [
		fitsPerDay,
		peak.toFixed(2),
		[visualization_s, gateway_s, postgres_s, redis_s].map((cost_s) => (peak * cost_s).toFixed(2)).join(" / "),
		Math.round(peak * transactions),
		((fitsPerDay * database_kB) / 1e6).toFixed(2),
		// Once to the API, once from it.
		Math.round(2 * peak * observations_MB),
		Math.round((fitsPerDay * mesh_MB) / 1000),
	];
	console.log(`| ${cells.join(" | ")} |`);
}

console.log(`\nHolds so many fits a day (95 % of bodies within ${OBJECTIVE_S} s of the upload):`);
for (const [name, deployment] of [
	["chart as delivered", CHART_DEFAULTS],
	[`chart, fitConcurrency ${MORE_PLACES}`, WITH_MORE_PLACES],
] as const) {
	console.log(`${name}: ${mostFitsPerDay(deployment)}`);
}

/** In steps of a tenth. */
function mostFitsPerDay(deployment: Deployment): number {
	let holds = 0;
	for (let load = 10_000; ; load *= 1.1) {
		const day = simulationOfDay({ fitsPerDay: load, deployment, podStart_s, meanTimeToFailure_s: null });
		const { responses_s } = simulateFits({ ...day, random: createRandom(seed) });
		if (quantile(responses_s, 0.95) > OBJECTIVE_S) return holds;
		holds = Math.round(load / 1000) * 1000;
	}
}

function printDay(fitsPerDay: number, name: string, deployment: Deployment, outageShare: number): void {
	const day = simulationOfDay({
		fitsPerDay,
		deployment,
		podStart_s,
		meanTimeToFailure_s: MEAN_TIME_TO_FAILURE_S,
		outageShare,
	});
	const { waits_s, responses_s, mostOpenFits, repeated, stations } = simulateFits({
		...day,
		random: createRandom(seed),
	});
	const quantiles = (sorted: readonly number[]) =>
		[0.5, 0.95, 0.99].map((share) => quantile(sorted, share).toFixed(1)).join(" / ");
	const names = ["api", "vision", "fitting"] as const;
	const coreHours = names.reduce((sum, one) => sum + stations[one]!.podHours * deployment[one].cores, 0);
	const cells = [
		fitsPerDay,
		name,
		quantiles(waits_s),
		quantiles(responses_s),
		mostOpenFits,
		repeated,
		names.map((one) => Math.round(100 * stations[one]!.utilisation)).join(" / "),
		names.map((one) => stations[one]!.mostPods).join(" / "),
		Math.round(coreHours),
	];
	console.log(`| ${cells.join(" | ")} |`);
}
