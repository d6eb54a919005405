import { evaluateShapeResponse, type PhenotypeLabel, phenotypeAnchors } from "@anny-fitter/body-model";
import { evaluateQuantities } from "../body-tangent.js";
import type { PhotoFitter } from "../photo-fitter.js";
import { namedShape, SHAPE_COUNT, SHAPE_PARAMETERS } from "../shape-parameters.js";
import { boundedStep } from "./bounded-step.js";
import { MASS_PLACE, type ReferenceBody } from "./reference-body.js";

/** A body that should have certain measurements, near a shape where those leave a choice. */
export interface EmbedTask {
	/** indices in BODY_QUANTITIES */
	readonly quantities: readonly number[];
	/** [quantities] wanted values, and how closely they are wanted */
	readonly targets: Float64Array;
	readonly tolerances: Float64Array;
	/** [SHAPE_COUNT] */
	readonly shapeMean: Float64Array;
	readonly shapeSigma: Float64Array;
	readonly lower: Float64Array;
	readonly upper: Float64Array;
}

export interface EmbeddedBody {
	/** [SHAPE_COUNT] */
	readonly x: Float64Array;
	readonly cost: number;
	/** Bodies that were measured. */
	readonly iterations: number;
}

/** Bodies that are measured at most. */
const MAX_BODIES = 5;
/** A body that promises to lower the cost by less than this much, or this share of it, is not measured. */
const COST_TOLERANCE = 0.5;
const COST_TOLERANCE_SHARE = 0.05;
/** Steps on what is foreseen, which cost a tenth of a body each. */
const MAX_STEPS = 20;
const STEP_TOLERANCE = 0.1;
const STEP_SHARES = [1, 0.5, 0.2, 0.05] as const;

/** Quantities as they are foreseen: those of the reference, with corrections found on bodies that were measured. */
interface Foresight {
	readonly fitter: PhotoFitter;
	readonly reference: ReferenceBody;
	readonly quantities: readonly number[];
	/** [SHAPE_COUNT] where the corrections are exact */
	at: Float64Array;
	/** [quantities] and [quantities*SHAPE_COUNT]; scaled */
	readonly offsets: Float64Array;
	readonly slopes: Float64Array;
	/** Scratch over all of BODY_QUANTITIES. */
	readonly all: Float64Array;
	readonly byShape: Float64Array;
}

/**
 * Finds the body with the wanted measurements. How the points of a body follow its shape is known exactly, kinks and all, and
 * measurements follow the points nearly linearly: a body is solved for on that model, measured, the model corrected by what
 * was found (Broyden), and so on, two or three times.
 *
 * @param reference a body of the same kind
 *
 * Leaves some body in `fitter.shape`.
 */
export function embedBody(
	fitter: PhotoFitter,
	wanted: EmbedTask,
	reference: ReferenceBody,
	signal?: { readonly aborted: boolean },
): EmbeddedBody {
	const task = scaledTask(wanted);
	const foresight = createForesight(fitter, reference, task.quantities);
	const measured = new Float64Array(task.quantities.length);
	let x = task.shapeMean;
	let cost = Infinity;
	let iterations = 0;
	let from = x;
	while (iterations < MAX_BODIES && signal?.aborted !== true) {
		const enough = Math.max(COST_TOLERANCE, COST_TOLERANCE_SHARE * cost);
		const aim = solveForeseen(foresight, task, from);
		if (cost - aim.cost < enough) break;
		evaluateQuantities(measured, fitter, namedShape(aim.x), task.quantities);
		iterations++;
		task.quantities.forEach((q, i) => {
			if (q === MASS_PLACE) measured[i] = Math.sqrt(measured[i]);
		});
		correctForesight(foresight, task.shapeSigma, aim.x, measured, iterations === 1);
		const found = costOf(task, aim.x, measured);
		if (found < cost) {
			x = aim.x;
			cost = found;
		}
		from = x;
	}
	return { x, cost, iterations };
}

/** The task with the quantities in the reference's scale. */
function scaledTask(task: EmbedTask): EmbedTask {
	const targets = task.targets.slice();
	const tolerances = task.tolerances.slice();
	task.quantities.forEach((q, i) => {
		if (q !== MASS_PLACE) return;
		targets[i] = Math.sqrt(Math.max(0.1, targets[i]));
		tolerances[i] /= 2 * targets[i];
	});
	return { ...task, targets, tolerances };
}

function createForesight(fitter: PhotoFitter, reference: ReferenceBody, quantities: readonly number[]): Foresight {
	const { count } = reference.response;
	const all = new Float64Array(count);
	evaluateShapeResponse(all, null, fitter.model, reference.response, reference.x);
	return {
		fitter,
		reference,
		quantities,
		at: reference.x,
		offsets: Float64Array.from(quantities, (q) => reference.values[q] - all[q]),
		slopes: new Float64Array(quantities.length * SHAPE_COUNT),
		all,
		byShape: new Float64Array(count * SHAPE_COUNT),
	};
}

/** @param jacobian [quantities*SHAPE_COUNT], null to skip */
function foresee(out: Float64Array, jacobian: Float64Array | null, foresight: Foresight, x: Float64Array): void {
	const { fitter, reference, quantities, at, offsets, slopes, all, byShape } = foresight;
	evaluateShapeResponse(all, jacobian === null ? null : byShape, fitter.model, reference.response, x);
	for (let i = 0; i < quantities.length; i++) {
		let sum = all[quantities[i]] + offsets[i];
		const row = i * SHAPE_COUNT;
		const from = quantities[i] * SHAPE_COUNT;
		for (let p = 0; p < SHAPE_COUNT; p++) sum += slopes[row + p] * (x[p] - at[p]);
		out[i] = sum;
		if (jacobian === null) continue;
		for (let p = 0; p < SHAPE_COUNT; p++) jacobian[row + p] = byShape[from + p] + slopes[row + p];
	}
}

/**
 * Makes the foresight exact at a body. Slopes change by the least that explains what was found (Broyden), in the metric of
 * the shape's widths.
 *
 * @param isFirst the reference may be a mixture whose own quantities nobody measured: the slopes stay
 */
function correctForesight(
	foresight: Foresight,
	sigma: Float64Array,
	x: Float64Array,
	measured: Float64Array,
	isFirst: boolean,
): void {
	const { at, offsets, slopes } = foresight;
	const foreseen = new Float64Array(measured.length);
	foresee(foreseen, null, foresight, x);
	let length = 0;
	for (let p = 0; p < SHAPE_COUNT; p++) length += ((x[p] - at[p]) / sigma[p]) ** 2;
	for (let i = 0; i < measured.length; i++) {
		const row = i * SHAPE_COUNT;
		const surprise = measured[i] - foreseen[i];
		offsets[i] += surprise;
		for (let p = 0; p < SHAPE_COUNT; p++) {
			offsets[i] += slopes[row + p] * (x[p] - at[p]);
			if (!isFirst && length > 1e-9) slopes[row + p] += ((surprise / length) * (x[p] - at[p])) / sigma[p] ** 2;
		}
	}
	foresight.at = x;
}

/** [SHAPE_COUNT] values at which slopes by a parameter change: anchors of a phenotype, no local change. */
const KINKS: readonly (readonly number[])[] = SHAPE_PARAMETERS.map((parameter) =>
	parameter.kind === "local" ? [0] : [...phenotypeAnchors(parameter.label as PhenotypeLabel)].slice(1, -1),
);
/** Slopes of one side of a kink are taken so far from it. */
const BESIDE = 1e-9;

/**
 * The best body as far as can be foreseen, by Gauss–Newton steps within bounds. A step ends at the kinks next to where it
 * starts, and so never trusts slopes beyond them; from a kink the next step looks to its other side.
 */
function solveForeseen(foresight: Foresight, task: EmbedTask, start: Float64Array): { x: Float64Array; cost: number } {
	const count = task.quantities.length;
	let x = start.slice();
	const values = new Float64Array(count);
	const jacobian = new Float64Array(count * SHAPE_COUNT);
	const hessian = new Float64Array(SHAPE_COUNT * SHAPE_COUNT);
	const gradient = new Float64Array(SHAPE_COUNT);
	const aim = new Float64Array(SHAPE_COUNT);
	const side = new Int8Array(SHAPE_COUNT).fill(1);
	const lower = new Float64Array(SHAPE_COUNT);
	const upper = new Float64Array(SHAPE_COUNT);
	const beside = new Float64Array(SHAPE_COUNT);
	foresee(values, null, foresight, x);
	let cost = costOf(task, x, values);
	let idle = 0;
	for (let step = 0; step < MAX_STEPS && idle < 2; step++) {
		for (let p = 0; p < SHAPE_COUNT; p++) {
			lower[p] = task.lower[p];
			upper[p] = task.upper[p];
			beside[p] = x[p];
			for (const kink of KINKS[p]) {
				if (x[p] === kink) beside[p] += BESIDE * side[p];
				if (beside[p] > kink) lower[p] = Math.max(lower[p], kink);
				else upper[p] = Math.min(upper[p], kink);
			}
		}
		foresee(values, jacobian, foresight, beside);
		linearize(hessian, gradient, task, x, values, jacobian);
		boundedStep(aim, hessian, gradient, x, lower, upper);
		const before = cost;
		for (const share of STEP_SHARES) {
			const next = share === 1 ? aim.slice() : x.map((v, p) => v + share * (aim[p] - v));
			foresee(values, null, foresight, next);
			const nextCost = costOf(task, next, values);
			if (!(nextCost < cost)) continue;
			x = next;
			cost = nextCost;
			break;
		}
		for (let p = 0; p < SHAPE_COUNT; p++) {
			for (const kink of KINKS[p]) {
				// boundedStep adds to x: what ends at a kink may miss it by rounding.
				if (Math.abs(x[p] - kink) > 1e-12) continue;
				side[p] = x[p] === kink && beside[p] !== x[p] ? -side[p] : beside[p] > kink ? -1 : 1;
				x[p] = kink;
			}
		}
		idle = before - cost > STEP_TOLERANCE ? 0 : idle + 1;
	}
	return { x, cost };
}

function costOf(task: EmbedTask, x: Float64Array, values: Float64Array): number {
	let cost = 0;
	for (let p = 0; p < SHAPE_COUNT; p++) cost += 0.5 * ((x[p] - task.shapeMean[p]) / task.shapeSigma[p]) ** 2;
	for (let i = 0; i < values.length; i++) cost += 0.5 * ((values[i] - task.targets[i]) / task.tolerances[i]) ** 2;
	return cost;
}

/** Gauss–Newton's Hessian and the gradient of {@link costOf}. */
function linearize(
	hessian: Float64Array,
	gradient: Float64Array,
	task: EmbedTask,
	x: Float64Array,
	values: Float64Array,
	jacobian: Float64Array,
): void {
	hessian.fill(0);
	for (let p = 0; p < SHAPE_COUNT; p++) {
		hessian[p * SHAPE_COUNT + p] = 1 / task.shapeSigma[p] ** 2;
		gradient[p] = (x[p] - task.shapeMean[p]) / task.shapeSigma[p] ** 2;
	}
	for (let i = 0; i < values.length; i++) {
		const weight = 1 / task.tolerances[i] ** 2;
		const miss = weight * (values[i] - task.targets[i]);
		const row = i * SHAPE_COUNT;
		for (let p = 0; p < SHAPE_COUNT; p++) {
			const g = jacobian[row + p];
			if (g === 0) continue;
			gradient[p] += miss * g;
			for (let q = 0; q <= p; q++) hessian[p * SHAPE_COUNT + q] += weight * g * jacobian[row + q];
		}
	}
	for (let p = 0; p < SHAPE_COUNT; p++)
		for (let q = 0; q < p; q++) hessian[q * SHAPE_COUNT + p] = hessian[p * SHAPE_COUNT + q];
}
