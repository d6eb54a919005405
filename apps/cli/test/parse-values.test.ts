import { describe, expect, it } from "vitest";
import { parseFormats, parseMeasures, parseNumber, parseViews } from "../src/parse-values.js";

describe("parseNumber", () => {
	it.each([
		["175", 175],
		["172.5", 172.5],
		["172,5", 172.5],
		[" 70 ", 70],
		[".5", 0.5],
		["-3", -3],
		["70.", 70],
	])("reads %j", (text, value) => {
		expect(parseNumber(text, "--n", "1")).toBe(value);
	});

	it.each(["", "1e3", "0x10", "1.7m", "Infinity", "NaN", "1 000", "1.2.3", "-"])("refuses %j", (text) => {
		expect(() => parseNumber(text, "--n", "1")).toThrow(/is not a number for --n/);
	});
});

describe("parseMeasures", () => {
	it("converts every unit to metres", () => {
		expect(parseMeasures(["a=820mm", "b=82cm", "c=0.82m", "d=10in", 'e=10"', "f = 82,5 CM"])).toEqual({
			a: 0.82,
			b: 0.82,
			c: 0.82,
			d: 0.254,
			e: 0.254,
			f: 0.825,
		});
	});

	it("takes the last of several values", () => {
		expect(parseMeasures(["a=80cm", "a=82cm"])).toEqual({ a: 0.82 });
		expect(parseMeasures([])).toEqual({});
	});

	it.each([
		["a=82", /has no unit/],
		["a=82ft", /"ft" in "a=82ft" is not a unit/],
		["a", /is not a tape measure/],
		["=82cm", /is not a tape measure/],
		["a=cm", /is not a tape measure/],
	])("refuses %s", (text, cause) => {
		expect(() => parseMeasures([text])).toThrow(cause);
	});
});

describe("parseViews", () => {
	it("takes one per photo or none", () => {
		expect(parseViews([], 3)).toEqual([]);
		expect(parseViews(["front", "three-quarter"], 2)).toEqual(["front", "three-quarter"]);
		expect(parseViews(["left", "Right side", "profile", "3/4"], 4)).toEqual(["left", "right", "side", "three-quarter"]);
		expect(() => parseViews(["front"], 2)).toThrow("There are 1 view for 2 photos.");
	});
});

describe("parseFormats", () => {
	it("splits, trims and removes repetitions", () => {
		expect(parseFormats("glb, OBJ,obj,")).toEqual(["glb", "obj"]);
		expect(() => parseFormats("fbx")).toThrow(/not a valid value of --format/);
	});

	it.each(["", " ", ","])("refuses %j", (text) => {
		expect(() => parseFormats(text)).toThrow("--format names no mesh format.");
	});
});
