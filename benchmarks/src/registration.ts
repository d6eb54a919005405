/**
 * Registers random targets in Anny's topology and prints errors and times.
 *
 *   npm run registration -w @anny-fitter/benchmarks               100 targets of each kind
 *   npm run registration -w @anny-fitter/benchmarks -- 20         20 targets of each kind
 *   npm run registration -w @anny-fitter/benchmarks -- 20 noise   kinds whose name contains "noise"
 */
import { preloadShapes } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { measureRegistration, REGISTRATION_CASES, type RegistrationRow } from "./registration-cases.js";
import { mean, median } from "./statistics.js";

/** Anny's own registration (Python, float32, the same kind of targets, 10 of them); anny/README.md of the reference data. */
const PYTHON = ["Python Anny, regressor", "13.9", "12.7", "24.9", "2250", ""];
const PYTHON_AGE_SEARCH = ["Python Anny, age anchors", "12.8", "9.7", "24.1", "9100", ""];

const TITLES = ["targets", "PVE mean", "median", "max mm", "ms median", "measurements |error| mean, worst"];

export function registrationTable(rows: readonly RegistrationRow[]): string {
	const lines = [TITLES, PYTHON, PYTHON_AGE_SEARCH, ...rows.map(describeRow)];
	return lines
		.map((cells) => cells.map((cell, column) => (column === 0 ? cell.padEnd(34) : cell.padStart(10))).join(" "))
		.join("\n");
}

function describeRow(row: RegistrationRow): string[] {
	const measured =
		row.measurementMeans_mm.length === 0
			? ""
			: `${mean(row.measurementMeans_mm).toFixed(2)}, ${Math.max(...row.measurementLargest_mm).toFixed(2)} mm`;
	return [
		`${row.name} (${row.pve_mm.length})`,
		mean(row.pve_mm).toFixed(4),
		median(row.pve_mm).toFixed(4),
		Math.max(...row.pve_mm).toFixed(3),
		median(row.times_ms).toFixed(0),
		measured,
	];
}

if (import.meta.filename === process.argv[1]) {
	const count = Number(process.argv[2] ?? 100);
	const cases = REGISTRATION_CASES.filter(({ name }) => name.includes(process.argv[3] ?? ""));
	const { data } = await openBodyModelData();
	preloadShapes(data.shapes);
	const rows: RegistrationRow[] = [];
	for (const kind of cases) {
		process.stderr.write(`${kind.name}\n`);
		rows.push(measureRegistration(data, kind, count));
	}
	console.log(registrationTable(rows));
}
