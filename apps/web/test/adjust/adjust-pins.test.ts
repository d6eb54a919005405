import { describe, expect, it } from "vitest";
import type { AdjustedBody } from "../../src/body/body-types.js";
import {
	adjustedValues,
	changesBody,
	missedPins,
	pin,
	requestOf,
	unpin,
} from "../../src/features/adjust/adjust-pins.js";

const base = { mass: 71, stature: 1.724, waist_girth: 0.799, hip_girth: 1.04 };
const solved: AdjustedBody = {
	shape: { phenotypes: { weight: 0.4 }, local_changes: {} },
	measurements_m: { stature: 1.724, waist_girth: 0.7604, hip_girth: 1.1 },
	mass_kg: 68.02,
	unreached: [
		{ id: "hip_girth", missing_m: -0.05 },
		{ id: "waist_girth", missing_m: 0.0004 },
	],
	missing_mass_kg: 0.02,
};

describe("fixed values", () => {
	it("are targets where they differ from the base and held where they do not", () => {
		const pins = pin(pin(pin({}, "stature", 1.724), "waist_girth", 0.76), "mass", 71);
		expect(requestOf(pins, base)).toEqual({
			targets_m: { waist_girth: 0.76 },
			target_mass_kg: null,
			held: ["stature"],
			is_mass_held: true,
		});
		expect(requestOf(pin(pins, "mass", 68), base)).toMatchObject({ target_mass_kg: 68, is_mass_held: false });
	});

	it("change nothing while they are only held", () => {
		expect(changesBody(requestOf({}, base))).toBe(false);
		expect(changesBody(requestOf({ stature: 1.724, mass: 71 }, base))).toBe(false);
		expect(changesBody(requestOf({ mass: 70 }, base))).toBe(true);
		expect(changesBody(requestOf({ waist_girth: 0.7 }, base))).toBe(true);
	});

	it("can be let go", () => {
		expect(unpin({ stature: 1.7, waist_girth: 0.8 }, "stature")).toEqual({ waist_girth: 0.8 });
		expect(unpin({ stature: 1.7 }, "hip_girth")).toEqual({ stature: 1.7 });
	});

	it("are missed when nobody could overlook it, by a positive amount", () => {
		expect(missedPins(solved)).toEqual([{ id: "hip_girth", missing: 0.05 }]);
		expect(missedPins({ ...solved, missing_mass_kg: -3 })[0]).toEqual({ id: "mass", missing: 3 });
	});

	it("are reported to the server as the body has them, without those that were held or missed", () => {
		const pins = { stature: 1.724, waist_girth: 0.76, hip_girth: 1.15, mass: 68 };
		expect(adjustedValues(pins, base, solved)).toEqual({ adjusted: { waist_girth: 0.7604 }, mass_kg: 68.02 });
		expect(adjustedValues({ waist_girth: 0.76 }, base, solved)).toEqual({ adjusted: { waist_girth: 0.7604 } });
	});
});
