/** One row of the error table: how a failure is shown and what the person can do about it. */
export interface ErrorEntry {
	/** Process exit code of the command line. */
	readonly exitCode: 2 | 3 | 4 | 70;
	/** HTTP status of the REST API. */
	readonly httpStatus: number;
	readonly title: string;
	/** What the person can do; used when the thrower has no better advice. */
	readonly remedy: string;
}

/** Every failure that a user can meet, by stable code. */
export const ERROR_TABLE = {
	invalid_argument: {
		exitCode: 2,
		httpStatus: 400,
		title: "Invalid input",
		remedy: "Correct the value and try again.",
	},
	file_not_found: {
		exitCode: 2,
		httpStatus: 404,
		title: "File not found",
		remedy: "Check the path and its spelling.",
	},
	output_not_writable: {
		exitCode: 2,
		httpStatus: 500,
		title: "Output cannot be written",
		remedy: "Choose a folder that you may write to.",
	},
	not_an_image: {
		exitCode: 2,
		httpStatus: 400,
		title: "Not a photo",
		remedy: "Use a JPEG, PNG, WebP or HEIC photo.",
	},
	unsupported_image: {
		exitCode: 2,
		httpStatus: 400,
		title: "Unsupported image format",
		remedy: "Save the photo as JPEG, PNG, WebP or HEIC.",
	},
	empty_file: {
		exitCode: 2,
		httpStatus: 400,
		title: "Empty file",
		remedy: "Copy or download the photo again.",
	},
	damaged_image: {
		exitCode: 2,
		httpStatus: 400,
		title: "Damaged image",
		remedy: "Copy or download the photo again.",
	},
	image_too_large: {
		exitCode: 2,
		httpStatus: 400,
		title: "Image too large",
		remedy: "Scale the photo down to at most 100 megapixels.",
	},
	image_too_small: {
		exitCode: 2,
		httpStatus: 400,
		title: "Image too small",
		remedy: "Use a photo in which the person is at least 200 pixels tall.",
	},
	unsupported_mesh: {
		exitCode: 2,
		httpStatus: 400,
		title: "Unsupported mesh",
		remedy: "Use an OBJ, PLY, STL or GLB file of one standing person.",
	},
	model_data_missing: {
		exitCode: 2,
		httpStatus: 500,
		title: "Body model data not found",
		remedy: "Run `npm install`, or name a folder with `--model-data`.",
	},
	model_data_invalid: {
		exitCode: 2,
		httpStatus: 500,
		title: "Body model data not usable",
		remedy: "Name a folder in MPFB2's layout with `--model-data`, or leave it out to use the installed data.",
	},
	no_person: {
		exitCode: 3,
		httpStatus: 422,
		title: "No person found",
		remedy: "Use a photo that shows one person from head to feet against a calm background.",
	},
	body_not_visible: {
		exitCode: 3,
		httpStatus: 422,
		title: "Body not fully visible",
		remedy: "Step back until head, hands and feet are in the picture.",
	},
	several_people: {
		exitCode: 3,
		httpStatus: 422,
		title: "More than one person",
		remedy: "Use a photo with one person, or crop it to the person to be measured.",
	},
	inference_failed: {
		exitCode: 70,
		httpStatus: 500,
		title: "Photo analysis failed",
		remedy: "Try again; if it keeps failing, run `anny-fitter doctor`.",
	},
	model_unusable: {
		exitCode: 2,
		httpStatus: 500,
		title: "Segmentation or depth network not usable",
		remedy: "Run `anny-fitter models verify`, then pull the network again or remove its file.",
	},
	model_hash_mismatch: {
		exitCode: 2,
		httpStatus: 502,
		title: "File is not the expected one",
		remedy: "Nothing was kept. Try again later, and do not use a file from there until its hash is right.",
	},
	download_failed: {
		exitCode: 70,
		httpStatus: 502,
		title: "Download failed",
		remedy: "Check the connection and run the command again; it goes on where it stopped.",
	},
	not_reached: {
		exitCode: 2,
		httpStatus: 422,
		title: "Body does not have the wanted values",
		remedy: "Ask for the values that the body reaches, or adjust it further.",
	},
	unauthenticated: {
		exitCode: 2,
		httpStatus: 401,
		title: "Not logged in",
		remedy: "Log in, and send the access token as `Authorization: Bearer …`.",
	},
	invalid_credentials: {
		exitCode: 2,
		httpStatus: 401,
		title: "Wrong e-mail address or password",
		remedy: "Check both, or register first.",
	},
	forbidden: {
		exitCode: 2,
		httpStatus: 403,
		title: "Not allowed",
		remedy: "Ask an administrator for the role that this needs.",
	},
	consent_required: {
		exitCode: 2,
		httpStatus: 403,
		title: "Consent required",
		remedy: "Agree to the processing of photos with PUT /api/v1/consents first.",
	},
	not_found: {
		exitCode: 2,
		httpStatus: 404,
		title: "Not found",
		remedy: "Check the address and the id.",
	},
	method_not_allowed: {
		exitCode: 2,
		httpStatus: 405,
		title: "Method not allowed here",
		remedy: "Use one of the methods in the header Allow.",
	},
	conflict: {
		exitCode: 2,
		httpStatus: 409,
		title: "Conflict with the present state",
		remedy: "Read the present state and try again.",
	},
	email_taken: {
		exitCode: 2,
		httpStatus: 409,
		title: "E-mail address already registered",
		remedy: "Log in instead, or use another address.",
	},
	idempotency_conflict: {
		exitCode: 2,
		httpStatus: 409,
		title: "Idempotency key used for another request",
		remedy: "Use a new Idempotency-Key for each new request.",
	},
	photos_lost: {
		exitCode: 70,
		httpStatus: 410,
		title: "Photos no longer available",
		remedy: "Upload the photos again; they are kept in memory only and were not written anywhere.",
	},
	precondition_failed: {
		exitCode: 2,
		httpStatus: 412,
		title: "Changed meanwhile",
		remedy: "Read the present state and apply the change to that.",
	},
	upload_too_large: {
		exitCode: 2,
		httpStatus: 413,
		title: "Upload too large",
		remedy: "Send fewer or smaller photos.",
	},
	photo_too_large: {
		exitCode: 2,
		httpStatus: 413,
		title: "Photo file too large",
		remedy: "Save the photo as JPEG or scale it down.",
	},
	unsupported_media_type: {
		exitCode: 2,
		httpStatus: 415,
		title: "Unsupported content type",
		remedy: "Send what the API's documentation names for this address.",
	},
	too_many_requests: {
		exitCode: 2,
		httpStatus: 429,
		title: "Too many requests",
		remedy: "Wait for the time in Retry-After.",
	},
	too_many_attempts: {
		exitCode: 2,
		httpStatus: 429,
		title: "Too many failed attempts",
		remedy: "Wait for the time in Retry-After, then try again.",
	},
	interrupted: {
		exitCode: 70,
		httpStatus: 500,
		title: "Interrupted by a restart of the server",
		remedy: "Upload the photos again; they were in memory only and are gone.",
	},
	queue_full: {
		exitCode: 70,
		httpStatus: 503,
		title: "Too many fits are waiting",
		remedy: "Try again after the time in Retry-After.",
	},
	vault_full: {
		exitCode: 70,
		httpStatus: 503,
		title: "No memory for more photos",
		remedy: "Try again after the time in Retry-After.",
	},
	database_unavailable: {
		exitCode: 70,
		httpStatus: 503,
		title: "Database not available",
		remedy: "Try again in a moment.",
	},
	service_unavailable: {
		exitCode: 70,
		httpStatus: 503,
		title: "Service not available",
		remedy: "Try again in a moment.",
	},
	inference_out_of_memory: {
		exitCode: 70,
		httpStatus: 503,
		title: "Not enough memory for the analysis",
		remedy: "Try again when fewer fits run, or with a smaller photo.",
	},
	timeout: {
		exitCode: 70,
		httpStatus: 504,
		title: "Took too long",
		remedy: "Try again; if it keeps failing, use fewer or smaller photos.",
	},
	invalid_configuration: {
		exitCode: 2,
		httpStatus: 500,
		title: "Server settings not usable",
		remedy: "Correct the setting named in the message.",
	},
	cancelled: {
		exitCode: 70,
		httpStatus: 499,
		title: "Cancelled",
		remedy: "Start again when you are ready.",
	},
	internal: {
		exitCode: 70,
		httpStatus: 500,
		title: "Internal error",
		remedy: "Run `anny-fitter doctor` and report what it prints.",
	},
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_TABLE;

export interface AppErrorOptions {
	/** Advice that fits this case better than the table's. One sentence. */
	readonly remedy?: string;
	/** Machine-readable context: field names, limits. Never personal data. */
	readonly details?: Readonly<Record<string, unknown>>;
	/** Whether the same call may succeed later without a change. */
	readonly retryable?: boolean;
	/** The underlying error; never shown to users. */
	readonly cause?: unknown;
}

/**
 * A failure that a user can understand and act on. `message` is one sentence that names the cause.
 * Everything that leaves a Node package as an error is an `AppError`; unknown errors are wrapped at the edge.
 */
export class AppError extends Error {
	override readonly name = "AppError";
	readonly code: ErrorCode;
	readonly remedy: string;
	readonly details: Readonly<Record<string, unknown>>;
	readonly retryable: boolean;

	constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = code;
		this.remedy = options.remedy ?? ERROR_TABLE[code].remedy;
		this.details = options.details ?? {};
		this.retryable = options.retryable ?? false;
	}

	get exitCode(): ErrorEntry["exitCode"] {
		return ERROR_TABLE[this.code].exitCode;
	}
}
