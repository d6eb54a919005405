import { ModelFileError, readModelFile } from "./model-package.js";
import { MODEL_FILES, MODEL_LICENSE, MODEL_PACKAGE, type ModelFile } from "./model-table.js";

/** One row of the list of networks. */
export interface ModelStatus extends ModelFile {
	readonly license: typeof MODEL_LICENSE;
	/** npm package that brings the file. */
	readonly source: typeof MODEL_PACKAGE;
	/** `installed`: present with the expected hash. `changed`: present with another one. */
	readonly status: "installed" | "changed" | "missing";
}

/** List every network with its licence, size and hash, and verify the installed files (reads about 47 MB). */
export async function listVisionModels(): Promise<ModelStatus[]> {
	const rows: ModelStatus[] = [];
	for (const file of MODEL_FILES) {
		let status: ModelStatus["status"] = "installed";
		try {
			await readModelFile(file.name);
		} catch (error) {
			if (!(error instanceof ModelFileError)) throw error;
			status = error.reason;
		}
		rows.push({ ...file, license: MODEL_LICENSE, source: MODEL_PACKAGE, status });
	}
	return rows;
}
