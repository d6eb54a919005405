/**
 * Puts together the files of one deployable: its compiled workspaces, the packages that they need on this machine, caches,
 * a bill of materials (sbom.cdx.json, CycloneDX) and the licences (licences.txt). Needs a checkout that was prepared
 * (`node tools/prepare.mjs`), no container engine and no network.
 *
 * All times are set to SOURCE_DATE_EPOCH (default: the lockfile's, in whole seconds): the compiled body model is found by
 * the times of its sources, and layers of images keep whole seconds only.
 *
 * Usage: node deploy/images/build-tree.mjs NAME OUT
 */
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	cpSync,
	existsSync,
	lstatSync,
	lutimesSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { arch, argv, env, execPath, exit, platform, report, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { DEPLOYABLES, KEPT_FILES } from "./deployables.mjs";
import { licenceDocument } from "./licences.mjs";
import { packageClosure } from "./package-closure.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HERE = fileURLToPath(new URL(".", import.meta.url));

/** No process reads these. */
const USELESS = /(?:\.map|\.d\.[cm]?ts|\.tsbuildinfo)$/;
/** What a workspace's `files` may name besides its compiled code. */
const WORKSPACE_CONTENT = ["dist", "NOTICE", "LICENSE"];

/**
 * @typedef {object} TreeReport
 * @property {string} name
 * @property {string} folder
 * @property {string} entry relative to the tree
 * @property {readonly string[]} packages as name@version
 * @property {number} size_mb
 * @property {Record<string, number>} largest_mb packages of more than 5 MB
 */

/**
 * @param {keyof typeof DEPLOYABLES} name
 * @param {string} out folder, made; must be empty
 * @returns {TreeReport}
 */
export function buildTree(name, out) {
	const deployable = DEPLOYABLES[name];
	mkdirSync(out, { recursive: true });
	if (readdirSync(out).length > 0) throw new Error(`The folder ${out} is not empty; name a new one.`);
	const machine = { os: platform, cpu: arch, libc: libcOf() };
	const lockfile = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
	const places = packageClosure(lockfile, deployable.workspace, { leaveOut: deployable.leaveOut, ...machine });
	if (name === "web") copyWeb(out, deployable.entry);
	// Of a bundle nothing is installed: what went into it is told by the packages' manifests alone.
	const bill = name === "web" ? mkdtempSync(join(tmpdir(), "anny-fitter-bill-")) : out;
	for (const place of places) copyPackage(bill, place, machine, deployable.leaveOut, name === "web");
	writeJson(join(bill, "package.json"), {
		name: `anny-fitter-${name}`,
		version: lockfile.version,
		private: true,
		license: "Apache-2.0",
		type: "module",
		workspaces: places.map(({ location }) => location).filter((location) => !location.includes("node_modules")),
	});
	writeFileSync(join(out, "sbom.cdx.json"), billOfMaterials(bill));
	if (bill !== out) rmSync(bill, { recursive: true });
	else cpSync(join(HERE, "health-check.mjs"), join(out, "health-check.mjs"));
	for (const file of ["LICENSE", "NOTICE"]) cpSync(join(ROOT, file), join(out, file));
	const installed = places.map((place) => ({ name: place.name, folder: join(ROOT, place.location) }));
	writeFileSync(join(out, "licences.txt"), licenceDocument(installed));
	setTimes(out);
	if (deployable.caches.length > 0) {
		execFileSync(execPath, [join(HERE, "warm-caches.mjs"), out, ...deployable.caches], {
			cwd: out,
			env: { PATH: env.PATH, HOME: out, ANNY_FITTER_CACHE: join(out, "cache") },
			stdio: ["ignore", "inherit", "inherit"],
		});
		setTimes(join(out, "cache"));
	}
	const sizes = places
		.filter(({ location }) => existsSync(join(out, location)))
		.map((place) => [place.name, megabytes(sizeOf(join(out, place.location), true))]);
	return {
		name,
		folder: out,
		entry: name === "web" ? "html" : deployable.entry,
		packages: places.map(({ location, name: own }) => `${own}@${lockfile.packages[location].version}`),
		size_mb: megabytes(sizeOf(out)),
		largest_mb: Object.fromEntries(
			sizes.filter(([, size]) => Number(size) > 5).sort((a, b) => Number(b[1]) - Number(a[1])),
		),
	};
}

/**
 * @param {string} out
 * @param {import("./package-closure.mjs").Place} place
 * @param {{os: string, cpu: string}} machine
 * @param {readonly string[]} leaveOut
 * @param {boolean} isManifestOnly
 */
function copyPackage(out, { location, name, links }, machine, leaveOut, isManifestOnly) {
	const from = join(ROOT, location);
	const to = join(out, location);
	if (location.includes("node_modules")) {
		if (!existsSync(from)) throw new Error(`${location} is not installed; run \`npm ci\`.`);
		const isKept = isManifestOnly
			? (/** @type {string} */ path) => path === "package.json"
			: (KEPT_FILES[name] ?? (() => true));
		copyFiles(from, to, (path) => path !== "node_modules" && isKept(path, machine));
		return;
	}
	if (!existsSync(join(from, "dist"))) throw new Error(`${location} is not compiled; run \`node tools/prepare.mjs\`.`);
	if (isManifestOnly) mkdirSync(to, { recursive: true });
	else copyFiles(from, to, (path) => WORKSPACE_CONTENT.includes(path.split("/")[0] ?? ""));
	const manifest = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
	delete manifest.devDependencies;
	delete manifest.scripts;
	for (const absent of leaveOut) delete manifest.dependencies?.[absent];
	writeJson(join(to, "package.json"), manifest);
	for (const link of links) {
		mkdirSync(join(out, dirname(link)), { recursive: true });
		symlinkSync(relative(join(out, dirname(link)), to), join(out, link));
	}
}

/**
 * @param {string} from
 * @param {string} to
 * @param {(path: string) => boolean} isWanted told paths relative to the folder, with `/`; of folders only the first level
 */
function copyFiles(from, to, isWanted) {
	mkdirSync(to, { recursive: true });
	for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const source = join(entry.parentPath, entry.name);
		const path = relative(from, source).split(sep).join("/");
		if (path.startsWith("node_modules/") || USELESS.test(path) || !isWanted(path)) continue;
		const target = join(to, path);
		mkdirSync(dirname(target), { recursive: true });
		cpSync(source, target);
	}
}

/**
 * What the web server sends, without the copies that are for another kind of compression than it knows.
 *
 * @param {string} out
 * @param {string} folder
 */
function copyWeb(out, folder) {
	if (!existsSync(join(ROOT, folder, "index.html")))
		throw new Error("The web application is not built; run `node tools/prepare.mjs`.");
	copyFiles(join(ROOT, folder), join(out, "html"), (path) => !path.endsWith(".br"));
}

/**
 * @param {string} folder whose packages are listed
 * @returns {string} CycloneDX in JSON
 */
function billOfMaterials(folder) {
	return execFileSync("npm", ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", "--loglevel=error"], {
		cwd: folder,
		encoding: "utf8",
		maxBuffer: 256 * 1024 * 1024,
	});
}

/** Also makes everything readable for all and writable for the owner only, who is not the one that runs it. @param {string} folder */
function setTimes(folder) {
	const seconds = Number(env.SOURCE_DATE_EPOCH || Math.floor(statSync(join(ROOT, "package-lock.json")).mtimeMs / 1000));
	/** @param {string} path */
	const set = (path) => {
		const stats = lstatSync(path);
		if (stats.isDirectory()) for (const entry of readdirSync(path)) set(join(path, entry));
		if (!stats.isSymbolicLink()) chmodSync(path, stats.isDirectory() ? 0o755 : 0o644);
		lutimesSync(path, seconds, seconds);
	};
	set(folder);
}

/** @param {string} path @param {boolean} isAlone without packages that lie inside @returns {number} bytes */
function sizeOf(path, isAlone = false) {
	const stats = lstatSync(path);
	if (!stats.isDirectory()) return stats.size;
	return readdirSync(path)
		.filter((entry) => !isAlone || entry !== "node_modules")
		.reduce((sum, entry) => sum + sizeOf(join(path, entry), isAlone), 0);
}

/** @param {number} bytes */
function megabytes(bytes) {
	return Math.round(bytes / 1e5) / 10;
}

/** @param {string} path @param {unknown} value */
function writeJson(path, value) {
	writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** As npm decides which of two builds of a library to install. */
function libcOf() {
	if (platform !== "linux") return "";
	const { header } = /** @type {{header: {glibcVersionRuntime?: string}}} */ (report.getReport());
	return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

function main() {
	const [name = "", out] = argv.slice(2);
	if (!Object.hasOwn(DEPLOYABLES, name) || out === undefined) {
		stderr.write(`Usage: node deploy/images/build-tree.mjs ${Object.keys(DEPLOYABLES).join("|")} OUT\n`);
		exit(2);
	}
	try {
		const report = buildTree(/** @type {keyof typeof DEPLOYABLES} */ (name), out);
		stdout.write(`${JSON.stringify({ ...report, packages: report.packages.length }, null, 2)}\n`);
	} catch (error) {
		rmSync(out, { recursive: true, force: true });
		throw error;
	}
}

if (argv[1] === fileURLToPath(import.meta.url)) main();
