import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRandom } from "@anny-fitter/math";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { CHART_DEFAULTS, HOURS, planFor, simulationOfDay } from "../../src/capacity/deployment.js";
import { simulateFits } from "../../src/capacity/simulate-fits.js";
import { mean, quantile } from "../../src/statistics.js";

const CHART = fileURLToPath(new URL("../../../deploy/kubernetes/chart/values.yaml", import.meta.url));

interface ChartValues {
	readonly replicas: number;
	readonly resources: { readonly cpu: string };
	readonly fitConcurrency: number;
	readonly autoscaling: {
		readonly min: number;
		readonly max: number;
		readonly cpuPercent: number;
		readonly fitsPerReplica: number;
	};
}

test("the simulated chart is the chart", () => {
	const values = parse(readFileSync(CHART, "utf8")) as Record<"api" | "vision" | "fitting", ChartValues>;
	const { api, vision, fitting } = CHART_DEFAULTS;
	const limits = ({ replicas, autoscaling, resources }: ChartValues) => ({
		start: replicas,
		min: autoscaling.min,
		max: autoscaling.max,
		cores: Number(resources.cpu),
	});
	expect(api).toEqual({
		...limits(values.api),
		fitConcurrency: values.api.fitConcurrency,
		cpuPercent: values.api.autoscaling.cpuPercent,
	});
	expect(vision).toEqual({ ...limits(values.vision), fitsPerReplica: values.vision.autoscaling.fitsPerReplica });
	expect(fitting).toEqual({ ...limits(values.fitting), fitsPerReplica: values.fitting.autoscaling.fitsPerReplica });
});

test("a day's hours add up to the day", () => {
	expect(HOURS).toHaveLength(24);
	expect(mean(HOURS)).toBeCloseTo(1, 12);
});

test("a plan for 50,000 fits a day holds them, with a third of the pods lost at the peak too (seed 2)", () => {
	const deployment = planFor(50_000);
	for (const outageShare of [0, 1 / 3]) {
		const day = simulationOfDay({
			fitsPerDay: 50_000,
			deployment,
			podStart_s: 30,
			meanTimeToFailure_s: 86_400,
			outageShare,
		});
		const { arrived, completed, responses_s, stations } = simulateFits({ ...day, random: createRandom(2) });
		expect(completed).toBe(arrived);
		// Poisson: 50,000 ± 224.
		expect(Math.abs(arrived - 50_000)).toBeLessThan(4 * 224);
		expect(quantile(responses_s, 0.95)).toBeLessThan(60);
		for (const { utilisation } of Object.values(stations)) expect(utilisation).toBeLessThan(0.8);
	}
	// For four times as many it would not do.
	const short = simulationOfDay({
		fitsPerDay: 200_000,
		deployment,
		podStart_s: 30,
		meanTimeToFailure_s: null,
	});
	expect(quantile(simulateFits({ ...short, random: createRandom(2) }).responses_s, 0.95)).toBeGreaterThan(600);
});
