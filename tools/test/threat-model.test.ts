import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What is wrong with the tests that a page's rows name, one sentence each. */
function findProblems(page: string): string[] {
	const rows = page.split("\n").filter((line) => /^\| \d+ \|/.test(line));
	const numbers = rows.map((row) => Number(row.split("|")[1]));
	const problems = numbers.filter((number, index) => number !== index + 1).map((number) => `${number} is out of order`);
	for (const row of rows) {
		const number = row.split("|")[1]?.trim();
		const named = [...row.matchAll(/`([\w./-]+\.ts)` "([^"]+)"/g)];
		if (named.length === 0 && !/no test: \S.{20,}/.test(row))
			problems.push(`${number} names no test, nor why there is none`);
		for (const [, path = "", title = ""] of named) {
			if (!existsSync(join(ROOT, path))) problems.push(`${number}: ${path} is not there`);
			else if (!hasTest(readFileSync(join(ROOT, path), "utf8"), title))
				problems.push(`${number}: ${path} has no test "${title}"`);
		}
	}
	return problems;
}

/** A test of that name, or an entry of a table of tests; one that is skipped for good is none. */
function hasTest(source: string, title: string): boolean {
	const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	return new RegExp(
		`(?:\\b(?:it|test)(?:\\.(?!skip\\(|todo)\\w+(?:\\([^\\n]*?\\))?)*\\(|\\bname: )\\s*["'\`]${quoted}["'\`]`,
	).test(source);
}

describe("docs/threat-model.md", () => {
	const page = readFileSync(join(ROOT, "docs/threat-model.md"), "utf8");

	it("names for each threat a test that is there, or why there is none", () => {
		expect(page.match(/^\| \d+ \|/gm)?.length).toBeGreaterThan(30);
		expect(findProblems(page)).toEqual([]);
	});

	it("is noticed when it names what is not there", () => {
		expect(findProblems(page.replace('"any bit, anywhere"', '"every bit"'))).toEqual([
			'22: packages/platform/test/vault-tampering.test.ts has no test "every bit"',
		]);
		expect(findProblems(page.replaceAll("no test: versions", "versions"))).toEqual([
			"39 names no test, nor why there is none",
		]);
		expect(findProblems('| 1 | x | `tools/test/none.test.ts` "x" |')).toEqual([
			"1: tools/test/none.test.ts is not there",
		]);
		expect(hasTest('it.skip("this", () => {})', "this")).toBe(false);
	});
});
