import { mean } from "../statistics.js";
import { API_MAIN_THREAD_S, drawFitting_s, drawVision_s, MEASURED } from "./measured-costs.js";
import type { SimulationOptions } from "./simulate-fits.js";
import type { Scaling } from "./station.js";

export interface PodLimits {
	readonly start: number;
	readonly min: number;
	readonly max: number;
}

/** What of deploy/kubernetes/chart/values.yaml decides how many fits it holds. A test keeps the two in step. */
export interface Deployment {
	readonly api: PodLimits & { readonly cores: number; readonly fitConcurrency: number; readonly cpuPercent: number };
	readonly vision: PodLimits & { readonly cores: number; readonly fitsPerReplica: number };
	readonly fitting: PodLimits & { readonly cores: number; readonly fitsPerReplica: number };
}

export const CHART_DEFAULTS: Deployment = {
	api: { start: 3, min: 2, max: 10, cores: 2, fitConcurrency: 4, cpuPercent: 70 },
	vision: { start: 2, min: 2, max: 8, cores: 2, fitsPerReplica: 4 },
	fitting: { start: 2, min: 2, max: 12, cores: 4, fitsPerReplica: 3 },
};

/** Share of an hour's servers that are at work in the busiest hour of a plan. */
const AIM = 0.6;
/** Nodes over which pods are spread; one of them may be away. */
const NODES = 3;

/**
 * Arrivals by hour of day, as a share of the mean: a product that people use at home. The busiest hour has 1.9 times the
 * mean. An assumption; put your own curve here.
 */
export const HOURS: readonly number[] = scaleToMean([
	35, 22, 14, 10, 10, 14, 28, 50, 70, 84, 92, 98, 104, 100, 96, 98, 106, 120, 140, 156, 160, 146, 110, 66,
]);

function scaleToMean(weights: readonly number[]): number[] {
	const average = mean(weights);
	return weights.map((weight) => weight / average);
}

export const PEAK_FACTOR = Math.max(...HOURS);

/** Limits that hold so many fits a day with one of three nodes away, and still scale down at night. */
export function planFor(fitsPerDay: number): Deployment {
	const peak = (fitsPerDay / 86_400) * PEAK_FACTOR;
	const vision_s = mean(MEASURED.vision_s);
	const fitting_s = mean(MEASURED.fitting_s);
	const pods = (serversNeeded: number, perPod: number) =>
		Math.max(2, Math.ceil((((peak * serversNeeded) / AIM / perPod) * NODES) / (NODES - 1)));
	const limits = (max: number) => ({ start: Math.max(2, Math.ceil(max / 4)), min: 2, max });
	const { api, vision, fitting } = CHART_DEFAULTS;
	const apiPods = pods(API_MAIN_THREAD_S, 1);
	// Twice the fits that are at work at the peak, so that bursts wait before vision and fitting, where pods can be added.
	const places = 2 * peak * (vision_s + fitting_s + API_MAIN_THREAD_S);
	const fitConcurrency = Math.max(api.fitConcurrency, Math.min(64, Math.ceil(places / Math.max(2, apiPods / 2))));
	return {
		// An API works on one thread, so of two requested processors it never uses all: 40 % is a thread at two thirds.
		api: { ...api, ...limits(apiPods), fitConcurrency, cpuPercent: 40 },
		vision: { ...vision, ...limits(pods(vision_s, 1)) },
		fitting: { ...fitting, ...limits(pods(fitting_s, fitting.cores)) },
	};
}

export interface DayOptions {
	readonly fitsPerDay: number;
	readonly deployment: Deployment;
	/** Scheduling, image and start of the process. */
	readonly podStart_s: number;
	/** Of each pod; null: none ever fails. */
	readonly meanTimeToFailure_s: number | null;
	/** Share of all pods that goes away at once in the busiest hour, as with a node. */
	readonly outageShare?: number;
}

/** One day of a deployment, ready to be simulated. */
export function simulationOfDay(options: DayOptions): Omit<SimulationOptions, "random"> {
	const { fitsPerDay, podStart_s, meanTimeToFailure_s, outageShare = 0 } = options;
	const { api, vision, fitting } = options.deployment;
	const rate = fitsPerDay / 86_400;
	const common = { podStart_s, meanTimeToFailure_s };
	return {
		duration_s: 86_400,
		arrivalsPerSecond: (at_s) => rate * HOURS[Math.min(23, Math.floor(at_s / 3600))]!,
		mostArrivalsPerSecond: rate * PEAK_FACTOR,
		outage: outageShare === 0 ? null : { at_s: (HOURS.indexOf(PEAK_FACTOR) + 0.5) * 3600, share: outageShare },
		stations: [
			{
				...common,
				name: "api",
				// JavaScript of one process runs on one thread.
				serversPerPod: 1,
				pods: api.start,
				scaling: byProcessors(api),
				cpuSharePerServer: 1 / MEASURED.apiMainThreadShare / api.cores,
			},
			{
				...common,
				name: "vision",
				// One photo at a time; its second core is not counted on.
				serversPerPod: 1,
				pods: vision.start,
				scaling: byOpenFits(vision),
				cpuSharePerServer: 1 / vision.cores,
			},
			{
				...common,
				name: "fitting",
				serversPerPod: fitting.cores,
				pods: fitting.start,
				scaling: byOpenFits(fitting),
				cpuSharePerServer: 1 / fitting.cores,
			},
		],
		stages: [
			...Array.from({ length: MEASURED.photosPerFit }, () => ({ station: "vision", draw: drawVision_s })),
			{ station: "fitting", draw: drawFitting_s },
			{ station: "api", draw: () => API_MAIN_THREAD_S },
		],
		places: { station: "api", perPod: api.fitConcurrency },
	};
}

/** The HPA of templates/api.yaml. */
function byProcessors({ min, max, cpuPercent }: Deployment["api"]): Scaling {
	return {
		min,
		max,
		scaleDownAfter_s: 300,
		scaleUp: { pods: 3, orShare: 0, period_s: 30 },
		scaleDown: { pods: 1, period_s: 60 },
		wish: ({ cpuShare, pods }) => (pods * cpuShare) / (cpuPercent / 100),
	};
}

/** KEDA's of templates/services.yaml, with Kubernetes' own pace. */
function byOpenFits({ min, max, fitsPerReplica }: PodLimits & { readonly fitsPerReplica: number }): Scaling {
	return {
		min,
		max,
		scaleDownAfter_s: 300,
		scaleUp: { pods: 4, orShare: 1, period_s: 15 },
		scaleDown: { pods: Number.POSITIVE_INFINITY, period_s: 15 },
		wish: ({ openFits }) => openFits / fitsPerReplica,
	};
}
