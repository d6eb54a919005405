import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, loadMigrationSettings } from "@anny-fitter/platform/config";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { readFittingSettings } from "../../../services/fitting/dist/settings.js";
import { readVisionSettings } from "../../../services/vision/dist/settings.js";
import { readVisualizationSettings } from "../../../services/visualization/dist/settings.js";
import { BREAKAGES } from "./breakages.js";
import {
	areToolsPresent,
	FOLDER,
	HELM,
	helmArguments,
	importModel,
	type Manifest,
	modelOf,
	parseYaml,
	render,
} from "./chart.js";
import { findViolations, mayCall, ofKind, unknownVariables, type Workload, workloads } from "./policies.js";

const GPU = ["--values", join(FOLDER, "chart/values-gpu.yaml")];
const BOTH_COLORS = ["--set", "colors.green.enabled=true,colors.green.tag=0.2.0"];

describe.skipIf(!areToolsPresent)("the chart", () => {
	let standard: Manifest[];
	let full: Manifest[];

	beforeAll(async () => {
		standard = await render();
		full = await render(
			...GPU,
			...BOTH_COLORS,
			"--set",
			"monitoring.otlpEndpoint=http://collector.monitoring.svc:4318,secrets.provider=aws,secrets.aws.roleArn=arn:aws:iam::1:role/r",
		);
	});

	it("renders what the schemas of Kubernetes and of its extensions accept", async () => {
		for (const manifest of [...standard, ...full]) {
			const Model = await importModel(manifest);
			expect(() => new Model(manifest).validate(), `${manifest.kind} ${manifest.metadata.name}`).not.toThrow();
		}
		const broken = structuredClone(standard.find(({ kind }) => kind === "ScaledObject"));
		delete broken.spec.scaleTargetRef.name;
		const ScaledObject = await importModel(broken);
		expect(() => new ScaledObject(broken).validate()).toThrow("name");
	});

	it("has no field that Kubernetes does not know", () => {
		expect(findUnknownFields(full)).toEqual([]);
		const misspelt = structuredClone(full.filter(({ kind }) => kind === "Deployment"));
		misspelt[0].spec.template.spec.containers[0].readynessProbe = {};
		expect(findUnknownFields(misspelt).join()).toContain("readynessProbe");
	});

	it("keeps every rule of policies.ts, with processors and with GPUs, with one color and with two", () => {
		expect(findViolations(standard)).toEqual([]);
		expect(findViolations(full)).toEqual([]);
		expect(workloads(standard).map(({ name }) => name.replace("anny-fitter-", ""))).toEqual(
			expect.arrayContaining(
				["api-blue", "web-blue", "vision-blue", "fitting-blue", "visualization-blue", "rpc-blue", "postgres"].concat([
					"redis",
					"photo-vault",
					"backup",
					"restore-test",
				]),
			),
		);
		expect(workloads(full)).toHaveLength(workloads(standard).length + 7);
	});

	it.each(BREAKAGES)("shows when $name", ({ expected, breakIt }) => {
		const broken = structuredClone(standard);
		breakIt(broken);
		expect(findViolations(broken).join("; ")).toContain(expected);
	});

	it("gives the API settings with which it starts", () => {
		const api = find(standard, "api-blue");
		const variables = variablesOf(api);
		expect(unknownVariables(Object.keys(variables))).toEqual([]);
		expect(unknownVariables(["VISION_URI"])).toEqual(["VISION_URI"]);
		const config = loadWithSecrets(variables);
		expect(config).toMatchObject({
			mode: "production",
			host: "0.0.0.0",
			port: api.spec.containers[0].ports[0].containerPort,
			publicUrl: "https://fit.example.org",
			trustedProxies: 1,
			singleUser: false,
			webDir: undefined,
			migratesDatabase: false,
			databaseOwnerUrl: undefined,
		});
		for (const key of [
			"databaseUrl",
			"fieldKeys",
			"redisUrl",
			"vaultRedisUrl",
			"vaultSecret",
			"metricsToken",
			"s3",
		] as const) {
			expect(config[key], key).toBeDefined();
		}
		expect(config.shutdownGrace_ms).toBeLessThan(1000 * api.spec.terminationGracePeriodSeconds);
	});

	it("migrates before an upgrade's pods start, once for each color, as the owner", async () => {
		const upgrade = await render(...BOTH_COLORS, "--is-upgrade");
		expect(findViolations(upgrade)).toEqual([]);
		const jobs = ofKind(upgrade, "Job");
		expect(jobs.map(({ spec }) => spec.template.spec.containers[0].image.split(":")[1])).toEqual(["0.1.0", "0.2.0"]);
		for (const { metadata } of jobs) expect(metadata.annotations["helm.sh/hook"]).toBe("pre-upgrade");
		// PostgreSQL comes with the first installation, so nothing can run before that.
		expect(ofKind(standard, "Job")[0].metadata.annotations).toBeUndefined();
		const variables = variablesOf(find(upgrade, "migrate-blue"));
		expect(unknownVariables(Object.keys(variables))).toEqual([]);
		expect(loadMigrationSettings(withSecrets(variables))).toMatchObject({
			url: expect.stringContaining("anny_fitter_login"),
			ownerUrl: expect.stringContaining("anny_fitter_owner"),
		});
	});

	it("reads on a replica and calls stores elsewhere where the values say so", async () => {
		expect(loadWithSecrets(variablesOf(find(standard, "api-blue"))).databaseReplicaUrl).toBeUndefined();
		const external = "stores.external[0].cidr=10.20.0.0/24,stores.external[0].ports={5432,26379}";
		const manifests = await render("--set", `postgres.readReplica=true,${external}`);
		expect(findViolations(manifests)).toEqual([]);
		const config = loadWithSecrets(variablesOf(find(manifests, "api-blue")));
		expect(config.databaseReplicaUrl).toContain("replica.example.org");
		const { spec } = ofKind(manifests, "NetworkPolicy").find(({ metadata }) => /external-store-0$/.test(metadata.name));
		expect(spec.egress[0].ports.map(({ port }: Manifest) => port)).toEqual([5432, 26_379]);
	});

	it("asks each service at the port where it listens", () => {
		const services = {
			vision: readVisionSettings,
			fitting: readFittingSettings,
			visualization: readVisualizationSettings,
		};
		for (const [name, read] of Object.entries(services)) {
			const { spec } = find(full, `${name}-green`);
			const [container] = spec.containers;
			const settings = read(variablesOf({ spec }));
			expect(settings.host).toBe("0.0.0.0");
			expect(container.ports.map((port: Manifest) => port.containerPort)).toContain(settings.port);
			for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
				expect(container[probe].grpc.port, `${name} ${probe}`).toBe(settings.port);
			}
			expect(settings.shutdownGrace_ms).toBeLessThan(1000 * spec.terminationGracePeriodSeconds);
			// As many threads as the pod may use cores: Node would count the machine's.
			const threads = container.env.find((variable: Manifest) => variable.name === `${name.toUpperCase()}_THREADS`);
			expect(threads.valueFrom.resourceFieldRef).toEqual({
				containerName: container.name,
				resource: "limits.cpu",
				divisor: "1",
			});
			expect(Number(container.resources.limits.cpu)).toBeGreaterThanOrEqual(1);
		}
		expect(read(full, "vision-green").device).toBe("cuda");
		expect(read(standard, "vision-blue").device).toBe("cpu");
		function read(manifests: Manifest[], name: string) {
			return readVisionSettings(variablesOf(find(manifests, name)));
		}
	});

	it("places vision on GPUs and fitting beside them, or both on processors", () => {
		const vision = find(full, "vision-blue").spec;
		expect(vision.containers[0].resources.limits["nvidia.com/gpu"]).toBe("1");
		const terms = vision.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
		expect(terms[0].matchExpressions.map((it: Manifest) => it.key)).toEqual([
			"nvidia.com/gpu.present",
			"nvidia.com/gpu.memory",
		]);
		const fitting = find(full, "fitting-blue").spec;
		expect(fitting.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution).toHaveLength(1);
		expect(fitting.containers[0].resources.limits).not.toHaveProperty("nvidia.com/gpu");
		for (const name of ["vision-blue", "fitting-blue"]) expect(find(standard, name).spec.affinity).toBeUndefined();
	});

	it("scales the API by processors from 2 to 10, and services by a metric that the API has", () => {
		const [scaler] = ofKind(standard, "HorizontalPodAutoscaler");
		expect(scaler.spec).toMatchObject({ minReplicas: 2, maxReplicas: 10 });
		expect(
			ofKind(standard, "Deployment").find(({ metadata }) => metadata.name === "anny-fitter-api-blue").spec.replicas,
		).toBe(3);
		const metrics = readFileSync(join(FOLDER, "../../packages/platform/dist/observability/metrics.js"), "utf8");
		const objects = ofKind(standard, "ScaledObject");
		expect(objects.map(({ metadata }) => metadata.name)).toEqual([
			"anny-fitter-fitting-blue",
			"anny-fitter-vision-blue",
		]);
		for (const { spec } of objects) {
			const [, metric] = /(\w+)\{/.exec(spec.triggers[0].metadata.query) ?? [];
			expect(metrics).toContain(`"${metric}"`);
		}
	});

	it("lets nobody call what he needs not", () => {
		const at = (name: string) => find(standard, name);
		expect(mayCall(standard, at("api-blue"), at("postgres"), 5432)).toBe(true);
		expect(mayCall(standard, at("rpc-blue"), at("fitting-blue"), 8002)).toBe(true);
		for (const [from, to, port] of [
			["web-blue", "postgres", 5432],
			["web-blue", "api-blue", 8000],
			["vision-blue", "postgres", 5432],
			["fitting-blue", "redis", 6379],
			["api-blue", "fitting-blue", 8002],
			["restore-test", "postgres", 5432],
			["backup", "photo-vault", 6379],
			["api-blue", "postgres", 22],
		] as const) {
			expect(mayCall(standard, at(from), at(to), port), `${from} → ${to}:${port}`).toBe(false);
		}
		// Photos and bodies leave no service for the internet.
		const outside = ofKind(standard, "NetworkPolicy").filter(({ spec }) => JSON.stringify(spec).includes("ipBlock"));
		expect(outside.map(({ spec }) => spec.podSelector.matchLabels["app.kubernetes.io/component"])).toEqual(["api"]);
	});

	it("lets Prometheus find the API's metrics once per pod, with the token", () => {
		const [monitor] = ofKind(standard, "ServiceMonitor").filter(({ metadata }) => metadata.name.endsWith("-api"));
		const found = ofKind(standard, "Service").filter(
			({ metadata }) =>
				Object.entries(monitor.spec.selector.matchLabels).every(([key, value]) => metadata.labels[key] === value) &&
				monitor.spec.selector.matchExpressions.every((it: Manifest) => it.key in metadata.labels),
		);
		expect(found.map(({ metadata }) => metadata.name)).toEqual(["anny-fitter-api-blue"]);
		expect(found[0].spec.ports.map((port: Manifest) => port.name)).toContain(monitor.spec.endpoints[0].port);
		const { credentials } = monitor.spec.endpoints[0].authorization;
		const external = ofKind(standard, "ExternalSecret").find(({ spec }) => spec.target.name === credentials.name);
		expect(external.spec.data.map((it: Manifest) => it.secretKey)).toContain(credentials.key);
		// Else Kubernetes' service would take the place of the label that dashboards ask for.
		const endpoints = ofKind(standard, "ServiceMonitor").flatMap(({ spec }) => spec.endpoints);
		expect(endpoints.map(({ honorLabels }) => honorLabels)).toEqual([true, true]);
	});

	it("brings every rule of deploy/prometheus along", async () => {
		const folder = join(FOLDER, "../prometheus/rules");
		const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
		const wanted = (await Promise.all(texts.map(parseYaml))).flatMap(([file]) => file.groups);
		const [{ spec }] = ofKind(standard, "PrometheusRule");
		expect(new Set(spec.groups.map(comparable))).toEqual(new Set(wanted.map(comparable)));
		expect(wanted.length).toBeGreaterThan(2);
		function comparable(group: Manifest): string {
			return JSON.stringify([
				group.name,
				group.rules.map((rule: Manifest) => [rule.alert ?? rule.record, rule.expr, rule.for]),
			]);
		}
	});

	it("refuses values that would break it, and says which", () => {
		for (const [value, message] of [
			["colors.blue.tag=latest", "/colors/blue/tag"],
			["images.postgres=postgres", "/images/postgres"],
			["activeColor=green", "colors.green is active but not enabled"],
			["api.replica=3", "replica"],
			["secrets.provider=aws", "secrets.aws.roleArn"],
			["backup.recipient=none", "/backup/recipient"],
		] as const) {
			const { status, stderr } = spawnSync(HELM, helmArguments(["--set", value]), { encoding: "utf8" });
			expect(status, value).not.toBe(0);
			expect(stderr).toContain(message);
		}
	});

	it("is installed into a namespace that refuses weaker pods", async () => {
		const [namespace] = await parseYaml(readFileSync(join(FOLDER, "namespace.yaml"), "utf8"));
		expect(namespace.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
	});
});

function find(manifests: readonly Manifest[], name: string): Workload {
	const found = workloads(manifests).find((it) => it.name === `anny-fitter-${name}`);
	if (found === undefined) throw new Error(`There is no workload ${name}.`);
	return found;
}

function variablesOf({ spec }: Pick<Workload, "spec">): Record<string, string> {
	return Object.fromEntries(spec.containers[0].env.map(({ name, value }: Manifest) => [name, value]));
}

function loadWithSecrets(variables: Readonly<Record<string, string>>) {
	return loadConfig(withSecrets(variables));
}

/** Variables as a process gets them, with the contents of the files that External Secrets makes. */
function withSecrets(variables: Readonly<Record<string, string>>): Record<string, string> {
	const contents: Readonly<Record<string, string>> = {
		"database-url": "postgres://anny_fitter_login:x@anny-fitter-postgres:5432/anny_fitter",
		"database-owner-url": "postgres://anny_fitter_owner:x@anny-fitter-postgres:5432/anny_fitter",
		"database-replica-url": "postgres://anny_fitter_login:x@replica.example.org:5432/anny_fitter",
		"redis-url": "redis://:x@anny-fitter-redis:6379",
		"vault-redis-url": "redis://:x@anny-fitter-photo-vault:6379",
		"field-keys": `2026a:${randomBytes(32).toString("base64")}`,
	};
	return Object.fromEntries(
		Object.entries(variables).map(([name, path]) => {
			const key = /^\/run\/secrets\/(?:anny-fitter|migrate)\/(.+)$/.exec(path)?.[1];
			if (key === undefined) return [name, path];
			return [name.replace(/_FILE$/, ""), contents[key] ?? randomBytes(48).toString("hex")];
		}),
	);
}

/**
 * The validators accept fields they do not know, as schemas do; the types that come with them do not. So TypeScript looks
 * at the manifests as literals of those types.
 */
function findUnknownFields(manifests: readonly Manifest[]): string[] {
	const file = join(FOLDER, "rendered.ts");
	const text = manifests
		.map((it, index) => `const m${index}: import("${modelOf(it)}").I${it.kind} = ${JSON.stringify(it)};`)
		.join("\n");
	const options: ts.CompilerOptions = {
		strict: true,
		noEmit: true,
		skipLibCheck: true,
		types: [],
		target: ts.ScriptTarget.ES2022,
		module: ts.ModuleKind.ESNext,
		moduleResolution: ts.ModuleResolutionKind.Bundler,
	};
	const host = ts.createCompilerHost(options);
	const { fileExists, getSourceFile } = host;
	host.fileExists = (path) => path === file || fileExists(path);
	host.getSourceFile = (path, version, ...rest) =>
		path === file ? ts.createSourceFile(path, text, version) : getSourceFile(path, version, ...rest);
	const program = ts.createProgram([file], options, host);
	return ts
		.getPreEmitDiagnostics(program)
		.map(
			(it) =>
				`${it.file?.fileName.slice(FOLDER.length) ?? ""}: ${ts.flattenDiagnosticMessageText(it.messageText, " ")}`,
		);
}
