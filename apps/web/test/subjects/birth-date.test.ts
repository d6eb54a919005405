import { describe, expect, test } from "vitest";
import { initialsOf } from "../../src/features/subjects/initials.js";
import { ageInYears, isPossibleBirth, localDate } from "../../src/subjects/birth-date.js";

const NOON = new Date(2026, 2, 1, 12);

describe("age", () => {
	test.each([
		["1993-03-01", 33],
		["1993-03-02", 32],
		["1993-02-28", 33],
		["2024-02-29", 2],
		["2026-03-01", 0],
	])("of someone born on %s is %i on 1 March 2026", (born, age) => {
		expect(ageInYears(born, NOON)).toBe(age);
	});
});

describe("a date of birth", () => {
	test.each(["2026-03-01", "1916-03-01", "1990-12-31"])("may be %s", (born) => {
		expect(isPossibleBirth(born, NOON)).toBe(true);
	});
	test.each(["2026-03-02", "1915-03-01", "1990-13-01", "90-01-01", ""])("may not be %s", (born) => {
		expect(isPossibleBirth(born, NOON)).toBe(false);
	});
	test("is compared with the day where the person is", () => {
		expect(localDate(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
		expect(localDate(new Date(2026, 0, 5, 0, 1))).toBe("2026-01-05");
	});
});

describe("initials", () => {
	test.each([
		["Ada Lovelace", "AL"],
		["Clara von der Heide", "CH"],
		["élodie", "É"],
		["Person 7", "P"],
		["  ", "–"],
		[null, "–"],
		["山田 太郎", "山太"],
	])("of %s are %s", (name, initials) => {
		expect(initialsOf(name)).toBe(initials);
	});
});
