import { measureBackWaistLength } from "./back-measures.js";
import { measureCrotchLength } from "./crotch-length.js";
import { MEASUREMENTS, type MeasurementId, measurementDefinition } from "./definitions.js";
import { measureFootLength, measureLandmarkHeight, measurePolyline, measureStature } from "./distance-measures.js";
import { measureFootBreadth } from "./foot-breadth.js";
import { measureHeadGirth } from "./head-measures.js";
import type { BodySide } from "./landmarks.js";
import { type LimbSearch, type LimbSection, measureLimbSearch, measureLimbSection } from "./limb-measures.js";
import { type Measurer, takeUpBody } from "./measurer.js";
import type { MeasurableShape } from "./model.js";
import type { MeasureResult } from "./result.js";
import { measureShoulderGirth } from "./shoulder-girth.js";
import { measureSpan } from "./span.js";
import { clearGradient, type SurfaceGradient, takeGradient } from "./surface-gradient.js";
import { measureNeckBase, measureShoulderWidth, measureSleeveLength } from "./surface-measures.js";
import { measureNaturalWaist, measureTrunkExtent, measureTrunkGirth, measureTrunkHeight } from "./trunk-measures.js";

/** A measurement of one body. */
export interface BodyMeasurement extends MeasureResult {
	readonly id: MeasurementId;
	/** Version of the definition. */
	readonly version: number;
	/** Side the value was taken on. */
	readonly side: "centre" | "right";
	/** The same measurement on the left side; null for measurements of the whole body, or where it is not wanted. */
	readonly left: MeasureResult | null;
	/** Derivatives of `value_m` by the body's points; null unless asked for. */
	readonly gradient: SurfaceGradient | null;
}

/** What to find out besides the values. */
export interface MeasureOptions {
	/**
	 * Derivatives of every `value_m`, exact through levels, planes, joints and searches. Measuring is piecewise smooth: at a
	 * tie (a corner joins the tape's hull, a plane runs through a vertex, another sample of a search becomes the best) the
	 * derivative is that of the branch taken. Default: false.
	 */
	readonly gradients?: boolean;
	/** The left side of sided measurements as well, which costs as much again as the right one. Default: true. */
	readonly left?: boolean;
}

const LIMB_SECTIONS = {
	thigh_girth: {
		region: "trunkAndLegs",
		axis: ["hip", "knee"],
		through: "hip",
		at: ["gluteal_furrow"],
		isBelowPerineum: true,
	},
	mid_thigh_girth: {
		region: "trunkAndLegs",
		axis: ["hip", "knee"],
		through: "hip",
		at: ["gluteal_furrow", "patella"],
	},
	lower_thigh_girth: { region: "legs", axis: ["hip", "knee"], through: "hip", at: ["suprapatella"] },
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
 * @param options what else to find out.
 * @returns measurements by id, in the order asked for; sided ones report the right side.
 * @throws RangeError for an unknown id, a body of another model, or a mesh that is no body.
 */
export function measureBody(
	measurer: Measurer,
	shape: MeasurableShape,
	ids?: readonly string[],
	{ gradients = false, left: isLeftWanted = true }: MeasureOptions = {},
): Map<MeasurementId, BodyMeasurement> {
	const definitions = ids === undefined ? MEASUREMENTS : ids.map(measurementDefinition);
	takeUpBody(measurer, shape);
	const result = new Map<MeasurementId, BodyMeasurement>();
	for (const { id, version, side } of definitions) {
		const gradient = gradients ? measurer.gradientBuilder : null;
		if (gradient !== null) clearGradient(gradient);
		measurer.gradient = gradient;
		const value = measureSide(measurer, id, "right");
		measurer.gradient = null;
		const left = isLeftWanted && side === "right" ? measureSide(measurer, id, "left") : null;
		result.set(id, {
			id,
			version,
			side,
			...value,
			left,
			gradient: gradient === null ? null : takeGradient(gradient),
		});
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
			return measureTrunkHeight(measurer, "bust", "bust_point");
		case "waist_height_omphalion":
			return measureLandmarkHeight(measurer, "omphalion", side);
		case "hip_height":
			return measureTrunkHeight(measurer, "hip", "omphalion_posterior");
		case "inside_leg_height":
			return measureLandmarkHeight(measurer, "perineum", side);
		case "knee_height":
			return measureLandmarkHeight(measurer, "patella", side);
		case "ankle_height":
			return measureLandmarkHeight(measurer, "lateral_malleolus", side);
		case "head_girth":
			return measureHeadGirth(measurer);
		case "neck_base_girth":
			return measureNeckBase(measurer);
		case "shoulder_girth":
			return measureShoulderGirth(measurer);
		case "chest_girth":
			return measureTrunkGirth(measurer, "bust");
		case "underbust_girth":
			return measureTrunkGirth(measurer, "underbust");
		case "waist_girth":
			return measureNaturalWaist(measurer);
		case "waist_girth_omphalion":
			return measureTrunkGirth(measurer, "omphalion");
		case "abdomen_girth":
			return measureTrunkGirth(measurer, "abdomen");
		case "hip_girth":
			return measureTrunkGirth(measurer, "hip");
		case "thigh_girth":
		case "mid_thigh_girth":
		case "lower_thigh_girth":
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
		case "shoulder_width":
			return measureShoulderWidth(measurer);
		case "shoulder_length":
			return measurePolyline(measurer, ["neck_side", "acromion"], [side, side]);
		case "arm_length":
			return measurePolyline(measurer, ["acromion", "elbow", "wrist_ulnar"], [side, side, side]);
		case "upper_arm_length":
			return measurePolyline(measurer, ["acromion", "radiale"], [side, side]);
		case "forearm_length":
			return measurePolyline(measurer, ["radiale", "stylion"], [side, side]);
		case "sleeve_length":
			return measureSleeveLength(measurer, side);
		case "span":
			return measureSpan(measurer);
		case "back_waist_length":
			return measureBackWaistLength(measurer);
		case "crotch_length":
			return measureCrotchLength(measurer);
		case "foot_length":
			return measureFootLength(measurer, side);
		case "foot_breadth":
			return measureFootBreadth(measurer, side);
	}
}
