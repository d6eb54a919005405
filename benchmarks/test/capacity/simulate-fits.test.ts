import { createRandom, type RandomStream } from "@anny-fitter/math";
import { describe, expect, test } from "vitest";
import { EventQueue } from "../../src/capacity/event-queue.js";
import { erlangC, meanWaitMg1_s, meanWaitMmc_s } from "../../src/capacity/queueing-theory.js";
import { type SimulationOptions, simulateFits } from "../../src/capacity/simulate-fits.js";
import type { Scaling, StationOptions } from "../../src/capacity/station.js";
import { mean } from "../../src/statistics.js";

const exponential = (mean_s: number) => (random: RandomStream) => -mean_s * Math.log(1 - random.uniform());

function station(serversPerPod: number, changes: Partial<StationOptions> = {}): StationOptions {
	return {
		name: "one",
		serversPerPod,
		pods: 1,
		scaling: null,
		podStart_s: 10,
		meanTimeToFailure_s: null,
		cpuSharePerServer: 1,
		...changes,
	};
}

function simulate(arrivalsPerSecond: number, options: Partial<SimulationOptions>, seed = 1) {
	return simulateFits({
		random: createRandom(seed),
		duration_s: 200_000 / arrivalsPerSecond,
		warmUp_s: 5000 / arrivalsPerSecond,
		arrivalsPerSecond: () => arrivalsPerSecond,
		mostArrivalsPerSecond: arrivalsPerSecond,
		stations: [station(1)],
		stages: [{ station: "one", draw: exponential(1) }],
		places: null,
		...options,
	});
}

/** Within a share of what theory says. */
function expectNear(value: number, theory: number, share: number): void {
	expect(Math.abs(value / theory - 1), `${value} instead of ${theory}`).toBeLessThan(share);
}

describe("against closed forms", () => {
	test("Erlang's formula itself: one server waits as long as it is busy; tables' values", () => {
		expect(erlangC(1, 0.7)).toBeCloseTo(0.7, 12);
		// By hand for two servers: ρ = 0.5, C = 2 ρ² / (1 + ρ) = 1/3.
		expect(erlangC(2, 1)).toBeCloseTo(1 / 3, 12);
		expect(meanWaitMg1_s(0.5, 1, 1)).toBeCloseTo(meanWaitMmc_s(1, 0.5, 1), 12);
	});

	test.each([
		[1, 0.7],
		[4, 3.2],
		[16, 12.8],
	])("M/M/%i with a load of %f: mean wait, share that waits, use (seed 1)", (servers, load) => {
		// Waits of many servers are rare and come together, so they take more of them to average.
		const duration_s = (100_000 * Math.sqrt(servers) * 2) / load;
		const { waits_s, stations, completed, arrived } = simulate(load, { duration_s, stations: [station(servers)] });
		expect(completed).toBe(arrived);
		expectNear(mean(waits_s), meanWaitMmc_s(servers, load, 1), 0.06);
		const share = waits_s.filter((wait_s) => wait_s > 1e-9).length / waits_s.length;
		expectNear(share, erlangC(servers, load), 0.03);
		expectNear(stations.one!.utilisation, load / servers, 0.01);
	});

	test("servers of several pods behind one queue are as servers of one", () => {
		const { waits_s } = simulate(3.2, { stations: [station(2, { pods: 2 })] });
		expectNear(mean(waits_s), meanWaitMmc_s(4, 3.2, 1), 0.05);
	});

	test.each([0.5, 0.8])("M/D/1 and M/G/1 with a use of %f (seed 1)", (use) => {
		const fixed = simulate(use, { stages: [{ station: "one", draw: () => 1 }] });
		expectNear(mean(fixed.waits_s), meanWaitMg1_s(use, 1, 0), 0.05);
		// Half 0.5 s, half 1.5 s: a variation of one half.
		const two = simulate(use, { stages: [{ station: "one", draw: (r) => (r.uniform() < 0.5 ? 0.5 : 1.5) }] });
		expectNear(mean(two.waits_s), meanWaitMg1_s(use, 1, 0.5), 0.05);
	});

	test("two stations in a row wait as if each were alone (Burke 1956)", () => {
		const { waits_s } = simulate(1.4, {
			stations: [station(2), station(3, { name: "two" })],
			stages: [
				{ station: "one", draw: exponential(1) },
				{ station: "two", draw: exponential(1.5) },
			],
		});
		expectNear(mean(waits_s), meanWaitMmc_s(2, 1.4, 1) + meanWaitMmc_s(3, 1.4, 1.5), 0.05);
	});

	test("places bound the fits at work: with two places, two servers of twenty are used", () => {
		const { waits_s } = simulate(1.4, {
			stations: [station(10, { pods: 2 })],
			places: { station: "one", perPod: 1 },
		});
		expectNear(mean(waits_s), meanWaitMmc_s(2, 1.4, 1), 0.06);
	});

	test("arrivals that change by the hour come at their rates", () => {
		const rate = (at_s: number) => (at_s < 50_000 ? 0.2 : 0.8);
		const { arrived } = simulate(1, {
			duration_s: 100_000,
			warmUp_s: 0,
			arrivalsPerSecond: rate,
			mostArrivalsPerSecond: 0.8,
			stations: [station(20)],
		});
		// Poisson: 50,000 ± 224.
		expect(Math.abs(arrived - 50_000)).toBeLessThan(4 * 224);
	});
});

describe("pods", () => {
	const byQueue: Scaling = {
		min: 1,
		max: 20,
		scaleDownAfter_s: 300,
		scaleUp: { pods: 4, orShare: 1, period_s: 15 },
		scaleDown: { pods: 20, period_s: 15 },
		wish: ({ openFits }) => openFits / 2,
	};

	test("come when the queue grows, not before they have started, and go when it is quiet", () => {
		const load = (at_s: number) => (at_s > 3600 && at_s < 7200 ? 8 : 0.1);
		const run = (podStart_s: number) =>
			simulate(1, {
				duration_s: 14_400,
				warmUp_s: 0,
				arrivalsPerSecond: load,
				mostArrivalsPerSecond: 8,
				stations: [station(1, { scaling: byQueue, podStart_s })],
			});
		const [quick, slow] = [run(5), run(120)];
		expect(quick.completed).toBe(quick.arrived);
		expect(quick.stations.one!.mostPods).toBeGreaterThan(8);
		expect(quick.stations.one!.mostPods).toBeLessThanOrEqual(20);
		// An hour of about ten pods and three of one, not four hours of twenty.
		expect(quick.stations.one!.podHours).toBeLessThan(30);
		expect(mean(slow.waits_s)).toBeGreaterThan(2 * mean(quick.waits_s));
		expect(slow.mostOpenFits).toBeGreaterThan(quick.mostOpenFits);
	});

	test("that die lose no fit, and cost time", () => {
		const run = (meanTimeToFailure_s: number | null) =>
			simulate(1.4, {
				duration_s: 50_000,
				stations: [station(4, { pods: 2, meanTimeToFailure_s })],
				places: { station: "one", perPod: 4 },
			});
		const [well, ill] = [run(null), run(500)];
		expect(well.repeated).toBe(0);
		expect(ill.repeated).toBeGreaterThan(50);
		for (const { completed, arrived } of [well, ill]) expect(completed).toBe(arrived);
		expect(mean(ill.waits_s)).toBeGreaterThan(mean(well.waits_s));
	});

	test("one seed is one day", () => {
		const run = (seed: number) => simulate(0.7, { duration_s: 2000, warmUp_s: 0 }, seed);
		expect(run(3)).toEqual(run(3));
		expect(run(3).waits_s).not.toEqual(run(4).waits_s);
	});
});

test("the event queue gives out by time, then by order of coming (seed 5)", () => {
	const random = createRandom(5);
	const queue = new EventQueue<number>();
	const added = Array.from({ length: 500 }, (_, index) => ({ at_s: Math.floor(20 * random.uniform()), event: index }));
	for (const { at_s, event } of added) queue.add(at_s, event);
	const expected = [...added].sort((a, b) => a.at_s - b.at_s || a.event - b.event).map(({ event }) => event);
	const taken = Array.from({ length: 500 }, () => queue.takeNext()!.event);
	expect(taken).toEqual(expected);
	expect(queue.takeNext()).toBeNull();
});
