/**
 * From parameters to the weight of every shape file.
 *
 * Coefficients follow Anny's order: 624 macro shapes, then (positive, negative) per local label. Newborn coefficients
 * are folded into the baby's file with their own scale per axis, plus a share of the template, so that each file is
 * added once.
 */
import type { BodyModelData } from "./data.js";
import { COMPONENT_COUNT } from "./phenotypes.js";
import type { PointGradientWorkspace } from "./point-gradients.js";
import {
	LOCAL_CHANGE_LABELS,
	MACRO_FILE_COUNT,
	MACRO_SHAPES,
	NEWBORN_SCALE,
	NEWBORN_TEMPLATE_SHARE,
} from "./shape-list.js";

export const MACRO_COUNT = MACRO_SHAPES.length;
const MAX_COMPONENTS = 6;
/** Slot behind the components that always weighs 1: fills up shapes with fewer components. */
const ONE = COMPONENT_COUNT;

/** [624 × 6] component of each factor of each macro coefficient. */
const FACTORS = new Uint8Array(MACRO_COUNT * MAX_COMPONENTS).fill(ONE);
const SHAPE_FILE = new Uint16Array(MACRO_COUNT);
const IS_NEWBORN = new Uint8Array(MACRO_COUNT);
for (let shape = 0; shape < MACRO_COUNT; shape++) {
	FACTORS.set(MACRO_SHAPES[shape].components, shape * MAX_COMPONENTS);
	SHAPE_FILE[shape] = MACRO_SHAPES[shape].file;
	IS_NEWBORN[shape] = MACRO_SHAPES[shape].newborn ? 1 : 0;
}

/** X and Y share their newborn scale; Z has its own. */
const [NEWBORN_XY, , NEWBORN_Z] = NEWBORN_SCALE;

/** Scratch of one model. @internal */
export interface ShapeWorkspace {
	/** [11] */
	readonly phenotypes: Float64Array;
	/** [256] */
	readonly localChanges: Float64Array;
	/** [components + 1], the last is 1. */
	readonly components: Float64Array;
	/** [11 × components] */
	readonly componentDerivatives: Float64Array;
	/** [624 + 512] */
	readonly coefficients: Float64Array;
	/** Derivative of the coefficients by one parameter. [624 + 512] */
	readonly coefficientDerivatives: Float64Array;
	readonly weights: FileWeights;
	/** Derivatives of the file weights by the parameter at hand. */
	readonly gradientWeights: FileWeights;
	/** Dot products of a gradient with each file: X and Y, Z. [files × 2] */
	readonly fileSums: Float64Array;
	/** [N*3], allocated when a gradient is first pulled back. */
	baseGradient: Float64Array | null;
	/** Allocated when point gradients are first pulled back. */
	pointGradients: PointGradientWorkspace | null;
	/** Labels that a parameter names: 11 phenotypes, then local changes. */
	readonly named: Uint8Array;
	/** Files that some parameter touches. [files] */
	readonly touched: Uint8Array;
}

/** Weight of every file along X and Y and along Z, and of the template likewise (1 when nobody is newborn). @internal */
export interface FileWeights {
	readonly xy: Float64Array;
	readonly z: Float64Array;
	templateXy: number;
	templateZ: number;
}

/** @internal */
export function createShapeWorkspace(data: BodyModelData): ShapeWorkspace {
	const components = new Float64Array(COMPONENT_COUNT + 1);
	components[ONE] = 1;
	const coefficientCount = MACRO_COUNT + 2 * LOCAL_CHANGE_LABELS.length;
	return {
		phenotypes: new Float64Array(11),
		localChanges: new Float64Array(LOCAL_CHANGE_LABELS.length),
		components,
		componentDerivatives: new Float64Array(11 * COMPONENT_COUNT),
		coefficients: new Float64Array(coefficientCount),
		coefficientDerivatives: new Float64Array(coefficientCount),
		weights: createFileWeights(data.shapes.count),
		gradientWeights: createFileWeights(data.shapes.count),
		fileSums: new Float64Array(2 * data.shapes.count),
		baseGradient: null,
		pointGradients: null,
		named: new Uint8Array(11 + LOCAL_CHANGE_LABELS.length),
		touched: new Uint8Array(data.shapes.count),
	};
}

/** @internal */
export function createFileWeights(fileCount: number): FileWeights {
	return { xy: new Float64Array(fileCount), z: new Float64Array(fileCount), templateXy: 1, templateZ: 1 };
}

/** Macro coefficients [624]: products of component weights [components + 1]. @internal */
export function macroCoefficients(out: Float64Array, components: Float64Array): void {
	for (let shape = 0, at = 0; shape < MACRO_COUNT; shape++, at += MAX_COMPONENTS) {
		out[shape] =
			components[FACTORS[at]] *
			components[FACTORS[at + 1]] *
			components[FACTORS[at + 2]] *
			components[FACTORS[at + 3]] *
			components[FACTORS[at + 4]] *
			components[FACTORS[at + 5]];
	}
}

/**
 * Derivative of the macro coefficients by one phenotype. A shape has at most one component of a label, so the product
 * rule leaves one term.
 *
 * @param derivatives derivatives of the component weights; those by the phenotype start at `row` @internal
 */
export function macroCoefficientDerivatives(
	out: Float64Array,
	components: Float64Array,
	derivatives: Float64Array,
	row: number,
): void {
	for (let shape = 0, at = 0; shape < MACRO_COUNT; shape++, at += MAX_COMPONENTS) {
		let product = 1;
		let slope = 0;
		for (let factor = at; factor < at + MAX_COMPONENTS; factor++) {
			const component = FACTORS[factor];
			const derivative = component === ONE ? 0 : derivatives[row + component];
			if (derivative !== 0) {
				slope = derivative;
			} else {
				product *= components[component];
			}
		}
		out[shape] = slope * product;
	}
}

/** Local coefficients from signed values: max(v, 0) on the positive file, max(−v, 0) on the negative. @internal */
export function localCoefficients(out: Float64Array, values: Float64Array): void {
	for (let label = 0, at = MACRO_COUNT; label < values.length; label++, at += 2) {
		out[at] = Math.max(values[label], 0);
		out[at + 1] = Math.max(-values[label], 0);
	}
}

/**
 * Folds coefficients (or their derivatives) into weights per file.
 *
 * @param templateBase weight of the template without newborn share: 1 for coefficients, 0 for derivatives @internal
 */
export function foldCoefficients(out: FileWeights, coefficients: Float64Array, templateBase: number): void {
	const { xy, z } = out;
	xy.fill(0, 0, MACRO_FILE_COUNT);
	z.fill(0, 0, MACRO_FILE_COUNT);
	let newborn = 0;
	for (let shape = 0; shape < MACRO_COUNT; shape++) {
		const coefficient = coefficients[shape];
		if (coefficient === 0) {
			continue;
		}
		const file = SHAPE_FILE[shape];
		if (IS_NEWBORN[shape] === 1) {
			xy[file] += NEWBORN_XY * coefficient;
			z[file] += NEWBORN_Z * coefficient;
			newborn += coefficient;
		} else {
			xy[file] += coefficient;
			z[file] += coefficient;
		}
	}
	for (let file = MACRO_FILE_COUNT, at = MACRO_COUNT; file < xy.length; file++, at++) {
		xy[file] = coefficients[at];
		z[file] = coefficients[at];
	}
	out.templateXy = templateBase + newborn * NEWBORN_TEMPLATE_SHARE * (NEWBORN_XY - 1);
	out.templateZ = templateBase + newborn * NEWBORN_TEMPLATE_SHARE * (NEWBORN_Z - 1);
}
