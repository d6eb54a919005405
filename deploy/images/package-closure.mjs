import { resolveEntry } from "../../tools/complete-lockfile.mjs";

/**
 * @typedef {object} Place a package of the lockfile
 * @property {string} location folder relative to the root, such as `node_modules/zod` or `packages/math`
 * @property {string} name
 * @property {readonly string[]} links where Node looks for a package of this repository
 */

/**
 * What a workspace needs at run time, as the lockfile has it: its dependencies, theirs, and so on, without those of other
 * systems and without what is left out (and whatever only that needs).
 *
 * @param {{packages: Record<string, any>}} lockfile
 * @param {string} workspace folder
 * @param {{leaveOut: readonly string[], os: string, cpu: string, libc: string}} options
 * @returns {Place[]} the workspace itself first
 */
export function packageClosure({ packages }, workspace, { leaveOut, ...machine }) {
	/** @type {Map<string, {location: string, name: string, links: string[]}>} */
	const found = new Map();
	const unwanted = new Set(leaveOut);
	/** @param {string} location @param {string | null} link */
	const visit = (location, link) => {
		const known = found.get(location);
		if (known !== undefined) {
			if (link !== null && !known.links.includes(link)) known.links.push(link);
			return;
		}
		const entry = packages[location];
		const name = entry.name ?? location.slice(location.lastIndexOf("node_modules/") + "node_modules/".length);
		found.set(location, { location, name, links: link === null ? [] : [link] });
		for (const [dependency, isOptional] of dependenciesOf(entry)) {
			if (unwanted.has(dependency)) continue;
			const key = resolveEntry(packages, location, dependency);
			if (key === null) {
				if (isOptional) continue;
				throw new Error(`${name} needs ${dependency}, which package-lock.json does not have; run \`npm install\`.`);
			}
			const target = packages[key];
			if (target.link === true) visit(target.resolved, key);
			else if (fits(target, machine)) visit(key, null);
			else if (!isOptional)
				throw new Error(`${name} needs ${dependency}, which does not run on ${machine.os} ${machine.cpu}.`);
		}
	};
	visit(workspace, `node_modules/${packages[workspace].name}`);
	return [...found.values()];
}

/**
 * @param {any} entry
 * @returns {Map<string, boolean>} by name, whether it may be absent
 */
function dependenciesOf(entry) {
	const names = new Map();
	for (const name of Object.keys(entry.peerDependencies ?? {})) {
		// An optional peer is there for the program that asked for it by its own name.
		if (entry.peerDependenciesMeta?.[name]?.optional !== true) names.set(name, false);
	}
	for (const name of Object.keys(entry.dependencies ?? {})) names.set(name, false);
	for (const name of Object.keys(entry.optionalDependencies ?? {})) names.set(name, true);
	return names;
}

/**
 * Whether a package is meant for a machine, by npm's rules: lists of what it runs on, or, with `!`, what it does not.
 *
 * @param {{os?: string[], cpu?: string[], libc?: string[]}} entry
 * @param {{os: string, cpu: string, libc: string}} machine
 */
function fits(entry, machine) {
	return /** @type {const} */ (["os", "cpu", "libc"]).every((field) => {
		const list = entry[field];
		if (list === undefined || list.length === 0) return true;
		if (list.includes(`!${machine[field]}`)) return false;
		return list.every((item) => item.startsWith("!")) || list.includes(machine[field]);
	});
}
