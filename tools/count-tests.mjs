/**
 * Counts the tests in a report of vitest's JSON reporter.
 *
 * Usage: node tools/count-tests.mjs FILE   prints "passed failed skipped"
 */
import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{testResults: {status: string, assertionResults: {status: string}[]}[]}} Report
 * @param {Report} report
 * @returns {{passed: number, failed: number, skipped: number}}
 */
export function countTests(report) {
	const counts = { passed: 0, failed: 0, skipped: 0 };
	for (const file of report.testResults) {
		let failedHere = 0;
		for (const { status } of file.assertionResults) {
			if (status === "passed") counts.passed++;
			else if (status === "failed") failedHere++;
			else counts.skipped++;
		}
		// A file that cannot be loaded, or whose set-up fails, has no failed test of its own.
		counts.failed += file.status === "failed" ? Math.max(failedHere, 1) : failedHere;
	}
	return counts;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const text = readFileSync(argv[2] ?? "", "utf8");
	if (text === "") {
		console.error("The tests wrote no report.");
		exit(1);
	}
	const { passed, failed, skipped } = countTests(JSON.parse(text));
	console.log(`${passed} ${failed} ${skipped}`);
}
