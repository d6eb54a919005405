/** Entry of the worker thread: holds the body model and fits one person after another. */
import { AppError } from "@anny-fitter/contracts";
import { type BodyFit, openBodyFitter } from "@anny-fitter/pipeline";
import { serveTasks } from "@anny-fitter/platform/threads";
import type { FitTaskOutput, FittingTasks, FittingThreadData } from "./fitting-tasks.js";

/** Codes of regions go up to hair; see `PhotoObservation`. */
const LAST_REGION = 3;

await serveTasks<FittingTasks, FittingThreadData>(async (data) => {
	const fitter = await openBodyFitter(data);
	return {
		fit: ({ views, stated, warnings, timings_ms, fallback }, { signal, report }) => {
			const steps = fitter.fitSteps(
				{
					views: views.map(({ name, label, perception, ...observation }, i) => {
						requireFinite(observation.body, `views[${i}].observation.body`);
						requireFinite(observation.bodyWorld, `views[${i}].observation.body_world`);
						if (observation.mask !== null) requireShares(observation.mask, `views[${i}].observation.mask`);
						if (observation.regions !== null) requireLabels(observation.regions, `views[${i}].observation.regions`);
						const { inverseDepth } = observation;
						if (inverseDepth !== null) requireFinite(inverseDepth.values, `views[${i}].observation.inverse_depth`);
						return { name, label, perception, observation };
					}),
					stated,
					warnings,
					timings_ms,
					...(fallback === null ? {} : { fallback }),
				},
				{ signal },
			);
			let step = steps.next();
			for (; !step.done; step = steps.next()) report(step.value);
			return describe(step.value);
		},
	};
});

function describe({ document, failure }: BodyFit): FitTaskOutput {
	const stack = (failure?.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
	return {
		documentJson: JSON.stringify(document),
		isFlaggedForReview: document.quality.flagged_for_review,
		failure: failure && { error_name: failure.name, stack: stack.slice(0, 8).map((line) => line.trim()) },
	};
}

function requireFinite(values: Float64Array | Float32Array, field: string): void {
	if (values.every(Number.isFinite)) return;
	throw new AppError("invalid_argument", `${field} has values that are no numbers.`, { details: { field } });
}

function requireLabels(values: Uint8Array, field: string): void {
	if (values.every((label) => label <= LAST_REGION)) return;
	throw new AppError("invalid_argument", `${field} has labels that do not exist.`, { details: { field } });
}

function requireShares(values: Float32Array, field: string): void {
	for (let i = 0; i < values.length; i++) {
		const value = values[i] as number;
		if (value >= 0 && value <= 1) continue;
		throw new AppError("invalid_argument", `${field} has values outside 0…1.`, { details: { field } });
	}
}
