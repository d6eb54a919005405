import { AppError, type ModelSummary } from "@anny-fitter/contracts";
import type { FittedModelRow, MeasurementRow, Tx } from "@anny-fitter/platform/database";

/** @throws AppError `not_found`, also for models of others */
export async function readModel(tx: Tx, userId: string, modelId: string): Promise<FittedModelRow> {
	const row = await tx
		.selectFrom("fitted_models")
		.selectAll()
		.where("model_id", "=", modelId)
		.where("user_id", "=", userId)
		.executeTakeFirst();
	if (row === undefined) throw noSuchModel();
	return row;
}

export function noSuchModel(): AppError {
	return new AppError("not_found", "There is no such model.");
}

export async function readMeasurements(tx: Tx, modelId: string): Promise<MeasurementRow[]> {
	return tx.selectFrom("measurements").selectAll().where("model_id", "=", modelId).execute();
}

export function modelSummary(row: FittedModelRow): ModelSummary {
	const { stature_m, mass_kg, ...rest } = row.document as { stature_m: number; mass_kg: number };
	const { based_on_model_id = null, name = null } = rest as Partial<Pick<ModelSummary, "based_on_model_id" | "name">>;
	return {
		model_id: row.model_id,
		subject_id: row.subject_id,
		session_id: row.session_id,
		created_at: row.created_at.toISOString(),
		stature_m,
		mass_kg,
		photo_count: row.num_images_used,
		expected_pve_mm: row.fitting_error,
		flagged_for_review: row.flagged_for_review,
		review_state: row.review_state,
		based_on_model_id,
		name,
	};
}
