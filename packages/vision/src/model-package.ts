import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MODEL_PACKAGE, type ModelFileName, modelFile } from "./model-table.js";

const require = createRequire(import.meta.url);

/** Part of a file: the networks other than the pose landmarks lie one after another in one archive. */
interface FilePart {
	readonly path: string;
	readonly start: number;
	/** Exclusive; `null` for the whole file. */
	readonly end: number | null;
}

/** Thrown when a network is missing or differs from the one this program was tested with. */
export class ModelFileError extends Error {
	override readonly name = "ModelFileError";
	constructor(
		readonly reason: "missing" | "changed",
		message: string,
		cause?: unknown,
	) {
		super(message, { cause });
	}
}

/**
 * Read one network from the installed npm package and check its hash.
 *
 * @throws ModelFileError if the package or the file is missing, or the file has another hash
 */
export async function readModelFile(name: ModelFileName): Promise<Uint8Array> {
	const part = await locate(name);
	const bytes = await readPart(part).catch((cause: unknown) => {
		throw new ModelFileError("missing", `The model ${name} is not installed.`, cause);
	});
	if (sha256(bytes) !== modelFile(name).sha256) {
		throw new ModelFileError("changed", `The installed model ${name} is damaged or of another version.`);
	}
	return bytes;
}

export function sha256(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

async function locate(name: ModelFileName): Promise<FilePart> {
	let folder: string;
	try {
		folder = dirname(require.resolve(`${MODEL_PACKAGE}/package.json`));
	} catch (cause) {
		throw new ModelFileError("missing", `The package ${MODEL_PACKAGE} is not installed.`, cause);
	}
	if (name.startsWith("pose_landmark_")) return { path: join(folder, `${name}.tflite`), start: 0, end: null };
	const archive = join(folder, "holistic_solution_packed_assets");
	const loader = await readFile(`${archive}_loader.js`, "utf8").catch(() => "");
	// The loader script holds the archive's table of contents as JSON objects.
	const entry = new RegExp(`"filename":\\s*"[^"]*/${name}\\.tflite",\\s*"start":\\s*(\\d+),\\s*"end":\\s*(\\d+)`).exec(
		loader,
	);
	if (entry === null) throw new ModelFileError("missing", `The package ${MODEL_PACKAGE} lacks the model ${name}.`);
	return { path: `${archive}.data`, start: Number(entry[1]), end: Number(entry[2]) };
}

async function readPart({ path, start, end }: FilePart): Promise<Uint8Array> {
	if (end === null) return readFile(path);
	const file = await open(path);
	try {
		const bytes = new Uint8Array(end - start);
		const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
		return bytes.subarray(0, bytesRead);
	} finally {
		await file.close();
	}
}
