import { basename, dirname, extname } from "node:path";
import { AppError, MESH_FORMATS, type MeshFormat, parseParamsText } from "@anny-fitter/contracts";
import type { CommonOptions } from "./common-options.js";
import type { ConsoleIo } from "./console-io.js";
import { formatSize } from "./format-values.js";
import { readInputFile } from "./input-file.js";
import { openOutputFolder } from "./output-files.js";
import { requireOneOf } from "./parse-values.js";
import { printableText } from "./printable-text.js";
import { warn } from "./report-error.js";

export interface MeshOptions extends CommonOptions {
	readonly params: string;
	readonly out: string;
	readonly topology: string;
	readonly frame?: string;
	readonly pose: string;
}

/**
 * `anny-fitter mesh`: parameters to a mesh file.
 *
 * @returns exit code
 * @throws {AppError} for everything a user can meet
 */
export async function runMesh(options: MeshOptions, io: ConsoleIo): Promise<number> {
	const format = formatOfFile(options.out);
	const topology = requireOneOf(options.topology, ["default", "makehuman"] as const, "--topology");
	const pose = requireOneOf(options.pose, ["given", "rest"] as const, "--pose");
	const frame =
		options.frame === undefined ? undefined : requireOneOf(options.frame, ["anny", "gltf"] as const, "--frame");
	if (format === "glb" && frame === "anny") {
		throw new AppError("invalid_argument", "A GLB file is always in glTF's frame, not in Anny's.", {
			remedy: "Leave out --frame, or write OBJ, PLY or STL.",
		});
	}
	const { bytes, name } = await readInputFile(options.params, "params file");
	const params = parseParamsText(new TextDecoder().decode(bytes), name);
	const output = await openOutputFolder(dirname(options.out));
	try {
		const { buildBodyFromParams } = await import("@anny-fitter/pipeline");
		const body = await buildBodyFromParams(params, { modelDataDir: options.modelData, topology });
		for (const { message } of body.warnings) if (options.quiet !== true) warn(message, io);
		const content = body.exportMesh(format, { frame, pose });
		const [size_bytes] = await output.write([{ name: basename(options.out), content }], io.signal);
		if (options.json === true) {
			const { modelData: model_data, warnings } = body;
			const document = { file: options.out, format, size_bytes, topology, pose, model_data, warnings };
			io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
		} else if (options.quiet !== true) {
			io.stdout.write(`Written to ${printableText(options.out)} (${formatSize(size_bytes!)})\n`);
		}
		return 0;
	} catch (error) {
		await output.discard();
		throw error;
	}
}

function formatOfFile(path: string): MeshFormat {
	const extension = extname(path).slice(1).toLowerCase();
	const format = MESH_FORMATS.find((candidate) => candidate === extension);
	if (format !== undefined) return format;
	const cause =
		extension === "" ? `${path} has no extension` : `.${extension} is not a mesh format that can be written`;
	throw new AppError("invalid_argument", `${cause}.`, { remedy: "Name a file that ends in .obj, .glb, .ply or .stl." });
}
