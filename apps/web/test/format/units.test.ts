import { describe, expect, test } from "vitest";
import { formatDuration } from "../../src/format/duration.js";
import {
	formatArea,
	formatDifference,
	formatLength,
	formatMargin,
	formatMass,
	formatMassDifference,
	formatVolume,
	lengthFromShown,
	lengthToShown,
	massFromShown,
	massToShown,
} from "../../src/format/units.js";

describe("lengths", () => {
	test("in centimetres, with the language's decimal sign", () => {
		expect(formatLength(0.8242, "metric", "en")).toBe("82.4 cm");
		expect(formatLength(0.8242, "metric", "de")).toBe("82,4 cm");
		expect(formatMargin(0.031, "metric", "es")).toBe("± 3,1 cm");
	});

	test("in inches, body heights in feet and inches", () => {
		expect(formatLength(0.8242, "imperial", "en")).toBe("32.4 in");
		expect(formatLength(1.7018, "imperial", "en", "stature")).toBe("5′ 7.0″");
		expect(formatLength(0.3, "imperial", "en", "stature")).toBe("0′ 11.8″");
	});

	test("inches of a body height never reach twelve", () => {
		for (let tenth_mm = 3000; tenth_mm < 25_000; tenth_mm++) {
			const text = formatLength(tenth_mm / 10_000, "imperial", "en", "stature");
			const [, feet, inches] = /^(\d+)′ (\d+\.\d)″$/.exec(text) ?? [];
			expect(Number(inches), text).toBeLessThan(12);
			expect(Math.abs((Number(feet) * 12 + Number(inches)) * 0.0254 - tenth_mm / 10_000), text).toBeLessThan(0.00128);
		}
	});

	test("differences have a sign, nothing has none", () => {
		expect(formatDifference(0.012, "metric", "en")).toBe("+1.2 cm");
		expect(formatDifference(-0.012, "metric", "en")).toBe("-1.2 cm");
		expect(formatDifference(0.0001, "metric", "en")).toBe("0.0 cm");
		expect(formatDifference(-0.0001, "metric", "en")).toBe("0.0 cm");
		expect(formatDifference(0.0254, "imperial", "en")).toBe("+1.0 in");
	});
});

describe("masses", () => {
	test("in kilograms and pounds", () => {
		expect(formatMass(71, "metric", "de")).toBe("71,0 kg");
		expect(formatMass(71, "imperial", "en")).toBe("156.5 lb");
		expect(formatMassDifference(-0.4, "metric", "en")).toBe("-0.4 kg");
		expect(formatMassDifference(0.45359237, "imperial", "en")).toBe("+1.0 lb");
	});
});

test("volumes are in litres and surfaces in square metres, with the language's signs", () => {
	expect(formatVolume(0.06834, "en")).toBe("68.3 L");
	expect(formatVolume(0.06834, "de")).toBe("68,3 l");
	expect(formatVolume(0.06834, "es")).toBe("68,3 l");
	expect(formatArea(1.828, "en")).toBe("1.83 m²");
	expect(formatArea(1.828, "de")).toBe("1,83 m²");
});

describe("what fields show", () => {
	test.each(["metric", "imperial"] as const)("%s comes back as it went in", (units) => {
		expect(lengthFromShown(lengthToShown(1.724, units), units)).toBeCloseTo(1.724, 12);
		expect(massFromShown(massToShown(71, units), units)).toBeCloseTo(71, 12);
	});
});

describe("durations", () => {
	test.each([
		[0.2, "1 second"],
		[40, "40 seconds"],
		[91, "2 minutes"],
		[900, "15 minutes"],
		[5401, "2 hours"],
	])("%d s is %s", (duration_s, text) => {
		expect(formatDuration(duration_s, "en")).toBe(text);
	});

	test("in the language", () => {
		expect(formatDuration(900, "de")).toBe("15 Minuten");
		expect(formatDuration(900, "es")).toBe("15 minutos");
	});
});
