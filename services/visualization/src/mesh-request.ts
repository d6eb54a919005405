import { AppError, type MeshFormat, type ParamsDocument, parseParamsText } from "@anny-fitter/contracts";
import { type BuildMeshRequest, RpcMeshFormat } from "@anny-fitter/contracts/rpc";
import type { BuildMeshInput } from "./visualization-tasks.js";

const FORMATS: Readonly<Partial<Record<RpcMeshFormat, MeshFormat | "binary">>> = {
	[RpcMeshFormat.GLB]: "glb",
	[RpcMeshFormat.OBJ]: "obj",
	[RpcMeshFormat.PLY]: "ply",
	[RpcMeshFormat.STL]: "stl",
	[RpcMeshFormat.BINARY]: "binary",
};

/** @throws {AppError} `invalid_argument` */
export function parseMeshRequest(request: BuildMeshRequest): BuildMeshInput {
	const format = FORMATS[request.format];
	if (format === undefined) throw invalid("format", `There is no mesh format ${request.format}.`);
	return {
		params: parseRequestParams(request.paramsJson),
		format,
		frame: oneOf(request.frame, "frame", ["anny", "gltf"]),
		pose: oneOf(request.pose, "pose", ["given", "rest"]),
	};
}

/** @throws {AppError} `invalid_argument` */
export function parseRequestParams(json: string): ParamsDocument {
	return parseParamsText(json, "params_json");
}

/** Empty means the first word. */
function oneOf<const Word extends string>(text: string, field: string, words: readonly [Word, ...Word[]]): Word {
	if (text === "") return words[0];
	const word = words.find((candidate) => candidate === text);
	if (word === undefined) throw invalid(field, `${field} is not one of ${words.join(", ")}.`);
	return word;
}

function invalid(field: string, message: string): AppError {
	return new AppError("invalid_argument", message, { details: { field } });
}
