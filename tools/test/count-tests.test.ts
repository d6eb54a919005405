import { expect, it } from "vitest";
import { countTests } from "../count-tests.mjs";

const file = (status: string, ...tests: string[]) => ({
	status,
	assertionResults: tests.map((test) => ({ status: test })),
});

it("adds the tests of all files", () => {
	const testResults = [
		file("passed", "passed", "skipped"),
		file("failed", "failed", "passed", "failed", "todo", "pending"),
	];
	expect(countTests({ testResults })).toEqual({ passed: 2, failed: 2, skipped: 3 });
});

it("counts a file that fails without a failed test", () => {
	expect(countTests({ testResults: [file("failed")] })).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
