import { registerRequestSchema } from "@anny-fitter/contracts";
import { describe, expect, test } from "vitest";
import { PASSWORD_MIN_CHARACTERS, passwordFault } from "../../src/auth/password-rules.js";

describe("a new password", () => {
	test.each([
		["correct horse", null],
		["123456789", "short"],
		[`${"ä".repeat(36)}abc`, "long"],
		["Person@Example.org", "email"],
		["longer.name.here", null],
		["abababababab", "repetitive"],
	] as const)("%j: %s", (password, fault) => {
		expect(passwordFault(password, "person@example.org")).toBe(fault);
	});

	test("is not the first part of the address either", () => {
		expect(passwordFault("longer.name.here", " Longer.Name.Here@example.org ")).toBe("email");
	});

	test("has the least length that the server asks for", () => {
		const characters = "abcdefghijklmnopqrstuvwxyz";
		for (const length of [PASSWORD_MIN_CHARACTERS - 1, PASSWORD_MIN_CHARACTERS]) {
			const password = characters.slice(0, length);
			expect(passwordFault(password, "") === null).toBe(
				registerRequestSchema.safeParse({ email: "person@example.org", password }).success,
			);
		}
	});
});
