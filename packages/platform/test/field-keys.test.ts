import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@anny-fitter/platform/config";
import { FieldCipher } from "@anny-fitter/platform/database";
import { afterAll, describe, expect, it } from "vitest";

const KEY = randomBytes(32).toString("base64");
const OTHER = randomBytes(32).toString("base64");

describe("FIELD_KEYS", () => {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-field-keys-"));
	afterAll(() => rmSync(folder, { recursive: true }));
	const keysOf = (settings: Record<string, string>) =>
		loadConfig({ DATA_DIR: folder, ...settings }).fieldKeys?.map(({ id, secret }) => [id, secret.toString("base64")]);

	it("are read from a variable or a file, the current one first", () => {
		expect(keysOf({})).toEqual([]);
		expect(keysOf({ FIELD_KEYS: `2026b:${OTHER}, 2026a:${KEY}` })).toEqual([
			["2026b", OTHER],
			["2026a", KEY],
		]);
		writeFileSync(join(folder, "keys"), `2026b:${OTHER},2026a:${KEY}\n`);
		expect(keysOf({ FIELD_KEYS_FILE: join(folder, "keys") })).toEqual([
			["2026b", OTHER],
			["2026a", KEY],
		]);
		expect(keysOf({ FIELD_KEYS: `plain, 2026a:${KEY}` })).toEqual([
			["plain", ""],
			["2026a", KEY],
		]);
	});

	it.skipIf(spawnSync("age", ["--version"]).status !== 0)(
		"are unwrapped by a program, as a key management service does",
		() => {
			const identity = join(folder, "identity");
			const wrapped = join(folder, "keys.age");
			execFileSync("age-keygen", ["-o", identity], { stdio: "ignore" });
			const recipient = execFileSync("age-keygen", ["-y", identity], { encoding: "utf8" }).trim();
			execFileSync("age", ["-r", recipient, "-o", wrapped], { input: `2026a:${KEY}\n` });
			expect(keysOf({ FIELD_KEYS_COMMAND: `age --decrypt --identity ${identity} ${wrapped}` })).toEqual([
				["2026a", KEY],
			]);
			expect(() => keysOf({ FIELD_KEYS_COMMAND: `age --decrypt --identity ${identity} ${folder}/none` })).toThrow(
				"exit status 1",
			);
			expect(() => keysOf({ FIELD_KEYS_COMMAND: "no-such-program" })).toThrow("ENOENT");
		},
	);

	it("are refused when they are weak, double or cut short, without a word of them", () => {
		for (const [text, message] of [
			[`2026a:${KEY.slice(0, 30)}`, "not usable"],
			[`2026a:${Buffer.alloc(32, 7).toString("base64")}`, "not random"],
			[`2026a:${KEY},2026a:${OTHER}`, "one id to two keys"],
			["plain", "holds no key"],
		] as const) {
			expect(() => keysOf({ FIELD_KEYS: text })).toThrow(message);
			expect(() => keysOf({ FIELD_KEYS: text })).not.toThrow(KEY.slice(0, 20));
		}
		expect(() => keysOf({ FIELD_KEYS: `a:${KEY}`, FIELD_KEYS_COMMAND: "cat x" })).toThrow("both set");
	});
});

describe("FieldCipher", () => {
	const cipher = new FieldCipher([{ id: "a", secret: Buffer.from(KEY, "base64") }]);

	it("never writes the same twice, and gives back what it was given", () => {
		for (const text of ["", "Ånn-Sofie O'Neill", "名前", "x".repeat(255)]) {
			const [first, second] = [cipher.encrypt("name", text), cipher.encrypt("name", text)];
			expect(first).not.toBe(second);
			expect(cipher.decrypt("name", first)).toBe(text);
		}
	});

	it("notices every changed character, and a value that comes from another column", () => {
		const value = cipher.encrypt("name", "Somebody");
		const start = "enc1:a:".length;
		for (let at = start; at < value.length; at++) {
			const changed = `${value.slice(0, at)}${value[at] === "A" ? "B" : "A"}${value.slice(at + 1)}`;
			if (Buffer.from(changed.slice(start), "base64url").equals(Buffer.from(value.slice(start), "base64url"))) continue;
			expect(() => cipher.decrypt("name", changed), `character ${at}`).toThrow("cannot be decrypted");
		}
		expect(() => cipher.decrypt("email", value)).toThrow("cannot be decrypted");
	});

	it("refuses plain text that looks encrypted, where there is no key", () => {
		expect(() => new FieldCipher([]).encrypt("name", "enc1:x")).toThrow("may not begin with");
	});
});
