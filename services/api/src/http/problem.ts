import { AppError, ERROR_TABLE, type ErrorCode, type ProblemDocument } from "@anny-fitter/contracts";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

export interface FieldError {
	readonly path: string;
	readonly message: string;
}

/** How long a caller should wait when nobody knows better. */
const DEFAULT_RETRY_AFTER_S = 5;

/** Codes whose sentence speaks of the server's files and settings. */
const OPERATORS_CODES: ReadonlySet<ErrorCode> = new Set([
	"internal",
	"invalid_configuration",
	"model_data_invalid",
	"model_data_missing",
	"output_not_writable",
	"file_not_found",
]);

/** What Fastify and its plugins throw, by their stable codes. */
const FRAMEWORK_ERRORS: Readonly<Record<string, readonly [ErrorCode, string, string?]>> = {
	FST_ERR_CTP_BODY_TOO_LARGE: ["upload_too_large", "The request's body is too large.", "Send less in one request."],
	FST_ERR_CTP_INVALID_MEDIA_TYPE: [
		"unsupported_media_type",
		"The content type of the request is not one that this address reads.",
		"Send JSON with the header Content-Type: application/json (curl: --json), or what /docs names for this address.",
	],
	FST_ERR_CTP_INVALID_JSON_BODY: ["invalid_argument", "The body is not valid JSON.", "Send valid JSON in UTF-8."],
	FST_ERR_CTP_EMPTY_JSON_BODY: ["invalid_argument", "The body is empty.", "Send a JSON document."],
	FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["invalid_argument", "The body is not as long as Content-Length says."],
	FST_ERR_BAD_URL: ["invalid_argument", "The address is not well formed.", "Encode special characters as %XX."],
	FST_STATIC_FORBIDDEN_PATH: ["not_found", "There is nothing at this address."],
	FST_ERR_MAX_PARAM_LENGTH: ["not_found", "There is nothing at this address."],
	FST_INVALID_MULTIPART_CONTENT_TYPE: ["unsupported_media_type", "The request is not multipart/form-data."],
	FST_REQ_FILE_TOO_LARGE: ["photo_too_large", "A photo's file is larger than the server accepts."],
	FST_FILES_LIMIT: ["upload_too_large", "The request has too many files."],
	FST_PARTS_LIMIT: ["upload_too_large", "The request has too many parts."],
	FST_FIELDS_LIMIT: ["upload_too_large", "The request has too many fields."],
	FST_ERR_HANDLER_TIMEOUT: ["timeout", "The request took too long."],
};

/** Whatever was thrown, as an error of the table; what is unknown becomes `internal`. */
export function toAppError(error: unknown): AppError {
	if (error instanceof AppError) return error;
	if (hasZodFastifySchemaValidationErrors(error)) {
		const issues = error.validation.map((issue) => ({
			path: fieldPath(issue.instancePath),
			message: describeIssue(issue.message ?? "is not valid"),
		}));
		return new AppError("invalid_argument", describeFields(issues, error.validationContext ?? "request"), {
			details: { issues },
			cause: error,
		});
	}
	const { code, statusCode } = (typeof error === "object" && error !== null ? error : {}) as {
		code?: unknown;
		statusCode?: unknown;
	};
	const known = typeof code === "string" ? FRAMEWORK_ERRORS[code] : undefined;
	if (known !== undefined) {
		const [appCode, message, remedy] = known;
		return new AppError(appCode, message, { cause: error, ...(remedy === undefined ? {} : { remedy }) });
	}
	if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
		if (statusCode === 404) return new AppError("not_found", "There is nothing at this address.", { cause: error });
		if (statusCode === 413) return new AppError("upload_too_large", "The request is too large.", { cause: error });
		if (statusCode === 406 || statusCode === 415) {
			return new AppError("unsupported_media_type", "The content type is not supported here.", { cause: error });
		}
		return new AppError("invalid_argument", "The request is not well formed.", { cause: error });
	}
	return new AppError("internal", "The server met a defect.", { cause: error });
}

/** The document that the caller sees: nothing of the server's inside, no value of the request. */
export function problemOf(error: AppError, requestId: string): ProblemDocument {
	const entry = ERROR_TABLE[error.code];
	const isOperators = OPERATORS_CODES.has(error.code);
	const retryAfter_s = retryAfterOf(error, entry.httpStatus);
	const errors = fieldErrorsOf(error);
	return {
		type: `urn:anny-fitter:problem:${error.code}`,
		title: entry.title,
		status: entry.httpStatus,
		code: error.code,
		detail: isOperators ? `${entry.title}.` : error.message,
		remedy: isOperators ? "Try again; if it keeps failing, tell the operator the request_id." : error.remedy,
		request_id: requestId,
		...(retryAfter_s === null ? {} : { retry_after_s: retryAfter_s }),
		...(errors.length === 0 ? {} : { errors }),
	};
}

/** Whole seconds for Retry-After, from `details.retry_after_s` of the error; null when waiting does not help. */
function retryAfterOf(error: AppError, status: number): number | null {
	const stated = error.details.retry_after_s;
	if (typeof stated === "number" && Number.isFinite(stated)) return Math.max(1, Math.ceil(stated));
	return status === 503 || status === 429 ? DEFAULT_RETRY_AFTER_S : null;
}

function fieldErrorsOf(error: AppError): FieldError[] {
	const { issues, field } = error.details;
	if (Array.isArray(issues)) return issues as FieldError[];
	return typeof field === "string" ? [{ path: field, message: error.message }] : [];
}

/** `/measures/waist_girth` → `measures.waist_girth`. */
function fieldPath(instancePath: string): string {
	return instancePath.split("/").filter(Boolean).join(".").slice(0, 200);
}

function describeIssue(message: string): string {
	return message.replace(/^Invalid input: /, "").slice(0, 300);
}

function describeFields(issues: readonly FieldError[], place: string): string {
	const where = place === "querystring" ? "query" : place === "params" ? "address" : place;
	const first = issues[0]!;
	if (issues.length > 1) return `${issues.length} fields in the ${where} are not valid.`;
	return first.path === ""
		? `The ${where} is not valid: ${first.message}.`
		: `${first.path} in the ${where} is not valid: ${first.message}.`;
}
