import { createBodyModel } from "@anny-fitter/body-model";
import { openBodyModelData } from "@anny-fitter/platform";
import { beforeAll, describe, expect, test } from "vitest";
import { BODY_QUANTITIES } from "../src/body-tangent.js";
import type { StatedBody } from "../src/observation.js";
import { createPhotoFitter, type PhotoFitter } from "../src/photo-fitter.js";
import { SHAPE_COUNT } from "../src/shape-parameters.js";
import { type MappedBody, mapStated } from "../src/stated/map-stated.js";

let fitter: PhotoFitter;
beforeAll(async () => {
	const { data } = await openBodyModelData();
	fitter = createPhotoFitter(createBodyModel(data, { allPhenotypes: true, localChanges: true }));
}, 60_000);

const NOTHING: StatedBody = { stature_m: null, mass_kg: null, age_years: null, sex: "unspecified", measures_m: {} };
const WOMAN: StatedBody = { stature_m: 1.68, mass_kg: 62, age_years: 34, sex: "female", measures_m: {} };

const place = (name: string): number => BODY_QUANTITIES.indexOf(name);
const valueIn = (body: MappedBody, name: string): number => body.values[place(name)];
const sigmaOf = (body: MappedBody, name: string): number => body.sigmas[place(name)];

describe("measurements to a body", () => {
	test("stature, weight and tapes are met within their σ", () => {
		const measures_m = { waist_girth: 0.72, hip_girth: 0.96, chest_girth: 0.9, knee_height: 0.47 };
		const body = mapStated(fitter, { ...WOMAN, measures_m });
		expect(Math.abs(valueIn(body, "stature") - 1.68)).toBeLessThan(0.002);
		expect(Math.abs(valueIn(body, "mass") - 62)).toBeLessThan(0.5);
		for (const [id, value] of Object.entries(measures_m)) {
			expect(Math.abs(valueIn(body, id) - value), id).toBeLessThan(0.003);
			expect(sigmaOf(body, id), id).toBeLessThan(0.005);
		}
		expect(body.disagreements).toEqual([]);
	});

	test("the order of stating changes nothing, nor does what was asked before", () => {
		const one = mapStated(fitter, { ...WOMAN, measures_m: { waist_girth: 0.72, hip_girth: 0.96 } });
		mapStated(fitter, { ...NOTHING, sex: "male", stature_m: 1.9, age_years: 22 });
		const other = mapStated(fitter, { ...WOMAN, measures_m: { hip_girth: 0.96, waist_girth: 0.72 } });
		expect(other).toEqual(one);
	});

	test.each([
		["nothing", NOTHING],
		["sex", { ...NOTHING, sex: "female" }],
		["weight", { ...NOTHING, mass_kg: 70 }],
		["a waist", { ...NOTHING, measures_m: { waist_girth: 0.8 } }],
		["an arm and an age", { ...NOTHING, age_years: 60, measures_m: { upper_arm_girth: 0.3 } }],
		["a shoulder and a foot", { ...NOTHING, sex: "male", measures_m: { shoulder_length: 0.14, foot_length: 0.27 } }],
	] as const)("%s alone: a body within the bounds, with finite error bars", (_name, stated) => {
		const body = mapStated(fitter, stated);
		expect(body.values.every(Number.isFinite)).toBe(true);
		expect(body.sigmas.every((s) => s > 0)).toBe(true);
		for (let p = 0; p < SHAPE_COUNT; p++) expect(body.covariance[p * SHAPE_COUNT + p]).toBeGreaterThan(0);
		for (const [id, value] of Object.entries(stated.measures_m)) {
			expect(Math.abs(valueIn(body, id) - value), id).toBeLessThan(0.004);
		}
	});

	test("what is stated narrows what is not", () => {
		const build = mapStated(fitter, WOMAN);
		const waist = mapStated(fitter, { ...WOMAN, measures_m: { waist_girth_omphalion: 0.8 } });
		const spread = mapStated(fitter, {
			...WOMAN,
			measures_m: { waist_girth_omphalion: 0.9 },
			sigmas: { waist_girth_omphalion: 1 },
		});
		const nobody = mapStated(fitter, NOTHING);
		expect(sigmaOf(waist, "waist_depth")).toBeLessThan(sigmaOf(build, "waist_depth"));
		expect(sigmaOf(build, "chest_girth")).toBeLessThan(0.6 * sigmaOf(nobody, "chest_girth"));
		// A tape that says nothing changes nothing.
		expect(valueIn(spread, "waist_girth_omphalion")).toBeCloseTo(valueIn(build, "waist_girth_omphalion"), 2);
	});

	test("an unstated sex is the one that explains the values", () => {
		expect(mapStated(fitter, { ...NOTHING, stature_m: 1.95, mass_kg: 95 }).femaleShare).toBeLessThan(0.05);
		expect(mapStated(fitter, { ...NOTHING, stature_m: 1.5, mass_kg: 50 }).femaleShare).toBeGreaterThan(0.95);
		expect(mapStated(fitter, NOTHING).femaleShare).toBeCloseTo(0.5, 10);
	});

	test("contradictory values are named, with what the others let expect", () => {
		const [worst] = mapStated(fitter, { ...WOMAN, measures_m: { waist_girth: 0.72, hip_girth: 0.7 } }).disagreements;
		expect(worst?.quantity).toBe("hip_girth");
		expect(worst?.expected).toBeGreaterThan(0.9);
		expect(worst?.sigma).toBeLessThan(0.05);
	});

	test.each([
		[2, "male", 0.87, 12.5],
		[4, "male", 1.02, 16],
		[9, "female", 1.32, 28],
		[13, "male", 1.56, 45],
		[16, "female", 1.62, 54],
	] as const)("a child of %i years (%s) of %f m and %f kg", (age_years, sex, stature_m, mass_kg) => {
		const body = mapStated(fitter, { ...NOTHING, age_years, sex, stature_m, mass_kg });
		expect(Math.abs(valueIn(body, "stature") - stature_m)).toBeLessThan(0.004);
		expect(Math.abs(valueIn(body, "mass") - mass_kg)).toBeLessThan(0.5);
		expect(body.rarity).toBeLessThan(3);
		const average = mapStated(fitter, { ...NOTHING, age_years, sex });
		expect(Math.abs(valueIn(average, "stature") / stature_m - 1)).toBeLessThan(0.06);
	});

	test("the expected body changes smoothly from childhood on", () => {
		let before = 0;
		for (let age_years = 12; age_years <= 28; age_years += 1) {
			const waist = valueIn(mapStated(fitter, { ...NOTHING, age_years, sex: "male" }), "waist_girth_omphalion");
			if (before > 0) expect(Math.abs(waist - before), `${age_years} years`).toBeLessThan(0.07);
			before = waist;
		}
	});

	test.each([
		[1.75, 140, "male"],
		[1.68, 120, "female"],
		[1.5, 38, "female"],
		[2.1, 90, "male"],
	] as const)("extreme builds are reached: %f m, %f kg, %s", (stature_m, mass_kg, sex) => {
		const body = mapStated(fitter, { ...NOTHING, age_years: 40, stature_m, mass_kg, sex });
		expect(Math.abs(valueIn(body, "stature") - stature_m)).toBeLessThan(0.005);
		expect(Math.abs(valueIn(body, "mass") - mass_kg)).toBeLessThan(1.5);
	});

	test("a measurement that does not exist is refused", () => {
		expect(() => mapStated(fitter, { ...NOTHING, measures_m: { tail_length: 0.3 } })).toThrow(RangeError);
	});
});
