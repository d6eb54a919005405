/** Rest positions of chosen base vertices and their derivatives: what a solver evaluates in every step. */
import type { BodyModel } from "./body-model.js";
import { applyParameters, type ShapeParameter, writeWeightDerivatives } from "./shape-parameters.js";
import { getShape, type Shape } from "./shape-store.js";
import { createFileWeights, type FileWeights } from "./shape-weights.js";

/** Means of base vertices, such as the joints of a model: row r averages `vertices[offsets[r] … offsets[r + 1])`. */
export interface VertexAverages {
	/** [rows + 1] */
	readonly offsets: Uint32Array;
	readonly vertices: Uint16Array;
}

/** Chosen base vertices of one model, and means of some. Shapes are gathered for them when first used. */
export interface ShapeSubset {
	readonly model: BodyModel;
	/** [n] base vertices (hm08) in the order of the output; a vertex may occur more than once. */
	readonly baseVertices: Uint16Array;
	/** Base vertices and, after them, means: the number of points of the output. */
	readonly pointCount: number;
	/** [pointCount*3] template. @internal */
	readonly template: Float64Array;
	/** Subset positions of base vertex v: `positions[positionOffsets[v] … positionOffsets[v + 1])`. @internal */
	readonly positionOffsets: Uint32Array;
	/** @internal */
	readonly positions: Uint32Array;
	/** Share of the base vertex in the point at the position: 1, less in a mean. @internal */
	readonly positionShares: Float64Array;
	/** [pointCount] scratch: place of a position in the shape being gathered, −1 without. @internal */
	readonly places: Int32Array;
	/** @internal */
	readonly shapes: (SubsetShape | undefined)[];
	/** Weight derivatives per parameter; grows to the largest number of parameters seen. @internal */
	readonly derivatives: FileWeights[];
	/** Up to four dense shapes that are added together, and the files they belong to. @internal */
	readonly group: Float32Array[];
	/** @internal */
	readonly groupFiles: Uint16Array;
	/** Weights of the group in one plane: X and Y, Z of each. @internal */
	readonly groupWeights: Float64Array;
}

/** One shape at the subset's vertices, in steps of the shape's scale. */
interface SubsetShape {
	readonly scale_m: number;
	/** Offsets (3 × position) of `values`, or null when every vertex is listed in order. */
	readonly offsets: Uint32Array | null;
	/** [m*3]; integers, exact in float32 (means are rounded to 2⁻²⁴ of the displacement). */
	readonly values: Float32Array;
}

const GROUP = 4;

const NO_AVERAGES: VertexAverages = { offsets: new Uint32Array(1), vertices: new Uint16Array(0) };

/**
 * Prepares the evaluation of a few base vertices, such as landmarks or a coarse surface, and of means of base vertices,
 * such as joints (`model.boneHeadOffsets` and `model.boneHeadVertices`).
 *
 * @param averages points that follow the base vertices in the output
 * @throws RangeError for a vertex that the base mesh does not have
 */
export function createShapeSubset(
	model: BodyModel,
	baseVertices: Uint16Array,
	averages: VertexAverages = NO_AVERAGES,
): ShapeSubset {
	const { vertexCount, templateVertices, shapes } = model.data;
	const pointCount = baseVertices.length + averages.offsets.length - 1;
	const entryCount = baseVertices.length + averages.vertices.length;
	const template = new Float64Array(3 * pointCount);
	const positionOffsets = new Uint32Array(vertexCount + 1);
	const forEachEntry = (visit: (vertex: number, position: number, share: number) => void): void => {
		for (let position = 0; position < baseVertices.length; position++) {
			visit(baseVertices[position], position, 1);
		}
		for (let row = 0; row + 1 < averages.offsets.length; row++) {
			const share = 1 / (averages.offsets[row + 1] - averages.offsets[row]);
			for (let entry = averages.offsets[row]; entry < averages.offsets[row + 1]; entry++) {
				visit(averages.vertices[entry], baseVertices.length + row, share);
			}
		}
	};
	forEachEntry((vertex, position, share) => {
		if (vertex >= vertexCount) {
			throw new RangeError(`Base vertex ${vertex} does not exist`);
		}
		for (let axis = 0; axis < 3; axis++) {
			template[3 * position + axis] += share * templateVertices[3 * vertex + axis];
		}
		positionOffsets[vertex + 1]++;
	});
	for (let vertex = 0; vertex < vertexCount; vertex++) {
		positionOffsets[vertex + 1] += positionOffsets[vertex];
	}
	const next = positionOffsets.slice(0, vertexCount);
	const positions = new Uint32Array(entryCount);
	const positionShares = new Float64Array(entryCount);
	forEachEntry((vertex, position, share) => {
		positionShares[next[vertex]] = share;
		positions[next[vertex]++] = position;
	});
	return {
		model,
		baseVertices,
		pointCount,
		template,
		positionOffsets,
		positions,
		positionShares,
		places: new Int32Array(pointCount).fill(-1),
		shapes: new Array<SubsetShape | undefined>(shapes.count).fill(undefined),
		derivatives: [],
		group: [],
		groupFiles: new Uint16Array(GROUP),
		groupWeights: new Float64Array(2 * GROUP),
	};
}

/**
 * Rest positions of the subset's vertices, then of its means, and, if asked for, their derivatives by each parameter.
 *
 * Shapes are piecewise linear in each parameter. At an anchor of a phenotype the derivative is that of the segment above
 * (at the largest anchor: below); outside the range of a clamped phenotype it is 0; at 0 a local change takes its
 * positive side.
 *
 * @param out [n*3] metres, world axes; n = `subset.pointCount`
 * @param jacobian [K * n*3], one plane for each of the first K ≤ P parameters: `jacobian[p*n*3 + i]` =
 * ∂out[i]/∂values[p]; null to skip
 * @param parameters labels of the model; a parameter that is not named has its default (0.5, local changes 0)
 * @param values [P]
 * @throws RangeError for an unknown label or a wrong length
 */
export function evaluateShapeSubset(
	out: Float64Array,
	jacobian: Float64Array | null,
	subset: ShapeSubset,
	parameters: readonly ShapeParameter[],
	values: Float64Array,
): void {
	const { model } = subset;
	const size = 3 * subset.pointCount;
	const planes = jacobian === null || size === 0 ? 0 : jacobian.length / size;
	if (out.length !== size || !Number.isInteger(planes) || planes > parameters.length) {
		throw new RangeError(`Expected ${size} numbers per plane for at most ${parameters.length} parameters`);
	}
	applyParameters(model, parameters, values);
	const weights = model.workspace.weights;
	writeTemplate(out, 0, subset.template, weights);
	for (let plane = 0; plane < planes; plane++) {
		subset.derivatives[plane] ??= createFileWeights(subset.shapes.length);
		const derivative = subset.derivatives[plane];
		writeWeightDerivatives(derivative, model, parameters[plane], values[plane]);
		writeTemplate(jacobian as Float64Array, plane * size, subset.template, derivative);
	}
	let grouped = 0;
	for (let file = 0; file < subset.shapes.length; file++) {
		if (!isWeighted(file, weights, subset.derivatives, planes)) {
			continue;
		}
		const shape = subset.shapes[file] ?? gatherShape(subset, file);
		if (shape.offsets !== null) {
			addSparse(out, 0, shape, shape.offsets, weights.xy[file], weights.z[file]);
			for (let plane = 0; plane < planes; plane++) {
				const { xy, z } = subset.derivatives[plane];
				addSparse(jacobian as Float64Array, plane * size, shape, shape.offsets, xy[file], z[file]);
			}
			continue;
		}
		subset.group[grouped] = shape.values;
		subset.groupFiles[grouped++] = file;
		if (grouped === GROUP) {
			addGroupToAll(out, jacobian, subset, weights, planes, grouped);
			grouped = 0;
		}
	}
	if (grouped > 0) {
		addGroupToAll(out, jacobian, subset, weights, planes, grouped);
	}
}

function writeTemplate(out: Float64Array, start: number, template: Float64Array, weights: FileWeights): void {
	const { templateXy, templateZ } = weights;
	for (let at = 0; at < template.length; at += 3) {
		out[start + at] = templateXy * template[at];
		out[start + at + 1] = templateXy * template[at + 1];
		out[start + at + 2] = templateZ * template[at + 2];
	}
}

function isWeighted(file: number, weights: FileWeights, derivatives: readonly FileWeights[], planes: number): boolean {
	if (weights.xy[file] !== 0) {
		return true;
	}
	for (let plane = 0; plane < planes; plane++) {
		if (derivatives[plane].xy[file] !== 0 || derivatives[plane].z[file] !== 0) {
			return true;
		}
	}
	return false;
}

function gatherShape(subset: ShapeSubset, file: number): SubsetShape {
	const shape = getShape(subset.model.data.shapes, file);
	const { positionOffsets, positions, positionShares, pointCount } = subset;
	const touched = listTouched(subset, shape);
	const everywhere = touched.length > 0.5 * pointCount;
	const values = new Float32Array(3 * (everywhere ? pointCount : touched.length));
	let from = 0;
	for (let run = 0; run < shape.runs.length; run += 2) {
		const end = shape.runs[run] + shape.runs[run + 1];
		for (let vertex = shape.runs[run]; vertex < end; vertex++, from += 3) {
			for (let entry = positionOffsets[vertex]; entry < positionOffsets[vertex + 1]; entry++) {
				const at = 3 * (everywhere ? positions[entry] : subset.places[positions[entry]]);
				const share = positionShares[entry];
				values[at] += share * shape.values[from];
				values[at + 1] += share * shape.values[from + 1];
				values[at + 2] += share * shape.values[from + 2];
			}
		}
	}
	subset.places.fill(-1);
	const offsets = everywhere ? null : Uint32Array.from(touched, (position) => 3 * position);
	const gathered = { scale_m: shape.scale_m, offsets, values };
	subset.shapes[file] = gathered;
	return gathered;
}

/** Points that the shape may move, each once; `places` tells where each stands in the list. */
function listTouched(subset: ShapeSubset, shape: Shape): number[] {
	const touched: number[] = [];
	for (let run = 0; run < shape.runs.length; run += 2) {
		const first = shape.runs[run];
		const end = subset.positionOffsets[first + shape.runs[run + 1]];
		for (let entry = subset.positionOffsets[first]; entry < end; entry++) {
			const position = subset.positions[entry];
			if (subset.places[position] < 0) {
				subset.places[position] = touched.length;
				touched.push(position);
			}
		}
	}
	return touched;
}

function addSparse(
	out: Float64Array,
	start: number,
	shape: SubsetShape,
	offsets: Uint32Array,
	weightXy: number,
	weightZ: number,
): void {
	if (weightXy === 0 && weightZ === 0) {
		return;
	}
	const { values } = shape;
	const xy = weightXy * shape.scale_m;
	const z = weightZ * shape.scale_m;
	for (let entry = 0, from = 0; entry < offsets.length; entry++, from += 3) {
		const at = start + offsets[entry];
		out[at] += xy * values[from];
		out[at + 1] += xy * values[from + 1];
		out[at + 2] += z * values[from + 2];
	}
}

function addGroupToAll(
	out: Float64Array,
	jacobian: Float64Array | null,
	subset: ShapeSubset,
	weights: FileWeights,
	planes: number,
	count: number,
): void {
	if (readGroupWeights(subset, weights, count)) {
		addGroup(out, 0, subset, count);
	}
	for (let plane = 0; plane < planes; plane++) {
		if (readGroupWeights(subset, subset.derivatives[plane], count)) {
			addGroup(jacobian as Float64Array, plane * out.length, subset, count);
		}
	}
}

/** Copies the group's weights, scaled to metres; false when all are 0. */
function readGroupWeights(subset: ShapeSubset, weights: FileWeights, count: number): boolean {
	const { groupFiles, groupWeights, shapes } = subset;
	let any = false;
	for (let member = 0; member < count; member++) {
		const file = groupFiles[member];
		const scale = (shapes[file] as SubsetShape).scale_m;
		groupWeights[2 * member] = weights.xy[file] * scale;
		groupWeights[2 * member + 1] = weights.z[file] * scale;
		any ||= weights.xy[file] !== 0 || weights.z[file] !== 0;
	}
	return any;
}

/** A group of four shares the loads and stores of `out`, which otherwise dominate. */
function addGroup(out: Float64Array, start: number, subset: ShapeSubset, count: number): void {
	const { group, groupWeights } = subset;
	if (count < GROUP) {
		for (let member = 0; member < count; member++) {
			addOne(out, start, group[member], groupWeights[2 * member], groupWeights[2 * member + 1]);
		}
		return;
	}
	addFour(out, start, group[0], group[1], group[2], group[3], groupWeights);
}

function addOne(out: Float64Array, start: number, values: Float32Array, weightXy: number, weightZ: number): void {
	for (let from = 0, at = start; from < values.length; from += 3, at += 3) {
		out[at] += weightXy * values[from];
		out[at + 1] += weightXy * values[from + 1];
		out[at + 2] += weightZ * values[from + 2];
	}
}

function addFour(
	out: Float64Array,
	start: number,
	a: Float32Array,
	b: Float32Array,
	c: Float32Array,
	d: Float32Array,
	weights: Float64Array,
): void {
	const aXy = weights[0];
	const aZ = weights[1];
	const bXy = weights[2];
	const bZ = weights[3];
	const cXy = weights[4];
	const cZ = weights[5];
	const dXy = weights[6];
	const dZ = weights[7];
	for (let from = 0, at = start; from < a.length; from += 3, at += 3) {
		out[at] += aXy * a[from] + bXy * b[from] + cXy * c[from] + dXy * d[from];
		out[at + 1] += aXy * a[from + 1] + bXy * b[from + 1] + cXy * c[from + 1] + dXy * d[from + 1];
		out[at + 2] += aZ * a[from + 2] + bZ * b[from + 2] + cZ * c[from + 2] + dZ * d[from + 2];
	}
}
