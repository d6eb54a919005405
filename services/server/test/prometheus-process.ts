import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../packages/platform/test/free-port.js";

const RULES = fileURLToPath(new URL("../../../deploy/prometheus/rules", import.meta.url));

export const hasPrometheus = spawnSync("prometheus", ["--version"]).status === 0;

interface Answer<Result> {
	readonly status: string;
	readonly error?: string;
	readonly data: Result;
}

export interface PrometheusProcess {
	/** Values of an instant query. @throws Error with what Prometheus says of a query that it cannot run */
	query(
		expr: string,
	): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: string }[]>;
	/** Trace ids beside the numbers of a metric in the last minutes. */
	exemplars(expr: string): Promise<readonly string[]>;
	get<Result>(path: string): Promise<Result>;
	stop(): Promise<void>;
}

/** Debian's Prometheus with the project's rules, reading the given addresses every two seconds. */
export async function startPrometheus(targets: Readonly<Record<string, string>>): Promise<PrometheusProcess> {
	const folder = mkdtempSync(join(tmpdir(), "anny-fitter-prometheus-"));
	cpSync(RULES, join(folder, "rules"), { recursive: true });
	for (const name of readdirSync(join(folder, "rules"))) {
		const path = join(folder, "rules", name);
		// Nobody waits an hour for a test.
		writeFileSync(path, readFileSync(path, "utf8").replace(/^( +interval:) \S+$/gm, "$1 1s"));
	}
	const scrapes = Object.entries(targets).map(
		([job, url]) => `  - { job_name: ${job}, static_configs: [{ targets: ["${new URL(url).host}"] }] }`,
	);
	writeFileSync(
		join(folder, "prometheus.yml"),
		[
			"global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s }",
			"rule_files: [rules/*.yml]",
			"scrape_configs:",
			...scrapes,
		].join("\n"),
	);
	const port = await freePort();
	const child = spawn(
		"prometheus",
		[
			`--config.file=${folder}/prometheus.yml`,
			`--storage.tsdb.path=${folder}/data`,
			`--web.listen-address=127.0.0.1:${port}`,
			"--enable-feature=exemplar-storage",
			"--log.level=error",
		],
		{ stdio: ["ignore", "ignore", "inherit"] },
	);
	const exited = once(child, "exit");
	const get = async <Result>(path: string): Promise<Result> => {
		const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
		const { status, error, data } = (await answer.json()) as Answer<Result>;
		if (status !== "success") throw new Error(`${path}: ${error}`);
		return data;
	};
	for (let i = 0; ; i++) {
		const ready = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => null);
		if (ready?.ok) break;
		if (i > 150 || child.exitCode !== null) throw new Error("Prometheus did not start");
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	return {
		get,
		query: async (expr) => {
			const { resultType, result } = await get<{
				resultType: string;
				result: { metric: Record<string, string>; value: [number, string] }[] | [number, string];
			}>(`query?query=${encodeURIComponent(expr)}`);
			if (resultType === "scalar") return [{ metric: {}, value: String(result[1]) }];
			return (result as { metric: Record<string, string>; value: [number, string] }[]).map(({ metric, value }) => ({
				metric,
				value: value[1],
			}));
		},
		exemplars: async (expr) => {
			const now_s = Date.now() / 1000;
			const series = await get<{ exemplars: { labels: { trace_id: string } }[] }[]>(
				`query_exemplars?query=${encodeURIComponent(expr)}&start=${now_s - 600}&end=${now_s + 60}`,
			);
			return series.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
		},
		stop: async () => {
			child.kill("SIGTERM");
			await exited;
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
