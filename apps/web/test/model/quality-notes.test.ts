import { PHOTO_ADVICE } from "@anny-fitter/fitting";
import { describe, expect, it } from "vitest";
import type { ModelDocument } from "../../src/api/types.js";
import { qualityNotes } from "../../src/features/model/quality-notes.js";
import de from "../../src/i18n/locales/de/model.json" with { type: "json" };
import en from "../../src/i18n/locales/en/model.json" with { type: "json" };
import es from "../../src/i18n/locales/es/model.json" with { type: "json" };

type View = ModelDocument["views"][number];
const view = (direction: View["direction"]): View => ({
	photo: "photo.jpg",
	label: null,
	direction,
	yaw_deg: 0,
	camera: {
		width_px: 1,
		height_px: 1,
		focal_length_px: 1,
		principal_point_px: [0, 0],
		camera_from_world: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
	},
	pose: {},
	landmarks_used: [],
	reprojection_px: null,
	silhouette_iou: null,
});
const waist_girth = {
	value_m: 0.8,
	sigma_m: 0.03,
	interval90_m: [0.75, 0.85],
	confidence: 0.5,
	sources: ["silhouette"],
	definition: {
		version: 1,
		name: "Waist girth",
		kind: "girth",
		side: "none",
		posture: "standing",
		iso8559: null,
		text: "",
	},
} as unknown as ModelDocument["measurements"][string];
const notes = (codes: string[], directions: View["direction"][]) =>
	qualityNotes({
		quality: {
			flags: codes.map((code) => ({ code, message: `about ${code}` })),
			advice: [],
			flagged_for_review: false,
			expected_pve_mm: 10,
		},
		views: directions.map(view),
		measurements: { waist_girth },
	});

describe("notes on a result's quality", () => {
	it("say each thing once, however many photos it holds for", () => {
		expect(notes(["no_silhouette", "weight_unknown", "no_silhouette"], ["front", "side"]).map((n) => n.code)).toEqual([
			"no_silhouette",
			"weight_unknown",
		]);
		expect(notes([], ["front"])).toEqual([]);
	});

	it("know which view is missing", () => {
		expect(notes(["single_direction"], ["front", "back"])[0]?.variant).toBe("side");
		expect(notes(["single_direction"], ["side"])[0]?.variant).toBe("front");
		expect(notes(["age_unknown"], ["side"])[0]?.variant).toBeNull();
	});

	it("say how well the waist is known where clothes are loose", () => {
		expect(notes(["loose_clothing"], ["front"])[0]?.waistMargin_m).toBeCloseTo(0.05);
		expect(notes(["long_hair"], ["front"])[0]?.waistMargin_m).toBeNull();
	});

	it("have words for every flag of a photo", () => {
		expect(Object.keys(en.flag)).toEqual(expect.arrayContaining(Object.keys(PHOTO_ADVICE)));
	});

	it("keep the server's words for codes that are new", () => {
		expect(notes(["something_new"], [])[0]).toMatchObject({ code: "something_new", message: "about something_new" });
	});

	it.each([
		["en", en],
		["de", de],
		["es", es],
	])("have words and advice in %s", (_language, texts) => {
		expect(Object.keys(texts.flag)).toEqual(Object.keys(en.flag));
		for (const [code, words] of Object.entries(texts.flag)) {
			const special: Record<string, string[]> = {
				single_direction: ["what", "side", "front"],
				loose_clothing: ["what", "advice", "waist"],
			};
			expect(Object.keys(words)).toEqual(special[code] ?? ["what", "advice"]);
		}
	});
});
