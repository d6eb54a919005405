import type { VerifiedModelsDocument } from "@anny-fitter/contracts";
import { AppError, nearestName } from "@anny-fitter/contracts";
import type { PulledFile, PullOptions } from "@anny-fitter/vision";

/**
 * Fetches a segmentation or depth network of the catalogue into the user's models folder.
 *
 * @param id as `listModels` names it
 * @throws {AppError} `invalid_argument`, `model_hash_mismatch`, `download_failed`, `output_not_writable`, `cancelled`
 */
export async function pullImageModel(id: string, options: Omit<PullOptions, "folder"> = {}): Promise<PulledFile[]> {
	const { MODEL_CATALOGUE, pullModel, visionModelDir } = await import("@anny-fitter/vision");
	const model = MODEL_CATALOGUE.find((candidate) => candidate.id === id);
	if (model === undefined) {
		const ids = MODEL_CATALOGUE.map((candidate) => candidate.id);
		const near = nearestName(id, ids);
		throw new AppError("invalid_argument", `There is no network ${id} to pull.`, {
			remedy: near === null ? `Choose one of ${ids.join(", ")}.` : `Did you mean ${near}?`,
		});
	}
	return pullModel(model, { ...options, folder: visionModelDir() });
}

/**
 * Tells what the files in the models folder are, or one file anywhere, and whether they are what they should be.
 *
 * @param path a file; all of the folder's without it
 * @param sha256 the hash that the file must have
 * @throws {AppError} `file_not_found`, `model_unusable`
 */
export async function verifyImageModels(path?: string, sha256?: string): Promise<VerifiedModelsDocument> {
	const { verifyImageModels: verify, visionModelDir } = await import("@anny-fitter/vision");
	const files = await verify(visionModelDir(), path, sha256);
	return {
		schema_version: 1,
		files: files.map(({ title, isUsed, ...file }) => ({ ...file, published_as: title, in_use: isUsed })),
	};
}
