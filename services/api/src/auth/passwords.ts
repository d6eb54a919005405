import { randomBytes } from "node:crypto";
import { AppError, PASSWORD_MAX_BYTES } from "@anny-fitter/contracts";
import { compare, hash } from "bcrypt";
import { COMMON_PASSWORDS } from "./common-passwords.js";
import { Limiter } from "./limiter.js";

/** Stands in the place of a hash where there is no password; nothing that is presented matches it. */
export const NO_PASSWORD = "!";

/** Makes and checks password hashes. bcrypt runs on libuv's threads; two of its four stay free for files. */
export interface PasswordHasher {
	/** @throws AppError `service_unavailable` when too many wait */
	hash(password: string): Promise<string>;
	/**
	 * Takes the same time whether the hash is there or not, so that nobody learns which accounts exist.
	 * @param passwordHash undefined when there is no such account; the answer is then false
	 */
	verify(password: string, passwordHash: string | undefined): Promise<boolean>;
}

/** @param cost of bcrypt: twice the time for each step */
export async function createPasswordHasher(cost: number): Promise<PasswordHasher> {
	const limiter = new Limiter({ concurrency: 2, maxWaiting: 50 });
	const nobodysHash = await hash(randomBytes(32).toString("base64"), cost);
	return {
		hash: (password) => limiter.run(() => hash(normalise(password), cost)),
		verify: async (password, passwordHash) => {
			const isPossible = Buffer.byteLength(normalise(password)) <= PASSWORD_MAX_BYTES;
			const isUsable = passwordHash !== undefined && passwordHash !== NO_PASSWORD;
			const matches = await limiter.run(() => compare(normalise(password), isUsable ? passwordHash : nobodysHash));
			return matches && isPossible && isUsable;
		},
	};
}

/**
 * Refuses passwords that are guessed first.
 * @param email in lower case
 * @throws AppError `invalid_argument`; the password is not repeated
 */
export function requireGoodPassword(password: string, email: string, field: string): void {
	const normal = normalise(password);
	const lower = normal.toLowerCase();
	if (Buffer.byteLength(normal) > PASSWORD_MAX_BYTES) {
		const remedy = "Choose a shorter one; letters outside of English count two or more.";
		throw refuse(field, `The password has more than ${PASSWORD_MAX_BYTES} bytes.`, remedy);
	}
	if (lower === email || lower === email.split("@")[0]) {
		throw refuse(field, "The password is the e-mail address.", "Choose something that others do not know.");
	}
	if (COMMON_PASSWORDS.has(lower) || new Set(lower).size < 4) {
		throw refuse(field, "The password is one of the most common.", "Choose several words that do not belong together.");
	}
}

function refuse(field: string, message: string, remedy: string): AppError {
	return new AppError("invalid_argument", message, { remedy, details: { field } });
}

/** The same letters on another keyboard are the same password. */
function normalise(password: string): string {
	return password.normalize("NFC");
}
