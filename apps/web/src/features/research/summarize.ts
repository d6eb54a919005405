import type { ResearchMeasurement } from "../../api/types.js";

export interface ResearchSummary {
	readonly measurement_type: string;
	readonly gender: ResearchMeasurement["gender"];
	readonly unit: ResearchMeasurement["unit"];
	/** What photos show goes over clothes: never averaged with bodies. */
	readonly extracted_from: ResearchMeasurement["extracted_from"];
	/** People: each counts once, with the mean of their measurements. */
	readonly people: number;
	readonly measurements: number;
	/** In `unit`. */
	readonly mean: number;
	/** Between people, with n − 1; null for one person. */
	readonly standard_deviation: number | null;
}

/** Mean and spread between people of each measurement by sex and by where it comes from, in the order of first appearance by name. */
export function summarize(rows: readonly ResearchMeasurement[]): ResearchSummary[] {
	const groups = new Map<string, { first: ResearchMeasurement; byPerson: Map<string, number[]> }>();
	for (const row of rows) {
		const key = `${row.measurement_type} ${row.gender} ${row.unit} ${row.extracted_from}`;
		let group = groups.get(key);
		if (group === undefined) {
			group = { first: row, byPerson: new Map() };
			groups.set(key, group);
		}
		const values = group.byPerson.get(row.research_subject_id) ?? [];
		values.push(row.value);
		group.byPerson.set(row.research_subject_id, values);
	}
	return [...groups.values()]
		.map(({ first, byPerson }) => {
			const means = [...byPerson.values()].map(mean);
			return {
				measurement_type: first.measurement_type,
				gender: first.gender,
				unit: first.unit,
				extracted_from: first.extracted_from,
				people: means.length,
				measurements: [...byPerson.values()].reduce((count, values) => count + values.length, 0),
				mean: mean(means),
				standard_deviation: means.length < 2 ? null : spread(means),
			};
		})
		.sort(
			(a, b) =>
				a.measurement_type.localeCompare(b.measurement_type) ||
				b.extracted_from.localeCompare(a.extracted_from) ||
				String(a.gender).localeCompare(String(b.gender)),
		);
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(values: readonly number[]): number {
	const middle = mean(values);
	return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
