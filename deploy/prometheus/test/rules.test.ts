import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { dashboardFiles } from "../../grafana/build-dashboards.mjs";
import { sloRules } from "../build-slos.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const list = (folder: string) => readdirSync(`${HERE}${folder}`).map((name) => `${folder}/${name}`);
const promtool = (...parameters: string[]) => spawnSync("promtool", parameters, { cwd: HERE, encoding: "utf8" });
const hasPromtool = promtool("--version").status === 0;

interface Rule {
	readonly alert?: string;
	readonly labels?: { readonly severity?: string };
	readonly annotations?: { readonly summary?: string; readonly runbook?: string };
}
const rules = list("rules").flatMap((path) =>
	(parse(read(`prometheus/${path}`)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);
const alerts = rules.filter(({ alert }) => alert !== undefined);

test("the tools of Prometheus are there in CI", () => {
	expect(hasPromtool || process.env.CI === undefined).toBe(true);
});

describe.skipIf(!hasPromtool)("as promtool sees it", () => {
	test("configuration and rules are valid", () => {
		const config = promtool("check", "config", "--syntax-only", "prometheus.yml");
		expect(config.stderr + config.stdout, "configuration").not.toMatch(/FAILED/);
		expect(config.status).toBe(0);
		const check = promtool("check", "rules", "--lint-fatal", ...list("rules"));
		expect(check.status, check.stderr + check.stdout).toBe(0);
	});

	test("rules and alerts do what they say, over simulated days", () => {
		const run = promtool("test", "rules", ...list("tests"));
		expect(run.status, run.stderr + run.stdout).toBe(0);
		expect(run.stdout.match(/SUCCESS/g)).toHaveLength(list("tests").length);
	});
});

test("every alert is tested, has somebody to wake and says what to do", () => {
	const tests = list("tests")
		.map((path) => read(`prometheus/${path}`))
		.join("\n");
	const handbook = readFileSync(new URL("../../../docs/runbook.md", import.meta.url), "utf8").toLowerCase();
	expect(alerts.length).toBeGreaterThan(20);
	for (const { alert, labels, annotations } of alerts) {
		expect(tests, alert).toContain(`alertname: ${alert}`);
		expect(["page", "ticket"], alert).toContain(labels?.severity);
		expect(annotations?.summary, alert).toBeTruthy();
		const [file, anchor] = annotations!.runbook!.split("#");
		expect(file).toBe("docs/runbook.md");
		expect(handbook, alert).toContain(`### ${anchor}\n`);
	}
});

test("objectives and dashboards are what their tables say", () => {
	expect(read("prometheus/rules/slos.yml"), "npm run observability").toBe(sloRules());
	const files = dashboardFiles();
	expect(readdirSync(new URL("../../grafana/dashboards", import.meta.url)).sort()).toEqual([...files.keys()].sort());
	for (const [name, text] of files) {
		expect(JSON.parse(read(`grafana/dashboards/${name}`)), "npm run observability").toEqual(JSON.parse(text));
	}
});

test("dashboards ask the data source that is provisioned, and no two panels lie upon each other", () => {
	const { datasources } = parse(read("grafana/provisioning/datasources/anny-fitter.yml")) as {
		datasources: { uid: string }[];
	};
	const uids = datasources.map(({ uid }) => uid);
	for (const text of dashboardFiles().values()) {
		const { panels } = JSON.parse(text) as {
			panels: { id: number; gridPos: { x: number; y: number; w: number; h: number }; datasource?: { uid: string } }[];
		};
		const taken = new Set<string>();
		for (const { id, gridPos, datasource } of panels) {
			if (datasource !== undefined) expect(uids).toContain(datasource.uid);
			expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
			for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
				for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
					expect(taken.has(`${x},${y}`), `panel ${id}`).toBe(false);
					taken.add(`${x},${y}`);
				}
			}
		}
		expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
	}
});

test("Kibana's objects refer to one another, and search fields that the index knows", () => {
	const objects = read("logs/kibana/objects.ndjson")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as { id: string; type: string; references: { id: string; type: string }[] });
	const known = new Set(objects.map(({ type, id }) => `${type}/${id}`));
	expect(objects.flatMap(({ references }) => references).filter(({ type, id }) => !known.has(`${type}/${id}`))).toEqual(
		[],
	);
	const { properties } = JSON.parse(read("logs/elasticsearch/index-template.json")).template.mappings as {
		properties: Record<string, { properties?: Record<string, unknown> }>;
	};
	const fields = Object.entries(properties).flatMap(([name, { properties: inner }]) =>
		inner === undefined ? [name] : Object.keys(inner).map((each) => `${name}.${each}`),
	);
	const asked = JSON.stringify(objects).match(/(?<=\\"field\\+":\s?\\+")[a-z_.@]+/g) ?? [];
	const queried = read("logs/kibana/objects.ndjson").match(/[a-z_.]+(?= (?::|>) )/g) ?? [];
	expect(asked.length + queried.length).toBeGreaterThan(8);
	expect([...asked, ...queried].filter((field) => !fields.includes(field))).toEqual([]);
});
