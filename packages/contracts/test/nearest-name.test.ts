import { nearestName } from "@anny-fitter/contracts";
import { describe, expect, it } from "vitest";

const NAMES = ["gender", "age", "muscle", "weight", "height", "proportions", "waist_girth", "waist_girth_omphalion"];

describe("nearestName", () => {
	it.each([
		["mucsle", "muscle"],
		["Weight", "weight"],
		["waist-girth", "waist_girth"],
		["waistgirth", "waist_girth"],
		["proportion", "proportions"],
		["gnder", "gender"],
		["waist", "waist_girth"],
	])("takes %s for %s", (written, meant) => {
		expect(nearestName(written, NAMES)).toBe(meant);
	});

	it("does not guess when nothing is close", () => {
		expect(nearestName("shoe_size", NAMES)).toBeNull();
		expect(nearestName("", [])).toBeNull();
	});
});
