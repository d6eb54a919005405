import { AnnyDataError } from "./data-error.js";
import type { LoadOptions } from "./load-options.js";
import { readAsset, verifyAsset } from "./read-asset.js";

/**
 * The compiled model that the options name, verified.
 *
 * @throws AnnyDataError
 */
export async function openAsset(options: LoadOptions): Promise<Uint8Array> {
	if (options.asset === undefined) {
		throw new AnnyDataError(
			"asset_unreachable",
			"No compiled body model was named.",
			'Write one with `anny-fitter models export --out public/anny.bin`, and load it with `loadAnny({ asset: "/anny.bin" })`.',
		);
	}
	return verifyAsset(await readAsset(options.asset, options), options.sha256);
}
