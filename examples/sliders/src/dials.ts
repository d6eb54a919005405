/** What the sliders turn: names for people, and the labels of the model behind them. */
export interface Dial {
	/** Label of the model; `age_years` stands for the phenotype `age`. */
	readonly label: string;
	readonly name: string;
	/** What both ends mean. */
	readonly ends: readonly [low: string, high: string];
	readonly minimum: number;
	readonly maximum: number;
	readonly step: number;
	readonly standard: number;
	/** Value as it is shown. */
	show(value: number): string;
}

export interface DialGroup {
	readonly title: string;
	/** Shown from the start. */
	readonly isOpen: boolean;
	readonly dials: readonly Dial[];
}

const percent = (value: number): string => `${Math.round(100 * value)} %`;
const signed = (value: number): string =>
	`${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(Math.round(100 * value))}`;

function phenotype(label: string, name: string, low: string, high: string, standard = 0.5): Dial {
	return { label, name, ends: [low, high], minimum: 0, maximum: 1, step: 0.01, standard, show: percent };
}

function localChange(label: string, name: string, low: string, high: string): Dial {
	return { label, name, ends: [low, high], minimum: -1, maximum: 1, step: 0.02, standard: 0, show: signed };
}

export const DIAL_GROUPS: readonly DialGroup[] = [
	{
		title: "Person",
		isOpen: true,
		dials: [
			{
				...phenotype("gender", "Sex", "man", "woman", 1),
				show: (value) => (value === 1 ? "woman" : value === 0 ? "man" : `${percent(value)} woman`),
			},
			{
				label: "age_years",
				name: "Age",
				ends: ["2 years", "90 years"],
				minimum: 2,
				maximum: 90,
				step: 1,
				standard: 34,
				show: (value) => (value === 1 ? "1 year" : `${value} years`),
			},
			phenotype("height", "Height", "shorter", "taller", 0.4),
			phenotype("weight", "Weight", "leaner", "heavier"),
			phenotype("muscle", "Muscle", "weaker", "stronger"),
			phenotype("proportions", "Proportions", "ideal", "uncommon"),
			phenotype("cupsize", "Bust", "smaller", "larger"),
		],
	},
	{
		title: "Details",
		isOpen: false,
		dials: [
			localChange("measure-waist-circ-incr", "Waist", "narrower", "wider"),
			localChange("measure-hips-circ-incr", "Hips", "narrower", "wider"),
			localChange("measure-bust-circ-incr", "Chest", "narrower", "wider"),
			localChange("measure-shoulder-dist-incr", "Shoulders", "narrower", "broader"),
			localChange("measure-neck-circ-incr", "Neck", "thinner", "thicker"),
			localChange("measure-upperarm-circ-incr", "Upper arms", "thinner", "thicker"),
			localChange("measure-thigh-circ-incr", "Thighs", "thinner", "thicker"),
			localChange("measure-upperleg-height-incr", "Upper legs", "shorter", "longer"),
		],
	},
];

export const DIALS: readonly Dial[] = DIAL_GROUPS.flatMap(({ dials }) => dials);

/** Persons to start from; what is not named has its standard. */
export const PRESETS: readonly { readonly name: string; readonly values: Readonly<Record<string, number>> }[] = [
	{ name: "Woman, 34", values: {} },
	{ name: "Man, 34", values: { gender: 0, height: 0.45 } },
	{ name: "Girl, 8", values: { age_years: 8, cupsize: 0 } },
	{ name: "Boy, 8", values: { gender: 0, age_years: 8 } },
	{ name: "Woman, 75", values: { age_years: 75, weight: 0.55 } },
	{ name: "Man, 75", values: { gender: 0, age_years: 75, height: 0.45, weight: 0.55 } },
];
