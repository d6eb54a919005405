import { MEASUREMENTS, type MeasurementId, measurementDefinition } from "./definitions.js";
import {
	measureBackWaistLength,
	measureFootLength,
	measureHeight,
	measureLandmarkHeight,
	measurePolyline,
	measureStature,
} from "./distance-measures.js";
import { measureHeadGirth } from "./head-measures.js";
import type { BodySide, LandmarkName } from "./landmarks.js";
import { type LimbSearch, type LimbSection, measureLimbSearch, measureLimbSection } from "./limb-measures.js";
import { landmarkLevel, type Measurer, placeLandmark, takeUpBody } from "./measurer.js";
import type { MeasurableShape } from "./model.js";
import type { MeasureResult } from "./result.js";
import { measureNaturalWaist, measureTrunkExtent, measureTrunkGirth, trunkLevel } from "./trunk-measures.js";

/** A measurement of one body. */
export interface BodyMeasurement extends MeasureResult {
	readonly id: MeasurementId;
	/** Version of the definition. */
	readonly version: number;
	/** Side the value was taken on. */
	readonly side: "centre" | "right";
	/** The same measurement on the left side; null for measurements of the whole body. */
	readonly left: MeasureResult | null;
}

const LIMB_SECTIONS = {
	thigh_girth: {
		region: "trunkAndLegs",
		axis: ["hip", "knee"],
		through: "hip",
		at: ["gluteal_furrow"],
		isBelowPerineum: true,
	},
	knee_girth: { region: "legs", axis: ["hip", "ankle"], through: "knee", at: ["patella"] },
	upper_arm_girth: { region: "arms", axis: ["shoulder", "elbow"], through: "shoulder", at: ["acromion", "elbow"] },
	elbow_girth: { region: "arms", axis: ["shoulder", "wrist"], through: "elbow", at: [] },
	wrist_girth: { region: "arms", axis: ["elbow", "wrist"], through: "wrist", at: [] },
	forearm_girth: { region: "arms", axis: ["elbow", "wrist"], through: "elbow", at: [], fraction: 0.2 },
} as const satisfies Partial<Record<MeasurementId, LimbSection>>;

const LIMB_SEARCHES = {
	// Not at the throat's landmark: on muscular men it sinks below the base of the neck, where the girth grows fast.
	neck_girth: { region: "trunkAndHead", axis: ["neck", "skull"], range: [0.05, 0.5], sign: -1 },
	calf_girth: { region: "legs", axis: ["knee", "ankle"], range: [0.2, 0.55], sign: 1 },
	ankle_girth: { region: "legs", axis: ["knee", "ankle"], range: [0.6, 0.95], sign: -1 },
} as const satisfies Partial<Record<MeasurementId, LimbSearch>>;

/**
 * Measure a body.
 *
 * @param measurer from {@link createMeasurer} of the body's model.
 * @param shape the body in rest pose: metres, Z up, any heading.
 * @param ids what to measure; everything by default.
 * @returns measurements by id, in the order asked for; sided ones report the right side.
 * @throws RangeError for an unknown id, a body of another model, or a mesh that is no body.
 */
export function measureBody(
	measurer: Measurer,
	shape: MeasurableShape,
	ids?: readonly string[],
): Map<MeasurementId, BodyMeasurement> {
	const definitions = ids === undefined ? MEASUREMENTS : ids.map(measurementDefinition);
	takeUpBody(measurer, shape);
	const result = new Map<MeasurementId, BodyMeasurement>();
	for (const { id, version, side } of definitions) {
		const value = measureSide(measurer, id, "right");
		const left = side === "right" ? measureSide(measurer, id, "left") : null;
		result.set(id, { id, version, side, ...value, left });
	}
	return result;
}

function measureSide(measurer: Measurer, id: MeasurementId, side: BodySide): MeasureResult {
	switch (id) {
		case "stature":
			return measureStature(measurer);
		case "cervicale_height":
			return measureLandmarkHeight(measurer, "cervicale", side);
		case "suprasternale_height":
			return measureLandmarkHeight(measurer, "suprasternale", side);
		case "acromial_height":
			return measureLandmarkHeight(measurer, "acromion", side);
		case "chest_height":
			return measureLevel(measurer, trunkLevel(measurer, "bust"), "bust_point");
		case "waist_height_omphalion":
			return measureLandmarkHeight(measurer, "omphalion", side);
		case "hip_height":
			return measureLevel(measurer, trunkLevel(measurer, "hip"), "omphalion_posterior");
		case "inside_leg_height":
			return measureLevel(measurer, landmarkLevel(measurer, "perineum"), "perineum");
		case "knee_height":
			return measureLandmarkHeight(measurer, "patella", side);
		case "ankle_height":
			return measureLandmarkHeight(measurer, "lateral_malleolus", side);
		case "head_girth":
			return measureHeadGirth(measurer);
		case "chest_girth":
			return measureTrunkGirth(measurer, "bust");
		case "underbust_girth":
			return measureTrunkGirth(measurer, "underbust");
		case "waist_girth":
			return measureNaturalWaist(measurer);
		case "waist_girth_omphalion":
			return measureTrunkGirth(measurer, "omphalion");
		case "hip_girth":
			return measureTrunkGirth(measurer, "hip");
		case "thigh_girth":
		case "knee_girth":
		case "upper_arm_girth":
		case "elbow_girth":
		case "forearm_girth":
		case "wrist_girth":
			return measureLimbSection(measurer, LIMB_SECTIONS[id], side);
		case "neck_girth":
		case "calf_girth":
		case "ankle_girth":
			return measureLimbSearch(measurer, LIMB_SEARCHES[id], side);
		case "biacromial_breadth":
			return measurePolyline(measurer, ["acromion", "acromion"], ["right", "left"]);
		case "chest_breadth":
			return measureTrunkExtent(measurer, "bust", "lateral");
		case "chest_depth":
			return measureTrunkExtent(measurer, "bust", "anterior");
		case "waist_breadth":
			return measureTrunkExtent(measurer, "omphalion", "lateral");
		case "waist_depth":
			return measureTrunkExtent(measurer, "omphalion", "anterior");
		case "hip_breadth":
			return measureTrunkExtent(measurer, "hip", "lateral");
		case "hip_depth":
			return measureTrunkExtent(measurer, "hip", "anterior");
		case "shoulder_length":
			return measurePolyline(measurer, ["neck_side", "acromion"], [side, side]);
		case "arm_length":
			return measurePolyline(measurer, ["acromion", "elbow", "wrist_ulnar"], [side, side, side]);
		case "upper_arm_length":
			return measurePolyline(measurer, ["acromion", "radiale"], [side, side]);
		case "forearm_length":
			return measurePolyline(measurer, ["radiale", "stylion"], [side, side]);
		case "back_waist_length":
			return measureBackWaistLength(measurer);
		case "foot_length":
			return measureFootLength(measurer, side);
	}
}

/** A height whose level is not that of a single landmark, drawn over a landmark's place on the floor. */
function measureLevel(measurer: Measurer, level: number, under: LandmarkName): MeasureResult {
	const point = new Float64Array(3);
	placeLandmark(point, measurer, under, "right");
	return measureHeight(measurer, level, point);
}
