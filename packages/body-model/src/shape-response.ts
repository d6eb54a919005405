/** Linear functions of the resting body's points, followed over all shapes without shaping a body. */
import type { BodyModel } from "./body-model.js";
import {
	addColumn,
	addShape,
	addTemplate,
	createPointGradientWorkspace,
	type PointGradient,
	sortByVertex,
} from "./point-gradients.js";
import { LOCAL_CHANGE_LABELS, MACRO_FILE_COUNT } from "./shape-list.js";
import {
	applyParameters,
	localChangeFile,
	localChangeIndex,
	type ShapeParameter,
	writeWeightDerivatives,
} from "./shape-parameters.js";
import { getShape } from "./shape-store.js";

/** How much every shape file adds to each of some linear functions of the points. */
export interface ShapeResponse {
	readonly parameters: readonly ShapeParameter[];
	/** Q, the number of functions. */
	readonly count: number;
	/** [(files + 1) * Q * 2] X and Y together, Z apart; the template's at the end. Responses of one model and the same
	 * parameters and count may be mixed number by number. */
	readonly sums: Float64Array;
}

/**
 * Takes in what each shape adds to numbers that are linear in the points. Every shape that the parameters can reach is read:
 * some tenths of a second for all measurements of a body.
 *
 * @param parameters labels of the model
 * @param gradients [Q] derivatives of the numbers by the points
 * @throws RangeError for an unknown label or a point that the model does not have
 */
export function createShapeResponse(
	model: BodyModel,
	parameters: readonly ShapeParameter[],
	gradients: readonly PointGradient[],
): ShapeResponse {
	const { data } = model;
	const space = createPointGradientWorkspace(data.vertexCount, data.shapes.count);
	const memberCount = sortByVertex(space, model, gradients);
	const slots = fileSlots(model, parameters);
	const count = gradients.length;
	const size = slots.reduce((most, slot) => Math.max(most, slot + 1), 0);
	const sums = new Float64Array((size + 1) * 2 * count);
	for (let file = 0; file < slots.length; file++) {
		if (slots[file] >= 0) addShape(sums, slots[file] * 2 * count, space, memberCount, getShape(data.shapes, file));
	}
	addTemplate(sums, size * 2 * count, space, memberCount, data.templateVertices);
	return { parameters, count, sums };
}

/**
 * The numbers of a shape, `Σ gradient · point`, and their derivatives: exact over all kinks and products of Anny's parameters.
 *
 * @param out [Q]
 * @param jacobian [Q*P], one-sided as in `pullBackPointGradients`; null to skip
 * @param model that the response was made of
 * @param values [P]
 */
export function evaluateShapeResponse(
	out: Float64Array,
	jacobian: Float64Array | null,
	model: BodyModel,
	{ parameters, count, sums }: ShapeResponse,
	values: Float64Array,
): void {
	applyParameters(model, parameters, values);
	const { workspace } = model;
	const slots = fileSlots(model, parameters);
	const stride = 2 * count;
	const template = sums.length - stride;
	const { xy, z, templateXy, templateZ } = workspace.weights;
	out.fill(0);
	addColumn(out, 0, 1, sums, template, count, templateXy, templateZ);
	for (let file = 0; file < slots.length; file++) {
		if (slots[file] < 0 || (xy[file] === 0 && z[file] === 0)) continue;
		addColumn(out, 0, 1, sums, slots[file] * stride, count, xy[file], z[file]);
	}
	if (jacobian === null) return;
	jacobian.fill(0);
	const width = parameters.length;
	const slope = workspace.gradientWeights;
	for (let p = 0; p < width; p++) {
		const parameter = parameters[p];
		if (parameter.kind === "local") {
			const sign = values[p] >= 0 ? 1 : -1;
			for (const label of parameter.labels) {
				const slot = slots[localChangeFile(model, label, values[p])];
				addColumn(jacobian, p, width, sums, slot * stride, count, sign, sign);
			}
			continue;
		}
		writeWeightDerivatives(slope, model, parameter, values[p]);
		if (slope.templateXy !== 0 || slope.templateZ !== 0) {
			addColumn(jacobian, p, width, sums, template, count, slope.templateXy, slope.templateZ);
		}
		for (let file = 0; file < MACRO_FILE_COUNT; file++) {
			if (slope.xy[file] === 0 && slope.z[file] === 0) continue;
			addColumn(jacobian, p, width, sums, slots[file] * stride, count, slope.xy[file], slope.z[file]);
		}
	}
}

const knownSlots = new WeakMap<readonly ShapeParameter[], Int16Array>();

/** [files] place of a file's sums; −1 for local changes that no parameter names. */
function fileSlots(model: BodyModel, parameters: readonly ShapeParameter[]): Int16Array {
	const known = knownSlots.get(parameters);
	if (known) return known;
	const slots = new Int16Array(MACRO_FILE_COUNT + 2 * LOCAL_CHANGE_LABELS.length).fill(-1);
	let count = 0;
	for (; count < MACRO_FILE_COUNT; count++) slots[count] = count;
	for (const parameter of parameters) {
		if (parameter.kind === "phenotype") continue;
		for (const label of parameter.labels) {
			const file = MACRO_FILE_COUNT + 2 * localChangeIndex(model, label);
			slots[file] = count++;
			slots[file + 1] = count++;
		}
	}
	knownSlots.set(parameters, slots);
	return slots;
}
