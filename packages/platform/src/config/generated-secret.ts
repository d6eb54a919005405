import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { invalidSetting } from "./read-settings.js";
import { MIN_SECRET_BYTES } from "./secret-strength.js";

/**
 * The secret of a server in development: made at the first start, kept in a file that only this user may read, so that
 * log-ins survive a restart.
 *
 * @throws AppError `invalid_configuration` when the folder cannot be written or the file holds no secret
 */
export function readOrMakeSecret(dataDir: string): Buffer {
	const path = join(dataDir, "secrets", "jwt");
	try {
		const secret = readSecret(path) ?? makeSecret(path);
		if (Buffer.byteLength(secret) >= MIN_SECRET_BYTES) return Buffer.from(secret);
	} catch (cause) {
		throw invalidSetting(
			"DATA_DIR",
			`The generated secret ${path} can neither be read nor written.`,
			"Set DATA_DIR to a folder that the server may write to, or set JWT_SECRET.",
			cause,
		);
	}
	throw invalidSetting(
		"JWT_SECRET",
		`The generated secret ${path} is damaged.`,
		"Remove that file, or set JWT_SECRET.",
	);
}

function readSecret(path: string): string | null {
	try {
		return readFileSync(path, "utf8").trim();
	} catch (error) {
		if (codeOf(error) === "ENOENT") return null;
		throw error;
	}
}

/** Of two processes that start at once both take the secret of the one that was first. */
function makeSecret(path: string): string {
	const folder = dirname(path);
	makePrivateFolder(folder);
	chmodSync(folder, 0o700);
	const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
	try {
		writeFileSync(temporary, `${randomBytes(48).toString("base64url")}\n`, { flag: "wx", mode: 0o600 });
		linkSync(temporary, path);
	} catch (error) {
		if (codeOf(error) !== "EEXIST") throw error;
	} finally {
		rmSync(temporary, { force: true });
	}
	return readFileSync(path, "utf8").trim();
}

/** Node's recursive `mkdir` never ends below folders such as `/proc`. */
function makePrivateFolder(folder: string): void {
	try {
		mkdirSync(folder, { mode: 0o700 });
	} catch (error) {
		const code = codeOf(error);
		if (code === "EEXIST") return;
		if (code !== "ENOENT" || dirname(folder) === folder) throw error;
		makePrivateFolder(dirname(folder));
		mkdirSync(folder, { mode: 0o700 });
	}
}

function codeOf(error: unknown): unknown {
	return error instanceof Error && "code" in error ? error.code : undefined;
}
