import {
	choiceVariable,
	type Environment,
	integerVariable,
	readServiceSettings,
	type ServiceSettings,
} from "@anny-fitter/platform/rpc";
import type { InferenceDevice, PoseVariant } from "@anny-fitter/vision";

/** What the surroundings decide about the service. */
export interface VisionSettings extends ServiceSettings {
	readonly device: InferenceDevice;
	readonly variant: PoseVariant;
	readonly threads: number;
	readonly maxRunning: number;
	readonly maxWaiting: number;
}

/**
 * Reads the settings of the service's README. An empty variable counts as not set.
 *
 * @throws AppError `invalid_configuration` naming the first variable that is wrong
 */
export function readVisionSettings(env: Environment): VisionSettings {
	return {
		...readServiceSettings(env, "VISION", 8001),
		device: choiceVariable(env, "INFERENCE_DEVICE", ["cpu", "cuda"]),
		variant: choiceVariable(env, "VISION_VARIANT", ["heavy", "full", "lite"]),
		threads: integerVariable(env, "VISION_THREADS", 1, 256) ?? 2,
		maxRunning: integerVariable(env, "VISION_MAX_RUNNING", 1, 64) ?? 2,
		maxWaiting: integerVariable(env, "VISION_MAX_WAITING", 0, 10_000) ?? 64,
	};
}
