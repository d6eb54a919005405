import { execFileSync } from "node:child_process";
import { type FieldKey, PLAIN } from "../database/fields/field-cipher.js";
import { invalidSetting } from "./read-settings.js";

const KEY_BYTES = 32;
const COMMAND_TIMEOUT_MS = 30_000;
const FORM = "ID:KEY, ID:KEY, … with ids of letters, digits and dashes, and 32 random bytes in base64 each";
const REMEDY = 'Write it as `echo "2026a:$(openssl rand -base64 32)"` does; earlier keys follow after a comma.';

/**
 * The keys of encrypted fields, the current one first: as they are written, or as a program prints them, such as that of a
 * key management service which unwraps them.
 *
 * @param command a program and its arguments, separated by spaces; run without a shell
 * @throws AppError `invalid_configuration`, never with a part of a key
 */
export function readFieldKeys(text: string | undefined, command: string | undefined): readonly FieldKey[] {
	if (text !== undefined && command !== undefined) {
		throw invalidSetting(
			"FIELD_KEYS_COMMAND",
			"FIELD_KEYS and FIELD_KEYS_COMMAND are both set.",
			"Set one of the two.",
		);
	}
	if (command !== undefined) return parseFieldKeys("FIELD_KEYS_COMMAND", runCommand(command));
	return text === undefined ? [] : parseFieldKeys("FIELD_KEYS", text);
}

function parseFieldKeys(variable: "FIELD_KEYS" | "FIELD_KEYS_COMMAND", text: string): FieldKey[] {
	const keys = text
		.split(/[\s,]+/)
		.filter((part) => part !== "")
		.map((part, index) => {
			if (part === PLAIN.id && index === 0) return PLAIN;
			const [, id, encoded] = /^([A-Za-z0-9-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(part) ?? [];
			const secret = Buffer.from(encoded ?? "", "base64");
			if (id === undefined || secret.length !== KEY_BYTES) {
				throw invalidSetting(variable, `${variable} is not usable; it must be ${FORM}.`, REMEDY);
			}
			if (new Set(secret).size < 12) {
				throw invalidSetting(variable, `${variable} holds a key that is not random.`, REMEDY);
			}
			return { id, secret };
		});
	if (keys.every(({ id }) => id === PLAIN.id)) throw invalidSetting(variable, `${variable} holds no key.`, REMEDY);
	if (new Set(keys.map(({ id }) => id)).size < keys.length) {
		throw invalidSetting(
			variable,
			`${variable} gives one id to two keys.`,
			"Give every key an id that was never used before.",
		);
	}
	return keys;
}

function runCommand(command: string): string {
	const [program = "", ...words] = command.split(/\s+/).filter((word) => word !== "");
	try {
		return execFileSync(program, words, {
			encoding: "utf8",
			timeout: COMMAND_TIMEOUT_MS,
			stdio: ["ignore", "pipe", "ignore"],
		});
	} catch (cause) {
		// What it printed may hold a key.
		const { code, status } = cause as { code?: string; status?: number | null };
		throw invalidSetting(
			"FIELD_KEYS_COMMAND",
			`The program of FIELD_KEYS_COMMAND failed (${code ?? `exit status ${status ?? "unknown"}`}).`,
			"Run it by hand to see why; it must print what FIELD_KEYS would hold.",
		);
	}
}
