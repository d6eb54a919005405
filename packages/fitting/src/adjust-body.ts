import type { PhenotypeLabel } from "@anny-fitter/body-model";
import { annyAgeFromYears } from "@anny-fitter/body-model";
import { BODY_QUANTITIES, type BodyTangent, changedShape, evaluateQuantities, MASS } from "./body-tangent.js";
import type { PhotoFitter } from "./photo-fitter.js";
import { forgetQuantities, priorCovariance } from "./shape-covariance.js";
import { phenotypeIndex, SHAPE_COUNT, shapePrior } from "./shape-parameters.js";
import { type LinearTask, smallestChange } from "./smallest-change.js";

/** What is wanted of a body. */
export interface AdjustTask {
	/** Wanted values by quantity: metres, `mass` in kilograms. */
	readonly targets: Readonly<Record<string, number>>;
	/** Quantities that keep the value they have in the base. A quantity with a target is not held. */
	readonly held: readonly string[];
}

export interface Adjustment {
	/** The body's parameters; those that did not change have the base's very numbers. */
	readonly shape: {
		readonly phenotypes: Readonly<Record<string, number>>;
		readonly localChanges: Readonly<Record<string, number>>;
	};
	/** [quantities] of the new body, in the order of BODY_QUANTITIES */
	readonly values: Float64Array;
	/** By how much targets and held values beyond the tolerance are missed: wanted − value. */
	readonly missing: Readonly<Record<string, number>>;
	/** Bodies that were tried. */
	readonly bodiesMeasured: number;
}

/** A quantity that comes this close is reached. */
const REACHED_M = 0.001;
const REACHED_KG = 0.1;
/** The solver goes on until all are this close. */
const AIM_SHARE = 0.25;
/** Shares of what counts as reached, see `LinearTask.slack`: where not all can be had, what is held gives way last. */
const TARGET_SLACK_SHARE = 0.05;
const HELD_SLACK_SHARE = 0.01;
const MAX_BODIES = 10;

/** What makes a person this person rather than a measure of theirs: an adjustment leaves them alone. */
const KEPT: readonly PhenotypeLabel[] = ["gender", "age", "african", "asian", "caucasian"];

/** Half-way between the means of men and women in `shapePrior`: beyond, the prior of women is nearer. */
const FEMALE_FROM = 0.385;

/**
 * Covariance of the population about a body, for bodies without one of their own.
 *
 * @returns [SHAPE_COUNT²]
 */
export function populationCovariance({ x }: Pick<BodyTangent, "x">): Float64Array {
	const sex = x[phenotypeIndex("gender")] < FEMALE_FROM ? "male" : "female";
	const age = Math.max(annyAgeFromYears(0), x[phenotypeIndex("age")]);
	// How sure the age is does not matter: adjusting keeps it.
	return priorCovariance(shapePrior(sex, age, 0.01));
}

/**
 * Changes a body as little as possible until it has the wanted values: the change with the smallest Mahalanobis length
 * under the covariance, within the parameters' bounds. Sex, age and origin stay. What is known of the wanted quantities
 * themselves is set aside first: that a stature was stated to 2 mm is no reason to bend a body that shall be taller.
 *
 * Every round solves the linear problem from the base anew and measures the body that comes out; its differences from
 * what the derivatives promised correct these (Broyden 1965). The result depends on base and task alone, not on what was
 * adjusted before. Takes a few bodies of some 5 ms each.
 *
 * @param tangent of the base, from `takeBodyTangent`
 * @param covariance [SHAPE_COUNT²]
 * @throws RangeError for a quantity that does not exist or a target that is not finite
 */
export function adjustBody(
	fitter: PhotoFitter,
	tangent: BodyTangent,
	covariance: Float64Array,
	{ targets, held }: AdjustTask,
): Adjustment {
	const { base, x: origin } = tangent;
	const names = [...new Set([...Object.keys(targets), ...held])];
	const chosen = names.map((name) => {
		const q = BODY_QUANTITIES.indexOf(name);
		if (q < 0) throw new RangeError(`There is no measurement "${name}".`);
		return q;
	});
	const wanted = Float64Array.from(chosen, (q, i) => targets[names[i]] ?? tangent.values[q]);
	if (!wanted.every(Number.isFinite)) throw new RangeError("A target is not finite.");
	const reached = Float64Array.from(names, (name) => (name === MASS ? REACHED_KG : REACHED_M));

	const jacobian = new Float64Array(chosen.length * SHAPE_COUNT);
	for (const [i, q] of chosen.entries()) {
		jacobian.set(tangent.jacobian.subarray(q * SHAPE_COUNT, (q + 1) * SHAPE_COUNT), i * SHAPE_COUNT);
	}
	const changed = [...chosen.keys()].filter((i) => wanted[i] !== tangent.values[chosen[i]]);
	const task: LinearTask = {
		size: SHAPE_COUNT,
		covariance: forgetQuantities(
			covariance,
			changed.map((i) => jacobian.slice(i * SHAPE_COUNT, (i + 1) * SHAPE_COUNT)),
			changed.map((i) => wanted[i] - tangent.values[chosen[i]]),
		),
		rows: jacobian,
		wanted: new Float64Array(chosen.length),
		slack: reached.map((r, i) => r * (targets[names[i]] === undefined ? HELD_SLACK_SHARE : TARGET_SLACK_SHARE)),
		lower: tangent.lower.map((bound, p) => bound - origin[p]),
		upper: tangent.upper.map((bound, p) => bound - origin[p]),
	};
	for (const label of KEPT) {
		task.lower[phenotypeIndex(label)] = 0;
		task.upper[phenotypeIndex(label)] = 0;
	}

	let values = Float64Array.from(chosen, (q) => tangent.values[q]);
	let x = origin;
	let best = { x, cost: missCost(values, wanted, task.slack) };
	let dual = new Float64Array(SHAPE_COUNT);
	const change = new Float64Array(SHAPE_COUNT);
	let bodiesMeasured = 0;
	while (worstMiss(values, wanted, reached) > AIM_SHARE && bodiesMeasured < MAX_BODIES) {
		// Quantities at x + J (x⁺ − x) should be the wanted ones; the change is counted from the base.
		for (let i = 0; i < chosen.length; i++) {
			task.wanted[i] = wanted[i] - values[i] + rowTimes(jacobian, i, x, origin);
		}
		const nextDual = new Float64Array(SHAPE_COUNT);
		smallestChange(change, nextDual, task);
		const next = origin.map((value, p) => value + change[p]);
		const measured = new Float64Array(chosen.length);
		evaluateQuantities(measured, fitter, changedShape(base, origin, next), chosen);
		bodiesMeasured++;
		const weighted = nextDual.map((value, p) => value - dual[p]);
		const isSame = !correctJacobian(jacobian, weighted, x, next, values, measured);
		dual = nextDual;
		values = measured;
		x = next;
		const cost = missCost(values, wanted, task.slack);
		if (cost < best.cost) best = { x, cost };
		if (isSame) break;
	}

	const shape = changedShape(base, origin, best.x);
	const all = new Float64Array(BODY_QUANTITIES.length);
	if (best.x === origin) all.set(tangent.values);
	else evaluateQuantities(all, fitter, shape);
	const missing: Record<string, number> = {};
	for (const [i, q] of chosen.entries()) {
		const miss = wanted[i] - all[q];
		if (Math.abs(miss) > reached[i]) missing[names[i]] = miss;
	}
	return { shape, values: all, missing, bodiesMeasured };
}

/** Largest |wanted − value| in units of what counts as reached. */
function worstMiss(values: Float64Array, wanted: Float64Array, reached: Float64Array): number {
	let worst = 0;
	for (let i = 0; i < values.length; i++) worst = Math.max(worst, Math.abs(wanted[i] - values[i]) / reached[i]);
	return worst;
}

/** Sum of squares of what is missed, in units of the slack. */
function missCost(values: Float64Array, wanted: Float64Array, slack: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += ((wanted[i] - values[i]) / slack[i]) ** 2;
	return sum;
}

/** Row i of the Jacobian times (to − from). */
function rowTimes(jacobian: Float64Array, i: number, to: Float64Array, from: Float64Array): number {
	let sum = 0;
	for (let p = 0; p < SHAPE_COUNT; p++) sum += jacobian[i * SHAPE_COUNT + p] * (to[p] - from[p]);
	return sum;
}

/**
 * Broyden's update in the metric of the covariance: the correction of the derivatives that explains the step and means
 * least. It turns no direction of change that the step did not take.
 *
 * @param weighted [SHAPE_COUNT] Σ⁻¹ (to − from)
 * @returns false when there was no step
 */
function correctJacobian(
	jacobian: Float64Array,
	weighted: Float64Array,
	from: Float64Array,
	to: Float64Array,
	before: Float64Array,
	after: Float64Array,
): boolean {
	let length = 0;
	for (let p = 0; p < SHAPE_COUNT; p++) length += weighted[p] * (to[p] - from[p]);
	if (!(length > 1e-12)) return false;
	for (let i = 0; i < before.length; i++) {
		const surprise = (after[i] - before[i] - rowTimes(jacobian, i, to, from)) / length;
		for (let p = 0; p < SHAPE_COUNT; p++) jacobian[i * SHAPE_COUNT + p] += surprise * weighted[p];
	}
	return true;
}
