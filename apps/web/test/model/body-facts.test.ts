import i18next from "i18next";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { initReactI18next } from "react-i18next";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { ModelDocument } from "../../src/api/types.js";
import de from "../../src/i18n/locales/de/model.json" with { type: "json" };
import en from "../../src/i18n/locales/en/model.json" with { type: "json" };
import es from "../../src/i18n/locales/es/model.json" with { type: "json" };

/** What the facts read of a result of an older version. */
const OLDER = {
	measurements: { stature: { value_m: 1.724, interval90_m: [1.714, 1.734] } },
	stature_m: 1.724,
	mass_kg: 71,
	mass_interval90_kg: [69, 73],
	quality: { expected_pve_mm: 12 },
} as unknown as ModelDocument;

const MODEL: ModelDocument = {
	...OLDER,
	volume_m3: 0.07034,
	volume_interval90_m3: [0.06834, 0.07234],
	surface_area_m2: 1.828,
	surface_area_interval90_m2: [1.788, 1.868],
};

async function factsOf(model: ModelDocument, language: string): Promise<string> {
	await i18next.changeLanguage(language);
	const { BodyFacts } = await import("../../src/features/results/body-facts.js");
	// Only the words: tags become spaces.
	return renderToStaticMarkup(createElement(BodyFacts, { model }))
		.replace(/<[^>]+>/g, " ")
		.replace(/\s+/g, " ")
		.trim();
}

beforeAll(async () => {
	vi.stubGlobal("navigator", { language: "de-DE", languages: ["de-DE"] });
	await i18next.use(initReactI18next).init({
		lng: "en",
		resources: { en: { model: en }, de: { model: de }, es: { model: es } },
		interpolation: { escapeValue: false },
	});
});

afterAll(() => {
	vi.unstubAllGlobals();
});

it.each([
	["en", "Volume 70.3 L ± 2.0 L Surface area 1.83 m² ± 0.04 m²"],
	["de", "Volumen 70,3 l ± 2,0 l Oberfläche 1,83 m² ± 0,04 m²"],
	["es", "Volumen 70,3 l ± 2,0 l Superficie 1,83 m² ± 0,04 m²"],
])("volume and surface area stand below stature and weight (%s)", async (language, text) => {
	expect(await factsOf(MODEL, language)).toContain(text);
});

it("results of older versions have neither", async () => {
	const text = await factsOf(OLDER, "en");
	expect(text).toContain("Stature 172.4 cm ± 1.0 cm Weight 71.0 kg ± 2.0 kg");
	expect(text).not.toMatch(/Volume|Surface area|m²/);
});

it.each([
	["en", "Outline in the photos by MediaPipe Holistic; no depth map: no depth network is installed"],
	["de", "Umriss in den Fotos von MediaPipe Holistic; keine Tiefenkarte: es ist kein Tiefennetz installiert"],
])("says that there was no depth network (%s)", async (language, text) => {
	const perception = { segmentation: "MediaPipe Holistic", depth: "unavailable" };
	expect(await factsOf({ ...MODEL, perception }, language)).toContain(text);
	expect(await factsOf(MODEL, language)).not.toContain("MediaPipe");
});

it("names the networks that looked at the photos", async () => {
	const perception = { segmentation: "EfficientSAM-Ti", depth: "MiDaS v2.1 small" };
	const text = await factsOf({ ...MODEL, perception }, "en");
	expect(text).toContain("Outline in the photos by EfficientSAM-Ti; depth by MiDaS v2.1 small");
});
