/** The server's bounds. */
export const PASSWORD_MIN_CHARACTERS = 10;
const PASSWORD_MAX_BYTES = 72;
const MIN_DISTINCT_CHARACTERS = 4;

/** What is wrong with a password: too short, too long, the e-mail address itself, too few different characters. */
export type PasswordFault = "short" | "long" | "email" | "repetitive";

/**
 * What the server will not take as a new password; it also refuses common ones, which only it knows.
 *
 * @returns null when nothing speaks against it
 */
export function passwordFault(password: string, email: string): PasswordFault | null {
	const normal = password.normalize("NFC");
	const lower = normal.toLowerCase();
	const address = email.trim().toLowerCase();
	if (normal.length < PASSWORD_MIN_CHARACTERS) return "short";
	if (new TextEncoder().encode(normal).length > PASSWORD_MAX_BYTES) return "long";
	if (address !== "" && (lower === address || lower === address.split("@")[0])) return "email";
	return new Set(lower).size < MIN_DISTINCT_CHARACTERS ? "repetitive" : null;
}
