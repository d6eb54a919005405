import type { BodyModelOptions } from "@anny-fitter/body-model";

/** Where the compiled body model comes from. */
export type AssetSource =
	/** An address; in Node also the path of a file. */
	| string
	| URL
	/** The file's bytes. They must not change afterwards. */
	| Uint8Array
	| ArrayBuffer
	| SharedArrayBuffer
	/** An answer that is still to be read, such as `fetch("/anny.bin")`. */
	| Response
	| Promise<Response>;

/** How far loading is. */
export interface LoadProgress {
	/** `fetch`: bytes are arriving. `compile`: Node compiles the model from its data, once for every data source. */
	readonly stage: "fetch" | "compile";
	readonly loaded_bytes: number;
	/** Null when the server does not say, as with compressed answers. */
	readonly total_bytes: number | null;
}

export interface LoadOptions {
	/**
	 * The compiled model, as `anny-fitter models export` or `exportBodyModelAsset` writes it. Needed in a browser. In Node
	 * the default is the model compiled from the installed data, kept in the user's cache folder.
	 */
	readonly asset?: AssetSource | undefined;
	/** SHA-256 in hex that the file must have. */
	readonly sha256?: string | undefined;
	/** What the model contains. Default: all phenotypes and all local changes. */
	readonly model?: BodyModelOptions | undefined;
	readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Node only: a folder with data in MPFB2's layout. Default: `ANNY_FITTER_MODEL_DATA`, else pulled or npm data. */
	readonly modelDataDir?: string | undefined;
	/** Node only: the folder of compiled assets. Default: `ANNY_FITTER_CACHE`, else the user's cache folder. */
	readonly cacheDir?: string | undefined;
}
