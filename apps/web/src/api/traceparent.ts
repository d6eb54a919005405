/**
 * Value of the header `traceparent` (W3C Trace Context) for one request: a random number by which the logs and traces of
 * all programs that work on it can be found. It tells nothing of the browser or the person and is never used twice. The
 * last part says that the browser itself records nothing.
 */
export function newTraceparent(): string {
	return `00-${randomHex(16)}-${randomHex(8)}-00`;
}

function randomHex(length_bytes: number): string {
	const bytes = crypto.getRandomValues(new Uint8Array(length_bytes));
	// All zeros would mean that there is no trace.
	bytes[0] = (bytes[0] as number) | 1;
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
