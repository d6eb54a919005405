import type { ImageMeasurementDocument, ParamsDocument, ResultDocument } from "@anny-fitter/contracts";
import { interval90 } from "@anny-fitter/math";
import type { DatabaseSchema, FittedModelRow, MeasurementRow } from "@anny-fitter/platform/database";
import type { Insertable } from "kysely";

const NUMBERS_PER_BONE = 12;
const BYTES_PER_BONE = 8 * NUMBERS_PER_BONE;

/** The measurement that holds the body's mass; all others are lengths. */
const MASS = "mass";

/** What of a result document the columns of a model hold. */
export function modelColumns(result: ResultDocument) {
	const { phenotypes, local_changes, pose, measurements: _, image_measurements: __, ...document } = result;
	const bones = Object.keys(pose);
	return {
		phenotype_parameters: JSON.stringify(phenotypes),
		local_changes: JSON.stringify(local_changes),
		pose_parameters: bones.length === 0 ? null : packPose(bones, pose),
		pose_bones: JSON.stringify(bones),
		fitting_error: result.quality.expected_pve_mm ?? result.quality.pve_mm ?? null,
		document: JSON.stringify(document),
	};
}

type NewMeasurement = Omit<Insertable<DatabaseSchema["measurements"]>, "model_id" | "user_id">;

/** One row per measurement, and one for the mass; then one per measurement of the photos. */
export function measurementRows(result: ResultDocument): NewMeasurement[] {
	const rows = Object.entries(result.measurements).map(
		([id, measurement], index): NewMeasurement => ({
			measurement_type: id,
			value: measurement.value_m,
			unit: "meters",
			sigma: measurement.sigma_m,
			interval90_low: measurement.interval90_m[0],
			interval90_high: measurement.interval90_m[1],
			confidence: measurement.confidence,
			extracted_from: "model",
			detail: JSON.stringify({ sources: measurement.sources, definition: measurement.definition, order: index }),
		}),
	);
	rows.push({
		measurement_type: MASS,
		value: result.mass_kg,
		unit: "kilograms",
		sigma: result.mass_sigma_kg,
		interval90_low: result.mass_interval90_kg[0],
		interval90_high: result.mass_interval90_kg[1],
		extracted_from: "model",
		detail: JSON.stringify({ order: rows.length }),
	});
	for (const [order, { id, value_m, sigma_m, confidence, views, over_clothing }] of (
		result.image_measurements ?? []
	).entries()) {
		const [low, high] = interval90(value_m, sigma_m);
		rows.push({
			measurement_type: id,
			value: value_m,
			unit: "meters",
			sigma: sigma_m,
			interval90_low: low,
			interval90_high: high,
			confidence,
			extracted_from: "image",
			detail: JSON.stringify({ views, over_clothing, order }),
		});
	}
	return rows;
}

/** Columns that the body's parameters are rebuilt from. */
export const PARAMETER_COLUMNS = [
	"phenotype_parameters",
	"local_changes",
	"pose_parameters",
	"pose_bones",
	"document",
] as const satisfies readonly (keyof FittedModelRow)[];

type ParameterRow = Pick<FittedModelRow, (typeof PARAMETER_COLUMNS)[number]>;

/** The parameters of the stored body. */
export function storedParams(row: ParameterRow): ParamsDocument {
	const document = row.document as Pick<ResultDocument, "pose_parameterization" | "all_phenotypes">;
	return {
		phenotypes: row.phenotype_parameters,
		local_changes: row.local_changes,
		pose_parameterization: document.pose_parameterization,
		pose: unpackPose(row.pose_bones, row.pose_parameters),
		all_phenotypes: document.all_phenotypes,
	};
}

/** The result document as the fit made it. */
export function storedResult(row: ParameterRow, measurements: readonly MeasurementRow[]): ResultDocument {
	const { schema_version, stated, ...rest } = row.document as unknown as Omit<
		ResultDocument,
		"phenotypes" | "local_changes" | "pose" | "measurements" | "image_measurements"
	>;
	const params = storedParams(row);
	const seen = storedImageMeasurements(measurements);
	return {
		schema_version,
		stated,
		phenotypes: params.phenotypes,
		local_changes: params.local_changes,
		pose: params.pose,
		...rest,
		measurements: storedMeasurements(measurements),
		// Results without photos, and those of older versions, have none.
		...(seen.length === 0 ? {} : { image_measurements: seen }),
	};
}

/** What the photos themselves showed, in the order of the fit's. */
export function storedImageMeasurements(rows: readonly MeasurementRow[]): ImageMeasurementDocument[] {
	type Detail = Pick<ImageMeasurementDocument, "views" | "over_clothing"> & { order: number };
	return rows
		.filter((row) => row.extracted_from === "image")
		.map((row) => ({ row, detail: row.detail as unknown as Detail }))
		.sort((a, b) => a.detail.order - b.detail.order)
		.map(({ row, detail }) => ({
			id: row.measurement_type,
			value_m: row.value,
			sigma_m: row.sigma ?? 0,
			confidence: row.confidence ?? 0,
			views: detail.views,
			over_clothing: detail.over_clothing,
		}));
}

/** Measurements as documents carry them, in the order of the fit's. */
export function storedMeasurements(rows: readonly MeasurementRow[]): ResultDocument["measurements"] {
	type Estimate = ResultDocument["measurements"][string];
	type Detail = Pick<Estimate, "sources" | "definition"> & { order: number };
	const ordered = rows
		.filter((row) => row.unit === "meters" && row.extracted_from === "model")
		.map((row) => ({ row, detail: row.detail as unknown as Detail }))
		.sort((a, b) => a.detail.order - b.detail.order);
	return Object.fromEntries(
		ordered.map(({ row, detail }): [string, Estimate] => [
			row.measurement_type,
			{
				value_m: row.value,
				sigma_m: row.sigma ?? 0,
				interval90_m: [row.interval90_low ?? row.value, row.interval90_high ?? row.value],
				confidence: row.confidence ?? 0,
				sources: detail.sources,
				definition: detail.definition,
			},
		]),
	);
}

/** Little-endian Float64, so that the pose comes back exactly. */
function packPose(bones: readonly string[], pose: ResultDocument["pose"]): Buffer {
	const bytes = Buffer.alloc(BYTES_PER_BONE * bones.length);
	let at = 0;
	for (const bone of bones) {
		for (const number of pose[bone] ?? []) at = bytes.writeDoubleLE(number, at);
	}
	return bytes;
}

function unpackPose(bones: readonly string[], bytes: Uint8Array | null): ResultDocument["pose"] {
	const buffer = Buffer.from(bytes ?? []);
	return Object.fromEntries(
		bones.map((bone, index) => [
			bone,
			Array.from({ length: NUMBERS_PER_BONE }, (_, i) => buffer.readDoubleLE(BYTES_PER_BONE * index + 8 * i)),
		]),
	);
}
