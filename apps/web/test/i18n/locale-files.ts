import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../src/i18n/locales/", import.meta.url));
export const LANGUAGES = ["en", "de", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export const namespacesOf = (language: Language): string[] =>
	readdirSync(`${FOLDER}${language}`)
		.filter((name) => name.endsWith(".json"))
		.map((name) => name.replace(/\.json$/, ""))
		.sort();

/** The texts of a namespace by their keys, such as `nav.home`. */
export function textsOf(language: Language, namespace: string): Map<string, string> {
	const texts = new Map<string, string>();
	const add = (value: unknown, key: string) => {
		if (typeof value === "string") texts.set(key, value);
		else if (typeof value === "object" && value !== null) {
			for (const [name, inner] of Object.entries(value)) add(inner, key === "" ? name : `${key}.${name}`);
		} else throw new TypeError(`${language}/${namespace}.json: ${key} is neither a text nor a group of texts`);
	};
	add(JSON.parse(readFileSync(`${FOLDER}${language}/${namespace}.json`, "utf8")), "");
	return texts;
}

const PLURAL = /_(?:zero|one|two|few|many|other)$/;

/** Keys without the endings that languages give to numbers: each language has its own. */
export const withoutPlurals = (keys: Iterable<string>): Set<string> =>
	new Set([...keys].map((key) => key.replace(PLURAL, "")));
