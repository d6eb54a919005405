import type { z } from "zod";
import { AppError } from "./errors.js";
import { nearestName } from "./nearest-name.js";

/**
 * Parses a value with a schema; a mismatch becomes an `invalid_argument` error that names the field in one sentence.
 *
 * @param schema what the value must look like
 * @param value anything, usually parsed JSON
 * @param subject what the value is, for the sentence: "params.json", "the request"
 * @throws {AppError} `invalid_argument`; `details.issues` lists every mismatch as `{path, message}`
 */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown, subject: string): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const issues = result.error.issues.map((issue) => ({ path: formatPath(issue.path), message: issue.message }));
	const first = result.error.issues[0]!;
	throw new AppError("invalid_argument", describeIssue(first, subject), {
		remedy: remedyFor(first, schema),
		details: { issues },
	});
}

/** A path into a document as people write it: `pose.spine01[3]`. */
function formatPath(path: readonly PropertyKey[]): string {
	let text = "";
	for (const key of path) text += typeof key === "number" ? `[${key}]` : text === "" ? String(key) : `.${String(key)}`;
	return text;
}

function describeIssue(issue: z.core.$ZodIssue, subject: string): string {
	const path = formatPath(issue.path);
	if (issue.code === "unrecognized_keys") {
		const place = path === "" ? subject : `${path} in ${subject}`;
		return `The key ${issue.keys.map((key) => `"${key}"`).join(", ")} has no meaning in ${place}.`;
	}
	const message = issue.message.replace(/^Invalid input: /, "").replace(/\.$/, "");
	return path === ""
		? `${startSentence(subject)} is not valid: ${message}.`
		: `${path} in ${subject} is not valid: ${message}.`;
}

function remedyFor(issue: z.core.$ZodIssue, schema: z.ZodType): string {
	if (issue.code === "unrecognized_keys") {
		const known = issue.path.length === 0 && "shape" in schema ? Object.keys(schema.shape as object) : [];
		const nearest = nearestName(issue.keys[0]!, known);
		if (nearest !== null) return `Did you mean "${nearest}"?`;
		return "Remove the key or correct its spelling.";
	}
	return "Correct the value and try again.";
}

/** A file's name keeps its spelling at the start of a sentence. */
function startSentence(subject: string): string {
	return subject.replace(/^the /, "The ");
}
