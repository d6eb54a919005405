import { readdirSync, readFileSync } from "node:fs";
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { parse as parseYaml } from "yaml";

const DEPLOY = new URL("../../../deploy/", import.meta.url);
/** Prometheus gives these to whatever it reads. */
const SCRAPE_LABELS = ["job", "instance"];

/** A query of a dashboard, an alert or a recording rule. */
export interface Query {
	/** Where it stands, for messages. */
	readonly place: string;
	/** With Grafana's variables replaced. */
	readonly expr: string;
	/** What a recording rule names its result. */
	readonly record?: string;
	/** Labels that the rule adds. */
	readonly added: readonly string[];
}

interface RuleFile {
	readonly groups: readonly {
		readonly name: string;
		readonly rules: readonly {
			readonly record?: string;
			readonly alert?: string;
			readonly expr: string;
			readonly labels?: Readonly<Record<string, string>>;
		}[];
	}[];
}

interface DashboardFile {
	readonly title: string;
	readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

/** Every query in deploy/prometheus, deploy/grafana and the runbook. */
export function allQueries(): Query[] {
	return [...ruleQueries(), ...dashboardQueries(), ...runbookQueries()];
}

function runbookQueries(): Query[] {
	const page = readFileSync(new URL("../docs/runbook.md", DEPLOY), "utf8");
	return [...page.matchAll(/^```promql\n([\s\S]*?)^```/gm)].map(([, expr = ""]) => ({
		place: "docs/runbook.md",
		expr: expr.trim(),
		added: [],
	}));
}

export function dashboardQueries(): Query[] {
	return readFiles("grafana/dashboards/").flatMap(({ text }) => {
		const { title, panels } = JSON.parse(text) as DashboardFile;
		return panels.flatMap((panel) =>
			(panel.targets ?? []).map(({ expr }) => ({
				place: `${title} / ${panel.title}`,
				expr: expr.replaceAll("$__rate_interval", "5m"),
				added: [],
			})),
		);
	});
}

function ruleQueries(): Query[] {
	return readFiles("prometheus/rules/").flatMap(({ name, text }) =>
		(parseYaml(text) as RuleFile).groups.flatMap((group) =>
			group.rules.map(({ record, alert, expr, labels = {} }) => ({
				place: `${name} / ${group.name} / ${record ?? alert}`,
				expr,
				...(record === undefined ? {} : { record }),
				added: Object.keys(labels),
			})),
		),
	);
}

function readFiles(folder: string): { readonly name: string; readonly text: string }[] {
	const url = new URL(folder, DEPLOY);
	return readdirSync(url).map((name) => ({ name, text: readFileSync(new URL(name, url), "utf8") }));
}

/** Names of metrics, as queries write them, with their labels. */
export type Exposed = ReadonlyMap<string, ReadonlySet<string>>;

/** What processes expose, from the text that Prometheus reads. */
export function exposedBy(texts: readonly string[]): Map<string, Set<string>> {
	const exposed = new Map<string, Set<string>>();
	for (const line of texts.flatMap((text) => text.split("\n"))) {
		const [, name, labels = ""] = /^([a-z_:][\w:]*)(?:\{([^}]*)\})? /i.exec(line) ?? [];
		if (name === undefined) continue;
		const known = exposed.get(name) ?? new Set(SCRAPE_LABELS);
		for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
		exposed.set(name, known);
	}
	return exposed;
}

/** What is wrong with queries: metrics and labels that nobody exposes. */
export function findUnknown(queries: readonly Query[], processes: Exposed): string[] {
	const exposed = new Map<string, ReadonlySet<string>>([...processes, ["up", new Set(SCRAPE_LABELS)]]);
	// Rules build upon rules, so their results are learnt until nothing new comes.
	const records = queries.filter(({ record }) => record !== undefined);
	for (const _ of records) {
		for (const { record, expr, added } of records) {
			const known = exposed.get(record!) ?? new Set();
			exposed.set(record!, new Set([...known, ...added, ...resultLabels(expr, exposed)]));
		}
	}
	return queries.flatMap(({ place, expr }) => findUnknownIn(expr, exposed).map((problem) => `${place}: ${problem}`));
}

function findUnknownIn(expr: string, exposed: Exposed): string[] {
	const problems: string[] = [];
	const text = (node: SyntaxNode) => expr.slice(node.from, node.to);
	for (const node of nodesOf(expr)) {
		if (node.type.isError) problems.push(`is no PromQL at "${expr.slice(node.from, node.from + 20)}"`);
		else if (node.name === "VectorSelector") {
			const name = text(node.getChild("Identifier")!);
			const labels = exposed.get(name);
			if (labels === undefined) problems.push(`nobody exposes ${name}`);
			for (const label of within(node, "LabelName").map(text)) {
				if (labels !== undefined && !labels.has(label)) problems.push(`${name} has no label ${label}`);
			}
		} else if (node.name === "GroupingLabels") {
			// Of an aggregation the labels of what it sums up, of an operator those of both sides.
			const around = closest(node, ["AggregateExpr", "BinaryExpr"]);
			const known = new Set(around === null ? [] : innerLabels(expr, around, exposed));
			for (const label of within(node, "LabelName").map(text)) {
				if (!known.has(label)) problems.push(`groups by ${label}, which nothing in "${around && text(around)}" has`);
			}
		}
	}
	return problems;
}

/** Labels that the result may have; a few too many are no harm here. */
function resultLabels(expr: string, exposed: Exposed): string[] {
	const top = parser.parse(expr).topNode;
	const aggregation = within(top, "AggregateExpr").find((node) => node.from === 0 && node.to === expr.length);
	const grouping = aggregation?.getChild("AggregateModifier");
	return grouping?.getChild("By")
		? within(grouping, "LabelName").map((node) => expr.slice(node.from, node.to))
		: innerLabels(expr, top, exposed);
}

function innerLabels(expr: string, node: SyntaxNode, exposed: Exposed): string[] {
	const text = (inner: SyntaxNode) => expr.slice(inner.from, inner.to);
	const ofSelectors = within(node, "VectorSelector").flatMap((selector) => [
		...(exposed.get(text(selector.getChild("Identifier")!)) ?? []),
	]);
	// count_values("hour", …) makes a label.
	const made = [...text(node).matchAll(/count_values\("(\w+)"/g)].map(([, label]) => label!);
	return [...ofSelectors, ...made];
}

function nodesOf(expr: string): SyntaxNode[] {
	const nodes: SyntaxNode[] = [];
	parser.parse(expr).iterate({ enter: (node) => void nodes.push(node.node) });
	return nodes;
}

function within(node: SyntaxNode, name: string): SyntaxNode[] {
	const found: SyntaxNode[] = [];
	node.cursor().iterate((inner) => {
		if (inner.name === name) found.push(inner.node);
	});
	return found;
}

function closest(node: SyntaxNode, names: readonly string[]): SyntaxNode | null {
	let around = node.parent;
	while (around !== null && !names.includes(around.name)) around = around.parent;
	return around;
}
