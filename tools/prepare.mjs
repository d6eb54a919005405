/**
 * Prepares a checkout: installs the packages and compiles the sources when that is needed, and says so.
 *
 * Runs before `npm run fit`, `npm run anny-fitter` and `npm test`. Plain JavaScript without dependencies, because it
 * runs before anything is installed. Everything goes to stderr, so that stdout stays with the command that follows.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv, env, execPath, exit, kill, pid, platform, stderr, versions } from "node:process";
import { fileURLToPath } from "node:url";

const MINIMUM_NODE = [20, 19];
/** A lock older than this belongs to a run that died and whose process id another program now has. */
const LOCK_EXPIRY_MS = 30 * 60_000;
const PROGRESS_INTERVAL_MS = 10_000;

/** A failure that the person can act on. */
class PreparationError extends Error {
	/**
	 * @param {string} message cause, one sentence
	 * @param {string} remedy
	 * @param {string} output what the failing command printed
	 */
	constructor(message, remedy, output = "") {
		super(message);
		this.remedy = remedy;
		this.output = output;
	}
}

/** @param {string} text */
function say(text) {
	stderr.write(`[prepare] ${text}\n`);
}

/** @param {number} since milliseconds, as given by performance.now() */
function elapsed(since) {
	const seconds = (performance.now() - since) / 1000;
	return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/**
 * Whether a Node version can run the project.
 * @param {string} version such as "20.19.0"
 */
export function isSupportedNode(version) {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	return major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
}

/**
 * Whether node_modules holds what the lockfile asks for. npm records what it installed in
 * node_modules/.package-lock.json, as its last step.
 * @param {string} root
 */
export function isInstalled(root) {
	try {
		const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
		const installed = JSON.parse(readFileSync(join(root, "node_modules/.package-lock.json"), "utf8")).packages;
		return Object.entries(wanted).every(([path, entry]) => {
			if (path === "" || entry.optional === true || entry.devOptional === true) return true;
			const found = installed[path];
			return found !== undefined && found.version === entry.version && found.integrity === entry.integrity;
		});
	} catch {
		return false;
	}
}

/**
 * The code of a system error, such as "ENOENT".
 * @param {unknown} error
 */
function codeOf(error) {
	return error instanceof Error && "code" in error ? error.code : undefined;
}

/**
 * The folders that `tsc -b` compiles.
 * @param {string} root
 * @returns {string[]} relative to the root
 */
function projectFolders(root) {
	/** @type {{references: {path: string}[]}} */
	const { references } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
	return references.map(({ path }) => path);
}

/**
 * Whether a project is a web application, bundled by Vite after it was type-checked.
 * @param {string} root
 * @param {string} project
 */
function isWebApplication(root, project) {
	return existsSync(join(root, project, "vite.config.ts"));
}

/**
 * A fingerprint of everything that decides what the build writes: names, sizes and times of the sources and settings.
 * @param {string} root
 */
export function sourceFingerprint(root) {
	const hash = createHash("sha256");
	/** @param {string} path */
	const add = (path) => {
		const stat = statSync(join(root, path), { throwIfNoEntry: false });
		hash.update(stat === undefined ? `${path} absent\n` : `${path} ${stat.size} ${stat.mtimeMs}\n`);
	};
	/** @param {string} folder */
	const addAll = (folder) => {
		if (!existsSync(join(root, folder))) return;
		for (const name of readdirSync(join(root, folder), { recursive: true }).map(String).sort())
			add(`${folder}/${name}`);
	};
	for (const name of readdirSync(root).sort()) if (/^tsconfig.*\.json$/.test(name)) add(name);
	add("node_modules/typescript/package.json");
	for (const project of projectFolders(root)) {
		add(`${project}/tsconfig.json`);
		add(`${project}/package.json`);
		addAll(`${project}/src`);
		if (!isWebApplication(root, project)) continue;
		add(`${project}/index.html`);
		add(`${project}/vite.config.ts`);
		for (const folder of [`${project}/build`, `${project}/public`, "samples"]) addAll(folder);
	}
	return hash.digest("hex");
}

const BUILD_STAMP = ".cache/build-stamp";

/**
 * Whether the compiled files belong to the present sources.
 * @param {string} root
 */
export function isBuilt(root) {
	try {
		if (readFileSync(join(root, BUILD_STAMP), "utf8") !== sourceFingerprint(root)) return false;
		return projectFolders(root).every((project) =>
			existsSync(join(root, project, isWebApplication(root, project) ? "dist/index.html" : "dist/.tsbuildinfo")),
		);
	} catch {
		return false;
	}
}

/**
 * Runs a command to its end, with a line on stderr every ten seconds.
 * @param {string} command
 * @param {string[]} parameters
 * @param {{root: string, label: string, environment?: NodeJS.ProcessEnv}} options
 * @returns {Promise<{status: number, output: string}>}
 */
function run(command, parameters, { root, label, environment = env }) {
	return new Promise((resolve, reject) => {
		const start = performance.now();
		const child = spawn(command, parameters, {
			cwd: root,
			env: environment,
			stdio: ["ignore", "pipe", "pipe"],
			shell: platform === "win32" && command === "npm",
		});
		let output = "";
		child.stdout.on("data", (chunk) => (output += chunk));
		child.stderr.on("data", (chunk) => (output += chunk));
		const timer = setInterval(() => say(`still ${label}, ${elapsed(start)}`), PROGRESS_INTERVAL_MS);
		child.on("error", (error) => {
			clearInterval(timer);
			reject(error);
		});
		child.on("close", (code) => {
			clearInterval(timer);
			resolve({ status: code ?? 1, output });
		});
	});
}

/** @param {string} root */
async function install(root) {
	const start = performance.now();
	say("installing packages with `npm ci` (about a minute the first time)");
	const parameters = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
	// Inside `npm run` the path of the very npm that runs is known; it need not be on the PATH.
	const npm = env.npm_execpath;
	const [command, leading] = npm?.endsWith(".js") === true ? [execPath, [npm]] : ["npm", []];
	const result = await run(command, [...leading, ...parameters], { root, label: "installing" }).catch((error) => {
		throw new PreparationError("npm cannot be started.", "Install Node together with npm.", String(error));
	});
	if (result.status !== 0) {
		throw new PreparationError(
			"The packages cannot be installed.",
			"Check the network connection and the messages of npm above, then run the command again.",
			result.output,
		);
	}
	say(`packages installed in ${elapsed(start)}`);
}

/** @param {string} root */
async function build(root) {
	const start = performance.now();
	say("compiling the sources with `tsc -b`");
	const fingerprint = sourceFingerprint(root);
	const result = await run(execPath, ["node_modules/typescript/bin/tsc", "-b"], { root, label: "compiling" });
	if (result.status !== 0) {
		throw new PreparationError(
			"The sources do not compile.",
			"Correct the errors above, or return to a committed state.",
			result.output,
		);
	}
	for (const project of projectFolders(root)) if (isWebApplication(root, project)) await bundle(root, project);
	writeFileSync(join(root, BUILD_STAMP), fingerprint);
	say(`sources compiled in ${elapsed(start)}`);
}

/**
 * @param {string} root
 * @param {string} project
 */
async function bundle(root, project) {
	say(`bundling ${project}`);
	const parameters = ["node_modules/vite/bin/vite.js", "build", project, "--logLevel", "warn"];
	const result = await run(execPath, parameters, { root, label: "bundling" });
	if (result.status !== 0) {
		throw new PreparationError(
			"The web application cannot be bundled.",
			"Correct the errors above, or return to a committed state.",
			result.output,
		);
	}
}

/** @param {number} owner process id */
function isRunning(owner) {
	try {
		kill(owner, 0);
		return true;
	} catch (error) {
		return codeOf(error) === "EPERM";
	}
}

/**
 * Waits until no other run prepares this checkout, and keeps others out.
 * @param {string} path lock file
 * @returns {Promise<() => void>} releases the lock
 */
export async function takeLock(path) {
	mkdirSync(dirname(path), { recursive: true });
	for (let isWaiting = false; ; ) {
		try {
			writeFileSync(path, String(pid), { flag: "wx" });
			const release = () => {
				try {
					if (readFileSync(path, "utf8") === String(pid)) rmSync(path);
				} catch {}
			};
			process.once("exit", release);
			return release;
		} catch (error) {
			if (codeOf(error) !== "EEXIST") throw error;
		}
		const owner = readOwner(path);
		if (owner === "gone") continue;
		if (owner === "stale") {
			rmSync(path, { force: true });
			continue;
		}
		if (!isWaiting) say(`process ${owner} is preparing this checkout; waiting for it`);
		isWaiting = true;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

/**
 * @param {string} path lock file
 * @returns {number | "gone" | "stale"} the process that holds the lock
 */
function readOwner(path) {
	try {
		const text = readFileSync(path, "utf8");
		const age = Date.now() - statSync(path).mtimeMs;
		// Between its creation and its writing the file is empty for a moment.
		if (text === "") return age < 5000 ? 0 : "stale";
		const owner = Number(text);
		return age < LOCK_EXPIRY_MS && isRunning(owner) ? owner : "stale";
	} catch {
		return "gone";
	}
}

/**
 * Installs and compiles what is missing. Does nothing, quickly, when nothing is.
 * @param {string} root the repository's root folder
 */
export async function prepare(root) {
	if (isInstalled(root) && isBuilt(root)) return;
	const start = performance.now();
	const release = await takeLock(join(root, ".cache/prepare.lock"));
	try {
		// Another run may have done the work meanwhile.
		if (!isInstalled(root)) await install(root);
		if (!isBuilt(root)) await build(root);
		say(`ready after ${elapsed(start)}`);
	} finally {
		release();
	}
}

async function main() {
	try {
		if (!isSupportedNode(versions.node)) {
			throw new PreparationError(
				`anny-fitter needs Node ${MINIMUM_NODE.join(".")} or newer; this is Node ${versions.node}.`,
				"Install a current Node from https://nodejs.org.",
			);
		}
		await prepare(dirname(dirname(fileURLToPath(import.meta.url))));
	} catch (error) {
		if (!(error instanceof PreparationError)) throw error;
		if (error.output !== "") stderr.write(`${error.output.trimEnd()}\n`);
		stderr.write(`error: ${error.message}\nremedy: ${error.remedy}\n`);
		exit(70);
	}
}

if (argv[1] === fileURLToPath(import.meta.url)) await main();
