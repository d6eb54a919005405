import { address, choice, flag, integer, origins, redisAddress, type Setting, words } from "./setting.js";

const POSTGRESQL = {
	protocols: ["postgres:", "postgresql:"],
	form: "an address such as postgres://USER:PASSWORD@HOST:5432/DATABASE",
	isSecret: true,
} as const;
const SERVICE = {
	protocols: ["http:", "https:"],
	form: "an address such as http://HOST:PORT",
	fallbackText: "runs in the server's own process",
} as const;
const SECRET = { form: "at least 32 bytes of random text", isSecret: true } as const;

/** Every variable that the server reads, in groups. docs/configuration.md is written from this table. */
export const SETTING_GROUPS = {
	Server: {
		NODE_ENV: choice(
			"`production` refuses settings that are only safe on one's own machine.",
			["development", "production", "test"],
			"development",
		),
		HOST: words("Address to listen on. `0.0.0.0` lets other machines in.", {
			form: "an IP address or a host name",
			pattern: /^[A-Za-z0-9.:_-]+$/,
			fallbackText: "`127.0.0.1`: this machine only",
		}),
		PORT: integer("TCP port to listen on. 0 takes a free one.", {
			min: 0,
			max: 65_535,
			fallback: 8000,
		}),
		PUBLIC_URL: address("Address that users type. With https, cookies are marked Secure.", {
			protocols: ["http:", "https:"],
			form: "an address such as https://fit.example.org",
			fallbackText: "`http://localhost:PORT`",
		}),
		WORKERS: integer("Processes of the API on the port. More than one needs DATABASE_URL and REDIS_URL.", {
			unit: "processes",
			min: 1,
			max: 64,
			fallback: 1,
		}),
		TRUSTED_PROXIES: integer(
			"How many proxies in front of the server are believed about the client's address (X-Forwarded-For).",
			{ unit: "proxies", min: 0, max: 10, fallback: 0 },
		),
		CORS_ORIGINS: origins("Origins besides the server's own that a browser may call from."),
		DATA_DIR: words("Folder of the embedded database, the exports and the generated secret.", {
			form: "a path",
			fallbackText: "`anny-fitter/server` in the user's data folder",
		}),
		WEB_DIR: words("Folder with the built web application; `none`: the API alone.", {
			form: "a path, or `none`",
			fallbackText: "`anny-fitter serve` takes the application that is installed beside it",
		}),
		LOG_LEVEL: choice(
			"Least important line that is written. `debug` holds no personal data either.",
			["fatal", "error", "warn", "info", "debug", "trace", "silent"],
			"info",
		),
		METRICS_TOKEN: words("Prometheus sends it as `Authorization: Bearer …` to read /metrics from another machine.", {
			form: "16 to 200 letters, digits and - . _ ~",
			pattern: /^[A-Za-z0-9._~-]{16,200}$/,
			isSecret: true,
			fallbackText: "/metrics answers this machine only",
		}),
		SHUTDOWN_GRACE_SECONDS: integer("How long a stop waits for running fits before it hands them over.", {
			unit: "seconds",
			min: 0,
			max: 3600,
			fallback: 30,
		}),
	},
	Database: {
		DATABASE_URL: address("PostgreSQL, as a role that owns no tables.", {
			...POSTGRESQL,
			fallbackText: "PGlite in DATA_DIR",
		}),
		DATABASE_OWNER_URL: address("The role that owns the tables, for migrations only.", {
			...POSTGRESQL,
			fallbackText: "DATABASE_URL",
		}),
		DATABASE_MIGRATE: choice(
			"Whether the server brings the tables up to date when it starts. `off`: somebody else has, as DATABASE_OWNER_URL (`anny-fitter database migrate`), and the server does without that address.",
			["on", "off"],
			"on",
		),
		DATABASE_REPLICA_URL: address(
			"A streaming replica of DATABASE_URL. Lists, models and exports are read there as soon as it has all that was written before (docs/decisions/0021).",
			{ ...POSTGRESQL, fallbackText: "DATABASE_URL" },
		),
		DATABASE_REPLICA_WAIT_MS: integer(
			"How long a read waits for the replica to have that; then it goes to DATABASE_URL.",
			{ unit: "milliseconds", min: 0, max: 10_000, fallback: 50 },
		),
		DATABASE_POOL_SIZE: integer("Connections of one process to PostgreSQL.", {
			unit: "connections",
			min: 1,
			max: 200,
			fallback: 10,
		}),
		DATABASE_TIMEOUT_MS: integer("A query or a wait for a connection fails after this.", {
			unit: "milliseconds",
			min: 100,
			max: 120_000,
			fallback: 10_000,
		}),
	},
	"Redis, for events, cache and counters": {
		REDIS_URL: redisAddress(
			"Redis, shared by all replicas: one server, the master that Sentinels name (`?sentinel_password=…`, `sentinel_user`: the Sentinels' own), or a cluster.",
			"in process",
		),
	},
	Photos: {
		VAULT_REDIS_URL: redisAddress(
			"A Redis without persistence that holds the encrypted photos, so that another replica can finish a fit. Needs VAULT_SECRET.",
			"RAM disk (/dev/shm), or memory where there is none",
		),
		VAULT_REDIS_IS_VOLATILE: flag(
			"Says that this Redis writes nothing to disk, where the server may not ask Redis itself (CONFIG is forbidden).",
		),
		VAULT_SECRET: words(
			"Keys of the photos are derived from it. Replicas that share photos need the same, and so does a server that resumes fits after a restart.",
			{ ...SECRET, fallbackText: "random for each process" },
		),
		VAULT_DIR: words("Folder on a RAM disk for the encrypted photos; a folder on a real disk is not used.", {
			form: "a path",
			fallbackText: "/dev/shm/anny-fitter-UID",
		}),
		VAULT_LIFETIME_MINUTES: integer("A photo is removed at this age whatever became of its fit.", {
			unit: "minutes",
			min: 1,
			max: 1440,
			fallback: 60,
		}),
		VAULT_MAX_SIZE_MB: integer(
			"Photos held in memory at one time, where there is no RAM disk (1 MB is 1,000,000 bytes).",
			{ unit: "megabytes", min: 1, max: 1_000_000, fallback: 512 },
		),
		MAX_PHOTO_SIZE_MB: integer("Largest photo file (1 MB is 1,000,000 bytes).", {
			unit: "megabytes",
			min: 1,
			max: 1000,
			fallback: 30,
		}),
		MAX_UPLOAD_SIZE_MB: integer("Largest upload, all photos together (1 MB is 1,000,000 bytes).", {
			unit: "megabytes",
			min: 1,
			max: 4000,
			fallback: 120,
		}),
	},
	"Exports: S3, MinIO or another server of that protocol": {
		S3_BUCKET: words("Bucket of the exports; made when it is missing.", {
			form: "the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes",
			pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
			fallbackText: "a folder in DATA_DIR",
		}),
		S3_ENDPOINT: address("Address of the server.", {
			protocols: ["http:", "https:"],
			form: "an address such as https://minio.example.org:9000",
			fallbackText: "AWS",
		}),
		S3_REGION: words("Region of the bucket.", {
			form: "a region such as eu-central-1",
			pattern: /^[a-z0-9-]+$/,
			fallbackText: "`us-east-1`",
		}),
		S3_ACCESS_KEY_ID: words("Name of the access key.", {
			form: "the id of an access key",
			pattern: /^\S+$/,
			fallbackText: "the machine's role, on AWS only",
		}),
		S3_SECRET_ACCESS_KEY: words("The access key's secret.", {
			form: "the secret that belongs to S3_ACCESS_KEY_ID",
			pattern: /^\S+$/,
			isSecret: true,
		}),
		S3_FORCE_PATH_STYLE: flag(
			"Puts the bucket's name in the path instead of the host name.",
			"`true` with S3_ENDPOINT",
		),
		EXPORT_LIFETIME_HOURS: integer("An export is removed at this age.", {
			unit: "hours",
			min: 1,
			max: 720,
			fallback: 24,
		}),
	},
	Accounts: {
		JWT_SECRET: words(
			"Signs access tokens; the same for all replicas. Required in production: `openssl rand -base64 48` makes one. Tokens of a second secret, on a second line, are believed too, while it is changed (docs/runbook.md).",
			{
				...SECRET,
				pattern: /^[^\0\r\n]+(?:\r?\n[^\0\r\n]+)*$/,
				fallbackText: "in development made once and kept in DATA_DIR/secrets/jwt",
			},
		),
		SINGLE_USER: choice(
			"Lets whoever uses a browser on the server's own machine in without a password, as its one user and administrator. `auto`: with the embedded database in development, when HOST and PUBLIC_URL name this machine only and there is no proxy. `on` anywhere else stops the start.",
			["auto", "on", "off"],
			"auto",
		),
		ACCESS_TOKEN_LIFETIME_MINUTES: integer("An access token is valid for this long.", {
			unit: "minutes",
			min: 1,
			max: 10_080,
			fallback: 1440,
		}),
		REFRESH_TOKEN_LIFETIME_DAYS: integer("A log-in ends after this without use.", {
			unit: "days",
			min: 1,
			max: 365,
			fallback: 30,
		}),
		BCRYPT_COST: integer("Work per password as a power of two. Production refuses less than 12.", {
			unit: "doublings",
			min: 4,
			max: 16,
			fallback: 12,
		}),
	},
	"Data protection": {
		FIELD_KEYS: words(
			"Keys that names, dates of birth and e-mail addresses are encrypted under in the database: the first one encrypts, all decrypt.",
			{
				form: "ID:KEY, ID:KEY, … with 32 random bytes in base64 as KEY",
				pattern: /^[A-Za-z0-9+/=:,\s-]+$/,
				isSecret: true,
				fallbackText: "not encrypted",
			},
		),
		FIELD_KEYS_COMMAND: words(
			"A program that prints what FIELD_KEYS would hold, such as that of a key management service; run at the start, without a shell.",
			{ form: "a program and its arguments, separated by spaces" },
		),
		HIPAA_MODE: choice(
			"For data about health under HIPAA: reads are audited too, log-ins end without use, and the start demands encrypted fields and TLS.",
			["off", "on"],
			"off",
		),
		SESSION_RETENTION_DAYS: integer(
			"The note of a fit that ended (when, how, for whom; not its body) is removed at this age; 0: with its account.",
			{ unit: "days", min: 0, max: 3650, fallback: 0 },
		),
		IDLE_LOGOUT_MINUTES: integer(
			"A log-in ends after so many minutes in which nobody did anything; 0: after REFRESH_TOKEN_LIFETIME_DAYS. HIPAA_MODE takes 15 for 0.",
			{ unit: "minutes", min: 0, max: 1440, fallback: 0 },
		),
	},
	Services: {
		VISION_URL: address("The service that finds the person in photos.", SERVICE),
		FITTING_URL: address("The service that fits the body.", SERVICE),
		VISUALIZATION_URL: address("The service that rebuilds meshes from parameters.", SERVICE),
		ANNY_FITTER_MODEL_DATA: words("Folder with body model data in MPFB2's layout.", {
			form: "a path",
			fallbackText: "pulled data, else the npm package",
		}),
		INFERENCE_DEVICE: choice(
			"Where the networks run; `cuda` falls back to the CPU when its memory is short.",
			["cpu", "cuda"],
			"cpu",
		),
	},
	Limits: {
		RATE_LIMIT_PER_HOUR: integer("Changes, fits, meshes, exports and downloads of one user.", {
			unit: "requests per hour",
			min: 1,
			max: 10_000_000,
			fallback: 100,
		}),
		AUTH_RATE_LIMIT_PER_MINUTE: integer("Registrations, log-ins and refreshes from one address.", {
			unit: "requests per minute",
			min: 1,
			max: 1_000_000,
			fallback: 10,
		}),
		READ_RATE_LIMIT_PER_MINUTE: integer("Reads of documents by one user, apart from the hourly budget.", {
			unit: "requests per minute",
			min: 1,
			max: 1_000_000,
			fallback: 600,
		}),
		STATUS_RATE_LIMIT_PER_MINUTE: integer("Looks at the progress of fits by one user, apart from the hourly budget.", {
			unit: "requests per minute",
			min: 1,
			max: 1_000_000,
			fallback: 120,
		}),
		MAX_JSON_SIZE_KB: integer("Largest JSON body (1 kB is 1,000 bytes).", {
			unit: "kilobytes",
			min: 1,
			max: 10_000,
			fallback: 256,
		}),
		REQUEST_TIMEOUT_SECONDS: integer(
			"A request must have arrived and been answered within this; uploads get ten times.",
			{
				unit: "seconds",
				min: 1,
				max: 600,
				fallback: 30,
			},
		),
		FIT_TIMEOUT_SECONDS: integer("A fit fails after this.", { unit: "seconds", min: 5, max: 7200, fallback: 600 }),
		MAX_QUEUED_FITS: integer("Further fits are refused with 503 when so many wait.", {
			unit: "fits",
			min: 1,
			max: 100_000,
			fallback: 100,
		}),
		FIT_CONCURRENCY: integer("Fits at one time in one process.", { unit: "fits", min: 1, max: 64, fallback: 1 }),
	},
} as const satisfies Record<string, Record<string, Setting<unknown>>>;

type Groups = typeof SETTING_GROUPS;
type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
	? I
	: never;
type SettingTable = UnionToIntersection<Groups[keyof Groups]>;

/** Name of a variable, without the `…_FILE` variants. */
export type SettingName = keyof SettingTable;

/** What the variables say, each by its own rules. */
export type SettingValues = {
	readonly [Name in SettingName]: SettingTable[Name] extends Setting<infer Value> ? Value : never;
};

/** The table without its groups. */
export const SETTINGS = Object.assign({}, ...Object.values(SETTING_GROUPS)) as Readonly<
	Record<SettingName, Setting<unknown>>
>;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** Secrets may also come from a file, as orchestrators mount them. */
export function fileVariant(name: SettingName): `${SettingName}_FILE` {
	return `${name}_FILE`;
}
