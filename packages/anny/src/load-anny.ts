import { ALL_DIALS, type Anny, createAnny } from "./anny.js";
import type { LoadOptions } from "./load-options.js";
import { decodeAsset } from "./read-asset.js";

/** `loadAnny` of a place that finds assets in its own way. */
export function loaderOf(
	openAsset: (options: LoadOptions) => Promise<Uint8Array>,
): (options?: LoadOptions) => Promise<Anny> {
	return async (options = {}) => createAnny(decodeAsset(await openAsset(options)), options.model ?? ALL_DIALS);
}
