import { unpackGlb } from "./glb-container.js";
import { type GltfDocument, type GltfNode, type GltfPrimitive, readAccessor } from "./gltf-accessor.js";
import { createNumberList, finishMesh } from "./mesh-builder.js";
import type { MeshData } from "./mesh-types.js";

/** Extensions that change how geometry is stored and that this reader handles or may ignore. */
const HARMLESS_EXTENSIONS =
	/^(KHR_mesh_quantization|KHR_materials_.*|KHR_texture_.*|KHR_lights_punctual|EXT_texture_.*)$/;

/**
 * Reads the geometry of a GLB file: the triangles of every mesh in the scene, transformed by their nodes, in one mesh.
 *
 * Skinned meshes are returned in their bind pose (glTF ignores the transforms of their nodes), so the posed file of
 * {@link writeGlb} gives the rest vertices; its `_VERTEX_INDEX` attribute restores the original vertices and their
 * order. Morph targets, points and lines are ignored; compressed geometry is refused by name.
 *
 * @throws RangeError naming what is damaged or not supported.
 */
export function readGlb(bytes: Uint8Array): MeshData {
	const { json, binary } = unpackGlb(bytes);
	const document = json as GltfDocument;
	for (const extension of document.extensionsRequired ?? []) {
		if (!HARMLESS_EXTENSIONS.test(extension)) {
			throw new RangeError(`The GLB file needs the extension ${extension}, which is not supported.`);
		}
	}
	const parts: Part[] = [];
	visitScene(document, (node, world) => {
		for (const primitive of document.meshes?.[node.mesh!]?.primitives ?? []) {
			const part = readPrimitive(document, binary, primitive, node.skin === undefined ? world : IDENTITY);
			if (part) parts.push(part);
		}
	});
	if (parts.length === 0) throw new RangeError("The GLB file has no triangles in its scene.");
	const isOrdered = parts.every((part) => part.vertexIndices !== null);
	return finishMesh(isOrdered ? restoreOrder(parts) : appendParts(parts), "GLB");
}

interface Part {
	positions: Float64Array;
	uvs: Float64Array | null;
	vertexIndices: Float64Array | null;
	triangles: Uint32Array;
}

type Visitor = (node: GltfNode, world: Float64Array) => void;

/** Column-major 4×4, as glTF stores matrices. */
const IDENTITY = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

function visitScene(document: GltfDocument, visit: Visitor): void {
	const nodes = document.nodes ?? [];
	// A document without a scene shows all of its node trees.
	const inner = new Set(nodes.flatMap((node) => node.children ?? []));
	const roots = document.scenes?.[document.scene ?? 0]?.nodes ?? nodes.map((_, i) => i).filter((i) => !inner.has(i));
	const stack: { index: number; world: Float64Array }[] = [];
	for (const index of roots) stack.push({ index, world: IDENTITY });
	const seen = new Set<number>();
	while (stack.length > 0) {
		const { index, world } = stack.pop()!;
		const node = nodes[index];
		if (!node) throw new RangeError(`The scene of the GLB file refers to node ${index}; there are ${nodes.length}.`);
		if (seen.has(index)) throw new RangeError(`Node ${index} of the GLB file has two parents.`);
		seen.add(index);
		const nodeWorld = multiply(world, nodeMatrix(node, index));
		if (node.mesh !== undefined) visit(node, nodeWorld);
		for (const child of node.children ?? []) stack.push({ index: child, world: nodeWorld });
	}
}

function nodeMatrix(node: GltfNode, index: number): Float64Array {
	const take = (name: "matrix" | "translation" | "rotation" | "scale", fallback: readonly number[]) => {
		const value = node[name] ?? fallback;
		if (value.length !== fallback.length || !value.every(Number.isFinite)) {
			throw new RangeError(`The ${name} of node ${index} of the GLB file is not ${fallback.length} finite numbers.`);
		}
		return value;
	};
	if (node.matrix) return Float64Array.from(take("matrix", Array.from(IDENTITY)));
	const t = take("translation", [0, 0, 0]);
	const s = take("scale", [1, 1, 1]);
	const [x, y, z, w] = take("rotation", [0, 0, 0, 1]) as [number, number, number, number];
	return Float64Array.of(
		(1 - 2 * (y * y + z * z)) * s[0],
		2 * (x * y + z * w) * s[0],
		2 * (x * z - y * w) * s[0],
		0,
		2 * (x * y - z * w) * s[1],
		(1 - 2 * (x * x + z * z)) * s[1],
		2 * (y * z + x * w) * s[1],
		0,
		2 * (x * z + y * w) * s[2],
		2 * (y * z - x * w) * s[2],
		(1 - 2 * (x * x + y * y)) * s[2],
		0,
		t[0],
		t[1],
		t[2],
		1,
	);
}

function multiply(a: Float64Array, b: Float64Array): Float64Array {
	const out = new Float64Array(16);
	for (let column = 0; column < 4; column++) {
		for (let row = 0; row < 4; row++) {
			for (let k = 0; k < 4; k++) out[column * 4 + row] += a[k * 4 + row] * b[column * 4 + k];
		}
	}
	return out;
}

function readPrimitive(
	document: GltfDocument,
	binary: Uint8Array,
	primitive: GltfPrimitive,
	world: Float64Array,
): Part | null {
	const mode = primitive.mode ?? 4;
	const attributes = primitive.attributes ?? {};
	if (mode < 4 || attributes.POSITION === undefined) return null;
	const local = readAccessor(document, binary, attributes.POSITION, "VEC3");
	const count = local.length / 3;
	const broken = local.findIndex((value) => !Number.isFinite(value));
	if (broken >= 0) {
		throw new RangeError(
			`Vertex ${Math.floor(broken / 3)} of GLB accessor ${attributes.POSITION} is not finite (${local[broken]}).`,
		);
	}
	const positions = new Float64Array(local.length);
	for (let i = 0; i < local.length; i += 3) {
		for (let row = 0; row < 3; row++) {
			positions[i + row] =
				world[row] * local[i] + world[4 + row] * local[i + 1] + world[8 + row] * local[i + 2] + world[12 + row];
		}
	}
	const optional = (name: string, type: string): Float64Array | null => {
		const accessor = attributes[name];
		if (accessor === undefined) return null;
		const values = readAccessor(document, binary, accessor, type);
		if (values.length * 3 !== count * 3 * (type === "VEC2" ? 2 : 1)) {
			throw new RangeError(`${name} of the GLB file does not have one entry per vertex.`);
		}
		return values;
	};
	const uvs = optional("TEXCOORD_0", "VEC2");
	const vertexIndices = optional("_VERTEX_INDEX", "SCALAR");
	const corners =
		primitive.indices === undefined
			? Float64Array.from({ length: count }, (_, i) => i)
			: readAccessor(document, binary, primitive.indices, "SCALAR");
	for (const corner of corners) {
		if (corner >= count) throw new RangeError(`An index of the GLB file is ${corner}; there are ${count} vertices.`);
	}
	return { positions, uvs, vertexIndices, triangles: listTriangles(corners, mode, world) };
}

/** Triangle list of a list (4), strip (5) or fan (6), turned inside out where the node mirrors. */
function listTriangles(corners: Float64Array, mode: number, world: Float64Array): Uint32Array {
	if (mode > 6) throw new RangeError(`The GLB file has a primitive of the unknown mode ${mode}.`);
	if (mode === 4 && corners.length % 3 !== 0) {
		throw new RangeError(`The GLB file has ${corners.length} triangle indices, which is not a multiple of 3.`);
	}
	const count = mode === 4 ? corners.length / 3 : Math.max(0, corners.length - 2);
	const out = new Uint32Array(count * 3);
	const [a, b, c] = [world.subarray(0, 3), world.subarray(4, 7), world.subarray(8, 11)] as const;
	const isMirrored =
		a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]) < 0;
	for (let t = 0; t < count; t++) {
		const first = mode === 4 ? t * 3 : mode === 5 ? t : 0;
		let second = mode === 6 ? t + 1 : first + 1;
		let third = mode === 6 ? t + 2 : first + 2;
		if (isMirrored !== (mode === 5 && t % 2 === 1)) [second, third] = [third, second];
		out[t * 3] = corners[first];
		out[t * 3 + 1] = corners[second];
		out[t * 3 + 2] = corners[third];
	}
	return out;
}

/** All parts one after the other; texture coordinates only when every part has them. */
function appendParts(parts: readonly Part[]): MeshData {
	const positions = createNumberList();
	const triangles = createNumberList();
	const uvs = createNumberList();
	for (const part of parts) {
		const base = positions.length / 3;
		for (const value of part.positions) positions.push(value);
		for (const corner of part.triangles) triangles.push(base + corner);
		if (part.uvs) for (let i = 0; i < part.uvs.length; i++) uvs.push(i % 2 === 0 ? part.uvs[i] : 1 - part.uvs[i]);
	}
	const corners = Uint32Array.from(triangles.take());
	return {
		vertices: positions.take(),
		triangles: corners,
		...(parts.every((part) => part.uvs) && { uvs: uvs.take(), triangleUvs: corners.slice() }),
		frame: "gltf",
	};
}

/** Undoes the seam split of {@link writeGlb}: positions go back to the vertices they came from. */
function restoreOrder(parts: readonly Part[]): MeshData {
	const split = appendParts(parts);
	const order = createNumberList();
	for (const part of parts) for (const index of part.vertexIndices!) order.push(index);
	const source = order.take();
	let count = 0;
	for (const index of source) {
		if (!(index >= 0 && index < source.length && Number.isInteger(index))) {
			throw new RangeError(`_VERTEX_INDEX of the GLB file holds ${index}, which is not a vertex of the original mesh.`);
		}
		count = Math.max(count, index + 1);
	}
	const vertices = new Float64Array(count * 3).fill(Number.NaN);
	for (let i = 0; i < source.length; i++) {
		const at = source[i] * 3;
		for (let k = 0; k < 3; k++) {
			const value = split.vertices[i * 3 + k];
			if (!Number.isNaN(vertices[at + k]) && vertices[at + k] !== value) {
				throw new RangeError(`Two vertices with the same _VERTEX_INDEX ${at / 3} of the GLB file lie apart.`);
			}
			vertices[at + k] = value;
		}
	}
	const missing = vertices.findIndex((value) => Number.isNaN(value));
	if (missing >= 0)
		throw new RangeError(`Vertex ${Math.floor(missing / 3)} of the original mesh is not in the GLB file.`);
	return { ...split, vertices, triangles: split.triangles.map((corner) => source[corner]) };
}
