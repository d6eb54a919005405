import { createHash } from "node:crypto";
import { AppError, type MeshFormat, type ParamsDocument } from "@anny-fitter/contracts";
import { RpcMeshFormat, VisualizationService } from "@anny-fitter/contracts/rpc";
import { fromConnectError } from "@anny-fitter/platform/rpc";
import { createClient, type Transport } from "@connectrpc/connect";

/** Changes when the same parameters are written differently, so that no stale copy is taken for the new. */
const WRITER_VERSION = 1;

const FORMATS = {
	binary: RpcMeshFormat.BINARY,
	glb: RpcMeshFormat.GLB,
	obj: RpcMeshFormat.OBJ,
	ply: RpcMeshFormat.PLY,
	stl: RpcMeshFormat.STL,
} as const satisfies Record<MeshFormat | "binary", RpcMeshFormat>;

export interface MeshOptions {
	readonly frame: "anny" | "gltf";
	readonly pose: "given" | "rest";
}

/**
 * Rebuilds a body from its stored parameters.
 *
 * @throws AppError
 */
export async function buildMesh(
	transport: Transport,
	params: ParamsDocument,
	format: keyof typeof FORMATS,
	{ frame, pose }: MeshOptions,
	timeoutMs: number,
): Promise<Buffer> {
	const client = createClient(VisualizationService, transport);
	const pieces: Uint8Array[] = [];
	let expected = 0n;
	try {
		const request = { paramsJson: JSON.stringify(params), format: FORMATS[format], frame, pose };
		for await (const { piece, totalSizeBytes } of client.buildMesh(request, { timeoutMs })) {
			if (pieces.length === 0) expected = totalSizeBytes;
			pieces.push(piece);
		}
	} catch (error) {
		throw fromConnectError(error);
	}
	const mesh = Buffer.concat(pieces);
	if (BigInt(mesh.length) !== expected) throw new AppError("internal", "The mesh arrived incomplete.");
	return mesh;
}

/** Tells one file from another without building either. */
export function fileTag(content: unknown): string {
	const text = JSON.stringify([WRITER_VERSION, content]);
	return `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`;
}

/** Whether the caller has the file already. */
export function hasFile(ifNoneMatch: string | undefined, tag: string): boolean {
	if (ifNoneMatch === undefined) return false;
	// A proxy that compresses marks tags as weak.
	return ifNoneMatch.split(",").some((known) => known.trim() === "*" || known.trim().replace(/^W\//, "") === tag);
}
