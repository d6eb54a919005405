import type { ModelComparison, ModelDocument, ModelMeasurements, ResultDocument } from "@anny-fitter/contracts";
import { Z90 } from "@anny-fitter/math";
import type { FittedModelRow, MeasurementRow } from "@anny-fitter/platform/database";
import { modelSummary } from "./read-model.js";
import { storedMeasurements, storedResult } from "./stored-model.js";

export interface StoredModel {
	readonly row: FittedModelRow;
	readonly measurements: readonly MeasurementRow[];
}

export function modelDocument({ row, measurements }: StoredModel): ModelDocument {
	return {
		model_id: row.model_id,
		subject_id: row.subject_id,
		session_id: row.session_id,
		created_at: row.created_at.toISOString(),
		...storedResult(row, measurements),
	};
}

export function modelMeasurements({ row, measurements }: StoredModel): ModelMeasurements {
	const document = row.document as unknown as ResultDocument;
	const { stature_m, mass_kg, mass_sigma_kg, mass_interval90_kg } = document;
	const { volume_m3, volume_sigma_m3, volume_interval90_m3 } = document;
	const { surface_area_m2, surface_area_sigma_m2, surface_area_interval90_m2 } = document;
	return {
		model_id: row.model_id,
		measurements: storedMeasurements(measurements),
		stature_m,
		mass_kg,
		mass_sigma_kg,
		mass_interval90_kg,
		volume_m3,
		volume_sigma_m3,
		volume_interval90_m3,
		surface_area_m2,
		surface_area_sigma_m2,
		surface_area_interval90_m2,
	};
}

/** What differs from `a` to `b`, and whether the errors of the two explain it. */
export function compareModels(a: StoredModel, b: StoredModel): ModelComparison {
	const [documentA, documentB] = [modelMeasurements(a), modelMeasurements(b)];
	const measurements: ModelComparison["measurements"] = {};
	for (const [id, inA] of Object.entries(documentA.measurements)) {
		const inB = documentB.measurements[id];
		// Two versions of a definition measure different things.
		if (inB === undefined || inB.definition.version !== inA.definition.version) continue;
		const { difference, sigma, isBeyond } = compare(inA.value_m, inA.sigma_m, inB.value_m, inB.sigma_m);
		measurements[id] = {
			a_m: inA.value_m,
			b_m: inB.value_m,
			difference_m: difference,
			difference_sigma_m: sigma,
			is_beyond_interval90: isBeyond,
			definition: inA.definition,
		};
	}
	const mass = compare(documentA.mass_kg, documentA.mass_sigma_kg, documentB.mass_kg, documentB.mass_sigma_kg);
	return {
		a: modelSummary(a.row),
		b: modelSummary(b.row),
		is_same_subject: a.row.subject_id === b.row.subject_id,
		measurements,
		mass: {
			a_kg: documentA.mass_kg,
			b_kg: documentB.mass_kg,
			difference_kg: mass.difference,
			difference_sigma_kg: mass.sigma,
			is_beyond_interval90: mass.isBeyond,
		},
	};
}

function compare(a: number, sigmaA: number, b: number, sigmaB: number) {
	const difference = b - a;
	const sigma = Math.hypot(sigmaA, sigmaB);
	return { difference, sigma, isBeyond: Math.abs(difference) > Z90 * sigma };
}

/** Measurements as a table: one line each, a header first; RFC 4180. */
export function measurementsCsv({ row, measurements }: StoredModel): string {
	const document = row.document as unknown as ResultDocument;
	const { mass_kg, mass_sigma_kg, mass_interval90_kg } = document;
	const lines: (string | number | null)[][] = [
		["measurement", "value", "sigma", "interval90_low", "interval90_high", "unit", "confidence", "version", "name"],
	];
	for (const [id, measurement] of Object.entries(storedMeasurements(measurements))) {
		lines.push([
			id,
			measurement.value_m,
			measurement.sigma_m,
			...measurement.interval90_m,
			"m",
			measurement.confidence,
			measurement.definition.version,
			measurement.definition.name,
		]);
	}
	lines.push(["mass", mass_kg, mass_sigma_kg, ...mass_interval90_kg, "kg", null, null, "Body mass"]);
	const { volume_m3, volume_sigma_m3, volume_interval90_m3 } = document;
	const { surface_area_m2, surface_area_sigma_m2, surface_area_interval90_m2 } = document;
	// Results of older versions have neither.
	if (volume_m3 !== undefined && volume_sigma_m3 !== undefined && volume_interval90_m3 !== undefined) {
		lines.push(["volume", volume_m3, volume_sigma_m3, ...volume_interval90_m3, "m3", null, null, "Body volume"]);
	}
	if (
		surface_area_m2 !== undefined &&
		surface_area_sigma_m2 !== undefined &&
		surface_area_interval90_m2 !== undefined
	) {
		const [low, high] = surface_area_interval90_m2;
		const name = "Body surface area";
		lines.push(["surface_area", surface_area_m2, surface_area_sigma_m2, low, high, "m2", null, null, name]);
	}
	return lines.map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

function csvField(value: string | number | null): string {
	const text = value === null ? "" : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
