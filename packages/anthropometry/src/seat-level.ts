import { pullAnterior, pullStature } from "./body-frame.js";
import type { Measurer } from "./measurer.js";
import { addVertexGradient, type GradientBuilder } from "./surface-gradient.js";

/** Reach of the smooth maximum of the buttocks' protrusion, relative to stature. */
const SEAT_SOFTNESS = 0.001;
/** Vertices that weigh less than this share have no derivative worth listing. */
const SMALLEST_SHARE = 1e-15;

/** Level of the most backward point of the buttocks, smoothed over the vertices near it: the mean of z by exp(back / softness). */
export function seatLevel(measurer: Measurer): number {
	const { vertices, regions } = measurer;
	const { seatVertices } = regions;
	const { furthest, softness } = describeSeat(measurer);
	let weightSum = 0;
	let levelSum = 0;
	for (let i = 0; i < seatVertices.length; i++) {
		const weight = Math.exp((backwardness(measurer, seatVertices[i]) - furthest) / softness);
		weightSum += weight;
		levelSum += weight * vertices[3 * seatVertices[i] + 2];
	}
	return levelSum / weightSum;
}

/**
 * Pull back {@link seatLevel}: by z of a vertex its share of the weights, by its backwardness the share times
 * (z − level) / softness. How far back the furthest lies cancels out.
 *
 * @param weight derivative of the value by the level.
 */
export function pullSeatLevel(gradient: GradientBuilder, measurer: Measurer, weight: number): void {
	const { vertices, frame, regions } = measurer;
	const { seatVertices } = regions;
	const { furthest, softness } = describeSeat(measurer);
	const level = seatLevel(measurer);
	const [ax, ay] = frame.anterior;
	let weightSum = 0;
	for (let i = 0; i < seatVertices.length; i++) {
		weightSum += Math.exp((backwardness(measurer, seatVertices[i]) - furthest) / softness);
	}
	let byAnteriorX = 0;
	let byAnteriorY = 0;
	let bySoftness = 0;
	for (let i = 0; i < seatVertices.length; i++) {
		const v = seatVertices[i];
		const before = backwardness(measurer, v) - furthest;
		const share = (weight * Math.exp(before / softness)) / weightSum;
		if (Math.abs(share) <= SMALLEST_SHARE * Math.abs(weight)) continue;
		const byBack = (share * (vertices[3 * v + 2] - level)) / softness;
		addVertexGradient(gradient, v, -ax * byBack, -ay * byBack, share);
		byAnteriorX -= byBack * vertices[3 * v];
		byAnteriorY -= byBack * vertices[3 * v + 1];
		bySoftness -= (byBack * before) / softness;
	}
	pullAnterior(gradient, frame, byAnteriorX, byAnteriorY);
	pullStature(gradient, frame, SEAT_SOFTNESS * bySoftness);
}

/** How far back the furthest vertex of the seat lies, and the reach of the weights; metres. */
function describeSeat(measurer: Measurer): { furthest: number; softness: number } {
	const { seatVertices } = measurer.regions;
	let furthest = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < seatVertices.length; i++) {
		furthest = Math.max(furthest, backwardness(measurer, seatVertices[i]));
	}
	return { furthest, softness: SEAT_SOFTNESS * measurer.frame.stature };
}

function backwardness({ vertices, frame }: Measurer, vertex: number): number {
	return -(frame.anterior[0] * vertices[3 * vertex] + frame.anterior[1] * vertices[3 * vertex + 1]);
}
