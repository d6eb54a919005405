import type { RandomStream } from "@anny-fitter/math";
import { EventQueue } from "./event-queue.js";
import { type Fit, type Pod, Station, type StationOptions, type Task } from "./station.js";

/** A call that its pod did not survive is made again after this, by the API's clients. */
const RETRY_S = 0.3;
/** An API's fits are found when their claim lapses (15 s) and the next sweep comes (every 5 s). */
const LAPSE_S = [15, 20] as const;
const SCALING_INTERVAL_S = 15;

export interface FitStage {
	readonly station: string;
	/** Processor seconds of one call. */
	draw(random: RandomStream): number;
}

export interface SimulationOptions {
	readonly random: RandomStream;
	readonly duration_s: number;
	/** Fits that come before this are not counted. */
	readonly warmUp_s?: number;
	/** Poisson arrivals at a rate that changes. */
	readonly arrivalsPerSecond: (at_s: number) => number;
	/** Not lower than the rate ever is. */
	readonly mostArrivalsPerSecond: number;
	readonly stations: readonly StationOptions[];
	/** What each fit goes through, one after the other. */
	readonly stages: readonly FitStage[];
	/** A fit keeps a place of one pod of this station from its first stage to its last; others wait in the queue. */
	readonly places: { readonly station: string; readonly perPod: number } | null;
	/** So many of each station's pods fail at one moment. */
	readonly outage?: { readonly at_s: number; readonly share: number } | null;
}

export interface SimulationResult {
	readonly arrived: number;
	readonly completed: number;
	/** From the upload to the end, without the work itself, s; sorted. */
	readonly waits_s: readonly number[];
	/** From the upload to the end, s; sorted. */
	readonly responses_s: readonly number[];
	/** Stages and whole fits that were begun again. */
	readonly repeated: number;
	readonly mostOpenFits: number;
	readonly stations: Readonly<
		Record<string, { readonly utilisation: number; readonly mostPods: number; readonly podHours: number }>
	>;
}

type Event =
	| { readonly kind: "arrival" }
	| { readonly kind: "done"; readonly station: Station; readonly task: Task; readonly pod: Pod }
	| { readonly kind: "retry"; readonly station: Station; readonly task: Task }
	| { readonly kind: "begin again"; readonly fit: Fit }
	| { readonly kind: "scale" }
	| { readonly kind: "started"; readonly station: Station }
	| { readonly kind: "failure"; readonly station: Station }
	| { readonly kind: "outage"; readonly share: number };

/** Follows every fit through queue, pods, failures and autoscaling. The same random stream gives the same day. */
export function simulateFits(options: SimulationOptions): SimulationResult {
	const { random, duration_s, warmUp_s = 0, stages, places } = options;
	const events = new EventQueue<Event>();
	const stations = new Map(options.stations.map((one) => [one.name, new Station(one)]));
	const held = new Map<Pod, Set<Fit>>();
	const waiting: Fit[] = [];
	let waitingHead = 0;
	let openFits = 0;
	let openFitsScraped = 0;
	let mostOpenFits = 0;
	let repeated = 0;
	let arrived = 0;
	const waits_s: number[] = [];
	const responses_s: number[] = [];
	let now_s = 0;

	const exponential = (mean: number) => -mean * Math.log(1 - random.uniform());
	const nextArrival = () => {
		// Thinning: candidates at the highest rate, kept in proportion.
		let at_s = now_s;
		do at_s += exponential(1 / options.mostArrivalsPerSecond);
		while (at_s < duration_s && random.uniform() * options.mostArrivalsPerSecond > options.arrivalsPerSecond(at_s));
		if (at_s < duration_s) events.add(at_s, { kind: "arrival" });
	};
	const nextFailure = (station: Station) => {
		const { meanTimeToFailure_s } = station.options;
		if (meanTimeToFailure_s === null) return;
		const at_s = now_s + exponential(meanTimeToFailure_s / Math.max(1, station.pods.length));
		if (at_s < duration_s) events.add(at_s, { kind: "failure", station });
	};
	const work = (station: Station) => {
		for (;;) {
			const task = station.startNext();
			if (task === null) return;
			events.add(now_s + task.service_s, { kind: "done", station, task, pod: task.pod! });
		}
	};
	const enterStage = (fit: Fit) => {
		const { station: name, draw } = stages[fit.stage]!;
		const station = stations.get(name)!;
		station.advance(now_s);
		const task: Task = { fit, service_s: draw(random), pod: null, isDropped: false };
		fit.task = task;
		station.enqueue(task);
		work(station);
	};
	/** The pod with the fewest fits that has a place. */
	const freeHolder = () => {
		let best: Pod | null = null;
		let fewest = places!.perPod;
		for (const pod of stations.get(places!.station)!.pods) {
			const count = held.get(pod)?.size ?? 0;
			if (!pod.isLeaving && count < fewest) [best, fewest] = [pod, count];
		}
		return best;
	};
	const admit = () => {
		while (waitingHead < waiting.length) {
			const holder = places === null ? null : freeHolder();
			if (places !== null && holder === null) return;
			const fit = waiting[waitingHead++]!;
			if (holder !== null) {
				fit.holder = holder;
				const fits = held.get(holder) ?? new Set();
				held.set(holder, fits.add(fit));
			}
			fit.stage = 0;
			enterStage(fit);
		}
		if (waitingHead > 1000) {
			waiting.splice(0, waitingHead);
			waitingHead = 0;
		}
	};
	const finish = (fit: Fit) => {
		if (fit.holder !== null) held.get(fit.holder)!.delete(fit);
		openFits--;
		if (fit.arrivedAt_s >= warmUp_s) {
			const response_s = now_s - fit.arrivedAt_s;
			responses_s.push(response_s);
			waits_s.push(Math.max(0, response_s - fit.worked_s));
		}
		admit();
	};
	const fail = (station: Station) => {
		const pod = station.pods[Math.floor(random.uniform() * station.pods.length)];
		// One that is to go is not replaced, and has next to nothing left to lose.
		if (pod === undefined || pod.isLeaving) return;
		for (const task of pod.running) {
			station.release(task);
			repeated++;
			events.add(now_s + RETRY_S, { kind: "retry", station, task });
		}
		for (const fit of held.get(pod) ?? []) {
			repeated++;
			dropTask(fit);
			fit.holder = null;
			fit.worked_s = 0;
			events.add(now_s + LAPSE_S[0] + (LAPSE_S[1] - LAPSE_S[0]) * random.uniform(), { kind: "begin again", fit });
		}
		held.delete(pod);
		station.remove(pod);
		station.starting++;
		events.add(now_s + station.options.podStart_s, { kind: "started", station });
	};
	const dropTask = (fit: Fit) => {
		if (fit.task === null) return;
		fit.task.isDropped = true;
		const station = stations.get(stages[fit.stage]!.station)!;
		station.advance(now_s);
		station.release(fit.task);
		fit.task = null;
	};

	nextArrival();
	for (const station of stations.values()) nextFailure(station);
	events.add(SCALING_INTERVAL_S, { kind: "scale" });
	if (options.outage) events.add(options.outage.at_s, { kind: "outage", share: options.outage.share });
	for (let next = events.takeNext(); next !== null; next = events.takeNext()) {
		now_s = next.at_s;
		const { event } = next;
		if ("station" in event) event.station.advance(now_s);
		switch (event.kind) {
			case "arrival": {
				openFits++;
				mostOpenFits = Math.max(mostOpenFits, openFits);
				if (now_s >= warmUp_s) arrived++;
				waiting.push({ arrivedAt_s: now_s, worked_s: 0, stage: 0, holder: null, task: null });
				admit();
				nextArrival();
				break;
			}
			case "done": {
				const { station, task, pod } = event;
				// Given up meanwhile, or lost with its pod.
				if (task.isDropped || task.pod !== pod) break;
				station.release(task);
				const { fit } = task;
				fit.task = null;
				fit.worked_s += task.service_s;
				fit.stage++;
				if (fit.stage < stages.length) enterStage(fit);
				else finish(fit);
				work(station);
				break;
			}
			case "retry":
				if (!event.task.isDropped) event.station.enqueue(event.task);
				work(event.station);
				break;
			case "begin again":
				waiting.push(event.fit);
				admit();
				break;
			case "scale":
				for (const station of stations.values()) {
					const count = station.scale(now_s, openFitsScraped);
					for (let i = 0; i < count; i++) {
						events.add(now_s + station.options.podStart_s, { kind: "started", station });
					}
				}
				// What Prometheus read is seen at the next decision.
				openFitsScraped = openFits;
				if (now_s < duration_s || openFits > 0) events.add(now_s + SCALING_INTERVAL_S, { kind: "scale" });
				break;
			case "started":
				event.station.starting--;
				event.station.addPod();
				work(event.station);
				admit();
				break;
			case "failure":
				fail(event.station);
				nextFailure(event.station);
				work(event.station);
				break;
			case "outage":
				for (const station of stations.values()) {
					station.advance(now_s);
					for (let count = Math.ceil(event.share * station.pods.length); count > 0; count--) fail(station);
				}
				break;
		}
	}
	return {
		arrived,
		completed: responses_s.length,
		waits_s: waits_s.sort((a, b) => a - b),
		responses_s: responses_s.sort((a, b) => a - b),
		repeated,
		mostOpenFits,
		stations: Object.fromEntries(
			[...stations].map(([name, station]) => [
				name,
				{
					utilisation: station.busy_s / station.available_s,
					mostPods: station.mostPods,
					podHours: station.available_s / station.options.serversPerPod / 3600,
				},
			]),
		),
	};
}
