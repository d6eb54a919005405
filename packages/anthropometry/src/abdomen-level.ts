import { pullAnterior, pullStature } from "./body-frame.js";
import { landmarkLevel, type Measurer, pullLandmarkLevel } from "./measurer.js";
import { pullSeatLevel, seatLevel } from "./seat-level.js";
import { addVertexGradient, type GradientBuilder } from "./surface-gradient.js";

/** Reach of the smooth maximum of the abdomen's protrusion, relative to stature. */
const SOFTNESS = 0.001;
/** At either end of the range the weights fade over this share of it, so that no vertex enters or leaves with a jump. */
const FADE = 0.25;

/** What the level is the mean of. */
interface AbdomenVertex {
	readonly vertex: number;
	/** Place in the range, 0 at the hip, 1 at the waist. */
	readonly place: number;
	/** exp(forward distance before the most forward vertex / softness), without the fading. */
	readonly weight: number;
	/** Forward distance before the most forward vertex, ≤ 0. */
	readonly before: number;
}

/**
 * Level at which the abdomen protrudes most between the hip's level and the middle between iliac crests and lowest ribs:
 * the mean height of the vertices of the lower trunk, weighted by exp(forward / softness) and fading towards the range's
 * ends.
 */
export function abdomenLevel(measurer: Measurer): number {
	let weightSum = 0;
	let levelSum = 0;
	for (const { vertex, place, weight } of abdomenVertices(measurer)) {
		const faded = weight * fading(place);
		weightSum += faded;
		levelSum += faded * measurer.vertices[3 * vertex + 2];
	}
	if (!(weightSum > 0)) throw new RangeError("no vertex lies between hip and waist: the mesh is no body");
	return levelSum / weightSum;
}

/** Pull back {@link abdomenLevel}. @param weight derivative of the value by the level. */
export function pullAbdomenLevel(gradient: GradientBuilder, measurer: Measurer, weight: number): void {
	const { vertices, frame } = measurer;
	const softness = SOFTNESS * frame.stature;
	const [ax, ay] = frame.anterior;
	const members = abdomenVertices(measurer);
	const level = abdomenLevel(measurer);
	const { low, high } = abdomenRange(measurer);
	const weightSum = members.reduce((sum, member) => sum + member.weight * fading(member.place), 0);
	let byLow = 0;
	let byHigh = 0;
	let byAnteriorX = 0;
	let byAnteriorY = 0;
	let bySoftness = 0;
	for (const { vertex, place, weight: raw, before } of members) {
		const [x, y, z] = vertices.subarray(3 * vertex, 3 * vertex + 3);
		const share = (weight * raw * fading(place)) / weightSum;
		const byForward = (share * (z - level)) / softness;
		const byPlace = (weight * raw * fadingSlope(place) * (z - level)) / weightSum;
		addVertexGradient(gradient, vertex, ax * byForward, ay * byForward, share + byPlace / (high - low));
		byAnteriorX += byForward * x;
		byAnteriorY += byForward * y;
		bySoftness -= (byForward * before) / softness;
		byLow -= (byPlace * (1 - place)) / (high - low);
		byHigh -= (byPlace * place) / (high - low);
	}
	pullAnterior(gradient, frame, byAnteriorX, byAnteriorY);
	pullStature(gradient, frame, SOFTNESS * bySoftness);
	pullSeatLevel(gradient, measurer, byLow);
	pullLandmarkLevel(gradient, measurer, "iliac_crest", byHigh / 2);
	pullLandmarkLevel(gradient, measurer, "lower_rib", byHigh / 2);
}

function abdomenRange(measurer: Measurer): { low: number; high: number } {
	const high = (landmarkLevel(measurer, "iliac_crest") + landmarkLevel(measurer, "lower_rib")) / 2;
	return { low: seatLevel(measurer), high };
}

/** Vertices in the range that weigh anything. */
function abdomenVertices(measurer: Measurer): AbdomenVertex[] {
	const { vertices, frame, regions } = measurer;
	const { low, high } = abdomenRange(measurer);
	const softness = SOFTNESS * frame.stature;
	const [ax, ay] = frame.anterior;
	const forward = (v: number): number => ax * vertices[3 * v] + ay * vertices[3 * v + 1];
	let furthest = Number.NEGATIVE_INFINITY;
	const inRange: number[] = [];
	for (const v of regions.abdomenVertices) {
		const z = vertices[3 * v + 2];
		if (z <= low || z >= high) continue;
		inRange.push(v);
		furthest = Math.max(furthest, forward(v));
	}
	const members: AbdomenVertex[] = [];
	for (const vertex of inRange) {
		const before = forward(vertex) - furthest;
		// e^−40: what lies 40 softnesses (7 cm) further back does not matter.
		if (before < -40 * softness) continue;
		const place = (vertices[3 * vertex + 2] - low) / (high - low);
		members.push({ vertex, place, weight: Math.exp(before / softness), before });
	}
	return members;
}

/** 0 at the ends of the range, 1 in its middle, smooth. */
function fading(place: number): number {
	const edge = Math.min(1, Math.min(place, 1 - place) / FADE);
	return edge * edge * (3 - 2 * edge);
}

function fadingSlope(place: number): number {
	const edge = Math.min(1, Math.min(place, 1 - place) / FADE);
	return ((place < 0.5 ? 1 : -1) * 6 * edge * (1 - edge)) / FADE;
}
