import { createShapeState, evaluateShape } from "@anny-fitter/body-model";
import type { ScanFitter } from "./scan-fitter.js";
import type { ScanTemplate } from "./scan-templates.js";

const AGES = [-1 / 3, -0.2, -0.1, 0, 0.1, 0.2, 0.33, 0.45, 0.55, 0.67];
const HEIGHTS = [0.15, 0.5, 0.85];

/** The template with age and height changed until it has a stature; the age changes only as far as it must. */
export function withStature(fitter: ScanFitter, template: ScanTemplate, stature_m: number): ScanTemplate {
	const age = template.phenotypes.age ?? 0.67;
	const shape = createShapeState(fitter.model);
	let best = { miss: Number.POSITIVE_INFINITY, phenotypes: template.phenotypes };
	for (const candidate of [age, ...AGES].sort((a, b) => Math.abs(a - age) - Math.abs(b - age))) {
		const statures = HEIGHTS.map((height) => {
			evaluateShape(shape, fitter.model, { phenotypes: { ...template.phenotypes, age: candidate, height } });
			return verticalExtent(shape.vertices);
		});
		const reached = Math.min(statures[2], Math.max(statures[0], stature_m));
		const k = reached < statures[1] ? 0 : 1;
		const share = (reached - statures[k]) / (statures[k + 1] - statures[k]);
		const height = HEIGHTS[k] + share * (HEIGHTS[k + 1] - HEIGHTS[k]);
		const miss = Math.abs(reached - stature_m);
		if (miss < best.miss - 1e-9) best = { miss, phenotypes: { ...template.phenotypes, age: candidate, height } };
		if (miss < 0.02) break;
	}
	return { ...template, phenotypes: best.phenotypes };
}

/** Highest minus lowest vertex, metres. */
export function verticalExtent(vertices: Float64Array): number {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let i = 2; i < vertices.length; i += 3) {
		if (vertices[i] < low) low = vertices[i];
		if (vertices[i] > high) high = vertices[i];
	}
	return high - low;
}
