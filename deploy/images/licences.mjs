import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ACCEPTED_LICENCES, STATED_LICENCES } from "./deployables.mjs";

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice|copyright)(?:[.-].*)?$/i;

/**
 * The licence of every package and the texts that come with them, as one document to hand on with an image.
 *
 * @param {readonly {name: string, folder: string}[]} packages folders as they are installed
 * @returns {string}
 * @throws Error naming every package whose licence nobody has accepted yet
 */
export function licenceDocument(packages) {
	const sections = [];
	const refused = [];
	for (const { name, folder } of [...packages].sort((a, b) => a.name.localeCompare(b.name, "en"))) {
		const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
		const licence = STATED_LICENCES.get(name) ?? licenceOf(manifest);
		if (!STATED_LICENCES.has(name) && !isAccepted(licence)) refused.push(`${name}: ${licence}`);
		const texts = readdirSync(folder, { withFileTypes: true })
			.filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
			.map((entry) => readFileSync(join(folder, entry.name), "utf8").trim());
		sections.push([`${name} ${manifest.version}`, `Licence: ${licence}`, ...texts].join("\n\n"));
	}
	if (refused.length > 0) {
		throw new Error(
			`Licences that nobody has accepted yet: ${refused.join("; ")}. ` +
				"Leave the package out, or add its licence to deploy/images/deployables.mjs after reading it.",
		);
	}
	return `${sections.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** @param {any} manifest */
function licenceOf(manifest) {
	const { license, licenses } = manifest;
	if (typeof license === "string") return license;
	if (typeof license?.type === "string") return license.type;
	if (Array.isArray(licenses)) return licenses.map((entry) => entry.type ?? entry).join(" OR ");
	return "not stated";
}

/**
 * Of alternatives one must be acceptable, of a conjunction every part.
 *
 * @param {string} expression SPDX
 */
export function isAccepted(expression) {
	const plain = expression.replace(/[()]/g, " ").trim();
	return plain
		.split(/\s+OR\s+/i)
		.some((choice) => choice.split(/\s+AND\s+/i).every((part) => ACCEPTED_LICENCES.has(part.trim())));
}
