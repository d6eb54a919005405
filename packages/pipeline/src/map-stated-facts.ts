import { performance } from "node:perf_hooks";
import type { MeshFormat, ResultDocument, StatedFacts } from "@anny-fitter/contracts";
import { AppError } from "@anny-fitter/contracts";
import type { Disagreement } from "@anny-fitter/fitting";
import { openBodyFitter } from "./body-fitter.js";
import { buildBody, type MeshExportOptions } from "./build-body.js";
import { throwIfAborted } from "./fit-progress.js";
import { statedBody } from "./stated-body.js";

export interface MapRequest {
	readonly stated: StatedFacts;
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly signal?: AbortSignal;
}

export interface MapOutcome {
	readonly document: ResultDocument;
	/** Whether stated values disagree, or something else needs a look. */
	readonly flaggedForReview: boolean;
	exportMesh(format: MeshFormat, options?: MeshExportOptions): Uint8Array;
}

/** A value further than this from what the others let expect is a mistake, standard deviations. */
const IMPOSSIBLE_FROM = 20;

/**
 * The most plausible body of what was stated about a person, without photos.
 *
 * @throws {AppError} `invalid_argument` for measurements that do not exist and values that no person has together,
 *   `cancelled`, `model_data_missing`, `model_data_invalid`
 */
export async function mapStatedFacts({ stated, modelDataDir, signal }: MapRequest): Promise<MapOutcome> {
	statedBody(stated);
	const { fitter, modelData, fitSteps } = await openBodyFitter({ modelDataDir });
	const from = performance.now();
	const input = { views: [], stated, warnings: [], timings_ms: {}, fallback: null };
	const steps = fitSteps(input, { signal });
	let step = steps.next();
	while (!step.done) step = steps.next();
	throwIfAborted(signal);
	const { document, fit } = step.value;
	const [worst] = fit.mapped?.disagreements ?? [];
	if (worst !== undefined) refuseImpossible(worst);
	document.timings_ms.total = performance.now() - from;
	const { phenotypes, local_changes, all_phenotypes, pose_parameterization, pose } = document;
	const body = buildBody(
		fitter.model,
		{ phenotypes, local_changes, all_phenotypes, pose_parameterization, pose },
		modelData,
	);
	return {
		document,
		flaggedForReview: document.quality.flagged_for_review,
		exportMesh: (format, options) => body.exportMesh(format, options),
	};
}

function refuseImpossible({ quantity, stated, expected, sigma }: Disagreement): void {
	if (Math.abs(stated - expected) < IMPOSSIBLE_FROM * sigma) return;
	const [name, unit, factor] = quantity === "mass" ? ["weight", "kg", 1] : [quantity, "cm", 100];
	const show = (value: number): string => `${Number((factor * value).toFixed(1))} ${unit}`;
	throw new AppError(
		"invalid_argument",
		`Nobody has a ${name} of ${show(stated)} together with what else is stated: ${show(expected)} would be expected.`,
		{ remedy: "Check the values and their units.", details: { field: name } },
	);
}
