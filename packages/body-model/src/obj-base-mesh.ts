import { type BaseMesh, BodyModelSourceError } from "./source.js";

/**
 * Reads `base.obj` of MakeHuman: `v`, `vt`, quads `f a/ta b/tb c/tc d/td` in groups `g`.
 *
 * @param file how errors name the file
 * @throws BodyModelSourceError when the file is not such a mesh
 */
export function parseBaseObj(text: string, file: string): BaseMesh {
	const vertices: number[] = [];
	const uvs: number[] = [];
	const quads: number[] = [];
	const quadUvs: number[] = [];
	const quadGroups: number[] = [];
	const groups = new Map<string, number>();
	let group = groupIndex(groups, "default");
	const lines = text.split("\n");
	for (let row = 0; row < lines.length; row++) {
		const fields = lines[row].trim().split(/\s+/);
		switch (fields[0]) {
			case "v":
				vertices.push(Number(fields[1]), Number(fields[2]), Number(fields[3]));
				break;
			case "vt":
				uvs.push(Number(fields[1]), Number(fields[2]));
				break;
			case "g":
				group = groupIndex(groups, fields[1] ?? "default");
				break;
			case "f":
				if (fields.length !== 5) {
					throw new BodyModelSourceError(file, `line ${row + 1} is a face that is not a quad`);
				}
				for (let corner = 1; corner <= 4; corner++) {
					const [vertex, uv] = fields[corner].split("/");
					quads.push(Number(vertex) - 1);
					quadUvs.push(Number(uv) - 1);
				}
				quadGroups.push(group);
				break;
		}
	}
	if (vertices.length === 0 || quads.length === 0) {
		throw new BodyModelSourceError(file, "has no vertices or no faces");
	}
	if (!vertices.every(Number.isFinite) || !uvs.every(Number.isFinite)) {
		throw new BodyModelSourceError(file, "a coordinate is not a number");
	}
	const vertexCount = vertices.length / 3;
	const uvCount = uvs.length / 2;
	if (!quads.every((index) => index >= 0 && index < vertexCount)) {
		throw new BodyModelSourceError(file, "a face names a vertex that does not exist");
	}
	if (!quadUvs.every((index) => index >= 0 && index < uvCount)) {
		throw new BodyModelSourceError(file, "a face names a texture coordinate that does not exist");
	}
	return {
		vertices_dm: Float64Array.from(vertices),
		quads: Uint16Array.from(quads),
		uvs: Float32Array.from(uvs),
		quadUvs: Uint16Array.from(quadUvs),
		groupNames: [...groups.keys()],
		quadGroups: Uint8Array.from(quadGroups),
	};
}

function groupIndex(groups: Map<string, number>, name: string): number {
	let index = groups.get(name);
	if (index === undefined) {
		index = groups.size;
		groups.set(name, index);
	}
	return index;
}
