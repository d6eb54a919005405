import { describe, expect, test } from "vitest";
import { oneLineTextSchema } from "../src/one-line-text.js";

describe("text on one line", () => {
	const schema = oneLineTextSchema(5);

	test.each(["Ada", "Žofie", "王小明", "👩‍🦰", " Ada "])("takes %s", (text) => {
		expect(schema.parse(text)).toBe(text.trim());
	});

	test.each([
		["nothing", ""],
		["blanks", "   "],
		["a line break", "A\nB"],
		["a null character", "A\u0000B"],
		["half a surrogate pair", "A\ud83d"],
		["more than it may hold", "Grace!"],
	])("refuses %s", (_, text) => {
		expect(schema.safeParse(text).success).toBe(false);
	});
});
