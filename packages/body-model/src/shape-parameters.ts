/** Free shape parameters of solvers: reading their values, and the derivatives of the file weights by each of them. */
import type { BodyModel } from "./body-model.js";
import { ALL_PHENOTYPE_LABELS, COMPONENT_COUNT, DEFAULT_PHENOTYPE, evaluateComponents } from "./phenotypes.js";
import { LOCAL_CHANGE_LABELS, MACRO_FILE_COUNT } from "./shape-list.js";
import {
	type FileWeights,
	foldCoefficients,
	localCoefficients,
	macroCoefficientDerivatives,
	macroCoefficients,
} from "./shape-weights.js";

const LOCAL_CHANGE_INDICES: ReadonlyMap<string, number> = new Map(LOCAL_CHANGE_LABELS.map((label, i) => [label, i]));

/** One number that a solver may change. Tied local changes share one value, e.g. the left and right side. */
export type ShapeParameter =
	| { readonly kind: "phenotype"; readonly label: string }
	| { readonly kind: "local"; readonly labels: readonly string[] };

/**
 * Brings the model's workspace to the given values: components with derivatives, coefficients, file weights.
 * Parameters that are not named keep their default.
 *
 * @throws RangeError for a label that the model does not have, a label named twice, or lengths that differ
 * @internal
 */
export function applyParameters(model: BodyModel, parameters: readonly ShapeParameter[], values: Float64Array): void {
	if (values.length !== parameters.length) {
		throw new RangeError(`${values.length} values for ${parameters.length} parameters`);
	}
	const { workspace } = model;
	workspace.phenotypes.fill(DEFAULT_PHENOTYPE);
	workspace.localChanges.fill(0);
	workspace.named.fill(0);
	for (let index = 0; index < parameters.length; index++) {
		const parameter = parameters[index];
		if (parameter.kind === "phenotype") {
			const phenotype = phenotypeIndex(model, parameter.label);
			claim(workspace.named, phenotype, parameter.label);
			workspace.phenotypes[phenotype] = values[index];
			continue;
		}
		for (const label of parameter.labels) {
			const local = localChangeIndex(model, label);
			claim(workspace.named, ALL_PHENOTYPE_LABELS.length + local, label);
			workspace.localChanges[local] = values[index];
		}
	}
	evaluateComponents(
		workspace.components,
		workspace.componentDerivatives,
		workspace.phenotypes,
		model.options.extrapolatePhenotypes,
	);
	macroCoefficients(workspace.coefficients, workspace.components);
	localCoefficients(workspace.coefficients, workspace.localChanges);
	foldCoefficients(workspace.weights, workspace.coefficients, 1);
}

/** Two parameters must not move the same label: the later one would win silently. */
function claim(named: Uint8Array, index: number, label: string): void {
	if (named[index] === 1) {
		throw new RangeError(`"${label}" is named twice`);
	}
	named[index] = 1;
}

/**
 * Derivatives of all file weights by one parameter, at the values of the last {@link applyParameters}. The derivative of
 * a local change at 0 is that of its positive side.
 *
 * @internal
 */
export function writeWeightDerivatives(
	out: FileWeights,
	model: BodyModel,
	parameter: ShapeParameter,
	value: number,
): void {
	const { workspace } = model;
	if (parameter.kind === "phenotype") {
		const row = phenotypeIndex(model, parameter.label) * COMPONENT_COUNT;
		macroCoefficientDerivatives(
			workspace.coefficientDerivatives,
			workspace.components,
			workspace.componentDerivatives,
			row,
		);
		foldCoefficients(out, workspace.coefficientDerivatives, 0);
		return;
	}
	out.xy.fill(0);
	out.z.fill(0);
	out.templateXy = 0;
	out.templateZ = 0;
	const slope = value >= 0 ? 1 : -1;
	for (const label of parameter.labels) {
		const file = localChangeFile(model, label, value);
		out.xy[file] = slope;
		out.z[file] = slope;
	}
}

/** File of a local change on the side of its value, 0 belonging to the positive one. @internal */
export function localChangeFile(model: BodyModel, label: string, value: number): number {
	return MACRO_FILE_COUNT + 2 * localChangeIndex(model, label) + (value >= 0 ? 0 : 1);
}

/** Index in the 11 phenotypes. @internal */
export function phenotypeIndex(model: BodyModel, label: string): number {
	const index = (ALL_PHENOTYPE_LABELS as readonly string[]).indexOf(label);
	if (index < 0 || index >= model.phenotypeLabels.length) {
		throw new RangeError(`The model has no phenotype "${label}"`);
	}
	return index;
}

/** @internal */
export function localChangeIndex(model: BodyModel, label: string): number {
	const index = LOCAL_CHANGE_INDICES.get(label);
	if (index === undefined || index >= model.localChangeLabels.length) {
		throw new RangeError(`The model has no local change "${label}"`);
	}
	return index;
}
