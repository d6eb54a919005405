/**
 * Adds the entries that npm leaves out of package-lock.json, so that `npm ci` accepts it.
 *
 * A registry mirror may lack optional packages of other platforms (Windows, macOS, musl). npm then writes a lockfile
 * without them and refuses it on the next `npm ci`. For every optional dependency without an entry this tool adds a
 * stub: version, platform and `optional: true`. On its own platform npm fetches the package as usual.
 * See docs/decisions/0004-lockfile-stubs.md.
 *
 * Usage: node tools/complete-lockfile.mjs [--check] [FILE]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * Platform fields of a package, read from its name (`@scope/name-linux-arm64-musl`).
 * @param {string} name
 * @returns {{os?: string[], cpu?: string[], libc?: string[]}}
 */
export function platformOf(name) {
	const parts = name.toLowerCase().split(/[-/_.]/);
	const os = SYSTEMS.filter((system) => parts.includes(system));
	const cpu = PROCESSORS.filter((processor) => parts.includes(processor));
	/** @type {{os?: string[], cpu?: string[], libc?: string[]}} */
	const platform = {};
	if (cpu.length > 0) platform.cpu = cpu;
	if (os.length > 0) platform.os = os;
	if (parts.some((part) => part.startsWith("musl"))) platform.libc = ["musl"];
	else if (parts.some((part) => part.startsWith("gnu"))) platform.libc = ["glibc"];
	return platform;
}

/**
 * Where Node would find `name` when it is required by the package at `location`, or null.
 * @param {Record<string, unknown>} packages the lockfile's `packages`
 * @param {string} location key of the requiring package, "" for the root
 * @param {string} name
 */
export function resolveEntry(packages, location, name) {
	let base = location;
	for (;;) {
		const key = `${base === "" ? "" : `${base}/`}node_modules/${name}`;
		if (key in packages) return key;
		if (base === "") return null;
		const cut = base.lastIndexOf("/node_modules/");
		base = cut < 0 ? "" : base.slice(0, cut);
	}
}

/**
 * Adds a stub for each optional dependency that has no entry. Changes `lockfile` in place.
 * @param {{packages: Record<string, any>}} lockfile parsed package-lock.json, lockfileVersion 3
 * @returns {string[]} the added packages as `name@version`, sorted
 */
export function addMissingStubs(lockfile) {
	const { packages } = lockfile;
	const added = [];
	for (const [location, entry] of Object.entries(packages)) {
		for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
			if (resolveEntry(packages, location, name) !== null) continue;
			if (!EXACT_VERSION.test(range)) {
				throw new Error(`${location} wants ${name}@${range}: no exact version, so no stub can stand for it`);
			}
			const { cpu, libc, os } = platformOf(name);
			// In npm's order of keys, so that npm changes nothing when it writes the file again.
			packages[`node_modules/${name}`] = {
				version: range,
				...(cpu === undefined ? {} : { cpu }),
				...(entry.dev === true ? { dev: true } : {}),
				...(libc === undefined ? {} : { libc }),
				optional: true,
				...(os === undefined ? {} : { os }),
			};
			added.push(`${name}@${range}`);
		}
	}
	lockfile.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en")));
	return added.sort();
}

function main() {
	const options = argv.slice(2);
	const isCheck = options.includes("--check");
	const path = options.find((option) => !option.startsWith("--")) ?? "package-lock.json";
	const lockfile = JSON.parse(readFileSync(path, "utf8"));
	const added = addMissingStubs(lockfile);
	if (added.length === 0) return console.log(`${path}: complete`);
	if (isCheck) {
		console.error(`${path}: ${added.length} optional packages have no entry; run \`npm run lockfile\``);
		for (const name of added) console.error(`  ${name}`);
		exit(1);
	}
	writeFileSync(path, `${JSON.stringify(lockfile, null, 2)}\n`);
	console.log(`${path}: added ${added.length} stubs`);
	for (const name of added) console.log(`  ${name}`);
}

if (argv[1] === fileURLToPath(import.meta.url)) main();
