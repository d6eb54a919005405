import { AppError } from "@anny-fitter/contracts";

/** What the surroundings decide about the service. */
export interface VisualizationSettings {
	readonly host: string;
	readonly port: number;
	/** Instead of host and port. */
	readonly socketPath: string | undefined;
	/** Undefined: the service decides. */
	readonly threads: number | undefined;
	readonly memoryLimit_mb: number;
	readonly shutdownGrace_ms: number;
	readonly logLevel: (typeof LOG_LEVELS)[number];
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/**
 * Reads the settings of the service's README. An empty variable counts as not set.
 *
 * @throws AppError `invalid_configuration` naming the first variable that is wrong
 */
export function readVisualizationSettings(env: Environment): VisualizationSettings {
	return {
		host: env.VISUALIZATION_HOST || "127.0.0.1",
		port: integer(env, "VISUALIZATION_PORT", 0, 65_535) ?? 8003,
		socketPath: env.VISUALIZATION_SOCKET || undefined,
		threads: integer(env, "VISUALIZATION_THREADS", 1, 256),
		memoryLimit_mb: integer(env, "VISUALIZATION_MEMORY_LIMIT_MB", 64, 65_536) ?? 512,
		shutdownGrace_ms: integer(env, "VISUALIZATION_SHUTDOWN_GRACE_MS", 0, 600_000) ?? 20_000,
		logLevel: logLevel(env.LOG_LEVEL),
	};
}

function integer(env: Environment, name: string, min: number, max: number): number | undefined {
	const text = env[name];
	if (text === undefined || text === "") return undefined;
	const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
	if (value >= min && value <= max) return value;
	throw invalid(name, `a whole number from ${min} to ${max}`);
}

function logLevel(text: string | undefined): VisualizationSettings["logLevel"] {
	if (text === undefined || text === "") return "info";
	const level = LOG_LEVELS.find((candidate) => candidate === text);
	if (level === undefined) throw invalid("LOG_LEVEL", `one of ${LOG_LEVELS.join(", ")}`);
	return level;
}

function invalid(name: string, form: string): AppError {
	return new AppError("invalid_configuration", `The variable ${name} is not usable; it must be ${form}.`, {
		remedy: `Set ${name} to ${form}, or leave it out.`,
		details: { variable: name },
	});
}
