import type { MeshFormat, ResultDocument } from "@anny-fitter/contracts";
import type { MeshExportOptions } from "./build-body.js";
import type { FitEngineOptions, FitRequest } from "./fit-engine.js";
import { checkFitRequest, openFitEngine } from "./fit-engine.js";

export interface FitOutcome {
	readonly document: ResultDocument;
	/** Whether a person should look at the result before it is used. */
	readonly flaggedForReview: boolean;
	/** The fitted body in the pose of the first photo, or at rest, as a file. */
	exportMesh(format: MeshFormat, options?: MeshExportOptions): Uint8Array;
	/** The fitted body drawn over a photo, as PNG. It shows the person: for the person's own eyes. */
	renderOverlay(viewIndex: number): Promise<Uint8Array>;
}

/**
 * Fits one person and lets everything go again; whoever fits many keeps an engine open instead.
 *
 * @throws {AppError} with a code of the error table
 */
export async function fitPhotoFiles(request: FitRequest & FitEngineOptions): Promise<FitOutcome> {
	checkFitRequest(request);
	const engine = await openFitEngine(request);
	try {
		return await engine.fit(request);
	} finally {
		await engine.close();
	}
}
