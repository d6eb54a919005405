import { describe, expect, it } from "vitest";
import { regionalLocale } from "../../src/format/locale.js";

describe("regionalLocale", () => {
	it.each([
		["en", ["en-GB", "en-US"], "en-GB"],
		["de", ["en-GB", "de-CH", "de"], "de-CH"],
		["es", ["en-GB"], "es"],
		["en", [], "en"],
	])("%s for a reader of %j: %s", (language, preferred, locale) => {
		expect(regionalLocale(language, preferred)).toBe(locale);
	});
});
