import { convexHull2d, polylineLength, type SliceRegion, slicePlane } from "@anny-fitter/mesh";
import {
	createHangingArmGradient,
	type HangingArm,
	hangArm,
	hangPoint,
	pullHangingArm,
	pullHangPoint,
} from "./hanging-arm.js";
import type { Measurer } from "./measurer.js";
import type { MeasureResult } from "./result.js";
import type { GradientBuilder } from "./surface-gradient.js";
import { clearPlaneGradient, pullSlicePoint } from "./tape-gradient.js";
import { polylineGradient } from "./vector-gradient.js";

/** Where the deltoid of a hanging arm stands out most, in lengths of the upper arm below the shoulder joint. */
const DELTOID_PLACE = 0.08;

/** A part of the body and the plane that cuts it: the trunk at the deltoid's level, or an arm across. */
interface Section {
	readonly region: SliceRegion;
	readonly origin: Float64Array;
	readonly normal: Float64Array;
	/** The arm, which is let down after the cut; null for the trunk. */
	readonly arm: HangingArm | null;
}

/** A corner of the tape: which section, and which row of its slice. */
interface Corner {
	readonly section: number;
	readonly row: number;
}

/**
 * Horizontal tape around trunk and hanging arms at the deltoids' level. The raised arms of the A-pose are let down: their
 * sections across the upper arm take their place beside the trunk.
 *
 * @throws RangeError if a plane misses the body: the mesh is no body.
 */
export function measureShoulderGirth(measurer: Measurer): MeasureResult {
	const { tape, gradient } = measurer;
	const { flat } = tape;
	const sections = shoulderSections(measurer);
	const corners: Corner[] = [];
	for (const [s, section] of sections.entries()) {
		cut(measurer, section);
		const { points, pointCount } = tape.slice;
		if (pointCount < 3) throw new RangeError("the measuring plane misses the body: the mesh is no body");
		for (let row = 0; row < pointCount; row++) {
			const at = 2 * corners.length;
			if (section.arm !== null) hangPoint(flat, at, section.arm, measurer, points, 3 * row);
			else flat.set([points[3 * row], points[3 * row + 1]], at);
			corners.push({ section: s, row });
		}
	}
	const cornerCount = convexHull2d(tape.corners, flat, corners.length, tape.hull);
	const level = sections[0].origin[2];
	const path = new Float64Array(3 * cornerCount);
	const touched: Corner[] = [];
	for (let i = 0; i < cornerCount; i++) {
		const c = tape.corners[i];
		path.set([flat[2 * c], flat[2 * c + 1], level], 3 * i);
		touched.push(corners[c]);
	}
	if (gradient !== null) pullTouched(gradient, measurer, sections, touched, path);
	const value_m = polylineLength(path, 0, cornerCount, true);
	return { value_m, path, isClosed: true, isSearchAtEdge: false };
}

/** Trunk, left arm, right arm. The trunk is cut at the mean level of the two arms' sections once they hang. */
function shoulderSections(measurer: Measurer): Section[] {
	const { regions } = measurer;
	const arms = (["left", "right"] as const).map((side) => ({ side, arm: hangArm(measurer, side, DELTOID_PLACE) }));
	const origin = new Float64Array(3);
	for (const { arm } of arms) origin[2] += (arm.shoulder.position[2] - DELTOID_PLACE * arm.length) / 2;
	return [
		{ region: regions.trunk, origin, normal: Float64Array.of(0, 0, 1), arm: null },
		...arms.map(({ side, arm }) => ({ region: regions.arms[side], origin: arm.origin, normal: arm.down, arm })),
	];
}

function cut({ tape, vertices }: Measurer, { region, origin, normal }: Section): void {
	const [nx, ny, nz] = normal;
	const offset = nx * origin[0] + ny * origin[1] + nz * origin[2];
	slicePlane(tape.slice, tape.topology, vertices, nx, ny, nz, offset, region);
}

/** Pull back the length of the tape; cuts every section again. */
function pullTouched(
	gradient: GradientBuilder,
	measurer: Measurer,
	sections: readonly Section[],
	touched: readonly Corner[],
	path: Float64Array,
): void {
	const { tape, vertices } = measurer;
	const byCorner = new Float64Array(path.length);
	polylineGradient(byCorner, path, true);
	const arms = sections.flatMap(({ arm }) => (arm === null ? [] : [arm]));
	for (const [s, section] of sections.entries()) {
		cut(measurer, section);
		clearPlaneGradient(gradient);
		const { arm, normal } = section;
		const sums = createHangingArmGradient();
		for (const [i, corner] of touched.entries()) {
			if (corner.section !== s) continue;
			const [gx, gy] = [byCorner[3 * i], byCorner[3 * i + 1]];
			const [x, y, z] =
				arm === null
					? [gx, gy, 0]
					: pullHangPoint(gradient, sums, arm, measurer, tape.slice.points, 3 * corner.row, gx, gy);
			pullSlicePoint(gradient, tape, vertices, section, corner.row, x, y, z);
		}
		const { byNormal, byOffset } = gradient.plane;
		if (arm === null) {
			// level = mean over the arms of (shoulder − place × length)
			for (const { shoulder, elbow, down } of arms) {
				const share = (DELTOID_PLACE * byOffset) / arms.length;
				const [x, y, z] = [share * down[0], share * down[1], share * down[2]];
				shoulder.pull(gradient, x, y, z + byOffset / arms.length);
				elbow.pull(gradient, -x, -y, -z);
			}
			continue;
		}
		for (let i = 0; i < 3; i++) {
			sums.byOrigin[i] += byOffset * normal[i];
			sums.byDown[i] += byNormal[i];
		}
		pullHangingArm(gradient, sums, arm, measurer);
	}
}
