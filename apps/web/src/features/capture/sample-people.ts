import { type Facts, NO_FACTS } from "./facts.js";

/** A rendered person whose photos come with the application; facts from samples/README.md. */
export interface SamplePerson {
	readonly facts: Facts;
	/** Addresses of a front and a side view. */
	readonly photos: readonly [front: string, side: string];
}

const person = (name: string, facts: Partial<Facts>): SamplePerson => ({
	facts: { ...NO_FACTS, ageBy: "years", ...facts },
	photos: [`/samples/${name}-front.jpg`, `/samples/${name}-side.jpg`],
});

export const SAMPLE_PEOPLE = {
	woman: person("woman", { stature_m: 1.724, weight_kg: 71, age_years: 33, sex: "female" }),
	man: person("man", { stature_m: 1.798, weight_kg: 89.9, age_years: 52, sex: "male" }),
	girl: person("girl", { stature_m: 1.32, weight_kg: 32.4, age_years: 9, sex: "female" }),
} as const satisfies Record<string, SamplePerson>;
export type SampleName = keyof typeof SAMPLE_PEOPLE;

/** Whether a search parameter names a sample person. */
export function isSampleName(name: string | undefined): name is SampleName {
	return name !== undefined && Object.hasOwn(SAMPLE_PEOPLE, name);
}
