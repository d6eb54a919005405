import { describe, expect, it } from "vitest";
import {
	approach,
	eyeOf,
	FIELD_OF_VIEW,
	fit,
	look,
	type Orbit,
	pan,
	turn,
	viewOf,
	zoom,
} from "../../src/features/viewer/scene/orbit.js";
import { ViewRig } from "../../src/features/viewer/scene/view-rig.js";
import type { StandardView } from "../../src/features/viewer/viewer-types.js";

const start: Orbit = { azimuth: 0, elevation: 0, distance: 4, target: [0, 0.9, 0] };

describe("an orbit", () => {
	it("stands in front of, behind and beside the body as the views are named", () => {
		// The body faces +Z; its left is +X.
		expect(eyeOf(look(start, "front"))[2]).toBeCloseTo(4, 9);
		expect(eyeOf(look(start, "back"))[2]).toBeCloseTo(-4, 9);
		expect(eyeOf(look(start, "left"))[0]).toBeCloseTo(4, 9);
		expect(eyeOf(look(start, "right"))[0]).toBeCloseTo(-4, 9);
	});

	it.each(["front", "back", "left", "right", "three-quarter"] as StandardView[])("knows the view %s again", (view) => {
		expect(viewOf(look(turn(start, 17.3, 0.4), view))).toBe(view);
		expect(viewOf(turn(look(start, view), 0.3, 0))).toBeNull();
	});

	it("goes to a view the short way round", () => {
		const turned = turn(start, 5.5, 0);
		expect(Math.abs(look(turned, "front").azimuth - 5.5)).toBeLessThanOrEqual(Math.PI);
	});

	it("does not go over the head, under the floor, into the body or away for good", () => {
		expect(turn(start, 0, 99).elevation).toBeLessThan(Math.PI / 2);
		expect(turn(start, 0, -99).elevation).toBeGreaterThan(-Math.PI / 4);
		expect(zoom(start, 1e-6).distance).toBe(0.3);
		expect(zoom(start, 1e6).distance).toBe(20);
	});

	it("pans across the line of sight", () => {
		const orbit = turn(start, 0.7, 0.5);
		const moved = pan(orbit, 0.2, 0.1);
		const [a, b] = [eyeOf(orbit), eyeOf(moved)];
		const step = b.map((value, axis) => value - a[axis]!);
		const sight = a.map((value, axis) => value - orbit.target[axis]!);
		expect(step.reduce((sum, value, axis) => sum + value * sight[axis]!, 0)).toBeCloseTo(0, 9);
		expect(Math.hypot(...step)).toBeCloseTo(Math.hypot(0.2, 0.1), 9);
	});

	it("fits a body into the free part of wide and of narrow pictures", () => {
		const subject = { centre: [0, 0.9, 0] as const, halfHeight_m: 0.9, halfWidth_m: 0.55 };
		for (const [aspect, clear] of [
			[0.6, 0.7],
			[1.6, 0.8],
		] as const) {
			const { distance } = fit(start, subject, { aspect, clear });
			const half = Math.tan(FIELD_OF_VIEW / 2) * distance;
			expect(half * clear).toBeGreaterThan(0.9);
			expect(half * aspect).toBeGreaterThan(0.55);
			expect(Math.min((half * clear) / 0.9, (half * aspect) / 0.55)).toBeLessThan(1.25);
		}
	});

	it("arrives, whatever the length of the frames", () => {
		const wanted = turn(zoom(start, 1.5), 1, 0.2);
		for (const elapsed_ms of [4, 16, 40]) {
			let orbit = start;
			let frames = 0;
			while (orbit !== wanted && frames < 1000) {
				orbit = approach(orbit, wanted, elapsed_ms);
				frames++;
			}
			expect(orbit).toBe(wanted);
			expect(frames * elapsed_ms).toBeLessThan(1500);
		}
	});
});

describe("the view's rig", () => {
	it("projects as its camera does, and shows the whole subject", () => {
		const rig = new ViewRig();
		rig.isMotionReduced = true;
		rig.setSize({ width: 400, height: 500 }, { top: 60, bottom: 80 });
		rig.setSubject({ centre: [0, 0.9, 0], halfHeight_m: 0.9, halfWidth_m: 0.5 });
		rig.look("front");
		expect(rig.step(16)).toBe(false);
		const feet = rig.project(0, 0, 0);
		const head = rig.project(0, 1.8, 0);
		expect(feet!.y).toBeLessThan(500 - 80);
		expect(head!.y).toBeGreaterThan(60);
		expect(feet!.x).toBeCloseTo(200, 6);
		// The middle of the free part.
		expect((feet!.y + head!.y) / 2).toBeCloseTo((60 + 420) / 2, 0);
		expect(rig.project(0, 0.9, 50)).toBeNull();
		// Anny's −Y is towards the eye.
		expect(rig.projectAnny(0, -0.5, 1)!.depth).toBeLessThan(rig.projectAnny(0, 0.5, 1)!.depth);
	});

	it("turns by itself only while asked to, and rests when motion is reduced", () => {
		const rig = new ViewRig();
		rig.setSize({ width: 400, height: 500 }, { top: 0, bottom: 0 });
		rig.isTurning = true;
		expect(rig.step(40)).toBe(true);
		rig.isTurning = false;
		rig.isMotionReduced = true;
		expect(rig.step(40)).toBe(false);
	});

	it("keeps what the person zoomed to when the body changes", () => {
		const rig = new ViewRig();
		rig.isMotionReduced = true;
		rig.setSize({ width: 400, height: 500 }, { top: 0, bottom: 0 });
		const subject = { centre: [0, 0.9, 0] as const, halfHeight_m: 0.9, halfWidth_m: 0.5 };
		rig.setSubject(subject);
		rig.zoom(0.5);
		rig.step(16);
		const before = rig.project(0, 1.8, 0)!.depth;
		rig.setSubject({ ...subject, halfHeight_m: 0.8 });
		rig.step(16);
		expect(rig.project(0, 1.8, 0)!.depth).toBe(before);
		rig.fit();
		rig.step(16);
		expect(rig.project(0, 1.8, 0)!.depth).not.toBe(before);
	});
});
