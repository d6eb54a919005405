import { expect, test } from "vitest";
import { newTraceparent } from "../../src/api/traceparent.js";

test("each request gets a trace id of its own, in W3C's form", () => {
	const made = Array.from({ length: 1000 }, () => newTraceparent());
	for (const text of made) {
		expect(text).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
	}
	expect(new Set(made).size).toBe(made.length);
});
