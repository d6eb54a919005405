import { type AssetArray, writeContainer } from "./asset-container.js";
import { type AssetMeta, TEMPLATE_QUANTUM_M } from "./data.js";
import { labelQuadSegments } from "./segments.js";
import { createPredictors, encodeShape, MAX_CODED_VALUE } from "./shape-codec.js";
import { SHAPE_FILES } from "./shape-list.js";
import { type BodyModelSource, BodyModelSourceError, type TargetDeltas } from "./source.js";
import { BASE_VERTEX_COUNT, BODY_GROUP, EYE_GROUPS, TONGUE_GROUP } from "./tables/topology.js";

/** Published targets have three decimals of a decimetre, so 0.1 mm steps are exact. */
const SHAPE_QUANTUM_M = 1e-4;

/** Vertices whose displacement is 0 are kept when the gap between two runs is this small: fewer, longer runs. */
const LARGEST_GAP = 2;

/**
 * Compiles a source into one compact binary asset; {@link decodeBodyModel} reads it.
 *
 * Base mesh and published targets are stored without loss. A target with finer decimals gets its own step: its largest
 * displacement over 32 767, at most 0.01 mm for displacements up to 0.65 m.
 *
 * @throws BodyModelSourceError when a target or table does not fit the base mesh
 */
export function compileBodyModel(source: BodyModelSource): Uint8Array {
	const { baseMesh, rig, skin } = source;
	const vertexCount = baseMesh.vertices_dm.length / 3;
	if (vertexCount !== BASE_VERTEX_COUNT) {
		throw new BodyModelSourceError("base mesh", `has ${vertexCount} vertices, not ${BASE_VERTEX_COUNT} as hm08`);
	}
	if (rig.names.length > 255) {
		throw new BodyModelSourceError("rig", "has more than 255 bones");
	}
	if (!baseMesh.groupNames.includes(BODY_GROUP)) {
		throw new BodyModelSourceError("base mesh", `has no group "${BODY_GROUP}"`);
	}
	const heads = packLists(rig.heads, vertexCount);
	const tails = packLists(rig.tails, vertexCount);
	const meta: AssetMeta = {
		source: source.name,
		vertexCount,
		boneNames: rig.names,
		shapeCount: SHAPE_FILES.length,
	};
	return writeContainer(meta, {
		template: packTemplate(baseMesh.vertices_dm),
		quads: baseMesh.quads,
		uvs: baseMesh.uvs,
		quadUvs: baseMesh.quadUvs,
		quadGroups: classifyGroups(baseMesh.groupNames, baseMesh.quadGroups),
		quadSegments: labelQuadSegments(baseMesh),
		boneParents: Int16Array.from(rig.parents),
		boneRolls: Float64Array.from(rig.rolls_rad),
		boneHeadOffsets: heads.offsets,
		boneHeadVertices: heads.values,
		boneTailOffsets: tails.offsets,
		boneTailVertices: tails.values,
		skinOffsets: skin.offsets,
		skinBones: skin.bones,
		skinWeights: Float32Array.from(skin.weights),
		...packShapes(source, vertexCount),
	});
}

/** World from file axes: (x, y, z) dm with Y up → (x, −z, y)/10 m with Z up. */
function packTemplate(vertices_dm: Float64Array): Int32Array {
	const out = new Int32Array(vertices_dm.length);
	for (let at = 0; at < out.length; at += 3) {
		out[at] = Math.round((vertices_dm[at] * 0.1) / TEMPLATE_QUANTUM_M);
		out[at + 1] = Math.round((-vertices_dm[at + 2] * 0.1) / TEMPLATE_QUANTUM_M);
		out[at + 2] = Math.round((vertices_dm[at + 1] * 0.1) / TEMPLATE_QUANTUM_M);
	}
	return out;
}

function classifyGroups(names: readonly string[], quadGroups: Uint8Array): Uint8Array {
	const known = [BODY_GROUP, ...EYE_GROUPS, TONGUE_GROUP];
	const kinds = names.map((name) => {
		const kind = known.indexOf(name);
		return kind < 0 ? 255 : kind;
	});
	return quadGroups.map((group) => kinds[group]);
}

function packLists(
	lists: readonly (readonly number[])[],
	limit: number,
): { offsets: Uint32Array; values: Uint16Array } {
	const offsets = new Uint32Array(lists.length + 1);
	const values: number[] = [];
	for (let row = 0; row < lists.length; row++) {
		values.push(...lists[row]);
		offsets[row + 1] = values.length;
	}
	if (values.some((value) => !(value >= 0 && value < limit))) {
		throw new BodyModelSourceError("rig", "names a vertex that does not exist");
	}
	return { offsets, values: Uint16Array.from(values) };
}

function packShapes(source: BodyModelSource, vertexCount: number): Record<string, AssetArray> {
	const predictors = createPredictors(source.baseMesh.quads, vertexCount);
	const values = new Int32Array(3 * (vertexCount + 1));
	const runOffsets = new Uint32Array(SHAPE_FILES.length + 1);
	const byteOffsets = new Uint32Array(SHAPE_FILES.length + 1);
	const scales = new Float64Array(SHAPE_FILES.length);
	const runs: number[] = [];
	const packed: Uint8Array[] = [];
	for (let shape = 0; shape < SHAPE_FILES.length; shape++) {
		values.fill(0);
		const target = source.readTarget(SHAPE_FILES[shape]);
		scales[shape] = quantise(values, target, vertexCount);
		const shapeRuns = findRuns(values, vertexCount);
		const bytes = encodeShape(shapeRuns, values, predictors);
		runs.push(...shapeRuns);
		packed.push(bytes);
		runOffsets[shape + 1] = runs.length;
		byteOffsets[shape + 1] = byteOffsets[shape] + bytes.length;
	}
	const stream = new Uint8Array(byteOffsets[SHAPE_FILES.length]);
	for (let shape = 0; shape < packed.length; shape++) {
		stream.set(packed[shape], byteOffsets[shape]);
	}
	return {
		shapeRunOffsets: runOffsets,
		shapeRuns: Uint16Array.from(runs),
		shapeByteOffsets: byteOffsets,
		shapeScales: scales,
		shapeStream: stream,
	};
}

/** Writes the target as integers in world axes and returns their step in metres. */
function quantise(values: Int32Array, target: TargetDeltas, vertexCount: number): number {
	let largest_m = 0;
	let exact = true;
	for (const delta_dm of target.deltas_dm) {
		const steps = (delta_dm * 0.1) / SHAPE_QUANTUM_M;
		largest_m = Math.max(largest_m, Math.abs(delta_dm * 0.1));
		exact &&= Math.abs(steps - Math.round(steps)) < 1e-6;
	}
	const step = exact && largest_m <= MAX_CODED_VALUE * SHAPE_QUANTUM_M ? SHAPE_QUANTUM_M : largest_m / MAX_CODED_VALUE;
	const plane = vertexCount + 1;
	for (let row = 0; row < target.indices.length; row++) {
		const vertex = target.indices[row];
		const stepsPerDm = 0.1 / step;
		values[vertex] = Math.round(target.deltas_dm[3 * row] * stepsPerDm);
		values[plane + vertex] = -Math.round(target.deltas_dm[3 * row + 2] * stepsPerDm);
		values[2 * plane + vertex] = Math.round(target.deltas_dm[3 * row + 1] * stepsPerDm);
	}
	return step;
}

/** Pairs (first vertex, count) that cover every non-zero displacement. */
function findRuns(values: Int32Array, vertexCount: number): Uint16Array {
	const plane = vertexCount + 1;
	const runs: number[] = [];
	let last = -1 - LARGEST_GAP;
	for (let vertex = 0; vertex < vertexCount; vertex++) {
		if ((values[vertex] | values[plane + vertex] | values[2 * plane + vertex]) === 0) {
			continue;
		}
		if (runs.length > 0 && vertex - last <= LARGEST_GAP + 1) {
			runs[runs.length - 1] += vertex - last;
		} else {
			runs.push(vertex, 1);
		}
		last = vertex;
	}
	return Uint16Array.from(runs);
}
