import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addGpuMetrics, createServiceMetrics } from "@anny-fitter/platform/observability";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { parse as parseYaml } from "yaml";
import {
	type OtlpReceiver,
	type ReceivedSpan,
	startOtlpReceiver,
} from "../../../../packages/platform/test/otlp-receiver.js";
import { greyPng } from "../../../api/test/grey-png.js";
import { type ApiClient, expectStatus, logInClient, registerClient, samplePhoto } from "../api-client.js";
import { hasPrometheus, type PrometheusProcess, startPrometheus } from "../prometheus-process.js";
import { allQueries, dashboardQueries, exposedBy, findUnknown } from "../promql.js";
import { type ServerProcess, startServerProcess } from "../server-process.js";
import { type ServiceProcess, startServiceProcess } from "../service-process.js";

const TRACE = "6e0c63257de34c92bf9efcd03927272e";
const BROWSER_SPAN = "00f067aa0ba902b7";
const DEPLOY = new URL("../../../../deploy/", import.meta.url);
/** What is stated about the person, and must be found nowhere. */
const PERSON = {
	name: "Zephyrine Quillfeather",
	stature_m: "1.7263",
	weight_kg: "68.41",
	file: "zephyrine-at-home.jpg",
};

/** Every process by itself, as containers run them, with a fit that began in a "browser". */
describe("what operators see of real processes", () => {
	let receiver: OtlpReceiver;
	let dataDir: string;
	const services = new Map<string, ServiceProcess>();
	let api: ServerProcess;
	let client: ApiClient;
	let sessionId: string;
	let prometheus: PrometheusProcess | undefined;

	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), "anny-fitter-observed-"));
		receiver = await startOtlpReceiver();
		const traces = {
			OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
			OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
			OTEL_BSP_SCHEDULE_DELAY: "100",
		};
		await Promise.all(
			(["vision", "fitting", "visualization"] as const).map(async (name) =>
				services.set(name, await startServiceProcess(name, traces)),
			),
		);
		api = await startServerProcess({
			env: {
				...traces,
				DATA_DIR: dataDir,
				VISION_URL: services.get("vision")!.url,
				FITTING_URL: services.get("fitting")!.url,
				VISUALIZATION_URL: services.get("visualization")!.url,
				SINGLE_USER: "off",
				RATE_LIMIT_PER_HOUR: "100000",
				READ_RATE_LIMIT_PER_MINUTE: "100000",
				STATUS_RATE_LIMIT_PER_MINUTE: "100000",
			},
		});
		if (hasPrometheus) {
			const targets = [...services].map(([name, { metricsUrl }]) => [`anny-fitter-${name}`, metricsUrl]);
			prometheus = await startPrometheus({ ...Object.fromEntries(targets), "anny-fitter-api": api.url });
			// A first look before anything happens: Prometheus sees no increase in a number that is new.
			while ((await prometheus.query("up == 1")).length < 4) await new Promise((resolve) => setTimeout(resolve, 200));
		}
		client = await registerClient(api.url);
		await useEverything();
	});
	afterAll(async () => {
		await prometheus?.stop();
		await api?.stop();
		await Promise.all([...services.values()].map((service) => service.stop()));
		await receiver?.close();
		await rm(dataDir, { recursive: true, force: true });
	});

	async function useEverything(): Promise<void> {
		const photos = [await samplePhoto("woman-front"), await samplePhoto("woman-side")];
		sessionId = await fit(photos, { traceparent: `00-${TRACE}-${BROWSER_SPAN}-00` });
		const { status, model_id } = await client.waitForEnd(sessionId);
		expect(status).toBe("completed");
		for (let i = 0; i < 2; i++) {
			await expectStatus(200, client.request("GET", `/models/${model_id}`));
			const file = await expectStatus(200, client.request("GET", `/models/${model_id}/export?format=glb`));
			await file.arrayBuffer();
		}
		const made = await expectStatus(201, client.request("POST", "/subjects", { json: { name: PERSON.name } }));
		const { subject_id } = (await made.json()) as { subject_id: string };
		for (let i = 0; i < 2; i++) await expectStatus(200, client.request("GET", `/subjects/${subject_id}`));
		await expectStatus(404, client.request("GET", `/models/${crypto.randomUUID()}`));
		await expect(logInClient(api.url, client.email, "a wrong password")).rejects.toThrow("401");
		const nobody = await client.waitForEnd(await fit([greyPng(512)], {}));
		expect(nobody).toMatchObject({ status: "failed", error: { code: "no_person" } });
	}

	async function fit(photos: readonly Buffer[], headers: Readonly<Record<string, string>>): Promise<string> {
		const form = new FormData();
		for (const photo of photos) form.append("photos", new Blob([new Uint8Array(photo)]), PERSON.file);
		for (const [name, value] of Object.entries({ stature_m: PERSON.stature_m, weight_kg: PERSON.weight_kg })) {
			form.append(name, value);
		}
		const accepted = await fetch(`${api.url}/api/v1/fit`, {
			method: "POST",
			headers: { authorization: `Bearer ${client.token}`, ...headers },
			body: form,
		});
		return ((await (await expectStatus(202, Promise.resolve(accepted))).json()) as { session_id: string }).session_id;
	}

	const logLines = () =>
		[api.log(), ...[...services.values()].map((service) => service.log())].flatMap((log) =>
			log
				.split("\n")
				.filter((line) => line.startsWith("{"))
				.map((line) => JSON.parse(line) as Record<string, unknown>),
		);
	const metricsTexts = () =>
		Promise.all(
			[`${api.url}/metrics`, ...[...services.values()].map(({ metricsUrl }) => `${metricsUrl}/metrics`)].map(
				async (url) => (await expectStatus(200, fetch(url))).text(),
			),
		);

	test("one trace leads from the browser to the solver, through every process", async () => {
		const wanted: readonly [service: string, name: string][] = [
			["api", "POST /api/v1/fit"],
			["api", "database transaction"],
			["api", "insert sessions"],
			["api", "fit"],
			["api", "fit queue"],
			["api", "anny_fitter.v1.VisionService/Analyse"],
			["vision", "anny_fitter.v1.VisionService/Analyse"],
			["vision", "photo decode"],
			["vision", "photo vision"],
			["vision", "inference pose_landmark"],
			["api", "anny_fitter.v1.FittingService/Fit"],
			["fitting", "anny_fitter.v1.FittingService/Fit"],
			["fitting", "task fit"],
			["fitting", "solve landmarks"],
			["fitting", "solve silhouettes"],
			["fitting", "solve measure"],
			["api", "insert fitted_models"],
		];
		await receiver.waitFor(wanted.map(([, name]) => name));
		const spans = receiver.spans.filter(({ traceId }) => traceId === TRACE);
		const found = spans.map(({ service, name }) => `${service}: ${name}`);
		expect(found).toEqual(expect.arrayContaining(wanted.map(([service, name]) => `${service}: ${name}`)));
		// All hang together, and only the request hangs on the browser.
		const byId = new Map(spans.map((span) => [span.spanId, span]));
		const roots = spans.filter(({ parentSpanId }) => !byId.has(parentSpanId ?? ""));
		expect(roots.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([["POST /api/v1/fit", BROWSER_SPAN]]);
		const ancestors = (span: ReceivedSpan): string[] => {
			const parent = byId.get(span.parentSpanId ?? "");
			return parent === undefined ? [] : [parent.name, ...ancestors(parent)];
		};
		const solving = spans.find(({ name }) => name === "solve silhouettes")!;
		expect(ancestors(solving)).toEqual([
			"task fit",
			"anny_fitter.v1.FittingService/Fit",
			"anny_fitter.v1.FittingService/Fit",
			"fit",
			"POST /api/v1/fit",
		]);
		// Waiting and stages fill the fit: nothing of weight happens outside of them. The first fit of a process has a slow start.
		const whole = spans.find(({ name }) => name === "task fit")!;
		const parts = spans.filter(({ name, service }) => service === "fitting" && /^(solve |task wait)/.test(name));
		const length_ms = ({ start_ms, end_ms }: ReceivedSpan) => end_ms - start_ms;
		const accounted_ms = parts.reduce((sum, span) => sum + length_ms(span), 0);
		expect(accounted_ms / length_ms(whole)).toBeGreaterThan(0.65);
		expect(accounted_ms / length_ms(whole)).toBeLessThan(1.05);
	});

	test("the collector lets through every attribute that the processes send, and no other", async () => {
		const collector = parseYaml(await readFile(new URL("otel/collector.yml", DEPLOY), "utf8"));
		const allowed: string[] = collector.processors.redaction.allowed_keys;
		const sent = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
		expect([...sent].filter((key) => !allowed.includes(key))).toEqual([]);
		expect(sent).toContain("http.route");
	});

	test("the lines of that trace stand in the logs of all processes, in the fields that Elasticsearch knows", async () => {
		const lines = logLines();
		const ofTrace = lines.filter(({ trace_id }) => trace_id === TRACE);
		expect(new Set(ofTrace.map(({ service }) => service))).toEqual(new Set(["api", "vision", "fitting"]));
		expect(ofTrace.find(({ action }) => action === "model_fitting")).toMatchObject({
			timestamp: expect.stringMatching(/Z$/),
			level: "info",
			service: "api",
			user_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
			duration_ms: expect.any(Number),
			error: null,
			session_id: sessionId,
			outcome: "completed",
		});
		expect(lines.find(({ outcome }) => outcome === "failed")).toMatchObject({ error: { code: "no_person" } });
		expect(ofTrace.find(({ action }) => action === "http_request")).toMatchObject({
			route: "/api/v1/fit",
			status: 202,
			error: null,
		});
		const template = JSON.parse(await readFile(new URL("logs/elasticsearch/index-template.json", DEPLOY), "utf8"));
		expect(lines.flatMap((line) => unfit(line, template.template.mappings.properties))).toEqual([]);
	});

	test("nothing of the person stands in traces, logs or numbers", async () => {
		const texts = [receiver.text, api.log(), ...[...services.values()].map((s) => s.log()), ...(await metricsTexts())];
		const all = texts.join("\n");
		const [email, ...rest] = [client.email, client.password, client.token, ...Object.values(PERSON)];
		for (const secret of [email!, email!.split("@")[0]!, ...rest]) expect(all.includes(secret)).toBe(false);
		// The search would find what is there.
		expect(all).toContain("no_person");
	});

	test("every metric and label that dashboards, alerts and objectives ask for is there", async () => {
		const exposed = exposedBy(await metricsTexts());
		// This machine has no GPU; the names are those that a process with one exposes.
		const withGpu = createServiceMetrics({ service: "vision" });
		expect(await addGpuMetrics(withGpu, await fakeDriver(dataDir))).toBe(1);
		for (const [name, labels] of exposedBy([await withGpu.render()]))
			if (name.startsWith("gpu_")) exposed.set(name, labels);
		const queries = allQueries();
		expect(queries.length).toBeGreaterThan(120);
		expect(findUnknown(queries, exposed)).toEqual([]);
		// The check finds what is wrong.
		const wrong = [
			"rate(fits_totals[5m])",
			'fits_total{outcom="failed"}',
			"sum by (routes) (http_requests_open)",
			"fits_total / on (colour) fits_total",
			"sum(",
		].map((expr) => ({ place: "test", expr, added: [] }));
		expect(wrong.filter((query) => findUnknown([query], exposed).length === 0)).toEqual([]);
	});

	test("connections that watched a fit do not count as open for ever", async () => {
		const open = async () => {
			const text = await (await fetch(`${api.url}/metrics`)).text();
			return Number(/^http_requests_open\{.*\} (\d+)$/m.exec(text)?.[1]);
		};
		// The scrape itself, and Prometheus' own now and then.
		const quiet = await open();
		expect(quiet).toBeLessThanOrEqual(2);
		const address = `${api.url.replace("http", "ws")}/api/v1/sessions/${sessionId}/events`;
		const sockets = Array.from({ length: 5 }, () => new WebSocket(address, ["bearer", `bearer.${client.token}`]));
		await Promise.all(sockets.map((socket) => once(socket, "message")));
		for (const socket of sockets) socket.terminate();
		await expect.poll(open, { timeout: 5000 }).toBeLessThanOrEqual(2);
	});

	test("labels stay few, whatever is asked for", async () => {
		const count = async () =>
			(await metricsTexts())
				.join("\n")
				.split("\n")
				.filter((line) => !line.startsWith("#")).length;
		await fetch(`${api.url}/nothing/at/all`);
		const before = await count();
		for (let i = 0; i < 40; i++) {
			await fetch(`${api.url}/nothing/${crypto.randomUUID()}`);
			await client.request("GET", `/models/${crypto.randomUUID()}`);
			await client.request("GET", `/subjects?search=${crypto.randomUUID()}`);
		}
		// Bounds of histograms of a route that was not asked for before.
		expect((await count()) - before).toBeLessThanOrEqual(32);
		expect(before).toBeLessThan(4000);
	});

	describe.skipIf(!hasPrometheus)("through Prometheus", () => {
		/** Where the system is well, or small, these have nothing to show. */
		const MAY_BE_EMPTY = [
			/^gpu_/,
			/code!="ok"/,
			// A failure that is there at the first reading is no increase.
			/^sum by \(code, cause\).* > 0$/,
		];

		test("every query runs, and shows something", async () => {
			const findEmpty = async () => {
				const empty: string[] = [];
				for (const { place, expr } of dashboardQueries()) {
					if (MAY_BE_EMPTY.some((pattern) => pattern.test(expr))) await prometheus!.query(expr);
					else if ((await prometheus!.query(expr)).length === 0) empty.push(`${place}: ${expr}`);
				}
				return empty;
			};
			// After two readings and an evaluation of the rules.
			await expect.poll(findEmpty, { timeout: 30_000, interval: 1000 }).toEqual([]);
			const rules = await prometheus!.get<{
				groups: { rules: { name: string; health: string; lastError?: string }[] }[];
			}>("rules");
			const all = rules.groups.flatMap((group) => group.rules);
			expect(all.length).toBeGreaterThan(60);
			expect(all.filter(({ health }) => health !== "ok")).toEqual([]);
		});

		test("numbers say what happened", async () => {
			const value = async (expr: string) => Number((await prometheus!.query(expr))[0]?.value);
			expect(await value('sum(fits_total{outcome=~"completed|flagged"})')).toBe(1);
			expect(await value('sum(fit_failures_total{code="no_person",cause="input"})')).toBe(1);
			expect(await value("sum(fit_photos_sum)")).toBe(3);
			expect(await value("sum(vision_photos_total)")).toBe(3);
			expect(await value('sum(exports_total{format="glb"})')).toBe(2);
			expect(await value('cache_reads_total{cache="export",result="hit"}')).toBe(1);
			expect(await value("sum(fit_expected_pve_millimetres_count)")).toBe(1);
			expect(await value('sum(fitting_stage_duration_seconds_count{stage="silhouettes"})')).toBeGreaterThan(0);
			expect(await value("min(dependency_up)")).toBe(1);
			expect(await value("count(dependency_up)")).toBe(8);
			expect(await value('sum(up{job=~"anny-fitter-.*"})')).toBe(4);
		});

		test("a number leads to the trace behind it", async () => {
			for (const metric of [
				'http_request_duration_seconds_bucket{route="/api/v1/fit"}',
				"fit_response_seconds_bucket",
				"fitting_stage_duration_seconds_bucket",
				"inference_duration_seconds_bucket",
			]) {
				expect(await prometheus!.exemplars(metric), metric).toContain(TRACE);
			}
		});
	});
});

/** Fields of a line that the index would not know or could not take. */
function unfit(value: Readonly<Record<string, unknown>>, properties: Readonly<Record<string, Mapping>>): string[] {
	return Object.entries(value).flatMap(([name, field]) => {
		const mapping = properties[name];
		if (mapping === undefined) return [`${name} is not in the template`];
		if (field === null || mapping.enabled === false) return [];
		if (mapping.properties !== undefined) {
			return typeof field === "object"
				? unfit(field as Record<string, unknown>, mapping.properties).map((problem) => `${name}.${problem}`)
				: [`${name} is no object`];
		}
		return FITS[mapping.type ?? ""]?.(field) ? [] : [`${name} is ${typeof field}, not ${mapping.type}`];
	});
}

interface Mapping {
	readonly type?: string;
	readonly enabled?: boolean;
	readonly properties?: Readonly<Record<string, Mapping>>;
}

const isText = (value: unknown) => typeof value === "string";
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
	keyword: isText,
	text: isText,
	match_only_text: isText,
	date: (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
	float: (value) => typeof value === "number",
	short: (value) => Number.isInteger(value) && Math.abs(value as number) < 32_768,
	long: (value) => Number.isInteger(value),
	boolean: (value) => typeof value === "boolean",
};

/** Prints what NVIDIA's program prints. */
async function fakeDriver(folder: string): Promise<string> {
	const path = join(folder, "driver");
	await writeFile(path, "#!/bin/sh\necho '0, 37, 2048, 8192, 61, 180.5'\n", { mode: 0o700 });
	return path;
}
