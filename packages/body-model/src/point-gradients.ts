/** Many sparse gradients by points of the resting body → gradients by shape parameters. */
import type { BodyModel } from "./body-model.js";
import { MACRO_FILE_COUNT } from "./shape-list.js";
import { applyParameters, localChangeFile, type ShapeParameter, writeWeightDerivatives } from "./shape-parameters.js";
import { getShape, type Shape } from "./shape-store.js";
import { createFileWeights, type FileWeights } from "./shape-weights.js";

/** Derivatives of one number by points of the resting body; points that are not listed have none. */
export interface PointGradient {
	/** [n] vertices of the model. */
	readonly vertices: ArrayLike<number>;
	/** [n*3] derivatives by their coordinates. */
	readonly byVertex: Float64Array;
	/** [m] bones of the model. */
	readonly joints: ArrayLike<number>;
	/** [m*3] derivatives by the coordinates of their heads. */
	readonly byJoint: Float64Array;
}

/** Scratch of {@link pullBackPointGradients}: the gradients by base vertex, sorted by vertex. @internal */
export interface PointGradientWorkspace {
	/** [N+1] base vertex v owns entries `offsets[v] … offsets[v + 1]`. */
	readonly offsets: Uint32Array;
	/** [entries] which gradient. */
	rows: Uint16Array;
	/** [entries*3] */
	values: Float64Array;
	/** Base vertices with entries, ascending. */
	readonly members: Uint16Array;
	/** [N+1] number of members below a base vertex. */
	readonly ranks: Uint16Array;
	/** Files that some parameter touches. */
	readonly files: Uint16Array;
	/** [files] place of a touched file in {@link files}. */
	readonly slots: Uint16Array;
	/** Derivatives of the file weights by the parameters that are phenotypes, one after the other. */
	readonly derivatives: FileWeights[];
	/** [touched files * Q * 2] dot products of the gradients with each touched file: X and Y together, Z apart. */
	sums: Float64Array;
}

/**
 * Gradients of many numbers by shape parameters from their sparse gradients by vertices and bone heads:
 * `out[q*P + p] = Σ gradients[q] · ∂points/∂values[p]`. Each shape is visited once, at the vertices that have a derivative.
 * Memory grows to the largest call. Derivatives are one-sided as in {@link evaluateShapeSubset}.
 *
 * @param out [Q*P], must not be `values`
 * @param parameters labels of the model; a parameter that is not named has its default (0.5, local changes 0)
 * @param values [P]
 * @param gradients [Q] at most 65 536
 * @throws RangeError for an unknown label, a wrong length or a point that the model does not have
 */
export function pullBackPointGradients(
	out: Float64Array,
	model: BodyModel,
	parameters: readonly ShapeParameter[],
	values: Float64Array,
	gradients: readonly PointGradient[],
): void {
	const count = gradients.length;
	const width = parameters.length;
	if (out.length !== count * width) throw new RangeError(`Expected ${count * width} results, not ${out.length}`);
	const { workspace, data } = model;
	workspace.pointGradients ??= createPointGradientWorkspace(data.vertexCount, data.shapes.count);
	const space = workspace.pointGradients;
	const memberCount = sortByVertex(space, model, gradients);
	applyParameters(model, parameters, values);
	const fileCount = listTouchedFiles(space, model, parameters, values);
	const stride = 2 * count;
	const size = (fileCount + 1) * stride;
	if (space.sums.length < size) space.sums = new Float64Array(size);
	const { sums } = space;
	sums.fill(0, 0, size);
	for (let k = 0; k < fileCount; k++)
		addShape(sums, k * stride, space, memberCount, getShape(data.shapes, space.files[k]));
	const template = fileCount * stride;
	addTemplate(sums, template, space, memberCount, data.templateVertices);
	out.fill(0);
	let phenotypes = 0;
	for (let p = 0; p < width; p++) {
		const parameter = parameters[p];
		if (parameter.kind === "local") {
			const slope = values[p] >= 0 ? 1 : -1;
			for (const label of parameter.labels) {
				const slot = space.slots[localChangeFile(model, label, values[p])];
				addColumn(out, p, width, sums, slot * stride, count, slope, slope);
			}
			continue;
		}
		const { xy, z, templateXy, templateZ } = space.derivatives[phenotypes++];
		if (templateXy !== 0 || templateZ !== 0) addColumn(out, p, width, sums, template, count, templateXy, templateZ);
		for (let file = 0; file < MACRO_FILE_COUNT; file++) {
			if (xy[file] === 0 && z[file] === 0) continue;
			addColumn(out, p, width, sums, space.slots[file] * stride, count, xy[file], z[file]);
		}
	}
}

/** @internal */
export function createPointGradientWorkspace(vertexCount: number, fileCount: number): PointGradientWorkspace {
	return {
		offsets: new Uint32Array(vertexCount + 1),
		rows: new Uint16Array(0),
		values: new Float64Array(0),
		members: new Uint16Array(vertexCount),
		ranks: new Uint16Array(vertexCount + 1),
		files: new Uint16Array(fileCount),
		slots: new Uint16Array(fileCount),
		derivatives: [],
		sums: new Float64Array(0),
	};
}

/** Sort the entries of all gradients by base vertex; a bone's head is the mean of some. Returns the number of vertices. @internal */
export function sortByVertex(
	space: PointGradientWorkspace,
	model: BodyModel,
	gradients: readonly PointGradient[],
): number {
	const { offsets, members, ranks } = space;
	const { baseVertexIndices, boneHeadOffsets, boneHeadVertices } = model;
	offsets.fill(0);
	for (const { vertices, joints, byVertex, byJoint } of gradients) {
		if (byVertex.length !== 3 * vertices.length || byJoint.length !== 3 * joints.length) {
			throw new RangeError("A gradient needs three numbers for each of its points");
		}
		for (let i = 0; i < vertices.length; i++) {
			if (!(vertices[i] < model.vertexCount)) throw new RangeError(`The model has no vertex ${vertices[i]}`);
			offsets[baseVertexIndices[vertices[i]]]++;
		}
		for (let i = 0; i < joints.length; i++) {
			if (!(joints[i] < model.boneLabels.length)) throw new RangeError(`The model has no bone ${joints[i]}`);
			for (let e = boneHeadOffsets[joints[i]]; e < boneHeadOffsets[joints[i] + 1]; e++) offsets[boneHeadVertices[e]]++;
		}
	}
	let entryCount = 0;
	let memberCount = 0;
	for (let vertex = 0; vertex < members.length; vertex++) {
		ranks[vertex] = memberCount;
		if (offsets[vertex] > 0) members[memberCount++] = vertex;
		entryCount += offsets[vertex];
		offsets[vertex] = entryCount;
	}
	ranks[members.length] = memberCount;
	offsets[members.length] = entryCount;
	if (space.rows.length < entryCount) {
		space.rows = new Uint16Array(entryCount);
		space.values = new Float64Array(3 * entryCount);
	}
	// Filled from the back, so that the offsets end at each vertex's first entry.
	for (let q = gradients.length - 1; q >= 0; q--) {
		const { vertices, byVertex, joints, byJoint } = gradients[q];
		for (let i = 0; i < vertices.length; i++) {
			addEntry(space, baseVertexIndices[vertices[i]], q, byVertex, 3 * i, 1);
		}
		for (let i = 0; i < joints.length; i++) {
			const first = boneHeadOffsets[joints[i]];
			const last = boneHeadOffsets[joints[i] + 1];
			for (let e = first; e < last; e++) addEntry(space, boneHeadVertices[e], q, byJoint, 3 * i, 1 / (last - first));
		}
	}
	return memberCount;
}

function addEntry(
	space: PointGradientWorkspace,
	vertex: number,
	row: number,
	from: Float64Array,
	at: number,
	share: number,
): void {
	const entry = --space.offsets[vertex];
	space.rows[entry] = row;
	space.values[3 * entry] = share * from[at];
	space.values[3 * entry + 1] = share * from[at + 1];
	space.values[3 * entry + 2] = share * from[at + 2];
}

/** Lists the files that some parameter touches, and keeps the derivatives of their weights by the phenotypes. */
function listTouchedFiles(
	space: PointGradientWorkspace,
	model: BodyModel,
	parameters: readonly ShapeParameter[],
	values: Float64Array,
): number {
	const { touched } = model.workspace;
	touched.fill(0);
	let phenotypes = 0;
	for (let p = 0; p < parameters.length; p++) {
		const parameter = parameters[p];
		if (parameter.kind === "local") {
			for (const label of parameter.labels) touched[localChangeFile(model, label, values[p])] = 1;
			continue;
		}
		space.derivatives[phenotypes] ??= createFileWeights(touched.length);
		const weights = space.derivatives[phenotypes++];
		writeWeightDerivatives(weights, model, parameter, values[p]);
		const { xy, z } = weights;
		for (let file = 0; file < MACRO_FILE_COUNT; file++) if (xy[file] !== 0 || z[file] !== 0) touched[file] = 1;
	}
	let count = 0;
	for (let file = 0; file < touched.length; file++) {
		if (touched[file] === 0) continue;
		space.slots[file] = count;
		space.files[count++] = file;
	}
	return count;
}

/** Dot products of all gradients with a shape, run by run of its vertices. @internal */
export function addShape(
	sums: Float64Array,
	at: number,
	{ offsets, rows, values, members, ranks }: PointGradientWorkspace,
	memberCount: number,
	shape: Shape,
): void {
	const { runs, scale_m } = shape;
	let before = 0;
	for (let run = 0; run < runs.length; run += 2) {
		const first = runs[run];
		const end = first + runs[run + 1];
		const stop = end < ranks.length ? ranks[end] : memberCount;
		for (let m = ranks[first]; m < stop; m++) {
			const vertex = members[m];
			const from = 3 * (before + vertex - first);
			const x = scale_m * shape.values[from];
			const y = scale_m * shape.values[from + 1];
			const z = scale_m * shape.values[from + 2];
			for (let e = offsets[vertex]; e < offsets[vertex + 1]; e++) {
				const slot = at + 2 * rows[e];
				sums[slot] += values[3 * e] * x + values[3 * e + 1] * y;
				sums[slot + 1] += values[3 * e + 2] * z;
			}
		}
		before += end - first;
	}
}

/** @internal */
export function addTemplate(
	sums: Float64Array,
	at: number,
	{ offsets, rows, values, members }: PointGradientWorkspace,
	memberCount: number,
	template: Float64Array | Float32Array,
): void {
	for (let m = 0; m < memberCount; m++) {
		const v = 3 * members[m];
		for (let e = offsets[members[m]]; e < offsets[members[m] + 1]; e++) {
			const slot = at + 2 * rows[e];
			sums[slot] += values[3 * e] * template[v] + values[3 * e + 1] * template[v + 1];
			sums[slot + 1] += values[3 * e + 2] * template[v + 2];
		}
	}
}

/** Adds a file's share to one parameter's derivatives. @internal */
export function addColumn(
	out: Float64Array,
	p: number,
	width: number,
	sums: Float64Array,
	at: number,
	count: number,
	xy: number,
	z: number,
): void {
	for (let q = 0; q < count; q++) out[q * width + p] += xy * sums[at + 2 * q] + z * sums[at + 2 * q + 1];
}
