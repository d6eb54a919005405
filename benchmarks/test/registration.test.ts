import { preloadShapes } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { expect, test } from "vitest";
import { measureRegistration, REGISTRATION_CASES } from "../src/registration-cases.js";
import { mean, median } from "../src/statistics.js";

const { data } = await openBodyModelData();
preloadShapes(data.shapes);

function rowOf(name: string, count: number) {
	return measureRegistration(data, REGISTRATION_CASES.find((kind) => kind.name === name)!, count);
}

test.each(["exact, 6 phenotypes", "exact, 11 phenotypes", "newborns and babies, 6"])(
	"%s: PVE at most 1 mm in the mean and 0.5 mm in the median",
	(name) => {
		const row = rowOf(name, 8);
		expect(mean(row.pve_mm)).toBeLessThan(1);
		expect(median(row.pve_mm)).toBeLessThan(0.5);
		// 0.15 s on an idle thread; test machines are busy.
		expect(median(row.times_ms)).toBeLessThan(1500);
	},
);

test("with 5 mm of noise measurements stay within 3 mm in the mean of every subject", () => {
	const row = rowOf("noise of 5 mm per axis, 11", 2);
	for (const error_mm of row.measurementMeans_mm) expect(error_mm).toBeLessThan(3);
});
