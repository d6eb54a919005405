/** What is wrong with the body model's data. */
export type AnnyDataErrorCode =
	/** Nothing to compile the model from: a package is not installed, a file is not there. */
	| "model_data_missing"
	/** The files are there but are not the data of a body model. */
	| "model_data_invalid"
	/** No compiled asset was named, or the one named could not be fetched or read. */
	| "asset_unreachable"
	/** What was fetched or read is no asset of this version of the package, or was damaged on its way. */
	| "asset_invalid";

/** The body model cannot be loaded. The message names the cause; it ends with the remedy. */
export class AnnyDataError extends Error {
	override readonly name = "AnnyDataError";
	readonly code: AnnyDataErrorCode;
	/** The cause alone, one sentence. */
	readonly problem: string;
	/** What to do about it, one sentence. */
	readonly remedy: string;
	/** The file or address that is to blame; null when it is none in particular. */
	readonly place: string | null;

	constructor(
		code: AnnyDataErrorCode,
		problem: string,
		remedy: string,
		{ place = null, cause }: { readonly place?: string | null; readonly cause?: unknown } = {},
	) {
		super(`${problem} ${remedy}`, cause === undefined ? {} : { cause });
		this.code = code;
		this.problem = problem;
		this.remedy = remedy;
		this.place = place;
	}
}
