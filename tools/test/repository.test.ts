import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LARGEST_FILE_BYTES = 1_000_000;

/** Written so that this file does not contain what it looks for. */
const FORBIDDEN: readonly [string, RegExp][] = [
	["a path of one machine", /(?<![\w.~-])\/(?:home|root|Users|work)\/[\w.-]+/],
	["a Windows path of one machine", new RegExp(`[A-Z]:${"\\\\"}Users${"\\\\"}`)],
	[
		"the address of a package registry",
		new RegExp(`https?://[\\w.-]*(?:registry|npm${"mirror"}|artifactory|nexus)[\\w.-]*[/:]`),
	],
	["a private key", new RegExp(`-----BEGIN [A-Z ]*${"PRIVATE"} KEY-----`)],
];

/** Why a text must not be in the repository, or null. */
function problemOf(text: string): string | null {
	for (const [name, pattern] of FORBIDDEN) {
		const found = pattern.exec(text);
		if (found !== null) return `${name}: ${found[0]}`;
	}
	return null;
}

function trackedFiles(): string[] {
	return execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" })
		.split("\0")
		.filter((path) => path !== "" && existsSync(join(ROOT, path)));
}

describe("problemOf", () => {
	it("finds what does not belong in the repository", () => {
		expect(problemOf(`see ${"/ho"}${"me/someone"}/photo.jpg`)).toMatch(/path of one machine/);
		expect(problemOf(`"resolved": "https://${"registry"}.example.org/a.tgz"`)).toMatch(/package registry/);
		expect(problemOf(`-----BEGIN RSA ${"PRIVATE"} KEY-----`)).toMatch(/private key/);
	});

	it("lets relative paths and ordinary addresses pass", () => {
		expect(problemOf("packages/math/src/homework/x.ts ../root/file https://nodejs.org/")).toBeNull();
	});
});

describe.skipIf(!existsSync(join(ROOT, ".git")))("tracked files", () => {
	it("are small", () => {
		const large = trackedFiles().filter((path) => statSync(join(ROOT, path)).size > LARGEST_FILE_BYTES);
		expect(large).toEqual([]);
	});

	it("name no machine, no registry and no secret", () => {
		const problems: string[] = [];
		for (const path of trackedFiles()) {
			const bytes = readFileSync(join(ROOT, path));
			if (bytes.includes(0)) continue;
			const problem = problemOf(bytes.toString("utf8"));
			if (problem !== null) problems.push(`${path}: ${problem}`);
		}
		expect(problems).toEqual([]);
	});
});

describe.skipIf(!existsSync(join(ROOT, ".git")))("Markdown pages", () => {
	it("link only to files that exist", () => {
		const broken: string[] = [];
		for (const page of trackedFiles().filter((path) => path.endsWith(".md"))) {
			const text = readFileSync(join(ROOT, page), "utf8").replace(/^```[\s\S]*?^```/gm, "");
			for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
				if (target === undefined || /^[a-z]+:/.test(target)) continue;
				if (!existsSync(join(ROOT, dirname(page), target))) broken.push(`${page}: ${target}`);
			}
		}
		expect(broken).toEqual([]);
	});
});
