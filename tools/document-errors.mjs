/**
 * Writes docs/errors.md from the error table, so that the page and the code cannot differ. A test compares them.
 *
 * Usage: node tools/document-errors.mjs   (after a build)
 */
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{exitCode: number, httpStatus: number, title: string, remedy: string}} Entry
 * @param {Readonly<Record<string, Entry>>} table
 * @returns {string} Markdown
 */
export function renderErrorTable(table) {
	const rows = Object.entries(table).map(
		([code, entry]) => `| \`${code}\` | ${entry.title} | ${entry.remedy} | ${entry.exitCode} | ${entry.httpStatus} |`,
	);
	return `<!-- Written by tools/document-errors.mjs from packages/contracts/src/errors.ts. Run \`npm run docs\` after a change. -->
# Errors

Every failure has a stable code, one sentence that names the cause, and a remedy. The remedy here is the general one;
a failure that knows better says something more precise. Exit codes are those of the command line, status codes those
of the REST API.

| code | meaning | remedy | exit code | HTTP status |
|---|---|---|---|---|
${rows.join("\n")}

Other exit codes: 0 for success, and 4 when a fit has ended but a person should look at the result before it is used
(the files are written).
`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const { ERROR_TABLE } = await import("../packages/contracts/dist/index.js");
	const path = fileURLToPath(new URL("../docs/errors.md", import.meta.url));
	writeFileSync(path, renderErrorTable(ERROR_TABLE));
	console.log("docs/errors.md written");
}
