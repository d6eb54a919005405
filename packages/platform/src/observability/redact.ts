import { errorFacts, isErrorLike } from "./error-facts.js";

/** Words that mark a value as personal or secret, wherever they stand in its key. */
const SENSITIVE_WORDS = new Set(
	(
		"authorization cookie cookies password passwords passwd secret secrets token tokens jwt bearer credential credentials " +
		"apikey email emails mail name names firstname lastname surname fullname username filename originalname nickname " +
		"birth birthdate birthday dob age sex gender photo photos image images picture pixels mask silhouette landmark " +
		"landmarks keypoint keypoints skeleton measurement measurements measure measures girth girths stature weight mass " +
		"height breadth phenotype phenotypes pose poses vertices mesh changes params parameters body payload query search " +
		"form multipart headers ip address remoteaddress remoteport"
	).split(" "),
);
/** A number with one of these at the end of its key counts or times something; it does not describe a person. */
const HARMLESS_ENDINGS = new Set(["count", "bytes", "ms", "seconds", "total", "length", "limit"]);
const REDACTED = "[redacted]";
const MAX_DEPTH = 8;
const MAX_ENTRIES = 100;
/** A longer list of numbers is landmarks, a mesh or pixels. */
const MAX_NUMBERS = 8;
const MAX_STRING_CHARS = 2000;

/** Addresses, bearer tokens, JSON web tokens and cookies, wherever they stand in a text. */
const SECRETS_IN_TEXT = [
	/[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+/g,
	/\bBearer\s+[A-Za-z0-9._~+/=-]+/gi,
	/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g,
	/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:"]*:[^\s/@"]*@/gi,
];

/** Removes what looks like an e-mail address, a token or a password in an address from a text. */
export function redactText(text: string): string {
	let result = text;
	for (const pattern of SECRETS_IN_TEXT) {
		result = result.replace(pattern, (_match, protocol: unknown) =>
			typeof protocol === "string" ? `${protocol}[redacted]@` : REDACTED,
		);
	}
	return result;
}

/** Whether a key promises a value that must not be logged. `photo_count` and `token_lifetime_seconds` do not. */
export function isSensitiveKey(key: string, value: unknown): boolean {
	const words = key
		.replace(/([a-z0-9])([A-Z])/g, "$1 $2")
		.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter((word) => word !== "");
	const isSensitive = words.some((word) => SENSITIVE_WORDS.has(word)) || SENSITIVE_WORDS.has(words.join(""));
	return isSensitive && !(typeof value === "number" && HARMLESS_ENDINGS.has(words.at(-1) ?? ""));
}

/** A copy of what is to be logged, without what must not be, at any depth. Never throws. */
export function redactObject(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
	try {
		return copyObject(details, 0, new Set());
	} catch {
		// A getter or a proxy that throws must not end the program.
		return { redaction: "failed" };
	}
}

function copyObject(object: object, depth: number, seen: Set<object>): Record<string, unknown> {
	const copy: Record<string, unknown> = {};
	let count = 0;
	for (const [key, value] of Object.entries(object)) {
		if (++count > MAX_ENTRIES) break;
		// A body, a photo or a token as a key would be just as bad.
		const shownKey = redactText(key).slice(0, 100);
		copy[shownKey] = isSensitiveKey(key, value) ? REDACTED : copyValue(key, value, depth + 1, seen);
	}
	return copy;
}

function copyValue(key: string, value: unknown, depth: number, seen: Set<object>): unknown {
	if (typeof value === "string") return redactText(value.slice(0, MAX_STRING_CHARS));
	if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return `[${typeof value}]`;
	if (typeof value !== "object" || value === null) return value;
	if (depth > MAX_DEPTH) return "[deep]";
	if (seen.has(value)) return "[circular]";
	if (isErrorLike(value)) return errorFacts(value);
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
	if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
	if (key === "req" || key === "request") return requestFacts(value);
	if (key === "res" || key === "reply" || key === "response") return replyFacts(value);
	seen.add(value);
	try {
		if (Array.isArray(value)) return copyArray(key, value, depth, seen);
		if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
		return copyObject(value, depth, seen);
	} finally {
		seen.delete(value);
	}
}

function copyArray(key: string, values: readonly unknown[], depth: number, seen: Set<object>): unknown {
	if (values.length > MAX_NUMBERS && values.some((value) => typeof value === "number")) {
		return `[${values.length} numbers]`;
	}
	return values.slice(0, MAX_ENTRIES).map((value) => copyValue(key, value, depth + 1, seen));
}

/** Method, path and length of a request; a query may hold what somebody searches for. */
function requestFacts(request: object): Record<string, unknown> {
	const { id, method, url } = request as { id?: unknown; method?: unknown; url?: unknown };
	return {
		...(typeof id === "string" || typeof id === "number" ? { id } : {}),
		...(typeof method === "string" ? { method } : {}),
		...(typeof url === "string" ? { path: redactText(url.split(/[?#]/, 1)[0]?.slice(0, 500) ?? "") } : {}),
	};
}

function replyFacts(reply: object): Record<string, unknown> {
	const { statusCode } = reply as { statusCode?: unknown };
	return typeof statusCode === "number" ? { status: statusCode } : {};
}
