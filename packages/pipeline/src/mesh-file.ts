import { AppError } from "@anny-fitter/contracts";
import { type MeshData, type MeshFormat, readMesh, sniffMeshFormat, toAnnyFrame } from "@anny-fitter/mesh-io";

/**
 * Reads a mesh file and turns it into Anny's frame as far as the file says which axis is up.
 *
 * @param bytes OBJ, PLY, STL or GLB
 * @param name file name for messages
 * @throws {AppError} `unsupported_mesh`, `empty_file`
 */
export function parseMesh(bytes: Uint8Array, name: string): MeshData {
	if (bytes.length === 0) {
		throw new AppError("empty_file", `${name} is empty.`, { remedy: "Export or download the mesh again." });
	}
	try {
		return toAnnyFrame(readMesh(bytes, meshFormat(bytes, name), { pointClouds: true }));
	} catch (cause) {
		if (!(cause instanceof RangeError)) throw cause;
		const reason = cause.message.replace(/\.$/, "");
		throw new AppError("unsupported_mesh", `${name} cannot be read: ${reason}.`, {
			remedy: "Export the mesh again as OBJ, PLY, STL or GLB.",
			cause,
		});
	}
}

/** By content; a binary STL whose length is wrong, known by its name alone, is read for the sake of the message. */
function meshFormat(bytes: Uint8Array, name: string): MeshFormat | null {
	return sniffMeshFormat(bytes) ?? (/\.stl$/i.test(name) ? "stl" : null);
}

/** A mesh that cannot be used, and what to do about it. */
export function unsupported(message: string, remedy: string): AppError {
	return new AppError("unsupported_mesh", message, { remedy });
}
