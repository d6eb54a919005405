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
		remedy: "Use an OBJ, PLY, STL or GLB file in Anny topology, in metres.",
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
