/**
 * Mean bodies by age and sex against growth charts: Anny's default body, the means of Anny's own distributions, and this
 * project's prior; and what a fit makes of age and sex alone. Stature and BMI against the CDC's medians, head and waist
 * against those of `@anny-fitter/reference`.
 *
 *   npm run ages -w @anny-fitter/benchmarks
 */
import { fileURLToPath } from "node:url";
import { measureBody } from "@anny-fitter/anthropometry";
import {
	annyAgeFromYears,
	betaMoments,
	createBodyModel,
	evaluateShape,
	phenotypeBeta,
	type ShapeParameters,
} from "@anny-fitter/body-model";
import {
	bodyMass,
	childShape,
	createPhotoFitter,
	estimateMeasurements,
	fitPhotos,
	namedShape,
	type PhotoFitter,
	shapePrior,
} from "@anny-fitter/fitting";
import { createRandom } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { childMedian, growthValue, normalQuantile } from "@anny-fitter/reference";
import { mean } from "./statistics.js";

type Sex = "male" | "female";

/** What is compared: metres, kg/m². */
export interface BodyMeasures {
	readonly stature_m: number;
	readonly bmi: number;
	readonly head_m: number;
	readonly waist_m: number;
}

export interface AgeRow {
	readonly sex: Sex;
	readonly years: number;
	/** waist null beyond 18 years */
	readonly chart: Omit<BodyMeasures, "waist_m"> & { readonly waist_m: number | null };
	/** every phenotype at 0.5 but for age and sex */
	readonly defaults: BodyMeasures;
	/** height, weight and muscle at the means of Anny's distributions, ages in years */
	readonly upstream: BodyMeasures;
	/** the same with upstream's own lookup, which takes Anny's age for years */
	readonly upstreamAsShipped: BodyMeasures;
	/** mean of `childShape` */
	readonly ours: BodyMeasures;
	/** mean of the prior that fits start from */
	readonly prior: BodyMeasures;
}

/** The charts end below the twentieth birthday. */
const CHART_END = 19.999;

/** Median child of the charts, 2 to 20 years. */
function chartAt(sex: Sex, years: number): AgeRow["chart"] {
	const age = Math.min(years, CHART_END);
	return {
		stature_m: growthValue("stature", sex, age, 50),
		bmi: growthValue("bmi", sex, age, 50),
		head_m: childMedian("head_girth", sex, age),
		waist_m: age <= 18 ? childMedian("waist_girth_omphalion", sex, age) : null,
	};
}

/** Measures the resting body of parameters. */
export function measureParameters(fitter: PhotoFitter, parameters: ShapeParameters): BodyMeasures {
	evaluateShape(fitter.shape, fitter.model, parameters);
	const values = measureBody(fitter.measurer, fitter.shape, ["stature", "head_girth", "waist_girth_omphalion"]);
	const [stature_m = 0, head_m = 0, waist_m = 0] = [...values.values()].map((m) => m.value_m);
	return { stature_m, head_m, waist_m, bmi: bodyMass(fitter) / stature_m ** 2 };
}

/** Compares the mean bodies of one age and sex with the charts; about 0.1 s. */
export function compareAge(fitter: PhotoFitter, sex: Sex, years: number): AgeRow {
	const gender = sex === "male" ? 0 : 1;
	const age = annyAgeFromYears(years);
	const plain = (phenotypes: Record<string, number>): BodyMeasures =>
		measureParameters(fitter, { phenotypes: { gender, age, ...phenotypes } });
	const means = (height: number, build: number): Record<string, number> => ({
		height: betaMoments(phenotypeBeta("height", sex, height)).mean,
		weight: betaMoments(phenotypeBeta("weight", sex, build)).mean,
		muscle: betaMoments(phenotypeBeta("muscle", sex, build)).mean,
	});
	return {
		sex,
		years,
		chart: chartAt(sex, years),
		defaults: plain({}),
		upstream: plain(means(years, years)),
		upstreamAsShipped: plain(means(years, age)),
		ours: measureParameters(fitter, namedShape(childShape(gender, years).mean)),
		prior: measureParameters(fitter, namedShape(shapePrior(sex, age, 0.01).mean)),
	};
}

/** Shares of a spread of bodies that lie within the charts' 3rd to 97th percentile; 0.94 is perfect. */
export interface SpreadRow {
	readonly sex: Sex;
	readonly years: number;
	readonly stature: number;
	readonly bmi: number;
	/** standard deviation of the logarithm, as part of that which the charts' percentiles span */
	readonly statureWidth: number;
	readonly bmiWidth: number;
}

/** Draws bodies from the children's prior, clamped to the model's bounds, and holds them against the charts. */
export function compareSpread(fitter: PhotoFitter, sex: Sex, years: number, count: number, seed: number): SpreadRow {
	const random = createRandom(seed);
	const prior = childShape(sex === "male" ? 0 : 1, years);
	const bodies = Array.from({ length: count }, () => {
		const together = random.normal();
		const values = prior.mean.map((m, i) => {
			const [s = 0, f = 0] = [prior.sigma[i], prior.fatness[i]];
			return m + f * together + Math.sqrt(s * s - f * f) * random.normal();
		});
		// Age is given, and phenotypes stay within 0 … 1.
		const { phenotypes, localChanges } = namedShape(values);
		for (const label of Object.keys(phenotypes)) {
			phenotypes[label] = Math.min(1, Math.max(0, phenotypes[label] ?? 0));
		}
		return measureParameters(fitter, { phenotypes: { ...phenotypes, age: annyAgeFromYears(years) }, localChanges });
	});
	const against = (measure: "stature" | "bmi", values: number[]): [inside: number, width: number] => {
		const [low, high] = [3, 97].map((p) => growthValue(measure, sex, Math.min(years, CHART_END), p)) as [
			number,
			number,
		];
		const inside = values.filter((v) => v >= low && v <= high).length / count;
		const logs = values.map(Math.log);
		const centre = mean(logs);
		const deviation = Math.sqrt(mean(logs.map((v) => (v - centre) ** 2)));
		return [inside, deviation / (Math.log(high / low) / (2 * normalQuantile(0.97)))];
	};
	const [stature, statureWidth] = against(
		"stature",
		bodies.map((b) => b.stature_m),
	);
	const [bmi, bmiWidth] = against(
		"bmi",
		bodies.map((b) => b.bmi),
	);
	return { sex, years, stature, bmi, statureWidth, bmiWidth };
}

/** Stature of a fit that knows only age and sex, with its 90 % interval, beside the charts' 3rd, 50th and 97th percentile. */
export interface StatedAgeRow {
	readonly sex: Sex;
	readonly years: number;
	readonly stature_m: number;
	readonly interval90_m: readonly [number, number];
	readonly chart_m: readonly [p3: number, p50: number, p97: number];
}

export function fitStatedAge(fitter: PhotoFitter, sex: Sex, years: number): StatedAgeRow {
	const stated = { stature_m: null, mass_kg: null, age_years: years, sex, measures_m: {} };
	const estimate = estimateMeasurements(fitter, fitPhotos(fitter, [], stated), stated).get("stature");
	if (estimate === undefined) throw new RangeError("The fit has no stature.");
	const chart = (p: number): number => growthValue("stature", sex, Math.min(years, CHART_END), p);
	return {
		sex,
		years,
		stature_m: estimate.value_m,
		interval90_m: estimate.interval90_m,
		chart_m: [chart(3), chart(50), chart(97)],
	};
}

const cm = (value_m: number): string => (100 * value_m).toFixed(1);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Signed error in per cent. */
function error(value: number, truth: number): string {
	const percent = 100 * (value / truth - 1);
	return `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)}`;
}

/** Markdown: charts, then errors in per cent of the default body, upstream's means, the same as shipped, and ours. */
export function agesTable(rows: readonly AgeRow[]): string {
	const bodies = (row: AgeRow) => [row.defaults, row.upstream, row.upstreamAsShipped, row.ours];
	return table(
		["sex, years", "CDC stature cm", "error %", "CDC BMI", "error %", "head mm", "error %", "waist mm", "error %"],
		rows.map((row) => {
			const errors = (key: keyof BodyMeasures): string => {
				const truth = row.chart[key];
				return truth === null
					? "–"
					: bodies(row)
							.map((body) => error(body[key], truth))
							.join(" / ");
			};
			const { chart } = row;
			return [
				`${row.sex} ${row.years}`,
				cm(chart.stature_m),
				errors("stature_m"),
				chart.bmi.toFixed(1),
				errors("bmi"),
				(1000 * chart.head_m).toFixed(0),
				errors("head_m"),
				chart.waist_m === null ? "–" : (1000 * chart.waist_m).toFixed(0),
				errors("waist_m"),
			];
		}),
	);
}

async function main(): Promise<void> {
	const { data } = await openBodyModelData();
	const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
	const rows: AgeRow[] = [];
	const spreads: SpreadRow[] = [];
	const fits: StatedAgeRow[] = [];
	for (const sex of ["male", "female"] as const) {
		for (let years = 2; years <= 20; years++) rows.push(compareAge(fitter, sex, years));
		for (const years of [2, 5, 8, 11, 14, 17, 20]) {
			spreads.push(compareSpread(fitter, sex, years, 400, 1000 * years + (sex === "male" ? 1 : 2)));
			fits.push(fitStatedAge(fitter, sex, years));
		}
	}
	console.log("Errors of Anny's default body / means of its distributions / the same as shipped / ours\n");
	console.log(agesTable(rows));
	const differs = Math.max(
		...rows.flatMap(({ prior, ours }) => [
			Math.abs(prior.stature_m / ours.stature_m - 1),
			Math.abs(prior.bmi / ours.bmi - 1),
		]),
	);
	console.log(`\nThe prior of fits differs from ours by at most ${(100 * differs).toFixed(1)} % in stature or BMI.`);
	console.log("\nBodies drawn from the children's prior (400 each), against the 3rd to 97th percentile\n");
	const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
	console.log(
		table(
			["sex, years", "stature inside", "σ", "BMI inside", "σ"],
			spreads.map((s) => [
				`${s.sex} ${s.years}`,
				percent(s.stature),
				percent(s.statureWidth),
				percent(s.bmi),
				percent(s.bmiWidth),
			]),
		),
	);
	console.log("\nStature of a fit that knows age and sex, cm\n");
	console.log(
		table(
			["sex, years", "fit", "90 % interval", "CDC median", "3rd to 97th"],
			fits.map((f) => [
				`${f.sex} ${f.years}`,
				cm(f.stature_m),
				f.interval90_m.map(cm).join("–"),
				cm(f.chart_m[1]),
				`${cm(f.chart_m[0])}–${cm(f.chart_m[2])}`,
			]),
		),
	);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
