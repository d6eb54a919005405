import type { AnalyseRequest, Observation } from "@anny-fitter/contracts/rpc";
import { type ObservePhotoOptions, observePhoto } from "@anny-fitter/pipeline";
import type { InferenceDevice, Vision } from "@anny-fitter/vision";
import { observationMessage } from "./observation-message.js";

/**
 * Decodes the photo of a request and analyses it. Its bytes and pixels are overwritten with zeros, whatever becomes of it.
 *
 * @throws AppError with a code of the error table, as `observePhoto` does
 */
export async function analysePhoto(
	vision: Pick<Vision, "analyse" | "start">,
	{ photo: bytes, name }: Pick<AnalyseRequest, "photo" | "name">,
	options: ObservePhotoOptions,
): Promise<Observation> {
	let pixels: Uint8Array | undefined;
	let device: InferenceDevice = vision.start.device;
	const watched: Pick<Vision, "analyse"> = {
		analyse: async (photo, analyseOptions) => {
			pixels = photo.rgb;
			const result = await vision.analyse(photo, analyseOptions);
			device = result.device;
			return result;
		},
	};
	try {
		const observed = await observePhoto(watched, { bytes, name: name === "" ? "Photo" : name }, options);
		return observationMessage(observed, device);
	} finally {
		bytes.fill(0);
		pixels?.fill(0);
	}
}
