import {
	type Environment,
	integerVariable,
	readServiceSettings,
	type ServiceSettings,
} from "@anny-fitter/platform/rpc";

/** What the surroundings decide about the service. */
export interface FittingSettings extends ServiceSettings {
	/** Undefined: the service decides. */
	readonly threads: number | undefined;
	readonly memoryLimit_mb: number;
}

/**
 * Reads the settings of the service's README. An empty variable counts as not set.
 *
 * @throws AppError `invalid_configuration` naming the first variable that is wrong
 */
export function readFittingSettings(env: Environment): FittingSettings {
	return {
		...readServiceSettings(env, "FITTING", 8002),
		threads: integerVariable(env, "FITTING_THREADS", 1, 256),
		memoryLimit_mb: integerVariable(env, "FITTING_MEMORY_LIMIT_MB", 64, 65_536) ?? 512,
	};
}
