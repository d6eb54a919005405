import { readFileSync, statSync } from "node:fs";
import { AppError } from "@anny-fitter/contracts";
import { fileVariant, SETTING_NAMES, SETTINGS, type SettingName, type SettingValues } from "./settings.js";

/** Variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_SECRET_FILE_BYTES = 65_536;

/**
 * Reads and checks each variable by itself. An empty variable counts as not set, as container tools pass them.
 *
 * @throws AppError `invalid_configuration` naming the first variable that is wrong; a secret's value is never shown
 */
export function readSettings(env: Environment): SettingValues {
	const values: Partial<Record<SettingName, unknown>> = {};
	for (const name of SETTING_NAMES) {
		const { schema, fallback, form, isSecret } = SETTINGS[name];
		const text = readText(env, name);
		if (text === undefined) {
			values[name] = fallback;
			continue;
		}
		const result = schema.safeParse(text);
		if (!result.success) {
			const problem = isSecret ? "has a value of another form" : `is "${text.slice(0, 80)}"`;
			throw invalidSetting(name, `${name} ${problem}; it must be ${form}.`, `Set ${name} to ${form}, or leave it out.`);
		}
		values[name] = result.data;
	}
	return values as SettingValues;
}

/** @param name the variable that must change */
export function invalidSetting(name: string, message: string, remedy: string, cause?: unknown): AppError {
	return new AppError("invalid_configuration", message, { remedy, details: { variable: name }, cause });
}

function readText(env: Environment, name: SettingName): string | undefined {
	const direct = nonEmpty(env[name]);
	if (!SETTINGS[name].isSecret) return direct;
	const variable = fileVariant(name);
	const path = nonEmpty(env[variable]);
	if (path === undefined) return direct;
	if (direct !== undefined) {
		throw invalidSetting(name, `Both ${name} and ${variable} are set.`, `Keep one of them, best ${variable}.`);
	}
	return readSecretFile(variable, path);
}

function readSecretFile(variable: string, path: string): string {
	let text: string;
	try {
		const { size } = statSync(path);
		if (size > MAX_SECRET_FILE_BYTES) {
			throw invalidSetting(variable, `The file that ${variable} names is larger than 64 KiB.`, "Name a smaller file.");
		}
		text = readFileSync(path, "utf8");
	} catch (cause) {
		if (cause instanceof AppError) throw cause;
		throw invalidSetting(
			variable,
			`The file ${path} that ${variable} names cannot be read.`,
			"Correct the path, or let the server's user read the file.",
			cause,
		);
	}
	const value = text.replace(/[\r\n]+$/, "");
	if (value === "") {
		throw invalidSetting(variable, `The file ${path} that ${variable} names is empty.`, "Write the secret into it.");
	}
	return value;
}

function nonEmpty(text: string | undefined): string | undefined {
	const trimmed = text?.trim();
	return trimmed === "" ? undefined : trimmed;
}
