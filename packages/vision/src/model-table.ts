import type { HolisticModel } from "@anny-fitter/perception";

export type PoseVariant = "lite" | "full" | "heavy";

/** A network file of the npm package `@mediapipe/holistic`. */
export interface ModelFile {
	/** File name without extension. */
	readonly name: string;
	readonly purpose: string;
	readonly size_bytes: number;
	/** Of the `.tflite` file. */
	readonly sha256: string;
}

export const MODEL_PACKAGE = "@mediapipe/holistic";
export const MODEL_LICENSE = "Apache-2.0";

/** Every network that can be used, with the hash of the file this program was tested with. */
export const MODEL_FILES = [
	{
		name: "pose_detection",
		purpose: "finds people",
		size_bytes: 2962288,
		sha256: "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
	},
	{
		name: "pose_landmark_lite",
		purpose: "body landmarks and mask, fast",
		size_bytes: 2819824,
		sha256: "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
	},
	{
		name: "pose_landmark_full",
		purpose: "body landmarks and mask, balanced",
		size_bytes: 6440512,
		sha256: "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
	},
	{
		name: "pose_landmark_heavy",
		purpose: "body landmarks and mask, most accurate",
		size_bytes: 27709200,
		sha256: "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
	},
	{
		name: "hand_recrop",
		purpose: "centres the hand",
		size_bytes: 123792,
		sha256: "67d996ce96f9d36fe17d2693022c6da93168026ab2f028f9e2365398d8ac7d5d",
	},
	{
		name: "hand_landmark_full",
		purpose: "hand landmarks",
		size_bytes: 5478688,
		sha256: "8c026882c9ec059ce0f8e75266bee5a9a23c341a40e0000df755374d3d1b9b68",
	},
	{
		name: "face_detection_short_range",
		purpose: "finds the face",
		size_bytes: 229032,
		sha256: "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
	},
	{
		name: "face_landmark",
		purpose: "face landmarks",
		size_bytes: 1241896,
		sha256: "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1",
	},
] as const satisfies readonly ModelFile[];

export type ModelFileName = (typeof MODEL_FILES)[number]["name"];

/** The file behind each network of Holistic. */
export function holisticFiles(variant: PoseVariant): Readonly<Record<HolisticModel, ModelFileName>> {
	return {
		pose_detection: "pose_detection",
		pose_landmark: `pose_landmark_${variant}`,
		hand_recrop: "hand_recrop",
		hand_landmark: "hand_landmark_full",
		face_detection: "face_detection_short_range",
		face_landmark: "face_landmark",
	};
}

/** Row of the table. */
export function modelFile(name: ModelFileName): ModelFile {
	const file = MODEL_FILES.find((entry) => entry.name === name);
	if (file === undefined) throw new RangeError(`unknown model ${name}`);
	return file;
}
