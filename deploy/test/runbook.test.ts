import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { areToolsPresent, render } from "../kubernetes/test/chart.js";
import { isAsShown, ROOT, RUNBOOK, readBlocks, readQueries, readSections } from "./runbook/page.js";

const BLOCKS = readBlocks(RUNBOOK);
const SECTIONS = readSections(RUNBOOK);

/** Sections between two headings of the second level. */
function sectionsOf(part: string) {
	const start = SECTIONS.findIndex(({ level, heading }) => level === 2 && heading === part);
	const rest = SECTIONS.slice(start + 1);
	const end = rest.findIndex(({ level }) => level === 2);
	return end === -1 ? rest : rest.slice(0, end);
}

/** Every alert of the rules, with what it leads to. */
const alerts = readdirSync(`${ROOT}deploy/prometheus/rules`).flatMap((name) => {
	const { groups } = parse(readFileSync(`${ROOT}deploy/prometheus/rules/${name}`, "utf8")) as {
		groups: { rules: { alert?: string; annotations?: { runbook?: string } }[] }[];
	};
	return groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
});

describe("docs/runbook.md", () => {
	test("has a section for every alert, and an alert for every section", () => {
		const headings = sectionsOf("Alerts").map(({ heading }) => heading);
		expect([...headings].sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
		for (const { alert, annotations } of alerts) {
			expect(annotations?.runbook, alert).toBe(`docs/runbook.md#${alert!.toLowerCase()}`);
		}
	});

	test("says of every alert what it means, where to look first, what mends it and what comes after", () => {
		for (const { heading, text } of sectionsOf("Alerts")) {
			for (const word of ["Means", "First look", "Mend", "After"]) expect(text, heading).toContain(`**${word}**`);
			expect(readQueries(text).length, heading).toBeGreaterThan(0);
		}
	});

	test("says of every procedure when, before what, how to undo it and how long it took", () => {
		for (const heading of ["Deploy", "Upgrade", "Roll back", "Back up and restore"]) {
			const { text } = SECTIONS.find((section) => section.heading === heading)!;
			for (const word of ["when, who", "before", "undo", "took"]) expect(text, heading).toContain(`| ${word} |`);
		}
		const rotations = sectionsOf("Rotate keys");
		expect(rotations.length).toBeGreaterThan(5);
		for (const { heading, text } of rotations) expect(text, heading).toMatch(/^Took .*\d/m);
	});

	test("knows what may happen", () => {
		expect(sectionsOf("Incidents").map(({ heading }) => heading)).toEqual([
			"Leaked JWT secret",
			"Leaked field key",
			"Leaked vault secret",
			"Leaked database password",
			"Lost Redis",
			"Lost PostgreSQL",
			"Full disk",
			"Stuck queue",
			"A photo in a log",
			"A deletion request",
			"A certificate that runs out",
		]);
	});

	test("leads to places that are there", () => {
		const anchors = (page: string) =>
			[...page.matchAll(/^#+ (.+)$/gm)].map(([, text]) => text!.toLowerCase().replaceAll(" ", "-"));
		for (const [, file = "", anchor] of RUNBOOK.matchAll(/\]\(([\w.-]*)(?:#([\w-]+))?\)/g)) {
			const page = file === "" ? RUNBOOK : readFileSync(`${ROOT}docs/${file}`, "utf8");
			if (anchor !== undefined) expect(anchors(page), `${file}#${anchor}`).toContain(anchor);
		}
	});

	test("shows commands that bash reads, and says why some are not tried", () => {
		expect(BLOCKS.length).toBeGreaterThan(40);
		for (const { code } of BLOCKS) {
			const { status, stderr } = spawnSync("bash", ["-n"], { input: code, encoding: "utf8" });
			expect(status, `${code}${stderr}`).toBe(0);
		}
		const reasons = BLOCKS.flatMap(({ notTried }) => notTried ?? []);
		expect(new Set(reasons)).toEqual(new Set(["needs a cluster"]));
		// What is not tried may ask the cluster; what is tried may not.
		for (const { code, notTried } of BLOCKS) if (notTried === null) expect(code).not.toMatch(/^kubectl/m);
	});

	test("names services that compose has", () => {
		const { services } = parse(readFileSync(`${ROOT}deploy/compose/docker-compose.yml`, "utf8")) as {
			services: object;
		};
		const named = BLOCKS.flatMap(({ code }) => [
			...code.matchAll(
				/^(?:compose (?:stop -t \d+|up -d --wait|logs(?: --?[\w-]+(?: \d+h?)?)*|exec(?: -T)?)|roll) ([a-z]+)/gm,
			),
		]).map(([, name]) => name!);
		expect(named.length).toBeGreaterThan(15);
		expect(named.filter((name) => !Object.hasOwn(services, name))).toEqual([]);
	});

	test.skipIf(!areToolsPresent)("names objects that the chart makes", async () => {
		const manifests = await render("--set", "colors.green.enabled=true");
		const made = new Set(manifests.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`));
		const code = BLOCKS.map((block) => block.code).join("\n");
		const named = [...code.matchAll(/\b(svc|deployment|statefulset|cronjob)\/([\w-]+)/g)].map(
			([, kind, name]) => `${kind === "svc" ? "service" : kind}/${name}`,
		);
		expect(named.length).toBeGreaterThan(4);
		expect(named.filter((name) => !made.has(name))).toEqual([]);
	});
});

describe("what the test of the page takes for as shown", () => {
	test("is the same text, or anything in place of an ellipsis", () => {
		expect(isAsShown("200\n", "200\n")).toBe(true);
		expect(isAsShown("5 files made in x; …\n", "… files made in …\n")).toBe(true);
		expect(isAsShown("a\nb\n200\n", "…\n200\n")).toBe(true);
		expect(isAsShown("503\n", "200\n")).toBe(false);
		expect(isAsShown("200\n503\n", "200\n")).toBe(false);
		expect(isAsShown('{"ok":false,"rows":3}', '{"ok":true,"rows":…}')).toBe(false);
	});
});
