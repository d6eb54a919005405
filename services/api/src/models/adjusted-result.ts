import {
	AppError,
	type BulkDocument,
	type MeasurementDocument,
	type MeasurementEstimate,
	type ModelAdjustment,
	type ModelDocument,
	type ResultDocument,
} from "@anny-fitter/contracts";
import { interval90, normalWithin } from "@anny-fitter/math";

/** A value that was set by hand counts as reached when the body is this near to it. */
const REACHED_M = 0.005;
const REACHED_KG = 0.5;
/** Error of a value that was set by hand: as near as a tape is read and the body has to come. */
const SET_SIGMA_M = 0.005;
/** Scatter of what people weigh against mesh volume × density, as for fits. */
const SET_MASS_SIGMA_SHARE = 0.01;
/** Confidence is the probability that a value is within this share of the truth. */
const CONFIDENCE_MARGIN = 0.03;
const CODE = "adjusted_by_hand";

/** Content of an adjusted model: a result document, the model that it comes from, and its name. */
export type AdjustedResult = ResultDocument & Pick<ModelDocument, "based_on_model_id" | "name">;

/**
 * The document of a body that was changed by hand. What was set is as sure as a tape; all else keeps the base's error as
 * a share of its value. Photos, poses and what was stated are the base's.
 *
 * @param base the model that was changed
 * @param measured the new body, as the server measured it
 * @throws AppError `not_reached` when the body does not have what was set, `invalid_argument` for unknown measurements
 */
export function adjustedResult(
	base: ResultDocument,
	baseId: string,
	change: ModelAdjustment,
	measured: MeasurementDocument,
	timings_ms: ResultDocument["timings_ms"],
): AdjustedResult {
	const mass_kg = measured.mass_kg ?? base.mass_kg;
	requireReached(change, base, measured, mass_kg);
	const massScale = mass_kg / base.mass_kg;
	const massSigma_kg = change.mass_kg === undefined ? base.mass_sigma_kg * massScale : SET_MASS_SIGMA_SHARE * mass_kg;
	const message = `${setByHand(change, measured)} set by hand; all other values belong to the body that results.`;
	// An adjusted base has a name of its own.
	const { name: _, ...kept }: AdjustedResult = base;
	const withoutOwn = <Note extends { code: string }>(notes: readonly Note[]) =>
		notes.filter(({ code }) => code !== CODE);
	return {
		...kept,
		phenotypes: change.phenotypes,
		local_changes: change.local_changes,
		measurements: adjustedMeasurements(base, change, measured),
		stature_m: measured.measurements.stature?.value_m ?? base.stature_m,
		mass_kg,
		mass_sigma_kg: massSigma_kg,
		mass_interval90_kg: interval90(mass_kg, massSigma_kg),
		...adjustedBulk(base, measured, massSigma_kg / mass_kg),
		quality: { ...base.quality, flags: [...withoutOwn(base.quality.flags), { code: CODE, message }] },
		timings_ms,
		model_data: measured.model_data ?? base.model_data,
		warnings: [
			...withoutOwn(base.warnings),
			...measured.warnings.filter((warning) => !base.warnings.some(({ message }) => message === warning.message)),
			{ code: CODE, message: `${message} Photos and landmarks are those of the model that this one is based on.` },
		],
		based_on_model_id: baseId,
		...(change.name === undefined ? {} : { name: change.name }),
	};
}

/** Volume as sure as the mass, surface area as sure as it was; what the base does not know stays unknown. */
function adjustedBulk(base: ResultDocument, measured: MeasurementDocument, massShare: number): BulkDocument {
	const { volume_m3, surface_area_m2 } = measured;
	const { surface_area_m2: before_m2, surface_area_sigma_m2: sigma_m2 } = base;
	if (volume_m3 === null || surface_area_m2 === null || before_m2 === undefined || sigma_m2 === undefined) return {};
	const volumeSigma_m3 = massShare * volume_m3;
	const areaSigma_m2 = (sigma_m2 * surface_area_m2) / before_m2;
	return {
		volume_m3,
		volume_sigma_m3: volumeSigma_m3,
		volume_interval90_m3: interval90(volume_m3, volumeSigma_m3),
		surface_area_m2,
		surface_area_sigma_m2: areaSigma_m2,
		surface_area_interval90_m2: interval90(surface_area_m2, areaSigma_m2),
	};
}

/** Measurements that the base has, in its order. */
function adjustedMeasurements(
	base: ResultDocument,
	{ adjusted }: ModelAdjustment,
	measured: MeasurementDocument,
): ResultDocument["measurements"] {
	const measurements: ResultDocument["measurements"] = {};
	for (const [id, before] of Object.entries(base.measurements)) {
		const now = measured.measurements[id];
		if (now === undefined) continue;
		measurements[id] = adjusted[id] === undefined ? scaled(before, now) : set(now);
	}
	return measurements;
}

type Measured = MeasurementDocument["measurements"][string];

function set({ value_m, definition }: Measured): MeasurementEstimate {
	return {
		value_m,
		sigma_m: SET_SIGMA_M,
		interval90_m: interval90(value_m, SET_SIGMA_M),
		confidence: normalWithin(CONFIDENCE_MARGIN * value_m, SET_SIGMA_M),
		sources: ["stated"],
		definition,
	};
}

function scaled(before: MeasurementEstimate, { value_m, definition }: Measured): MeasurementEstimate {
	const scale = before.value_m > 0 ? value_m / before.value_m : 1;
	const sigma_m = before.sigma_m * scale;
	return { ...before, value_m, sigma_m, interval90_m: interval90(value_m, sigma_m), definition };
}

function requireReached(
	{ adjusted, mass_kg: wanted_kg }: ModelAdjustment,
	base: ResultDocument,
	measured: MeasurementDocument,
	mass_kg: number,
): void {
	const issues: { path: string; message: string }[] = [];
	for (const [id, wanted_m] of Object.entries(adjusted)) {
		const reached_m = measured.measurements[id]?.value_m;
		if (reached_m === undefined || base.measurements[id] === undefined) {
			throw new AppError("invalid_argument", `The model has no measurement "${id}".`, {
				remedy: "Use the names of its measurements.",
				details: { field: `adjusted.${id}` },
			});
		}
		if (Math.abs(reached_m - wanted_m) > REACHED_M) {
			issues.push({ path: `adjusted.${id}`, message: `the body has ${reached_m.toFixed(4)} m` });
		}
	}
	if (wanted_kg !== undefined && Math.abs(mass_kg - wanted_kg) > REACHED_KG) {
		issues.push({ path: "mass_kg", message: `the body has ${mass_kg.toFixed(2)} kg` });
	}
	if (issues.length === 0) return;
	throw new AppError("not_reached", "The body that these parameters make does not have the values that were set.", {
		details: { issues },
	});
}

function setByHand({ adjusted, mass_kg }: ModelAdjustment, measured: MeasurementDocument): string {
	const names = Object.keys(adjusted).map((id) => measured.measurements[id]?.definition.name ?? id);
	if (mass_kg !== undefined) names.push("Body mass");
	const last = names.pop();
	return names.length === 0 ? `${last} was` : `${names.join(", ")} and ${last} were`;
}
