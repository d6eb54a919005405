import { viewMeasurement } from "./confidence.js";
import { measureLengths } from "./measure-lengths.js";
import { measureSection } from "./measure-section.js";
import { measureStature } from "./measure-stature.js";
import { type SectionId, sectionMeasurementId } from "./population.js";
import { type BodySection, isLimbSection, segmentLandmarks } from "./sections.js";
import type { MeasurableView, MeasuredView, SkippedMeasurement, ViewMeasurement } from "./view.js";

/**
 * Root mean square of what cloth adds to an extent, metres: rendered people in tight to loose clothes had 4 to 20 mm on
 * either side of the trunk, as much on the thigh and 0 to 8 mm on other limbs.
 */
const TRUNK_CLOTH_M = 0.022;
const LIMB_CLOTH_M = 0.01;
const THIGH_CLOTH_M = 0.018;

/**
 * Measures what one photo shows: breadths from front and back, depths from the side, lengths, and stature. Limbs are
 * measured on the side that shows more surely. Equal input gives equal output.
 *
 * @throws RangeError when mask, landmarks or regions have the wrong sizes
 */
export function measureView(view: MeasurableView): MeasuredView {
	checkSizes(view);
	const measurements: ViewMeasurement[] = [];
	const skipped: SkippedMeasurement[] = [];
	const best = new Map<string, ViewMeasurement>();
	for (const section of view.sections) {
		const sight = measureSection(view, section, armHalfOf(view.sections));
		if (typeof sight === "string") {
			skipped.push({ id: section.id, reason: sight });
			continue;
		}
		const cloth_m = sight.isOverClothing ? clothSigma_m(section.id) : 0;
		const measured = viewMeasurement(
			sectionMeasurementId(section.id, sight.aspect),
			sight.value_m,
			sight.sigma_m,
			Math.hypot(cloth_m, view.scaleSigma * sight.value_m),
			visibilityOf(view.body, section),
			sight.isOverClothing,
			sight.notes,
		);
		const before = best.get(measured.id);
		if (before === undefined || before.confidence < measured.confidence) best.set(measured.id, measured);
	}
	measurements.push(...best.values(), ...measureLengths(view));
	const stature = measureStature(view);
	if (typeof stature === "string") skipped.push({ id: "stature", reason: stature });
	else measurements.push(stature);
	return { measurements, skipped };
}

function clothSigma_m(id: SectionId): number {
	if (id === "thigh") return THIGH_CLOTH_M;
	return isLimbSection(id) || id === "neck" ? LIMB_CLOTH_M : TRUNK_CLOTH_M;
}

function armHalfOf(sections: readonly BodySection[]): number {
	const arm = sections.find(({ id }) => id === "upper_arm");
	return (arm?.expectedBreadth_m ?? 0.1) / 2;
}

/** Of the least visible landmark that the section lies between. */
function visibilityOf(body: Float64Array, { id, side }: BodySection): number {
	const ends = segmentLandmarks(id, side);
	// Of a pair at the trunk one may hide behind the other, in side views.
	return Math.min(1, ...ends.map((pair) => Math.max(...pair.map((index) => body[5 * index + 3]))));
}

function checkSizes({ width_px, height_px, mask, regions, body, joints_m, focal_px }: MeasurableView): void {
	const count = width_px * height_px;
	if (mask.length !== count || (regions !== null && regions.length !== count)) {
		throw new RangeError("mask and regions need a value for each pixel of the photo");
	}
	if (body.length !== 33 * 5 || joints_m.length !== 33 * 3) throw new RangeError("33 landmarks are needed");
	if (!(focal_px > 0)) throw new RangeError("the focal length must be positive");
}
