/** An HS256 key must be as long as the hash. */
export const MIN_SECRET_BYTES = 32;
/** 32 random hexadecimal digits, the weakest sensible secret of 32 characters, show about 110. */
const MIN_ENTROPY_BITS = 90;
/** Parts of secrets that people copy from examples. */
const KNOWN_PARTS = [
	"changeme",
	"changethis",
	"secret",
	"password",
	"passw0rd",
	"example",
	"default",
	"insecure",
	"placeholder",
	"replace",
	"yourkey",
	"supersafe",
	"letmein",
	"qwerty",
	"development",
	"annyfitter",
	"lorem",
];

/**
 * Why a secret could be guessed, in words that follow the variable's name; null when nothing speaks against it. The words
 * tell nothing about the secret but its fault.
 */
export function findSecretWeakness(secret: string): string | null {
	if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) return `is shorter than ${MIN_SECRET_BYTES} bytes`;
	const letters = secret.toLowerCase().replace(/[^a-z0-9]/g, "");
	if (KNOWN_PARTS.some((part) => letters.includes(part))) return "looks like an example or a default";
	if (new Set(secret).size === 1) return "is one character repeated";
	const period = shortestPeriod(secret);
	if (period.length <= secret.length / 2) return "is a short text repeated";
	if (shareOfSteps(secret) > 0.5) return "is a run of neighbouring characters";
	if (entropy_bits(secret) < MIN_ENTROPY_BITS) return "has too few different characters to be random";
	return null;
}

/** The shortest beginning that, repeated, gives the text. */
function shortestPeriod(text: string): string {
	const length = (text + text).indexOf(text, 1);
	if (length < text.length) return text.slice(0, length);
	// Also when the last repetition is cut off.
	for (let period = 1; period <= text.length / 2; period++) {
		if (text.startsWith(text.slice(period))) return text.slice(0, period);
	}
	return text;
}

/** How many characters follow their neighbour in the alphabet or equal it, as in abcdef or 987654. */
function shareOfSteps(text: string): number {
	let steps = 0;
	for (let i = 1; i < text.length; i++) {
		if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) steps++;
	}
	return steps / (text.length - 1);
}

/** Shannon's entropy of the characters as they occur, times their number. */
function entropy_bits(text: string): number {
	const counts = new Map<string, number>();
	for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
	let sum = 0;
	for (const count of counts.values()) sum -= count * Math.log2(count / text.length);
	return sum;
}
