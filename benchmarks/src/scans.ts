/**
 * Fits bodies to synthetic scans of known people, condition by condition, and compares with their truth.
 * Synthetic scans flatter: the people are Anny bodies, bare and bald, drawn from the fit's own parameters; and four people of
 * this table showed why the registration has to begin with every pose.
 *
 *   npm run scans -w @anny-fitter/benchmarks [people per condition, default 6]
 */
import { measureBody } from "@anny-fitter/anthropometry";
import { annyAgeFromYears, type BodyModel, createBodyModel, evaluateShape } from "@anny-fitter/body-model";
import {
	assessScan,
	createPhotoFitter,
	createScanFitter,
	evaluateScannedBody,
	namedShape,
	type PhotoFitter,
	registerScan,
	type ScanFitter,
	type ScanRegistration,
	shapePrior,
	transformPoints,
} from "@anny-fitter/fitting";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { mean, median } from "./statistics.js";
import { createScanner, type ScanCondition, type SyntheticScan } from "./synthetic-scans.js";

/** A condition and the ages of the people scanned under it. */
export interface ScanTrial extends ScanCondition {
	readonly years: readonly [number, number];
}

const ADULTS = [18, 65] as const;
export const SCAN_TRIALS: readonly ScanTrial[] = [
	{ name: "clean, other topology", pose: "relaxed", years: ADULTS },
	{ name: "noise 2 mm", pose: "relaxed", noise_m: 0.002, years: ADULTS },
	{ name: "noise 5 mm", pose: "relaxed", noise_m: 0.005, years: ADULTS },
	{ name: "holes 20 %", pose: "relaxed", missing: 0.2, years: ADULTS },
	{ name: "noise 5 mm, holes 20 %", pose: "relaxed", noise_m: 0.005, missing: 0.2, years: ADULTS },
	{ name: "millimetres, turned any way", pose: "relaxed", unitsPerMetre: 1000, turned: true, years: ADULTS },
	{ name: "T-pose", pose: "T", years: ADULTS },
	{ name: "arms down", pose: "down", years: ADULTS },
	{ name: "loose triangles, inches", pose: "relaxed", soup: true, unitsPerMetre: 1 / 0.0254, years: ADULTS },
	{ name: "floor plate and box", pose: "relaxed", clutter: true, years: ADULTS },
	{ name: "child", pose: "relaxed", noise_m: 0.002, years: [3, 12] },
	{ name: "newborn, turned, cm", pose: "relaxed", turned: true, unitsPerMetre: 100, edge_m: 0.005, years: [0, 0.5] },
];

/** Measurements whose errors are shown. */
export const SCAN_MEASURES = [
	"stature",
	"chest_girth",
	"waist_girth",
	"hip_girth",
	"thigh_girth",
	"arm_length",
] as const;

/** What one scan came to. */
export interface ScanOutcome {
	readonly registration: ScanRegistration;
	readonly succeeded: boolean;
	/** Mean distance of all visible vertices from where they truly are, posed, millimetres. */
	readonly pve_mm: number;
	/** Fitted minus true, millimetres, by measurement. */
	readonly errors_mm: Readonly<Record<string, number>>;
	readonly time_ms: number;
}

/** What scanning people needs, made once. */
export interface ScanBench {
	readonly fitter: ScanFitter;
	readonly photoFitter: PhotoFitter;
	readonly scanner: ReturnType<typeof createScanner>;
}

export function createScanBench(model: BodyModel): ScanBench {
	return { fitter: createScanFitter(model), photoFitter: createPhotoFitter(model), scanner: createScanner(model) };
}

/** A person of an age range, drawn from the fit's own prior at its full width. */
export function drawPerson(seed: number, years: readonly [number, number]): Float64Array {
	const random = createRandom(seed);
	const age = annyAgeFromYears(years[0] + (years[1] - years[0]) * random.uniform());
	const prior = shapePrior(random.uniform() < 0.5 ? "male" : "female", age, 0.01);
	return prior.mean.map((m, i) =>
		Math.min(prior.upper[i]!, Math.max(prior.lower[i]!, m + prior.sigma[i]! * random.normal())),
	);
}

/** Scans one person and fits a body to the scan. */
export function scanPerson(bench: ScanBench, trial: ScanTrial, seed: number): ScanOutcome {
	const { fitter, photoFitter, scanner } = bench;
	const person = drawPerson(seed, trial.years);
	const scan = scanner.scan(namedShape(person), trial, seed + 1);
	const start = performance.now();
	const registration = registerScan(fitter, scan.mesh);
	const time_ms = performance.now() - start;
	const errors_mm: Record<string, number> = {};
	const measured = [registration.shape, person].map((shape) => {
		evaluateShape(photoFitter.shape, photoFitter.model, namedShape(shape));
		return measureBody(photoFitter.measurer, photoFitter.shape, SCAN_MEASURES);
	});
	for (const id of SCAN_MEASURES) {
		errors_mm[id] = 1000 * (measured[0]!.get(id)!.value_m - measured[1]!.get(id)!.value_m);
	}
	const pve_mm = vertexError_mm(fitter, registration, scan);
	return { registration, succeeded: assessScan(registration).succeeded, pve_mm, errors_mm, time_ms };
}

function vertexError_mm(fitter: ScanFitter, registration: ScanRegistration, scan: SyntheticScan): number {
	evaluateScannedBody(fitter, registration.shape, registration.pose);
	const truth = new Float64Array(scan.truth.length);
	transformPoints(truth, scan.truth, {
		...registration.bodyFromScan,
		scale: registration.bodyFromScan.scale * scan.unitsPerMetre,
	});
	const distances: number[] = [];
	for (let v = 0; v < fitter.visible.length; v++) {
		if (fitter.visible[v] === 0) continue;
		const [dx, dy, dz] = [0, 1, 2].map((a) => truth[3 * v + a]! - fitter.pose.vertices[3 * v + a]!);
		distances.push(1000 * Math.hypot(dx!, dy!, dz!));
	}
	return mean(distances);
}

/** One line of the table. */
export function scanRow(name: string, outcomes: readonly ScanOutcome[], failures: number): string {
	const pves = outcomes.map(({ pve_mm }) => pve_mm);
	const girth = (id: string): string => mean(outcomes.map(({ errors_mm }) => Math.abs(errors_mm[id]!))).toFixed(1);
	const distances = (side: "modelToScan" | "scanToModel"): string =>
		(["mean_mm", "p95_mm"] as const)
			.map((key) => mean(outcomes.map(({ registration }) => registration[side][key])).toFixed(1))
			.join(" / ");
	const succeeded = outcomes.filter(({ succeeded }) => succeeded).length;
	return `| ${[
		name,
		`${succeeded} of ${outcomes.length + failures}`,
		`${mean(pves).toFixed(1)} / ${median(pves).toFixed(1)} / ${Math.max(...pves).toFixed(1)}`,
		distances("modelToScan"),
		distances("scanToModel"),
		...SCAN_MEASURES.map(girth),
		(median(outcomes.map(({ time_ms }) => time_ms)) / 1000).toFixed(1),
	].join(" | ")} |`;
}

export const SCAN_TABLE_HEAD = [
	`| condition | succeeded | PVE mean / median / max mm | body → scan mean / p95 mm | scan → body mean / p95 mm | ${SCAN_MEASURES.map((id) => `${id.replaceAll("_", " ")}`).join(" | ")} | median s |`,
	`|${"---|".repeat(6 + SCAN_MEASURES.length)}`,
].join("\n");

async function main(): Promise<void> {
	const people = Number(process.argv[2] ?? 6);
	const { data } = await openBodyModelData();
	const bench = createScanBench(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	console.log("Measurements: mean absolute errors of the fitted body, millimetres.\n");
	console.log(SCAN_TABLE_HEAD);
	for (const [index, trial] of SCAN_TRIALS.entries()) {
		const outcomes: ScanOutcome[] = [];
		let failures = 0;
		for (let person = 0; person < people; person++) {
			try {
				outcomes.push(scanPerson(bench, trial, 1000 * (index + 1) + 10 * person));
			} catch (error) {
				if (!(error instanceof RangeError)) throw error;
				failures++;
			}
		}
		console.log(
			outcomes.length === 0 ? `| ${trial.name} | 0 of ${failures} |` : scanRow(trial.name, outcomes, failures),
		);
	}
}

if (process.argv[1]?.endsWith("scans.js")) await main();
