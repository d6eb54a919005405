/**
 * Phenotype labels and the piecewise-linear weights of their anchors ("components").
 *
 * Rules: Anny (github.com/naver/anny, commit e31b3af). Each label spreads its value over equally spaced anchors; a
 * shape's coefficient is the product of the weights of the anchors it is named after. The three race labels are
 * normalised by their sum instead.
 */

/** Labels of Anny's default model, in order. */
export const PHENOTYPE_LABELS = ["gender", "age", "muscle", "weight", "height", "proportions"] as const;

/** Labels of the model with all phenotypes, in order. */
export const ALL_PHENOTYPE_LABELS = [
	...PHENOTYPE_LABELS,
	"cupsize",
	"firmness",
	"african",
	"asian",
	"caucasian",
] as const;

export type PhenotypeLabel = (typeof ALL_PHENOTYPE_LABELS)[number];

/** Value of a phenotype that is not given. */
export const DEFAULT_PHENOTYPE = 0.5;

/** First of the three race labels in {@link ALL_PHENOTYPE_LABELS}. */
export const FIRST_RACE_PHENOTYPE = 8;

interface AnchorScale {
	readonly first: number;
	readonly last: number;
	readonly components: readonly string[];
}

/** Scales of the first eight labels. Age 0 is "baby"; gender 0 is "male". */
const SCALES: readonly AnchorScale[] = [
	{ first: 0, last: 1, components: ["male", "female"] },
	{ first: -1 / 3, last: 1, components: ["newborn", "baby", "child", "young", "old"] },
	{ first: 0, last: 1, components: ["minmuscle", "averagemuscle", "maxmuscle"] },
	{ first: 0, last: 1, components: ["minweight", "averageweight", "maxweight"] },
	{ first: 0, last: 1, components: ["minheight", "maxheight"] },
	{ first: 0, last: 1, components: ["idealproportions", "uncommonproportions"] },
	{ first: 0, last: 1, components: ["mincup", "averagecup", "maxcup"] },
	{ first: 0, last: 1, components: ["minfirmness", "averagefirmness", "maxfirmness"] },
];

const RACES = ["african", "asian", "caucasian"] as const;

/** Every component name, scale by scale, races last. */
export const COMPONENT_NAMES: readonly string[] = [...SCALES.flatMap((scale) => scale.components), ...RACES];

export const COMPONENT_COUNT = COMPONENT_NAMES.length;

const FIRST_RACE_COMPONENT = COMPONENT_COUNT - RACES.length;

/** Index of the first component of each of the first eight labels. */
const FIRST_COMPONENTS: readonly number[] = SCALES.map((_, label) =>
	SCALES.slice(0, label).reduce((sum, scale) => sum + scale.components.length, 0),
);

/** Smallest and largest value of a label that changes the shape without extrapolation. */
export function phenotypeRange(label: PhenotypeLabel): readonly [minimum: number, maximum: number] {
	const scale = SCALES[ALL_PHENOTYPE_LABELS.indexOf(label)];
	return scale === undefined ? [0, 1] : [scale.first, scale.last];
}

/** Values of a label between which the shape changes linearly, ascending: the model has kinks at the inner ones. */
export function phenotypeAnchors(label: PhenotypeLabel): Float64Array {
	const scale = SCALES[ALL_PHENOTYPE_LABELS.indexOf(label)];
	const [first, last] = phenotypeRange(label);
	const count = scale === undefined ? 2 : scale.components.length;
	return Float64Array.from({ length: count }, (_, anchor) => first + ((last - first) * anchor) / (count - 1));
}

/**
 * Weights of all components for 11 phenotype values, and optionally their derivatives.
 *
 * Without extrapolation a value is clamped to its range, and the derivative outside the range is 0. At an anchor the
 * derivative is that of the segment above; at the last anchor that of the segment below (both from within the range).
 *
 * @param weights [COMPONENT_COUNT], longer arrays keep the rest
 * @param derivatives [11 × COMPONENT_COUNT], derivative of every component with respect to each label, or null
 * @param phenotypes [11] in the order of {@link ALL_PHENOTYPE_LABELS}
 */
export function evaluateComponents(
	weights: Float64Array,
	derivatives: Float64Array | null,
	phenotypes: Float64Array,
	extrapolate: boolean,
): void {
	weights.fill(0, 0, COMPONENT_COUNT);
	derivatives?.fill(0);
	for (let label = 0; label < SCALES.length; label++) {
		const scale = SCALES[label];
		const count = scale.components.length;
		const step = (scale.last - scale.first) / (count - 1);
		const given = phenotypes[label];
		const value = extrapolate ? given : Math.min(Math.max(given, scale.first), scale.last);
		const position = (value - scale.first) / step;
		// Rounding noise must not move a value that sits on an anchor into the segment below it.
		const segment = Math.min(Math.max(Math.floor(position + 1e-12), 0), count - 2);
		const fraction = position - segment;
		const component = FIRST_COMPONENTS[label] + segment;
		weights[component] = 1 - fraction;
		weights[component + 1] = fraction;
		if (derivatives !== null && (extrapolate || (given >= scale.first && given <= scale.last))) {
			derivatives[label * COMPONENT_COUNT + component] = -1 / step;
			derivatives[label * COMPONENT_COUNT + component + 1] = 1 / step;
		}
	}
	evaluateRaces(weights, derivatives, phenotypes);
}

function evaluateRaces(weights: Float64Array, derivatives: Float64Array | null, phenotypes: Float64Array): void {
	const first = FIRST_RACE_PHENOTYPE;
	const sum = phenotypes[first] + phenotypes[first + 1] + phenotypes[first + 2];
	for (let race = 0; race < 3; race++) {
		weights[FIRST_RACE_COMPONENT + race] = sum === 0 ? 1 / 3 : phenotypes[first + race] / sum;
	}
	if (derivatives === null || sum === 0) {
		return;
	}
	for (let label = 0; label < 3; label++) {
		const row = (first + label) * COMPONENT_COUNT + FIRST_RACE_COMPONENT;
		for (let race = 0; race < 3; race++) {
			derivatives[row + race] = ((race === label ? 1 : 0) - weights[FIRST_RACE_COMPONENT + race]) / sum;
		}
	}
}
