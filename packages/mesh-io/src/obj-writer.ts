import { pointsFromAnny } from "./mesh-frame.js";
import type { SurfaceMesh, SurfaceOptions } from "./mesh-types.js";
import { checkSurface } from "./surface-check.js";
import { encodeUtf8, formatDecimal } from "./text-bytes.js";

/** The frame in words, as the headers of text files state it. */
export function describeFrame(frame: "anny" | "gltf"): string {
	return frame === "anny" ? "anny (Z up, body faces -Y, +X left)" : "gltf (Y up, body faces +Z, +X left)";
}

/** The options with their defaults, checked. */
export function surfaceDefaults(options: SurfaceOptions): Required<SurfaceOptions> {
	const { frame = "anny", name = "body" } = options;
	if (frame !== "anny" && frame !== "gltf") throw new RangeError(`Unknown frame "${frame}": use "anny" or "gltf".`);
	if (/[\r\n]/.test(name)) throw new RangeError("The name of the mesh holds a line break.");
	return { frame, name };
}

/**
 * Writes a Wavefront OBJ file: metres, nine significant digits, vertices in order, quads as quads with their texture
 * coordinates (triangles where the mesh has no quads).
 *
 * @throws RangeError when the mesh is inconsistent.
 */
export function writeObj(mesh: SurfaceMesh, options: SurfaceOptions = {}): Uint8Array {
	checkSurface(mesh);
	const { frame, name } = surfaceDefaults(options);
	const points = new Float64Array(mesh.vertices.length);
	pointsFromAnny(points, mesh.vertices, frame);
	const lines = ["# anny-fitter mesh-io", "# units: metres", `# frame: ${describeFrame(frame)}`, `o ${name}`];
	for (let i = 0; i < points.length; i += 3) {
		lines.push(`v ${formatDecimal(points[i])} ${formatDecimal(points[i + 1])} ${formatDecimal(points[i + 2])}`);
	}
	const { uvs, quadUvs } = mesh;
	if (uvs) {
		for (let i = 0; i < uvs.length; i += 2) lines.push(`vt ${formatDecimal(uvs[i])} ${formatDecimal(uvs[i + 1])}`);
	}
	lines.push("s 1");
	const faces = mesh.quads ?? mesh.triangles;
	const corners = mesh.quads ? 4 : 3;
	for (let i = 0; i < faces.length; i += corners) {
		let line = "f";
		for (let k = i; k < i + corners; k++) line += quadUvs ? ` ${faces[k] + 1}/${quadUvs[k] + 1}` : ` ${faces[k] + 1}`;
		lines.push(line);
	}
	lines.push("");
	return encodeUtf8(lines.join("\n"));
}
