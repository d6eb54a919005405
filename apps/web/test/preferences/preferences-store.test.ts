import { afterEach, describe, expect, test, vi } from "vitest";

const KEY = "anny-fitter-preferences";

/** The store as a browser of this language with this storage makes it. */
async function storeOf(language: string, kept: Record<string, string> = {}) {
	vi.resetModules();
	vi.stubGlobal("navigator", { language });
	const storage = new Map(Object.entries(kept));
	vi.stubGlobal("localStorage", {
		getItem: (key: string) => storage.get(key) ?? null,
		setItem: (key: string, value: string) => storage.set(key, value),
		removeItem: (key: string) => storage.delete(key),
	});
	vi.stubGlobal("window", globalThis);
	const store = await import("../../src/preferences/preferences-store.js");
	return { ...store, storage };
}

afterEach(() => vi.unstubAllGlobals());

describe("preferences", () => {
	test.each([
		["en-US", "imperial"],
		["en-GB", "metric"],
		["de-DE", "metric"],
		["es-US", "imperial"],
		["en", "metric"],
	])("in %s units are %s at first", async (language, units) => {
		const { usePreferences } = await storeOf(language);
		expect(usePreferences.getState()).toEqual({ units, theme: "system", language: null });
	});

	test("a choice is kept and found again", async () => {
		const { setPreferences, storage } = await storeOf("en-US");
		setPreferences({ units: "metric", theme: "dark" });
		const again = await storeOf("en-US", { [KEY]: storage.get(KEY) ?? "" });
		expect(again.usePreferences.getState()).toEqual({ units: "metric", theme: "dark", language: null });
	});
});
