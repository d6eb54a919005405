import { AppError } from "@anny-fitter/contracts";

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const LOG_LEVELS = ["info", "fatal", "error", "warn", "debug", "trace", "silent"] as const;

/** What every service on a port of its own lets its surroundings decide. */
export interface ServiceSettings {
	readonly host: string;
	readonly port: number;
	/** Instead of host and port. */
	readonly socketPath: string | undefined;
	readonly shutdownGrace_ms: number;
	readonly logLevel: (typeof LOG_LEVELS)[number];
	/** Where Prometheus reads metrics, on `host`; undefined: nowhere. */
	readonly metricsPort: number | undefined;
}

/**
 * Reads `<prefix>_HOST`, `_PORT`, `_SOCKET`, `_SHUTDOWN_GRACE_MS`, `_METRICS_PORT` and `LOG_LEVEL`. An empty variable counts as not set.
 *
 * @throws AppError `invalid_configuration` naming the first variable that is wrong
 */
export function readServiceSettings(env: Environment, prefix: string, defaultPort: number): ServiceSettings {
	return {
		host: env[`${prefix}_HOST`] || "127.0.0.1",
		port: integerVariable(env, `${prefix}_PORT`, 0, 65_535) ?? defaultPort,
		socketPath: env[`${prefix}_SOCKET`] || undefined,
		shutdownGrace_ms: integerVariable(env, `${prefix}_SHUTDOWN_GRACE_MS`, 0, 600_000) ?? 20_000,
		logLevel: choiceVariable(env, "LOG_LEVEL", LOG_LEVELS),
		metricsPort: integerVariable(env, `${prefix}_METRICS_PORT`, 0, 65_535),
	};
}

/** Undefined when the variable is not set. @throws AppError `invalid_configuration` */
export function integerVariable(env: Environment, name: string, min: number, max: number): number | undefined {
	const text = env[name];
	if (text === undefined || text === "") return undefined;
	const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
	if (value >= min && value <= max) return value;
	throw invalid(name, `a whole number from ${min} to ${max}`);
}

/** The first word is the default. @throws AppError `invalid_configuration` */
export function choiceVariable<const Word extends string>(
	env: Environment,
	name: string,
	words: readonly [Word, ...Word[]],
): Word {
	const text = env[name];
	if (text === undefined || text === "") return words[0];
	const word = words.find((candidate) => candidate === text);
	if (word === undefined) throw invalid(name, `one of ${words.join(", ")}`);
	return word;
}

function invalid(name: string, form: string): AppError {
	return new AppError("invalid_configuration", `The variable ${name} is not usable; it must be ${form}.`, {
		remedy: `Set ${name} to ${form}, or leave it out.`,
		details: { variable: name },
	});
}
