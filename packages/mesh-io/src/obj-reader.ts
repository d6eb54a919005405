import { createNumberList, fanPolygon, finishMesh, parseFinite, shortened, statedFrame } from "./mesh-builder.js";
import type { MeshData, MeshReadOptions } from "./mesh-types.js";
import { decodeLatin1 } from "./text-bytes.js";

/**
 * Reads a Wavefront OBJ file. Vertices keep their order; polygons become fans of triangles around their first corner;
 * `v`, `v/t`, `v//n`, `v/t/n`, negative (relative) indices and continued lines are understood; normals, groups,
 * materials, lines and points are skipped.
 *
 * @throws RangeError naming the line of the first thing that is wrong.
 */
export function readObj(bytes: Uint8Array, { pointClouds }: MeshReadOptions = {}): MeshData {
	const text = decodeLatin1(bytes);
	const positions = createNumberList();
	const uvs = createNumberList();
	const triangles = createNumberList();
	const triangleUvs = createNumberList();
	const faceLines = createNumberList();
	let everyCornerHasUv = true;
	let frame: MeshData["frame"] = "anny";
	const faceVertices: number[] = [];
	const faceUvs: number[] = [];

	let lineNumber = 0;
	for (let start = 0; start < text.length; ) {
		let end = text.indexOf("\n", start);
		if (end < 0) end = text.length;
		let line = text.slice(start, end);
		start = end + 1;
		lineNumber++;
		const firstLine = lineNumber;
		while (/\\\r?$/.test(line) && start < text.length) {
			end = text.indexOf("\n", start);
			if (end < 0) end = text.length;
			line = `${line.replace(/\\\r?$/, " ")}${text.slice(start, end)}`;
			start = end + 1;
			lineNumber++;
		}
		const where = `OBJ line ${firstLine}`;
		if (line.startsWith("#")) {
			if (statedFrame(line) === "gltf") frame = "gltf";
			continue;
		}
		const tokens = line.trim().split(/\s+/);
		if (tokens[0] === "v") {
			for (let k = 1; k <= 3; k++) positions.push(parseFinite(tokens[k], where));
		} else if (tokens[0] === "vt") {
			uvs.push(parseFinite(tokens[1], where));
			uvs.push(tokens[2] === undefined ? 0 : parseFinite(tokens[2], where));
		} else if (tokens[0] === "f") {
			if (tokens.length < 4) throw new RangeError(`A face has fewer than three corners (${where}).`);
			faceVertices.length = 0;
			faceUvs.length = 0;
			for (let k = 1; k < tokens.length; k++) {
				const parts = tokens[k].split("/");
				faceVertices.push(parseIndex(parts[0], positions.length / 3, where));
				if (parts[1]) faceUvs.push(parseIndex(parts[1], uvs.length / 2, where));
			}
			fanPolygon(faceVertices, triangles.push);
			if (faceUvs.length === faceVertices.length) fanPolygon(faceUvs, triangleUvs.push);
			else everyCornerHasUv = false;
			while (faceLines.length < triangles.length / 3) faceLines.push(firstLine);
		}
	}

	const vertices = positions.take();
	const corners = triangles.take();
	// A face may come before its vertices, so indices are checked once all are known.
	checkRange(corners, vertices.length / 3, faceLines.take(), "vertex");
	const mesh = { vertices, triangles: Uint32Array.from(corners), frame };
	if (!everyCornerHasUv || uvs.length === 0) return finishMesh(mesh, "OBJ", pointClouds);
	checkRange(triangleUvs.take(), uvs.length / 2, faceLines.take(), "texture coordinate");
	return finishMesh(
		{ ...mesh, uvs: uvs.take(), triangleUvs: Uint32Array.from(triangleUvs.take()) },
		"OBJ",
		pointClouds,
	);
}

function parseIndex(token: string, count: number, where: string): number {
	const index = Number(token);
	if (!Number.isInteger(index) || index === 0) {
		throw new RangeError(`"${shortened(token)}" is not an OBJ index (${where}).`);
	}
	if (index < 0 && count + index < 0) {
		throw new RangeError(`The relative index ${index} points before the first of ${count} entries (${where}).`);
	}
	return index < 0 ? count + index : index - 1;
}

function checkRange(corners: Float64Array, count: number, lines: Float64Array, what: string): void {
	for (let i = 0; i < corners.length; i++) {
		if (corners[i] >= count) {
			throw new RangeError(
				`A face refers to ${what} ${corners[i] + 1}, but the file has ${count} (OBJ line ${lines[Math.floor(i / 3)]}).`,
			);
		}
	}
}
