import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ERROR_TABLE } from "@anny-fitter/contracts";
import { describe, expect, test } from "vitest";
import { LANGUAGES, namespacesOf, textsOf, withoutPlurals } from "./locale-files.js";
import { usedKeys } from "./used-keys.js";

const SOURCES = fileURLToPath(new URL("../../src/", import.meta.url));
const NAMESPACES = namespacesOf("en");
const placeholders = (text: string) => [...text.matchAll(/\{\{\s*([^},\s]+)[^}]*\}\}/g)].map(([, name]) => name).sort();

describe.each(LANGUAGES.filter((language) => language !== "en"))("texts in %s", (language) => {
	test("has the namespaces of English", () => {
		expect(namespacesOf(language)).toEqual(NAMESPACES);
	});

	test.each(NAMESPACES)("%s has the keys of English", (namespace) => {
		const english = withoutPlurals(textsOf("en", namespace).keys());
		const own = withoutPlurals(textsOf(language, namespace).keys());
		expect([...own].sort()).toEqual([...english].sort());
	});

	test.each(NAMESPACES)("%s has the placeholders of English", (namespace) => {
		const english = textsOf("en", namespace);
		const wrong = [...textsOf(language, namespace)].filter(([key, text]) => {
			const model = english.get(key) ?? english.get(key.replace(/_\w+$/, "_other")) ?? "";
			// One of a thing may be said in words.
			if (key.endsWith("_one") || key.endsWith("_zero")) return false;
			return placeholders(text).join() !== placeholders(model).join();
		});
		expect(wrong).toEqual([]);
	});
});

describe.each(LANGUAGES)("texts in %s", (language) => {
	test("none is empty or has loose ends", () => {
		const loose = NAMESPACES.flatMap((namespace) =>
			[...textsOf(language, namespace)]
				.filter(([, text]) => text.trim() !== text || text === "" || /\{\{[^}]*$|TODO|undefined/.test(text))
				.map(([key]) => `${namespace}:${key}`),
		);
		expect(loose).toEqual([]);
	});

	test("numbers have every form that the language needs", () => {
		const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
		const missing = NAMESPACES.flatMap((namespace) => {
			const keys = textsOf(language, namespace);
			const counted = [...keys.keys()].filter((key) => key.endsWith("_other")).map((key) => key.replace(/_other$/, ""));
			return counted.flatMap((key) =>
				pluralCategories
					// Spanish says `many` from a million on; English stands in for no number that large here.
					.filter((category) => category !== "many" && !keys.has(`${key}_${category}`))
					.map((category) => `${namespace}:${key}_${category}`),
			);
		});
		expect(missing).toEqual([]);
	});

	test("says every error of the server in words", () => {
		const texts = textsOf(language, "errors");
		const codes = [...Object.keys(ERROR_TABLE), "offline", "unknown"];
		const missing = codes.flatMap((code) =>
			["title", "detail", "remedy"].map((part) => `${code}.${part}`).filter((key) => !texts.has(key)),
		);
		expect(missing).toEqual([]);
	});
});

describe("texts in the sources", () => {
	const english = new Map(NAMESPACES.map((namespace) => [namespace, withoutPlurals(textsOf("en", namespace).keys())]));
	const files = readdirSync(SOURCES, { recursive: true })
		.map(String)
		.filter((name) => /\.tsx?$/.test(name) && !name.includes("generated"));

	test("every fixed key exists", () => {
		const missing = files.flatMap((file) =>
			usedKeys(readFileSync(`${SOURCES}${file}`, "utf8"))
				.filter(({ key, namespaces }) => !(namespaces ?? NAMESPACES).some((name) => english.get(name)?.has(key)))
				.map(({ key, namespaces }) => `${file}: ${namespaces?.join(" | ") ?? "any"}:${key}`),
		);
		expect(missing).toEqual([]);
	});

	test("the search finds keys in all the ways they are written", () => {
		const found = usedKeys(`
			const { t } = useTranslation("home");
			const { t: common, i18n } = useTranslation();
			const { t: both } = useTranslation(["account", "auth"]);
			t("a.b"); common("close"); both("auth:faults.short"); t(isOld ? "old" : "young", { count: 1 });
			t(kind === "login" ? "in" : "up"); t(\`x.\${y}\`); i18next.t("reload"); format("not"); object.t("neither");
		`);
		expect(found).toEqual(
			expect.arrayContaining([
				{ key: "a.b", namespaces: ["home"] },
				{ key: "close", namespaces: ["common"] },
				{ key: "faults.short", namespaces: ["auth"] },
				{ key: "old", namespaces: ["home"] },
				{ key: "young", namespaces: ["home"] },
				{ key: "in", namespaces: ["home"] },
				{ key: "up", namespaces: ["home"] },
				{ key: "reload", namespaces: ["common"] },
			]),
		);
		expect(found.map(({ key }) => key)).not.toContain("login");
		expect(found.map(({ key }) => key)).not.toContain("not");
		expect(found.map(({ key }) => key)).not.toContain("neither");
	});
});
