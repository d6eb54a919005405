/**
 * Writes src/prior/child-table.ts: means and spreads of Anny's parameters from birth to 20 years, so that the mean body has
 * the median stature and BMI of the growth charts, and a plausible head, waist and leg.
 *
 * Per sex, one bounded least-squares problem over all ages: measures of the body at each age, closeness to Anny's average
 * child (to the adults' mean from adolescence on), smoothness over age. Gauss–Newton with numeric derivatives.
 *
 * Usage, after a build: node packages/fitting/scripts/derive-child-prior.mjs (about 3 minutes)
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { measureBody } from "@anny-fitter/anthropometry";
import { annyAgeFromYears, createBodyModel } from "@anny-fitter/body-model";
import { bodyMass, createPhotoFitter, evaluateFitterShape, SHAPE_PARAMETERS, shapePrior } from "@anny-fitter/fitting";
import { choleskyFactor, choleskySolve, normalQuantile } from "@anny-fitter/math";
import { openBodyModelData } from "@anny-fitter/platform";
import { childMedian, childMedianRange, growthValue } from "@anny-fitter/reference";

/** @typedef {"male" | "female"} Sex */
/** @typedef {{stature_m: number, bmi: number, head_m: number, waist_m: number, leg: number}} Build */

const KNOT_YEARS = [0, 0.25, 0.5, 1, 1.5, ...Array.from({ length: 19 }, (_, i) => i + 2)];
/** The charts end below this age. */
const CHART_END = 19.999;
/** A height is 7 mm less than the length lying down (WHO Child Growth Standards, 2006). */
const LYING_TO_STANDING_M = 0.007;
/** Adults' means count fully here, not at all at the first. */
const ADOLESCENCE = [6, 18];

/** Standard deviations of the misses: of the logarithms, and of the leg's share of stature. */
const MISS = { stature: 0.001, bmi: 0.001, head: 0.004, waist: 0.03, leg: 0.004 };

/**
 * Parameters that change with age: how far they may stray from where they belong, and their bounds.
 * @type {Record<string, {stray: number, lower: number, upper: number, centre?: number}>}
 */
const FREE = {
	muscle: { stray: 0.1, lower: 0.2, upper: 0.8, centre: 0.45 },
	weight: { stray: 0.2, lower: 0.3, upper: 0.75, centre: 0.5 },
	height: { stray: 0.3, lower: 0.02, upper: 0.98, centre: 0.4 },
	proportions: { stray: 0.1, lower: 0.1, upper: 0.9, centre: 0.5 },
	"head-scale-depth-incr": { stray: 0.5, lower: -1, upper: 1 },
	"head-scale-horiz-incr": { stray: 0.5, lower: -1, upper: 1 },
	"head-scale-vert-incr": { stray: 0.12, lower: -1, upper: 1 },
	"measure-waist-circ-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"stomach-tone-incr": { stray: 0.1, lower: -0.7, upper: 0.7 },
	"torso-scale-depth-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"torso-scale-horiz-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"hip-scale-horiz-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"hip-scale-depth-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"measure-hips-circ-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"l-upperleg-fat-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"measure-thigh-circ-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"measure-calf-circ-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"measure-upperarm-circ-incr": { stray: 0.15, lower: -0.7, upper: 0.7 },
	"measure-upperleg-height-incr": { stray: 0.1, lower: -0.7, upper: 0.7 },
	"l-lowerleg-scale-vert-incr": { stray: 0.1, lower: -0.7, upper: 0.7 },
	"measure-napetowaist-dist-incr": { stray: 0.1, lower: -0.7, upper: 0.7 },
};
/** Second difference per year² that counts as much as one standard deviation. */
const BEND = 0.06;
/** Under two years everything changes faster. */
const INFANT_BEND = 0.6;

const ROUNDS = 8;
const LONGEST_STEP = 0.15;
const DIFFERENCE = 0.01;

/**
 * What grows together when somebody is fatter than the median: one shift of all of these is the larger part of what BMI
 * spreads, small changes of each on its own are the rest.
 */
const FATNESS = [
	"weight",
	"measure-waist-circ-incr",
	"stomach-tone-incr",
	"torso-scale-depth-incr",
	"torso-scale-horiz-incr",
	"hip-scale-horiz-incr",
	"hip-scale-depth-incr",
	"measure-hips-circ-incr",
	"l-upperleg-fat-incr",
	"measure-thigh-circ-incr",
	"measure-calf-circ-incr",
	"measure-upperarm-circ-incr",
];
/** Spread of each on its own. */
const SIGMA = { muscle: 0.12, proportions: 0.15, weight: 0.15, local: 0.1 };
const LARGEST_FATNESS = 0.35;

const { data } = await openBodyModelData();
const fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
const names = SHAPE_PARAMETERS.map((p) => (p.kind === "phenotype" ? p.label : (p.labels[0] ?? "")));
/** Rows of the table: everything that depends on age, but for age itself. */
const rows = names.flatMap((name, i) =>
	["muscle", "weight", "height", "proportions"].includes(name) || SHAPE_PARAMETERS[i]?.kind === "local" ? [i] : [],
);
const free = Object.keys(FREE).map((name) => names.indexOf(name));
if (free.includes(-1)) throw new Error("A free parameter does not exist");

/** @param {Float64Array} values @returns {Build} */
function build(values) {
	evaluateFitterShape(fitter, values);
	const ids = ["stature", "head_girth", "waist_girth_omphalion", "inside_leg_height"];
	const [stature_m, head_m, waist_m, leg_m] = [...measureBody(fitter.measurer, fitter.shape, ids).values()].map(
		(m) => m.value_m,
	);
	return { stature_m, head_m, waist_m, bmi: bodyMass(fitter) / stature_m ** 2, leg: leg_m / stature_m };
}

/** Measures as the solver compares them. @param {Build} b */
const compared = (b) => [Math.log(b.stature_m), Math.log(b.bmi), Math.log(b.head_m), Math.log(b.waist_m), b.leg];
const SCALES = [MISS.stature, MISS.bmi, MISS.head, MISS.waist, MISS.leg];

/** What the median child has. @param {Sex} sex @param {number} years @param {number} leg @returns {Build} */
function medianBuild(sex, years, leg) {
	const head_m = childMedian("head_girth", sex, years);
	const waists = childMedianRange("waist_girth_omphalion");
	let stature_m;
	let bmi;
	if (years < 2) {
		stature_m = childMedian("length", sex, years) - LYING_TO_STANDING_M;
		bmi = childMedian("infant_weight", sex, years) / stature_m ** 2;
	} else {
		stature_m = growthValue("stature", sex, Math.min(years, CHART_END), 50);
		bmi = growthValue("bmi", sex, Math.min(years, CHART_END), 50);
	}
	const waist_m = childMedian("waist_girth_omphalion", sex, Math.min(Math.max(years, waists.from), waists.to));
	return { stature_m, bmi, head_m, waist_m, leg };
}

/** @param {number} years */
function adolescence(years) {
	const t = Math.min(1, Math.max(0, (years - ADOLESCENCE[0]) / (ADOLESCENCE[1] - ADOLESCENCE[0])));
	return t * t * (3 - 2 * t);
}

/** @param {Sex} sex */
function solveSex(sex) {
	const adult = shapePrior(sex, annyAgeFromYears(30), 0.01).mean;
	const count = free.length;
	const knots = KNOT_YEARS.map((years) => {
		const x = Float64Array.from(adult);
		x[names.indexOf("age")] = annyAgeFromYears(years);
		const a = adolescence(years);
		for (const i of rows) {
			const name = names[i];
			const centre = FREE[name]?.centre ?? 0;
			x[i] = centre + a * (adult[i] - centre);
		}
		// The leg's share is Anny's own, which follows sitting heights of children well; heads must not change it.
		const { leg } = build(x);
		return { years, x, centre: Float64Array.from(x), target: medianBuild(sex, years, leg) };
	});
	const size = count * knots.length;
	for (let round = 0; round < ROUNDS; round++) {
		const hessian = new Float64Array(size * size);
		const gradient = new Float64Array(size);
		/** @param {readonly (readonly [number, number])[]} terms @param {number} residual */
		const addRow = (terms, residual) => {
			for (const [i, a] of terms) {
				gradient[i] += a * residual;
				for (const [j, b] of terms) hessian[i * size + j] += a * b;
			}
		};
		let worst = 0;
		knots.forEach(({ x, centre, target, years }, k) => {
			const now = compared(build(x));
			const wanted = compared(target);
			const columns = free.map((i) => {
				const { upper } = FREE[names[i]];
				const step = x[i] + DIFFERENCE > upper ? -DIFFERENCE : DIFFERENCE;
				const probe = x.slice();
				probe[i] += step;
				return compared(build(probe)).map((v, m) => (v - now[m]) / step);
			});
			now.forEach((v, m) => {
				// No waists are known under two years.
				if (m === 3 && years < 2) return;
				addRow(
					columns.map((column, p) => [count * k + p, column[m] / SCALES[m]]),
					(wanted[m] - v) / SCALES[m],
				);
				if (m < 2 && years >= 2) worst = Math.max(worst, Math.abs(wanted[m] - v));
			});
			free.forEach((i, p) => {
				const { stray } = FREE[names[i]];
				addRow([[count * k + p, 1 / stray]], (centre[i] - x[i]) / stray);
			});
			if (k === 0 || k === knots.length - 1) return;
			const [h0, h1] = [years - KNOT_YEARS[k - 1], KNOT_YEARS[k + 1] - years];
			const bend = years < 2 ? INFANT_BEND : BEND;
			const weights = [2 / (h0 * (h0 + h1)), -2 / (h0 * h1), 2 / (h1 * (h0 + h1))];
			free.forEach((i, p) => {
				const terms = weights.map((w, n) => /** @type {[number, number]} */ ([count * (k + n - 1) + p, w / bend]));
				const value = weights.reduce((sum, w, n) => sum + w * (knots[k + n - 1]?.x[i] ?? 0), 0);
				addRow(terms, -value / bend);
			});
		});
		console.log(`${sex} round ${round}: stature or BMI missed by ${(100 * worst).toFixed(2)} % at most`);
		const step = boundedStep(hessian, gradient, knots, count);
		knots.forEach(({ x }, k) => {
			free.forEach((i, p) => {
				const { lower, upper } = FREE[names[i]];
				const s = Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step[count * k + p]));
				x[i] = Math.max(lower, Math.min(upper, x[i] + s));
			});
		});
	}
	return knots;
}

/**
 * The Gauss–Newton step, with what would leave its bounds held there.
 * @param {Float64Array} hessian @param {Float64Array} gradient
 * @param {readonly {x: Float64Array}[]} knots @param {number} count
 */
function boundedStep(hessian, gradient, knots, count) {
	const size = gradient.length;
	const held = new Float64Array(size).fill(Number.NaN);
	const step = new Float64Array(size);
	for (let pass = 0; pass < 6; pass++) {
		const a = hessian.slice();
		step.set(gradient);
		for (let i = 0; i < size; i++) {
			if (Number.isNaN(held[i])) continue;
			for (let j = 0; j < size; j++) if (Number.isNaN(held[j])) step[j] -= hessian[j * size + i] * held[i];
		}
		for (let i = 0; i < size; i++) {
			if (Number.isNaN(held[i])) continue;
			for (let j = 0; j < size; j++) a[i * size + j] = a[j * size + i] = 0;
			a[i * size + i] = 1;
			step[i] = held[i];
		}
		if (!choleskyFactor(a, size)) throw new Error("The normal equations are singular");
		choleskySolve(a, size, step);
		let added = 0;
		knots.forEach(({ x }, k) => {
			free.forEach((i, p) => {
				const at = count * k + p;
				const { lower, upper } = FREE[names[i]];
				const to = x[i] + step[at];
				if (Number.isNaN(held[at]) && (to < lower || to > upper)) {
					held[at] = (to < lower ? lower : upper) - x[i];
					added++;
				}
			});
		});
		if (added === 0) break;
	}
	return step;
}

/**
 * Standard deviations with which stature and BMI spread as the charts say: height's fills up stature's, the shift of
 * {@link FATNESS} BMI's.
 * @param {Sex} sex @param {number} years @param {Float64Array} x
 */
function spreads(sex, years, x) {
	const sigma = new Float64Array(x.length).fill(SIGMA.local);
	sigma[names.indexOf("muscle")] = SIGMA.muscle;
	sigma[names.indexOf("proportions")] = SIGMA.proportions;
	sigma[names.indexOf("weight")] = SIGMA.weight;
	const h = names.indexOf("height");
	sigma[h] = 0;
	const chartAge = Math.min(Math.max(years, 2), CHART_END);
	const chartSpread = (/** @type {"stature" | "bmi"} */ measure) =>
		Math.log(growthValue(measure, sex, chartAge, 97) / growthValue(measure, sex, chartAge, 3)) /
		(2 * normalQuantile(0.97));
	/** Half the change of ln stature and ln BMI from one standard deviation below to one above. */
	const effect = (/** @type {readonly number[]} */ moved, /** @type {number} */ by) => {
		const [above, below] = [by, -by].map((d) => {
			const probe = x.slice();
			for (const i of moved) probe[i] += d;
			return compared(build(probe));
		});
		return [(above[0] - below[0]) / 2, (above[1] - below[1]) / 2];
	};
	const own = rows.map((i) => (sigma[i] === 0 ? [0, 0] : effect([i], sigma[i])));
	const variance = (/** @type {number} */ m) => own.reduce((sum, e) => sum + e[m] ** 2, 0);
	const together = FATNESS.map((name) => names.indexOf(name));
	const wanted = Math.sqrt(Math.max(0, chartSpread("bmi") ** 2 - variance(1)));
	let [low, fatness] = [0, LARGEST_FATNESS];
	if (effect(together, fatness)[1] > wanted) {
		for (let i = 0, high = fatness; i < 10; i++) {
			fatness = (low + high) / 2;
			if (effect(together, fatness)[1] > wanted) high = fatness;
			else low = fatness;
		}
	}
	const shared = effect(together, fatness);
	const left = Math.max(0.02 ** 2, chartSpread("stature") ** 2 - variance(0) - shared[0] ** 2);
	sigma[h] = (Math.sqrt(left) * 0.1) / effect([h], 0.1)[0];
	console.log(
		`${sex} ${years}: σ ln BMI ${Math.hypot(shared[1], Math.sqrt(variance(1))).toFixed(4)} (${chartSpread("bmi").toFixed(4)}), ` +
			`fatness ${fatness.toFixed(3)}, height ${sigma[h].toFixed(3)}`,
	);
	for (const i of together) sigma[i] = Math.hypot(sigma[i], fatness);
	return { sigma, fatness };
}

/** @param {Sex} sex */
function tableOf(sex) {
	const knots = solveSex(sex);
	const spread = knots.map(({ years, x }) => spreads(sex, years, x));
	for (const { years, x, target } of knots) {
		const b = build(x);
		const shown = [b.stature_m, b.head_m, b.waist_m].map((v) => (1000 * v).toFixed(0)).join(" ");
		const goals = [target.stature_m, target.head_m, target.waist_m].map((v) => (1000 * v).toFixed(0)).join(" ");
		console.log(
			`${sex} ${years}: ${shown} BMI ${b.bmi.toFixed(2)} leg ${b.leg.toFixed(3)} (${goals} ${target.bmi.toFixed(2)} ${target.leg.toFixed(3)}) ` +
				free.map((i) => x[i].toFixed(2)).join(" "),
		);
	}
	const thousandths = (/** @type {number} */ v) => Math.round(1000 * v) || 0;
	const series = (/** @type {readonly Float64Array[]} */ vectors) =>
		rows.map((i) => `[${vectors.map((v) => thousandths(v[i])).join(", ")}]`).join(",\n");
	const mean = series(knots.map((k) => k.x));
	const sigma = series(spread.map((s) => s.sigma));
	const fatness = spread.map((s) => thousandths(s.fatness)).join(", ");
	return `{ mean: [${mean}], sigma: [${sigma}], fatness: [${fatness}] }`;
}

const text = `// Written by scripts/derive-child-prior.mjs; sources of the medians: packages/reference.

/** Ages of the columns, in years. */
export const CHILD_KNOT_YEARS: readonly number[] = ${JSON.stringify(KNOT_YEARS)};

/** Parameters of the rows: phenotypes, and the first label of each group of local changes. */
export const CHILD_PARAMETERS: readonly string[] = ${JSON.stringify(rows.map((i) => names[i]))};

/** Parameters that share a shift. */
export const CHILD_FATNESS: readonly string[] = ${JSON.stringify(FATNESS)};

interface ChildRows {
	/** [parameters][ages] thousandths */
	readonly mean: readonly (readonly number[])[];
	readonly sigma: readonly (readonly number[])[];
	/** [ages] thousandths: standard deviation of the shift */
	readonly fatness: readonly number[];
}

export const CHILD_TABLE: Readonly<Record<"male" | "female", ChildRows>> = {
	male: ${tableOf("male")},
	female: ${tableOf("female")},
};
`;
writeFileSync(fileURLToPath(new URL("../src/prior/child-table.ts", import.meta.url)), text);
console.log("Format it: npx biome check --write packages/fitting/src/prior/child-table.ts");
