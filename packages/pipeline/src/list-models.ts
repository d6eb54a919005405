import type { ModelsDocument } from "@anny-fitter/contracts";
import { listBodyModelSources } from "@anny-fitter/platform";

export interface ListModelsOptions {
	/** Folder with the official body data; otherwise what is installed. */
	readonly modelDataDir?: string | undefined;
	readonly cacheDir?: string | undefined;
}

/** Every model that the product can use, with its origin, licence and whether it is there. */
export async function listModels(options: ListModelsOptions = {}): Promise<ModelsDocument> {
	const bodies = listBodyModelSources(options).map((source): ModelsDocument["models"][number] => ({
		id: `anny_${source.origin}`,
		purpose: source.chosen ? "body model (in use)" : "body model",
		origin: source.detail ?? source.path ?? "not installed",
		licence: source.licence,
		status: source.present ? "available" : "missing",
		size_bytes: source.size_bytes,
	}));
	const { listImageModels, listVisionModels, visionModelDir } = await import("@anny-fitter/vision");
	const networks = (await listVisionModels()).map((model): ModelsDocument["models"][number] => ({
		id: model.name,
		purpose: model.purpose,
		origin: model.source,
		licence: model.license,
		status: model.status === "installed" ? "available" : model.status,
		size_bytes: model.status === "missing" ? null : model.size_bytes,
	}));
	const imageModels = (await listImageModels(visionModelDir())).map((model): ModelsDocument["models"][number] => ({
		id: model.id,
		purpose: `${model.kind === "depth" ? "depth" : "outline"}: ${model.title}${model.isUsed ? " (in use)" : ""}`,
		origin: model.origin,
		licence: model.licence,
		status: model.status,
		size_bytes: model.size_bytes,
		kind: model.kind,
		sha256: [...model.sha256],
		in_use: model.isUsed,
	}));
	return { schema_version: 1, models: [...bodies, ...networks, ...imageModels] };
}
