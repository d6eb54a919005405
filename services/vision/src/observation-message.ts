import { type Observation, ObservationSchema, type PhotoQualitySchema } from "@anny-fitter/contracts/rpc";
import type { ObservedPhoto } from "@anny-fitter/pipeline";
import type { InferenceDevice } from "@anny-fitter/vision";
import { create, type MessageInitShape } from "@bufbuild/protobuf";

/** The message for what a photo shows. Its arrays are views of the same memory, in the machine's (little-endian) order. */
export function observationMessage(observed: ObservedPhoto, device: InferenceDevice): Observation {
	const { observation, perception, warnings, timings_ms } = observed;
	const { focal_px, mask, regions, inverseDepth } = observation;
	return create(ObservationSchema, {
		widthPx: observation.width_px,
		heightPx: observation.height_px,
		...(focal_px === null ? {} : { focalLengthPx: focal_px }),
		body: bytesOf(observation.body),
		bodyWorld: bytesOf(observation.bodyWorld),
		mask: mask === null ? new Uint8Array() : bytesOf(mask),
		regions: regions === null ? new Uint8Array() : bytesOf(regions),
		...(inverseDepth ? depthMessage(inverseDepth) : {}),
		segmentationModel: perception.segmentation,
		depthModel: perception.depth === "unavailable" ? "" : perception.depth,
		warnings,
		timingsMs: timings_ms,
		device,
		...(observation.faceSeen == null ? {} : { faceSeen: observation.faceSeen }),
		...(observation.photoQuality ? { photoQuality: photoQualityMessage(observation.photoQuality) } : {}),
	});
}

type SeenQuality = NonNullable<ObservedPhoto["observation"]["photoQuality"]>;

function photoQualityMessage({ blur, ...quality }: SeenQuality): MessageInitShape<typeof PhotoQualitySchema> {
	return { ...quality, ...(blur === null ? {} : { blur }) };
}

function depthMessage({ width, height, values }: NonNullable<ObservedPhoto["observation"]["inverseDepth"]>) {
	return { inverseDepth: bytesOf(values), inverseDepthWidth: width, inverseDepthHeight: height };
}

function bytesOf(numbers: Float32Array | Float64Array | Uint8Array): Uint8Array<ArrayBuffer> {
	return new Uint8Array(numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength);
}
