import { readdirSync, readFileSync } from "node:fs";
import { BULK_DEFINITIONS, LANDMARKS, MEASUREMENTS, measurementDefinition } from "@anny-fitter/anthropometry";
import { describe, expect, it } from "vitest";
import { renderCatalogue } from "../scripts/generate-catalogue.mjs";

describe("the measurement catalogue", () => {
	it("holds the stable ids once each, with a version", () => {
		const ids = MEASUREMENTS.map((definition) => definition.id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids).toEqual(
			expect.arrayContaining([
				"stature",
				"chest_girth",
				"underbust_girth",
				"waist_girth",
				"waist_girth_omphalion",
				"hip_girth",
				"thigh_girth",
				"knee_girth",
				"calf_girth",
				"ankle_girth",
				"neck_girth",
				"upper_arm_girth",
				"forearm_girth",
				"wrist_girth",
				"head_girth",
				"inside_leg_height",
				"arm_length",
				"biacromial_breadth",
			]),
		);
		for (const definition of MEASUREMENTS) expect(definition.version).toBeGreaterThanOrEqual(1);
	});

	it("names landmarks that exist, and no landmark is unused", () => {
		const used = new Set<string>(MEASUREMENTS.flatMap((definition) => definition.landmarks));
		expect([...used].sort()).toEqual(Object.keys(LANDMARKS).sort());
	});

	it("finds definitions by id and refuses unknown ones", () => {
		expect(measurementDefinition("hip_girth").name).toBe("Hip girth");
		expect(() => measurementDefinition("hip")).toThrow(RangeError);
	});

	it("is the page docs/measurements.md", () => {
		const page = readFileSync(new URL("../../../docs/measurements.md", import.meta.url), "utf8");
		expect(page).toBe(renderCatalogue(MEASUREMENTS, LANDMARKS, BULK_DEFINITIONS));
	});

	it("has a picture of every tape and no other", () => {
		const pictures = readdirSync(new URL("../../../docs/images/measurements/", import.meta.url));
		expect(pictures.sort()).toEqual(MEASUREMENTS.map(({ id }) => `${id}.webp`).sort());
	});
});
