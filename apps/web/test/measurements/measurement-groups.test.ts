import { MEASUREMENTS } from "@anny-fitter/anthropometry";
import { describe, expect, it } from "vitest";
import type { ModelMeasurements } from "../../src/api/types.js";
import de from "../../src/i18n/locales/de/measurements.json" with { type: "json" };
import en from "../../src/i18n/locales/en/measurements.json" with { type: "json" };
import es from "../../src/i18n/locales/es/measurements.json" with { type: "json" };
import { groupMeasurements, MAIN_MEASUREMENTS, margin_m, originOf } from "../../src/measurements/measurement-groups.js";

const measurements: ModelMeasurements = Object.fromEntries(
	MEASUREMENTS.map(({ id, version, name, kind, side, posture, iso8559, definition }) => [
		id,
		{
			value_m: 1,
			sigma_m: 0.01,
			interval90_m: [0.98, 1.02],
			confidence: 0.9,
			sources: ["landmarks", "prior"],
			definition: { version, name, kind, side, posture, iso8559: iso8559 ?? null, text: definition },
		},
	]),
);
const nameIn =
	(texts: Record<string, { name: string; how: string }>) =>
	(id: string): string =>
		texts[id]?.name ?? id;
const idsOf = (groups: ReturnType<typeof groupMeasurements>): string[] =>
	groups.flatMap((group) => group.rows.map((row) => row.id));

describe("groups of measurements", () => {
	it("hold every measurement of the catalogue once", () => {
		const groups = groupMeasurements(measurements, nameIn(en), { which: "all" });
		expect(groups.map((group) => group.id)).toEqual(["girths", "heights", "breadths", "lengths"]);
		expect(idsOf(groups).toSorted()).toEqual(MEASUREMENTS.map((definition) => definition.id).toSorted());
		const breadths = groups.find((group) => group.id === "breadths");
		expect(breadths?.rows.map((row) => row.id)).toContain("hip_depth");
	});

	it("hold the main ones first", () => {
		const ids = idsOf(groupMeasurements(measurements, nameIn(en), { which: "main" }));
		expect(ids.toSorted()).toEqual([...MAIN_MEASUREMENTS].toSorted());
	});

	it("are searched in all measurements, without regard to case and accents", () => {
		const search = (texts: typeof en, word: string) =>
			idsOf(groupMeasurements(measurements, nameIn(texts), { which: "main", search: word }));
		expect(search(en, " WRIST ")).toEqual(["wrist_girth"]);
		expect(search(de, "korpergrosse")).toEqual(["stature"]);
		expect(search(es, "munec")).toEqual(["wrist_girth"]);
		expect(search(de, "knee")).toEqual(["knee_girth", "knee_height"]);
		expect(search(en, "no such thing")).toEqual([]);
	});

	it("say how wide an interval is and where a value comes from", () => {
		expect(margin_m({ interval90_m: [0.79, 0.85] })).toBeCloseTo(0.03, 12);
		expect(originOf(["stated"])).toBe("stated");
		expect(originOf(["silhouette", "prior"])).toBe("photos");
		expect(originOf(["prior"])).toBe("population");
		expect(originOf(["mesh"])).toBe("mesh");
	});
});

describe("the words for measurements", () => {
	it.each([
		["en", en],
		["de", de],
		["es", es],
	])("exist in %s for the whole catalogue, each name once", (_language, texts: typeof en) => {
		expect(Object.keys(texts).toSorted()).toEqual(MEASUREMENTS.map((definition) => definition.id).toSorted());
		const names = Object.values(texts).map((text) => text.name);
		expect(new Set(names).size).toBe(names.length);
		for (const { how } of Object.values(texts)) expect(how.length).toBeGreaterThan(30);
	});
});
