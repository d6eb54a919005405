import type { LandmarkName } from "./landmarks.js";

/** What a measurement is: a tape around, a height over the floor, a distance along or across the body. */
export type MeasurementKind = "girth" | "height" | "length" | "breadth" | "depth";

/** One versioned entry of the measurement catalogue. */
export interface MeasurementDefinition {
	/** Stable name, as in results and commands. */
	readonly id: MeasurementId;
	/** Grows when the definition changes its values. */
	readonly version: number;
	readonly name: string;
	readonly kind: MeasurementKind;
	readonly unit: "m";
	/** Clause of ISO 8559-1 that the definition follows. */
	readonly iso8559?: string;
	/** Column of ANSUR II that measures the same or nearly the same. */
	readonly ansur?: string;
	/** `right`: measured on both sides, the right one reported. */
	readonly side: "centre" | "right";
	readonly posture: "rest A-pose";
	/** How it is taken on the mesh. */
	readonly definition: string;
	readonly landmarks: readonly LandmarkName[];
}

type Entry = Omit<MeasurementDefinition, "id" | "unit" | "posture">;

const ENTRIES = {
	stature: {
		version: 1,
		name: "Stature",
		kind: "height",
		iso8559: "5.1.1",
		ansur: "stature",
		side: "centre",
		definition: "Vertical distance between the lowest and the highest vertex.",
		landmarks: [],
	},
	cervicale_height: {
		version: 1,
		name: "Cervicale height",
		kind: "height",
		ansur: "cervicaleheight",
		side: "centre",
		definition: "Vertical distance from the floor to the cervicale.",
		landmarks: ["cervicale"],
	},
	suprasternale_height: {
		version: 1,
		name: "Suprasternale height",
		kind: "height",
		ansur: "suprasternaleheight",
		side: "centre",
		definition: "Vertical distance from the floor to the suprasternale.",
		landmarks: ["suprasternale"],
	},
	acromial_height: {
		version: 1,
		name: "Acromial height",
		kind: "height",
		ansur: "acromialheight",
		side: "right",
		definition: "Vertical distance from the floor to the acromion. The raised arm of the A-pose lifts the acromion.",
		landmarks: ["acromion"],
	},
	chest_height: {
		version: 1,
		name: "Chest height",
		kind: "height",
		ansur: "chestheight",
		side: "centre",
		definition: "Vertical distance from the floor to the mean level of the two bust points.",
		landmarks: ["bust_point"],
	},
	waist_height_omphalion: {
		version: 1,
		name: "Waist height (omphalion)",
		kind: "height",
		ansur: "waistheightomphalion",
		side: "centre",
		definition: "Vertical distance from the floor to the navel.",
		landmarks: ["omphalion"],
	},
	hip_height: {
		version: 1,
		name: "Hip height",
		kind: "height",
		ansur: "buttockheight",
		side: "centre",
		definition:
			"Vertical distance from the floor to the level at which the buttocks protrude most: the mean height of the vertices of pelvis and upper thighs, weighted by exp(−d / 0.001 stature), d being the distance to the most backward of them. The weighting lets the level move smoothly from vertex to vertex.",
		landmarks: [],
	},
	inside_leg_height: {
		version: 1,
		name: "Inside leg height",
		kind: "height",
		iso8559: "5.1.15",
		ansur: "crotchheight",
		side: "centre",
		definition: "Vertical distance from the floor to the perineum. Not corrected for the spread legs of the A-pose.",
		landmarks: ["perineum"],
	},
	knee_height: {
		version: 1,
		name: "Knee height",
		kind: "height",
		ansur: "kneeheightmidpatella",
		side: "right",
		definition: "Vertical distance from the floor to the middle of the kneecap.",
		landmarks: ["patella"],
	},
	ankle_height: {
		version: 1,
		name: "Ankle height",
		kind: "height",
		ansur: "lateralmalleolusheight",
		side: "right",
		definition: "Vertical distance from the floor to the outer ankle bone.",
		landmarks: ["lateral_malleolus"],
	},
	head_girth: {
		version: 1,
		name: "Head girth",
		kind: "girth",
		ansur: "headcircumference",
		side: "centre",
		definition:
			"Tape in the plane through glabella and opisthocranion that holds the left–right direction; the ears are left out.",
		landmarks: ["glabella", "opisthocranion"],
	},
	neck_girth: {
		version: 1,
		name: "Neck girth",
		kind: "girth",
		iso8559: "5.3.2",
		ansur: "neckcircumference",
		side: "centre",
		definition:
			"Smallest girth perpendicular to the neck, between 5 % and 50 % of the way from its base to the base of the skull.",
		landmarks: [],
	},
	neck_base_girth: {
		version: 1,
		name: "Neck base girth",
		kind: "girth",
		ansur: "neckcircumferencebase",
		side: "centre",
		definition:
			"Tape around the base of the neck: from the cervicale to the side of the neck at the same height, the suprasternale, the other side and back. Each of the four pieces lies taut in the plane through its two ends and the middle of the four points.",
		landmarks: ["cervicale", "neck_base_side", "suprasternale"],
	},
	shoulder_girth: {
		version: 1,
		name: "Shoulder girth",
		kind: "girth",
		ansur: "shouldercircumference",
		side: "centre",
		definition:
			"Horizontal tape around trunk and hanging arms at the level at which the deltoids stand out most: 8 % of the upper arm's length below the shoulder joint. As the arms of the A-pose are raised, their sections across the upper arm at that place are let down about the shoulder joint and taken together with the trunk's horizontal section.",
		landmarks: [],
	},
	chest_girth: {
		version: 1,
		name: "Chest (bust) girth",
		kind: "girth",
		iso8559: "5.3.4",
		ansur: "chestcircumference",
		side: "centre",
		definition: "Horizontal tape at the mean level of the two bust points, without the arms.",
		landmarks: ["bust_point"],
	},
	underbust_girth: {
		version: 1,
		name: "Underbust girth",
		kind: "girth",
		iso8559: "5.3.6",
		side: "centre",
		definition:
			"Horizontal tape around the rib cage, 0.4 % of stature (half a tape's width) below the lowest point of the breast creases; breast tissue that hangs lower is left out.",
		landmarks: ["breast_crease"],
	},
	waist_girth: {
		version: 1,
		name: "Waist girth (natural)",
		kind: "girth",
		iso8559: "5.3.10",
		side: "centre",
		definition:
			"Smallest horizontal tape around the trunk between the iliac crests and the lowest ribs; hanging breast tissue is left out. Where no waist stands out the level moves to the middle between the two: fully if the smallest tape lies at an end of the range, in part if it is less than 0.5 % smaller than at the nearer end. The flag says when it lies at an end.",
		landmarks: ["iliac_crest", "lower_rib"],
	},
	waist_girth_omphalion: {
		version: 1,
		name: "Waist girth (omphalion)",
		kind: "girth",
		ansur: "waistcircumference",
		side: "centre",
		definition: "Horizontal tape around the trunk at the level of the navel.",
		landmarks: ["omphalion"],
	},
	abdomen_girth: {
		version: 1,
		name: "Abdomen girth",
		kind: "girth",
		side: "centre",
		definition:
			"Horizontal tape at the level at which the abdomen protrudes most between the hip's level and the middle between iliac crests and lowest ribs: the mean height of the vertices of the lower trunk in that range, weighted by exp(−d / 0.001 stature), d being the distance behind the most forward of them. The weights fade over a quarter of the range at either end, so that the level moves smoothly.",
		landmarks: ["iliac_crest", "lower_rib"],
	},
	hip_girth: {
		version: 1,
		name: "Hip girth",
		kind: "girth",
		iso8559: "5.3.13",
		ansur: "buttockcircumference",
		side: "centre",
		definition: "Horizontal tape at the level at which the buttocks protrude most (see hip_height).",
		landmarks: [],
	},
	thigh_girth: {
		version: 1,
		name: "Thigh girth",
		kind: "girth",
		iso8559: "5.3.20",
		ansur: "thighcircumference",
		side: "right",
		definition:
			"Tape through the gluteal furrow, perpendicular to the line from hip joint to knee joint, but no higher than 0.5 % of stature below the perineum along that line.",
		landmarks: ["gluteal_furrow", "perineum"],
	},
	mid_thigh_girth: {
		version: 1,
		name: "Mid-thigh girth",
		kind: "girth",
		side: "right",
		definition:
			"Tape half-way between the gluteal furrow and the middle of the kneecap, perpendicular to the line from hip joint to knee joint.",
		landmarks: ["gluteal_furrow", "patella"],
	},
	lower_thigh_girth: {
		version: 1,
		name: "Lower thigh girth",
		kind: "girth",
		ansur: "lowerthighcircumference",
		side: "right",
		definition: "Tape at the upper edge of the kneecap, perpendicular to the line from hip joint to knee joint.",
		landmarks: ["suprapatella"],
	},
	knee_girth: {
		version: 1,
		name: "Knee girth",
		kind: "girth",
		iso8559: "5.3.22",
		side: "right",
		definition: "Tape through the middle of the kneecap, perpendicular to the line from hip joint to ankle joint.",
		landmarks: ["patella"],
	},
	calf_girth: {
		version: 1,
		name: "Calf girth",
		kind: "girth",
		iso8559: "5.3.24",
		ansur: "calfcircumference",
		side: "right",
		definition:
			"Largest tape perpendicular to the line from knee joint to ankle joint, between 20 % and 55 % of the way down.",
		landmarks: [],
	},
	ankle_girth: {
		version: 1,
		name: "Ankle girth",
		kind: "girth",
		ansur: "anklecircumference",
		side: "right",
		definition:
			"Smallest tape perpendicular to the line from knee joint to ankle joint, between 60 % and 95 % of the way down.",
		landmarks: [],
	},
	upper_arm_girth: {
		version: 1,
		name: "Upper arm girth",
		kind: "girth",
		iso8559: "5.3.16",
		side: "right",
		definition:
			"Tape around the relaxed arm, perpendicular to the line from shoulder joint to elbow joint, half-way between acromion and elbow along it.",
		landmarks: ["acromion", "elbow"],
	},
	elbow_girth: {
		version: 1,
		name: "Elbow girth",
		kind: "girth",
		side: "right",
		definition: "Tape through the elbow joint, perpendicular to the line from shoulder joint to wrist joint.",
		landmarks: [],
	},
	forearm_girth: {
		version: 1,
		name: "Forearm girth",
		kind: "girth",
		side: "right",
		definition:
			"Tape around the relaxed forearm, perpendicular to the line from elbow joint to wrist joint, 20 % of the way: where the forearm is fullest. A search for the largest girth is not used because on many bodies the girth only grows towards the elbow.",
		landmarks: [],
	},
	wrist_girth: {
		version: 1,
		name: "Wrist girth",
		kind: "girth",
		iso8559: "5.3.19",
		ansur: "wristcircumference",
		side: "right",
		definition: "Tape through the wrist joint, perpendicular to the line from elbow joint to wrist joint.",
		landmarks: [],
	},
	biacromial_breadth: {
		version: 1,
		name: "Biacromial breadth",
		kind: "breadth",
		ansur: "biacromialbreadth",
		side: "centre",
		definition: "Straight distance between the two acromia.",
		landmarks: ["acromion"],
	},
	chest_breadth: {
		version: 1,
		name: "Chest breadth",
		kind: "breadth",
		ansur: "chestbreadth",
		side: "centre",
		definition: "Left–right extent of the chest girth's tape.",
		landmarks: ["bust_point"],
	},
	chest_depth: {
		version: 1,
		name: "Chest depth",
		kind: "depth",
		ansur: "chestdepth",
		side: "centre",
		definition: "Front–back extent of the chest girth's tape.",
		landmarks: ["bust_point"],
	},
	waist_breadth: {
		version: 1,
		name: "Waist breadth (omphalion)",
		kind: "breadth",
		ansur: "waistbreadth",
		side: "centre",
		definition: "Left–right extent of the waist girth's tape at the navel.",
		landmarks: ["omphalion"],
	},
	waist_depth: {
		version: 1,
		name: "Waist depth (omphalion)",
		kind: "depth",
		ansur: "waistdepth",
		side: "centre",
		definition: "Front–back extent of the waist girth's tape at the navel.",
		landmarks: ["omphalion"],
	},
	hip_breadth: {
		version: 1,
		name: "Hip breadth",
		kind: "breadth",
		ansur: "hipbreadth",
		side: "centre",
		definition: "Left–right extent of the hip girth's tape.",
		landmarks: [],
	},
	hip_depth: {
		version: 1,
		name: "Hip depth",
		kind: "depth",
		ansur: "buttockdepth",
		side: "centre",
		definition: "Front–back extent of the hip girth's tape.",
		landmarks: [],
	},
	shoulder_width: {
		version: 1,
		name: "Shoulder width over the back",
		kind: "length",
		iso8559: "5.4.2",
		side: "centre",
		definition:
			"Tape over the skin from one acromion to the cervicale and on to the other. Each half lies taut in the plane through its two ends and the middle between the joints beneath them, those of the neck's base and the shoulder.",
		landmarks: ["acromion", "cervicale"],
	},
	shoulder_length: {
		version: 1,
		name: "Shoulder length",
		kind: "length",
		ansur: "shoulderlength",
		side: "right",
		definition: "Straight distance from the side of the neck to the acromion.",
		landmarks: ["neck_side", "acromion"],
	},
	arm_length: {
		version: 1,
		name: "Arm length",
		kind: "length",
		iso8559: "5.7.8",
		ansur: "sleeveoutseam",
		side: "right",
		definition: "Straight distances from the acromion to the tip of the elbow and on to the ulnar wrist bone.",
		landmarks: ["acromion", "elbow", "wrist_ulnar"],
	},
	sleeve_length: {
		version: 1,
		name: "Sleeve length from the centre back",
		kind: "length",
		ansur: "sleevelengthspinewrist",
		side: "right",
		definition:
			"Tape over the skin from the cervicale to the acromion (as half a shoulder_width), on to the tip of the elbow and to the ulnar wrist bone. Along the arm each piece lies taut in the plane through its two ends and the middle between the joints beneath them.",
		landmarks: ["cervicale", "acromion", "elbow", "wrist_ulnar"],
	},
	upper_arm_length: {
		version: 1,
		name: "Upper arm length",
		kind: "length",
		ansur: "acromionradialelength",
		side: "right",
		definition: "Straight distance from the acromion to the radiale. The raised arm of the A-pose shortens it.",
		landmarks: ["acromion", "radiale"],
	},
	forearm_length: {
		version: 1,
		name: "Forearm length",
		kind: "length",
		ansur: "radialestylionlength",
		side: "right",
		definition: "Straight distance from the radiale to the stylion.",
		landmarks: ["radiale", "stylion"],
	},
	span: {
		version: 1,
		name: "Span",
		kind: "length",
		ansur: "span",
		side: "centre",
		definition:
			"Distance between the tips of the middle fingers as with both arms stretched level to the sides: fingertip, wrist, elbow and shoulder joint of one arm and the same of the other are a chain of straight lines, measured as if stretched.",
		landmarks: ["dactylion"],
	},
	back_waist_length: {
		version: 1,
		name: "Back waist length",
		kind: "length",
		iso8559: "5.4.5",
		ansur: "waistbacklength",
		side: "centre",
		definition:
			"Tape from the cervicale down the middle of the back to the level of the navel, taut over the back's hollows.",
		landmarks: ["cervicale", "omphalion_posterior"],
	},
	crotch_length: {
		version: 1,
		name: "Crotch length",
		kind: "length",
		iso8559: "5.4.18",
		ansur: "crotchlengthomphalion",
		side: "centre",
		definition:
			"Tape in the front–back plane through the perineum: from the navel's level at the front down, between the legs and up the back to the same level, taut over the body's hollows.",
		landmarks: ["omphalion", "perineum"],
	},
	foot_length: {
		version: 1,
		name: "Foot length",
		kind: "length",
		ansur: "footlength",
		side: "right",
		definition: "Horizontal distance from heel to toe tip.",
		landmarks: ["heel", "toe_tip"],
	},
	foot_breadth: {
		version: 1,
		name: "Foot breadth",
		kind: "breadth",
		ansur: "footbreadthhorizontal",
		side: "right",
		definition: "Largest horizontal extent of the foot across the line from heel to toe tip.",
		landmarks: ["heel", "toe_tip"],
	},
} as const satisfies Record<string, Entry>;

/** Stable name of a measurement. */
export type MeasurementId = keyof typeof ENTRIES;

/** The measurement catalogue, in reading order. */
export const MEASUREMENTS: readonly MeasurementDefinition[] = (Object.keys(ENTRIES) as MeasurementId[]).map((id) => ({
	id,
	unit: "m",
	posture: "rest A-pose",
	...(ENTRIES[id] as Entry),
}));

const BY_ID = new Map<string, MeasurementDefinition>(MEASUREMENTS.map((definition) => [definition.id, definition]));

/**
 * The definition of a measurement.
 *
 * @throws RangeError if there is no such measurement.
 */
export function measurementDefinition(id: string): MeasurementDefinition {
	const definition = BY_ID.get(id);
	if (definition === undefined) throw new RangeError(`there is no measurement named ${id}`);
	return definition;
}
