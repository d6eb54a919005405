import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { checkBoundaries, findCycles, readSource } from "../check-boundaries.mjs";
import type { Layer } from "../layers.mjs";

const LAYERS: Record<string, Layer> = {
	"@anny-fitter/math": { kind: "numeric", mayImport: [] },
	"@anny-fitter/mesh": { kind: "numeric", mayImport: ["math"] },
	"@anny-fitter/platform": { kind: "node", mayImport: ["mesh"] },
	tool: { kind: "app", mayImport: ["*numeric"] },
};

const folders: string[] = [];
afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A small workspace that keeps to the map, with some files replaced or added. */
function workspace(changes: Record<string, string> = {}): string {
	const root = mkdtempSync(join(tmpdir(), "boundaries-"));
	folders.push(root);
	const manifest = (name: string, dependencies: string[]) =>
		JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "1"])) });
	const settings = (...paths: string[]) => JSON.stringify({ references: paths.map((path) => ({ path })) });
	const files: Record<string, string> = {
		"package.json": JSON.stringify({ workspaces: ["packages/*", "apps/*"] }),
		"packages/math/package.json": manifest("@anny-fitter/math", []),
		"packages/math/tsconfig.json": settings(),
		"packages/math/src/index.ts": "export const one = 1;",
		"packages/mesh/package.json": manifest("@anny-fitter/mesh", ["@anny-fitter/math"]),
		"packages/mesh/tsconfig.json": settings("../math"),
		"packages/mesh/src/index.ts": 'import { one } from "@anny-fitter/math"; export const two = one + one;',
		"packages/platform/package.json": manifest("@anny-fitter/platform", ["@anny-fitter/mesh", "data"]),
		"packages/platform/tsconfig.json": settings("../mesh"),
		"packages/platform/src/index.ts":
			'import "node:fs"; import "@anny-fitter/mesh"; export const path = import.meta.resolve("data/file.bin");',
		"apps/tool/package.json": manifest("tool", ["@anny-fitter/math"]),
		"apps/tool/tsconfig.json": settings("../../packages/math"),
		"apps/tool/src/index.ts": 'export const load = () => import("@anny-fitter/math");',
		...changes,
	};
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	return root;
}

function rulesBroken(changes: Record<string, string>): string[] {
	return [...new Set(checkBoundaries(workspace(changes), LAYERS).map((problem) => problem.rule))].sort();
}

describe("checkBoundaries", () => {
	it("accepts a workspace that keeps to the map", () => {
		expect(checkBoundaries(workspace(), LAYERS)).toEqual([]);
	});

	it.each([
		["an undeclared import", "packages/math/src/a.ts", 'import { two } from "data";', ["undeclared"]],
		["an undeclared type import", "packages/math/src/a.ts", 'import type { Two } from "data";', ["undeclared"]],
		["an undeclared inline type", "packages/math/src/a.ts", 'export type A = import("data").A;', ["undeclared"]],
		["an undeclared dynamic import", "packages/math/src/a.ts", 'export const a = import("data");', ["undeclared"]],
		["an undeclared re-export", "packages/math/src/a.ts", 'export { a } from "data";', ["undeclared"]],
		["an arrow against the map", "packages/math/src/a.ts", 'import "@anny-fitter/mesh";', ["layer", "undeclared"]],
		["Node in a numeric package", "packages/math/src/a.ts", 'import "node:fs";', ["numeric"]],
		["Node without prefix in a numeric package", "packages/math/src/a.ts", 'import "fs/promises";', ["numeric"]],
		["a built-in without prefix", "packages/platform/src/a.ts", 'import "fs";', ["node-prefix"]],
		["a deep import", "packages/mesh/src/a.ts", 'import "@anny-fitter/math/dist/x.js";', ["deep-import"]],
		["a path into another package", "packages/mesh/src/a.ts", 'import "../../math/src/index.js";', ["outside"]],
		["a path into its own tests", "packages/mesh/src/a.ts", 'import "../test/helper.js";', ["outside"]],
		["an import of itself by name", "packages/mesh/src/a.ts", 'import "@anny-fitter/mesh";', ["self-import"]],
		["export *", "packages/math/src/a.ts", 'export * from "./index.js";', ["export-star"]],
		["a default export", "packages/math/src/a.ts", "export default 1;", ["default-export"]],
		["a default function", "packages/math/src/a.ts", "export default function f() {}", ["default-export"]],
		["a renamed default", "packages/math/src/a.ts", "const a = 1; export { a as default };", ["default-export"]],
		["a computed import", "packages/math/src/a.ts", "export const a = (b: string) => import(b);", ["computed-import"]],
		[
			"files in a cycle",
			"packages/math/src/index.ts",
			'import { one } from "./index.js"; export const two = one;',
			["cycle"],
		],
		["a missing reference", "packages/mesh/tsconfig.json", "{}", ["reference"]],
		["a needless reference", "packages/math/tsconfig.json", '{"references":[{"path":"../mesh"}]}', ["reference"]],
		["a package that is not on the map", "packages/new/package.json", '{"name":"@anny-fitter/new"}', ["map"]],
		[
			"a dependency that is not used",
			"apps/tool/package.json",
			'{"name":"tool","dependencies":{"@anny-fitter/math":"1","left-pad":"1"}}',
			["unused"],
		],
		[
			"packages in a cycle",
			"packages/math/package.json",
			'{"name":"@anny-fitter/math","dependencies":{"@anny-fitter/mesh":"1"}}',
			["cycle", "layer", "reference", "unused"],
		],
	])("reports %s", (_, path, text, rules) => {
		expect(rulesBroken({ [path]: text })).toEqual(rules);
	});

	it("names the place", () => {
		const root = workspace({ "packages/math/src/a.ts": '\n\nimport "node:fs";' });
		expect(checkBoundaries(root, LAYERS)[0]?.place).toBe("packages/math/src/a.ts:3");
	});

	it("does not take comments and strings for imports", () => {
		const text = '// import "node:fs";\nexport const a = \'import "node:fs"\';';
		expect(rulesBroken({ "packages/math/src/a.ts": text })).toEqual([]);
	});

	it("lets types go round in a circle", () => {
		const changes = {
			"packages/math/src/a.ts": 'import type { B } from "./b.js"; export type A = B | 1;',
			"packages/math/src/b.ts": 'import type { A } from "./a.js"; export type B = A[];',
		};
		expect(rulesBroken(changes)).toEqual([]);
	});
});

describe("readSource", () => {
	it("tells type-only imports from others", () => {
		const text =
			'import type { A } from "a"; import { type B } from "b"; import { type C, d } from "c"; import "d"; import e from "e";';
		const { imports } = readSource("x.ts", text);
		expect(imports.map(({ specifier, isTypeOnly }) => [specifier, isTypeOnly])).toEqual([
			["a", true],
			["b", true],
			["c", false],
			["d", false],
			["e", false],
		]);
	});
});

describe("findCycles", () => {
	it("finds a cycle that begins inside the graph", () => {
		const graph = new Map([
			["a", ["b"]],
			["b", ["c"]],
			["c", ["b"]],
		]);
		expect(findCycles(graph)).toEqual([["b", "c", "b"]]);
	});

	it("does not take a diamond for a cycle", () => {
		const graph = new Map([
			["a", ["b", "c"]],
			["b", ["d"]],
			["c", ["d"]],
			["d", []],
		]);
		expect(findCycles(graph)).toEqual([]);
	});
});
