/**
 * Fits retakes of the same rendered people, each anew, and prints per measurement how far the fits scatter beside the σ that
 * they state. What comes back with every retake is the shared part of the error: 1 − (scatter / σ)² is the correlation that
 * comparing two bodies may assume at most (`SHARED_ERROR_CORRELATION` of the reference package).
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
import { openBodyModelData } from "@anny-fitter/platform";
import { openVision } from "@anny-fitter/vision";
import { rootMeanSquare, scatterWithinGroups } from "./statistics.js";
import { loadSyntheticSubjects, observe, personOf, type SyntheticSubject, statedTruth } from "./synthetic-subjects.js";

/** Repeatability that the product promises of the waist. */
const WAIST_BAR_MM = 6;

/** What one retake gave: metres by measurement, and whether the fit settled. */
interface Retake {
	readonly person: string;
	readonly values: ReadonlyMap<
		string,
		{ readonly value_m: number; readonly sigma_m: number; readonly error_m: number }
	>;
	readonly mass_kg: number;
}

async function fitRetakes(fitter: PhotoFitter, subjects: readonly SyntheticSubject[]): Promise<Retake[]> {
	const vision = await openVision();
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
			const stated = statedTruth(subject);
			const fit = fitPhotos(fitter, seen, stated);
			if (!fit.converged) {
				console.error(`${subject.id}: the fit did not settle`);
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
			retakes.push({ person, values, mass_kg: fit.mass_kg });
			console.error(`${subject.id} fitted to ${seen.length} photos`);
		}
	} finally {
		await vision.close();
	}
	return retakes;
}

function printTable(retakes: readonly Retake[]): void {
	const people = [...new Set(retakes.map(({ person }) => person))];
	console.log(`\n${retakes.length} retakes of ${people.length} people, all with true stature, weight, age and sex\n`);
	console.log("| measurement | scatter, mm | stated σ, mm | error, mm | shared part ρ |");
	console.log("|---|---:|---:|---:|---:|");
	const shares: number[] = [];
	for (const { id } of MEASUREMENTS) {
		const of = (retake: Retake) => retake.values.get(id) ?? { value_m: Number.NaN, sigma_m: 0, error_m: 0 };
		const scatter = scatterWithinGroups(
			people.map((p) => retakes.filter((r) => r.person === p).map((r) => of(r).value_m)),
		);
		const sigma = rootMeanSquare(retakes.map((r) => of(r).sigma_m));
		const error = rootMeanSquare(retakes.map((r) => of(r).error_m));
		const share = 1 - (scatter / sigma) ** 2;
		if (id !== "stature") shares.push(share);
		const mm = (value_m: number) => (1000 * value_m).toFixed(1);
		console.log(`| ${id} | ${mm(scatter)} | ${mm(sigma)} | ${mm(error)} | ${share.toFixed(2)} |`);
	}
	const masses = people.map((p) => retakes.filter((r) => r.person === p).map((r) => r.mass_kg));
	console.log(`\n${MASS}: scatter ${scatterWithinGroups(masses).toFixed(2)} kg`);
	shares.sort((a, b) => a - b);
	const at = (share: number) => (shares[Math.floor(share * (shares.length - 1))] ?? Number.NaN).toFixed(2);
	console.log(`shared part ρ: median ${at(0.5)}, lowest tenth ${at(0.1)}, lowest ${at(0)}`);
	const waist = people.map((p) =>
		retakes.filter((r) => r.person === p).map((r) => r.values.get("waist_girth")?.value_m ?? Number.NaN),
	);
	const waist_mm = 1000 * scatterWithinGroups(waist);
	console.log(
		`waist scatter ${waist_mm.toFixed(1)} mm, bar ${WAIST_BAR_MM} mm: ${waist_mm <= WAIST_BAR_MM ? "met" : "missed"}`,
	);
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
		} else printTable(retakes);
	}
}
