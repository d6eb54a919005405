import type { AnalyseRequest, Observation } from "@anny-fitter/contracts/rpc";
import { type ObservePhotoOptions, observePhoto } from "@anny-fitter/pipeline";
import { addSpan, type ServiceMetrics } from "@anny-fitter/platform/observability";
import type { InferenceDevice, NetworkRun, Vision } from "@anny-fitter/vision";
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
	metrics?: Pick<ServiceMetrics, "observeInference">,
): Promise<Observation> {
	let pixels: Uint8Array | undefined;
	let device: InferenceDevice = vision.start.device;
	const watched: Pick<Vision, "analyse"> = {
		analyse: async (photo, analyseOptions) => {
			pixels = photo.rgb;
			const runs: NetworkRun[] = [];
			const onNetworkRuns = (seen: readonly NetworkRun[]) => runs.push(...seen);
			const result = await vision.analyse(photo, { ...analyseOptions, onNetworkRuns });
			device = result.device;
			for (const { network, start_ms, end_ms } of runs) {
				addSpan(`inference ${network}`, start_ms, end_ms, { device });
				metrics?.observeInference(network, device, (end_ms - start_ms) / 1000);
			}
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
