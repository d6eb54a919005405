import { AppError } from "@anny-fitter/contracts";
import type { InferenceDevice, PoseVariant } from "@anny-fitter/vision";

/** What the surroundings decide about the service. */
export interface VisionSettings {
	readonly host: string;
	readonly port: number;
	/** Instead of host and port. */
	readonly socketPath: string | undefined;
	readonly device: InferenceDevice;
	readonly variant: PoseVariant;
	readonly threads: number;
	readonly maxRunning: number;
	readonly maxWaiting: number;
	readonly shutdownGrace_ms: number;
	readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of the service's README. An empty variable counts as not set.
 *
 * @throws AppError `invalid_configuration` naming the first variable that is wrong
 */
export function readVisionSettings(env: Environment): VisionSettings {
	return {
		host: env.VISION_HOST || "127.0.0.1",
		port: integer(env, "VISION_PORT", 8001, 0, 65_535),
		socketPath: env.VISION_SOCKET || undefined,
		device: choice(env, "INFERENCE_DEVICE", ["cpu", "cuda"]),
		variant: choice(env, "VISION_VARIANT", ["heavy", "full", "lite"]),
		threads: integer(env, "VISION_THREADS", 2, 1, 256),
		maxRunning: integer(env, "VISION_MAX_RUNNING", 2, 1, 64),
		maxWaiting: integer(env, "VISION_MAX_WAITING", 64, 0, 10_000),
		shutdownGrace_ms: integer(env, "VISION_SHUTDOWN_GRACE_MS", 20_000, 0, 600_000),
		logLevel: choice(env, "LOG_LEVEL", ["info", "fatal", "error", "warn", "debug", "trace", "silent"]),
	};
}

function integer(env: Environment, name: string, fallback: number, min: number, max: number): number {
	const text = env[name];
	if (text === undefined || text === "") return fallback;
	const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
	if (value >= min && value <= max) return value;
	throw invalid(name, `a whole number from ${min} to ${max}`);
}

/** The first word is the default. */
function choice<const Word extends string>(env: Environment, name: string, words: readonly [Word, ...Word[]]): Word {
	const text = env[name];
	if (text === undefined || text === "") return words[0];
	const word = words.find((candidate) => candidate === text);
	if (word === undefined) throw invalid(name, words.join(", "));
	return word;
}

function invalid(name: string, form: string): AppError {
	return new AppError("invalid_configuration", `The variable ${name} is not usable; it must be ${form}.`, {
		remedy: `Set ${name} to ${form}, or leave it out.`,
		details: { variable: name },
	});
}
