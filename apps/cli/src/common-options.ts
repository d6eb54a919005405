/** Options that every command takes. */
export interface CommonOptions {
	readonly modelData?: string;
	readonly json?: boolean;
	readonly quiet?: boolean;
}

/**
 * Checks what all commands take, before one of them runs.
 *
 * @throws {AppError} `invalid_argument`
 */
export async function requireUsableCommonOptions({ modelData }: CommonOptions): Promise<void> {
	// An empty path would mean the working directory; it usually comes from a variable that is not set.
	if (modelData !== "") return;
	const { AppError } = await import("@anny-fitter/contracts");
	throw new AppError("invalid_argument", "The name of the model data folder is empty.", {
		remedy: "Name a folder with --model-data, or leave it out to use the installed data.",
	});
}
