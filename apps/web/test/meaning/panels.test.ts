import i18next from "i18next";
import { createElement, type FunctionComponent } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { initReactI18next } from "react-i18next";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ModelDocument, SubjectDocument } from "../../src/api/types.js";
import { niceTicks } from "../../src/features/meaning/nice-ticks.js";
import { populationCurve } from "../../src/features/meaning/population-curve.js";
import de from "../../src/i18n/locales/de/meaning.json" with { type: "json" };
import en from "../../src/i18n/locales/en/meaning.json" with { type: "json" };
import es from "../../src/i18n/locales/es/meaning.json" with { type: "json" };
import { type SubjectFacts, subjectFactsOf } from "../../src/subjects/person-facts.js";

/** Values of an invented adult: metres and their standard deviations. */
const VALUES: Record<string, [number, number]> = {
	stature: [1.72, 0.01],
	chest_girth: [0.93, 0.02],
	waist_girth: [0.75, 0.02],
	waist_girth_omphalion: [0.85, 0.02],
	hip_girth: [1.0, 0.015],
	neck_girth: [0.33, 0.01],
	thigh_girth: [0.6, 0.015],
	inside_leg_height: [0.79, 0.015],
};

/** The parts of a model that the panels read. */
function modelOf(stated: ModelDocument["stated"], scale = 1): ModelDocument {
	const measurements = Object.fromEntries(
		Object.entries(VALUES).map(([id, [value_m, sigma_m]]) => [id, { value_m: scale * value_m, sigma_m }]),
	);
	return {
		subject_id: "8d5bd4bb-8b6e-4a0e-9d0a-3f1f2f7d6f10",
		created_at: "2026-07-01T12:00:00Z",
		stated,
		measurements,
		stature_m: scale * 1.72,
		mass_kg: scale ** 3 * 68,
		mass_sigma_kg: 1,
	} as unknown as ModelDocument;
}

type Panel = FunctionComponent<{ model: ModelDocument; facts: SubjectFacts; onAddFacts?: () => void }>;
let panels: Record<"percentiles" | "derived" | "sizes" | "needed", Panel>;

async function show(panel: keyof typeof panels, model: ModelDocument, language = "en"): Promise<string> {
	await i18next.changeLanguage(language);
	const facts = subjectFactsOf(model, null);
	return renderToStaticMarkup(createElement(panels[panel], { model, facts, onAddFacts: () => {} }));
}

beforeAll(async () => {
	vi.stubGlobal("navigator", { language: "de-DE", languages: ["de-DE"] });
	await i18next.use(initReactI18next).init({
		lng: "en",
		resources: { en: { meaning: en }, de: { meaning: de }, es: { meaning: es } },
		interpolation: { escapeValue: false },
	});
	panels = {
		percentiles: (await import("../../src/features/meaning/percentiles-panel.js")).PercentilesPanel,
		derived: (await import("../../src/features/meaning/derived-panel.js")).DerivedPanel,
		sizes: (await import("../../src/features/meaning/sizes-panel.js")).SizesPanel,
		needed: (await import("../../src/features/meaning/needed-facts.js")).NeededFacts,
	};
});
afterAll(() => vi.unstubAllGlobals());

describe("what is known of the person", () => {
	it("takes sex and age as stated, else as kept with the person", () => {
		expect(subjectFactsOf(modelOf({ sex: "male", age_years: 30 }), null)).toEqual({
			sex: "male",
			ageYears: 30,
			isAgeExact: false,
		});
		const subject = { gender: "female", date_of_birth: "2016-07-01" } as SubjectDocument;
		const facts = subjectFactsOf(modelOf({}), subject);
		expect(facts.sex).toBe("female");
		expect(facts.ageYears).toBeCloseTo(10, 2);
		expect(facts.isAgeExact).toBe(true);
		expect(subjectFactsOf(modelOf({ sex: "unspecified" }), { gender: "other" } as SubjectDocument).sex).toBeNull();
	});
});

describe("panels", () => {
	it("ask for what is missing instead of guessing it", async () => {
		const html = await show("needed", modelOf({}));
		expect(html).toContain(en.askSex.title);
		expect(html).toContain(en.askAge.title);
		expect(html).toContain(en.askAge.add);
		expect(await show("needed", modelOf({ sex: "female", age_years: 34 }))).toBe("");
		expect(await show("percentiles", modelOf({}))).toBe("");
		expect(await show("sizes", modelOf({}))).toBe("");
		expect(await show("derived", modelOf({}))).toContain("Needed: age.");
	});

	it("compare adults with the survey and say its limits", async () => {
		const html = await show("percentiles", modelOf({ sex: "female", age_years: 34 }));
		// 172 cm among women of ANSUR II: mean 162.85, SD 6.42 → z 1.43 → 92 of 100.
		expect(html).toContain("Larger than 92 of 100");
		expect(html).toContain(en.percentiles.limitAdult);
		expect(html).not.toContain(en.percentiles.limitOlder);
		expect(await show("percentiles", modelOf({ sex: "female", age_years: 70 }))).toContain(en.percentiles.limitOlder);
	});

	it("put children on the growth charts and give them no adult classes", async () => {
		const child = modelOf({ sex: "female", age_years: 8 }, 0.75);
		const html = await show("percentiles", child);
		// 129 cm at 8 years: the CDC's median is 127.8 cm.
		expect(html).toMatch(/Percentile 5\d/);
		expect(html).toContain(en.growth.limitAge);
		const derived = await show("derived", child);
		expect(derived).toContain(en.derived.class.child_healthy);
		expect(derived).not.toContain(en.derived.class.normal);
		expect(derived).toContain(en.derived.withheld.age);
		expect(await show("sizes", child)).toContain("128 cm");
	});

	it("give derived values with intervals and classes", async () => {
		const html = await show("derived", modelOf({ sex: "female", age_years: 34 }));
		// 68 kg / 1.72² = 22.99.
		expect(html).toContain("23.0");
		expect(html).toContain("Normal weight: &gt; 99%");
		expect(html).toContain(en.derived.limit.wide_range_only);
	});

	it("give sizes as probabilities and say where one is not enough", async () => {
		const html = await show("sizes", modelOf({ sex: "female", age_years: 34 }));
		// 93 ± 2 cm of bust: between 90 and 98 with 92.7 %.
		expect(html).toContain("M fits with a probability of 93%");
		expect(html).toContain("W28 to W31 are possible");
		expect(html).toContain(en.sizes.limitBrand);
	});

	it("leave no text without its words, in any language", async () => {
		for (const language of ["en", "de", "es"]) {
			for (const stated of [{}, { sex: "male", age_years: 44 }, { sex: "female", age_years: 9 }, { age_years: 1 }]) {
				for (const panel of ["percentiles", "derived", "sizes", "needed"] as const) {
					const html = await show(panel, modelOf(stated as ModelDocument["stated"]), language);
					expect(html).not.toMatch(/\b(percentiles|growth|derived|sizes|askAge|askSex)\.[a-z]/);
					expect(html).not.toContain("{{");
				}
			}
		}
	});
});

describe("drawings", () => {
	it("keep a value outside the population in sight", () => {
		const curve = populationCurve("stature", "female", [1.2, 2.1]);
		expect(curve.place(1.2)).toBeGreaterThan(0);
		expect(curve.place(2.1)).toBeLessThan(1);
		const peak = curve.points.reduce((best, point) => (point.height > best.height ? point : best));
		expect(Math.abs(peak.x - curve.place(1.6285))).toBeLessThan(0.06);
	});

	it("mark axes with four to eight round numbers", () => {
		expect(niceTicks(78, 176)).toEqual([80, 100, 120, 140, 160]);
		expect(niceTicks(13.2, 34.1)).toEqual([15, 20, 25, 30]);
	});
});
