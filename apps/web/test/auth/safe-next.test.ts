import { describe, expect, test } from "vitest";
import { safeNext } from "../../src/auth/safe-next.js";

describe("the page after signing in", () => {
	test.each(["/", "/measure?sample=woman", "/models/1/report", "/compare?a=1&b=2#chart", "/loginx", "/subjects/ä"])(
		"%s stays in this application",
		(next) => {
			expect(new URL(safeNext(next), "https://own.example").href).toBe(new URL(next, "https://own.example").href);
		},
	);

	test.each([
		undefined,
		"",
		"measure",
		"https://evil.example/",
		"//evil.example/x",
		"/\\evil.example",
		"/\t/evil.example",
		"/\n/evil.example",
		"/.//evil.example",
		"\\\\evil.example",
		"javascript:alert(1)",
		"/login",
		"/login?next=/measure",
		"/register/",
	])("%j becomes the start page", (next) => {
		expect(safeNext(next)).toBe("/");
	});

	test("whatever it gives, a browser stays at its origin", () => {
		for (const next of [
			"/..//evil.example",
			"/%2F%2Fevil.example",
			"/a//b",
			"/?x=//evil.example",
			"/#//evil.example",
		]) {
			expect(new URL(safeNext(next), "https://own.example/deep/page").origin).toBe("https://own.example");
		}
	});
});
