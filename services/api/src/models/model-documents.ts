import {
	describeComparison,
	type ImageMeasurementDocument,
	type ModelComparison,
	type ModelDocument,
	type ModelMeasurements,
	type ResultDocument,
} from "@anny-fitter/contracts";
import { interval90 } from "@anny-fitter/math";
import type { FittedModelRow, MeasurementRow } from "@anny-fitter/platform/database";
import { compareBodies } from "@anny-fitter/reference";
import { modelSummary } from "./read-model.js";
import { storedImageMeasurements, storedMeasurements, storedResult } from "./stored-model.js";

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

/** Where measurements come from: the fitted body, or the photos themselves. */
export type MeasurementOrigin = MeasurementRow["extracted_from"];

/** @param origin only those of it; all without */
export function modelMeasurements(model: StoredModel, origin?: MeasurementOrigin): ModelMeasurements {
	const { row } = model;
	const measurements = rowsOf(model, origin);
	const document = row.document as unknown as ResultDocument;
	const { stature_m, mass_kg, mass_sigma_kg, mass_interval90_kg } = document;
	const { volume_m3, volume_sigma_m3, volume_interval90_m3 } = document;
	const { surface_area_m2, surface_area_sigma_m2, surface_area_interval90_m2 } = document;
	return {
		model_id: row.model_id,
		measurements: storedMeasurements(measurements),
		image_measurements: storedImageMeasurements(measurements),
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

function rowsOf({ measurements }: StoredModel, origin?: MeasurementOrigin): readonly MeasurementRow[] {
	return origin === undefined ? measurements : measurements.filter((row) => row.extracted_from === origin);
}

/** What differs from `a` to `b`, and what of it is more than noise. */
export function compareModels(a: StoredModel, b: StoredModel): ModelComparison {
	const isSameSubject = a.row.subject_id === b.row.subject_id;
	const documentA = storedResult(a.row, a.measurements);
	const compared = compareBodies(documentA, storedResult(b.row, b.measurements), isSameSubject);
	return {
		a: modelSummary(a.row),
		b: modelSummary(b.row),
		is_same_subject: isSameSubject,
		...describeComparison(compared, documentA.measurements),
	};
}

/**
 * Measurements as a table: one line each, a header first; RFC 4180. Those of the photos follow those of the body.
 *
 * @param origin only those of it; all without
 */
export function measurementsCsv(model: StoredModel, origin?: MeasurementOrigin): string {
	const measurements = rowsOf(model, origin);
	return [
		csvLine([...CSV_COLUMNS]),
		...(origin === "image" ? [] : bodyLines(model.row, measurements).map((line) => csvLine([...line, "model", null]))),
		...storedImageMeasurements(measurements).map(imageLine),
	].join("");
}

const CSV_COLUMNS = [
	"measurement",
	"value",
	"sigma",
	"interval90_low",
	"interval90_high",
	"unit",
	"confidence",
	"version",
	"name",
	"extracted_from",
	"over_clothing",
] as const;

function imageLine({ id, value_m, sigma_m, confidence, over_clothing }: ImageMeasurementDocument): string {
	const clothing = String(over_clothing);
	return csvLine([
		id,
		value_m,
		sigma_m,
		...interval90(value_m, sigma_m),
		"m",
		confidence,
		null,
		null,
		"image",
		clothing,
	]);
}

function bodyLines(row: FittedModelRow, measurements: readonly MeasurementRow[]): (string | number | null)[][] {
	const document = row.document as unknown as ResultDocument;
	const { mass_kg, mass_sigma_kg, mass_interval90_kg } = document;
	const lines: (string | number | null)[][] = [];
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
	return lines;
}

function csvLine(fields: readonly (string | number | null)[]): string {
	return `${fields.map(csvField).join(",")}\r\n`;
}

function csvField(value: string | number | null): string {
	const text = value === null ? "" : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
