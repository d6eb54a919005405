/**
 * Fits retakes of the same rendered people, each anew, and prints per measurement how far the fits scatter beside the σ that
 * they state: with the true weight every time, and with a weight from a scale, which errs anew by 1.5 %. What comes back with
 * every retake is the shared part of the error: 1 − (scatter / σ)² is the correlation that comparing two bodies may assume at
 * most (`SHARED_ERROR_CORRELATION` of the reference package). Other clothes would scatter more. Last, all pairs of one
 * person's retakes are compared, as two dates are: whatever is called changed is a false alarm.
 *
 *   npm run retakes -w @anny-fitter/benchmarks -- --folder DIR
 *
 * The folder is laid out as shared/photos/synthetic; the subjects s01r00, s01r01, … are retakes of the person s01.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { MEASUREMENTS, measureBody } from "@anny-fitter/anthropometry";
import { createBodyModel, evaluateShape } from "@anny-fitter/body-model";
import { createPhotoFitter, estimateMeasurements, fitPhotos, MASS, type PhotoFitter } from "@anny-fitter/fitting";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { judgeChanges, SHARED_ERROR_CORRELATION } from "@anny-fitter/reference";
import { openVision } from "@anny-fitter/vision";
import { rootMeanSquare, scatterWithinGroups } from "./statistics.js";
import { loadSyntheticSubjects, observe, personOf, type SyntheticSubject, statedTruth } from "./synthetic-subjects.js";

/** Repeatability that the product promises of the waist. */
const WAIST_BAR_MM = 6;

/** What one retake gave: metres by measurement, and whether the fit settled. */
interface Retake {
	readonly person: string;
	/** True weight stated: metres. */
	readonly exact: ReadonlyMap<string, number>;
	/** A weight from a scale stated: metres. */
	readonly values: ReadonlyMap<
		string,
		{ readonly value_m: number; readonly sigma_m: number; readonly error_m: number }
	>;
	readonly mass_kg: number;
}

/** What a scale, clothes, food and water make of a weight, as a share. */
const WEIGHT_SIGMA = 0.015;

async function fitRetakes(fitter: PhotoFitter, subjects: readonly SyntheticSubject[]): Promise<Retake[]> {
	const vision = await openVision();
	const random = createRandom(1);
	const retakes: Retake[] = [];
	try {
		for (const subject of subjects) {
			const person = personOf(subject.id);
			if (person === null) continue;
			const seen = [];
			for (const view of subject.views) {
				try {
					seen.push(await observe(vision, view));
				} catch (error) {
					console.error(`${subject.id}, ${view.view}: ${error instanceof Error ? error.message : String(error)}`);
				}
			}
			if (seen.length === 0) continue;
			const truly = statedTruth(subject);
			const first = fitPhotos(fitter, seen, truly);
			const exact = new Map([...estimateMeasurements(fitter, first, truly)].map(([id, { value_m }]) => [id, value_m]));
			const mass_kg = subject.mass_kg * (1 + WEIGHT_SIGMA * random.normal());
			const stated = { ...truly, mass_kg, sigmas: { [MASS]: WEIGHT_SIGMA * mass_kg } };
			const fit = fitPhotos(fitter, seen, stated);
			if (!first.converged || !fit.converged) {
				console.error(`${subject.id}: a fit did not settle`);
				continue;
			}
			const estimates = estimateMeasurements(fitter, fit, stated);
			evaluateShape(fitter.shape, fitter.model, {
				phenotypes: subject.phenotypes,
				localChanges: subject.localChanges,
			});
			const truth: ReadonlyMap<string, { readonly value_m: number }> = measureBody(fitter.measurer, fitter.shape);
			const values = new Map(
				[...estimates].map(([id, { value_m, sigma_m }]) => {
					const error_m = value_m - (truth.get(id)?.value_m ?? Number.NaN);
					return [id, { value_m, sigma_m, error_m }] as const;
				}),
			);
			retakes.push({ person, exact, values, mass_kg: fit.mass_kg });
			console.error(`${subject.id} fitted to ${seen.length} photos`);
		}
	} finally {
		await vision.close();
	}
	return retakes;
}

function printTable(retakes: readonly Retake[]): void {
	const people = [...new Set(retakes.map(({ person }) => person))];
	console.log(`\n${retakes.length} retakes of ${people.length} people, all with true stature, age and sex\n`);
	console.log(
		"| measurement | scatter, true weight, mm | scatter, weighed anew, mm | stated σ, mm | error, mm | shared part ρ |",
	);
	console.log("|---|---:|---:|---:|---:|---:|");
	const shares: number[] = [];
	for (const { id } of MEASUREMENTS) {
		const of = (retake: Retake) => retake.values.get(id) ?? { value_m: Number.NaN, sigma_m: 0, error_m: 0 };
		const scatter = scatterWithinGroups(
			people.map((p) => retakes.filter((r) => r.person === p).map((r) => of(r).value_m)),
		);
		const exact = scatterWithinGroups(
			people.map((p) => retakes.filter((r) => r.person === p).map((r) => r.exact.get(id) ?? Number.NaN)),
		);
		const sigma = rootMeanSquare(retakes.map((r) => of(r).sigma_m));
		const error = rootMeanSquare(retakes.map((r) => of(r).error_m));
		const share = 1 - (scatter / sigma) ** 2;
		if (id !== "stature") shares.push(share);
		const mm = (value_m: number) => (1000 * value_m).toFixed(1);
		console.log(`| ${id} | ${mm(exact)} | ${mm(scatter)} | ${mm(sigma)} | ${mm(error)} | ${share.toFixed(2)} |`);
	}
	const masses = people.map((p) => retakes.filter((r) => r.person === p).map((r) => r.mass_kg));
	console.log(`\n${MASS}: scatter ${scatterWithinGroups(masses).toFixed(2)} kg`);
	shares.sort((a, b) => a - b);
	const at = (share: number) => (shares[Math.floor(share * (shares.length - 1))] ?? Number.NaN).toFixed(2);
	console.log(`shared part ρ: median ${at(0.5)}, lowest tenth ${at(0.1)}, lowest ${at(0)}`);
	const waist = people.map((p) =>
		retakes.filter((r) => r.person === p).map((r) => r.exact.get("waist_girth") ?? Number.NaN),
	);
	const waist_mm = 1000 * scatterWithinGroups(waist);
	console.log(
		`waist scatter with the true weight ${waist_mm.toFixed(1)} mm, bar ${WAIST_BAR_MM} mm: ${waist_mm <= WAIST_BAR_MM ? "met" : "missed"}`,
	);
}

function printFalseAlarms(retakes: readonly Retake[]): void {
	let pairs = 0;
	let alarms = 0;
	for (const [i, a] of retakes.entries()) {
		for (const b of retakes.slice(i + 1)) {
			if (a.person !== b.person) continue;
			pairs++;
			const estimates = MEASUREMENTS.flatMap(({ id }) => {
				const [inA, inB] = [a.values.get(id), b.values.get(id)];
				if (id === "stature" || inA === undefined || inB === undefined) return [];
				return {
					a: { value: inA.value_m, sigma: inA.sigma_m },
					b: { value: inB.value_m, sigma: inB.sigma_m },
					correlation: SHARED_ERROR_CORRELATION.photos,
				};
			});
			if (judgeChanges(estimates).some(({ verdict }) => verdict === "changed")) alarms++;
		}
	}
	const rho = SHARED_ERROR_CORRELATION.photos;
	console.log(`compared with ρ ${rho}: in ${alarms} of ${pairs} pairs of retakes something is called changed`);
}

const { values: options } = parseArgs({ options: { folder: { type: "string" } } });
if (options.folder === undefined) {
	console.error("Name the folder of the retakes with --folder.");
	process.exitCode = 2;
} else {
	// npm runs the script in the package's folder.
	const folder = resolve(process.env.INIT_CWD ?? ".", options.folder);
	const subjects = loadSyntheticSubjects(folder);
	if (subjects === null || subjects.every(({ id }) => personOf(id) === null)) {
		console.error(`${folder} holds no retakes: no index.json with subjects such as s01r00.`);
		process.exitCode = 2;
	} else {
		const { data } = await openBodyModelData({});
		const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
		const retakes = await fitRetakes(fitter, subjects);
		if (retakes.length === 0) {
			console.error("None of the retakes could be fitted.");
			process.exitCode = 1;
		} else {
			printTable(retakes);
			printFalseAlarms(retakes);
		}
	}
}
