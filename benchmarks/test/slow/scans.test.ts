import { createBodyModel } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { createScanBench, SCAN_TABLE_HEAD, SCAN_TRIALS, type ScanBench, scanPerson, scanRow } from "../../src/scans.js";
import { mean } from "../../src/statistics.js";

const PEOPLE = 2;

describe(`scans of ${PEOPLE} known people per condition (seeds 500…)`, () => {
	let bench: ScanBench;
	beforeAll(async () => {
		const { data } = await openBodyModelData();
		bench = createScanBench(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
		console.log(SCAN_TABLE_HEAD);
	});

	test.each(SCAN_TRIALS.map((trial) => [trial.name, trial] as const))("%s", (name, trial) => {
		const outcomes = Array.from({ length: PEOPLE }, (_, person) => scanPerson(bench, trial, 500 + 10 * person));
		console.log(scanRow(name, outcomes, 0));
		expect(outcomes.every(({ succeeded }) => succeeded)).toBe(true);
		expect(mean(outcomes.map(({ pve_mm }) => pve_mm))).toBeLessThan(trial.noise_m || trial.missing ? 12 : 8);
	});
});
