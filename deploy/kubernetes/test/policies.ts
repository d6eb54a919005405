import { readFileSync } from "node:fs";
import { SETTING_NAMES } from "../../../packages/platform/dist/config/settings.js";
import type { Manifest } from "./chart.js";

/** A pod as its controller makes it. */
export interface Workload {
	readonly kind: string;
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly spec: Manifest;
}

const CONTROLLERS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

export function workloads(manifests: readonly Manifest[]): Workload[] {
	return manifests
		.filter(({ kind }) => CONTROLLERS.includes(kind))
		.map(({ kind, metadata, spec }) => {
			const template = kind === "CronJob" ? spec.jobTemplate.spec.template : spec.template;
			return { kind, name: metadata.name, labels: template.metadata.labels, spec: template.spec };
		});
}

export function ofKind(manifests: readonly Manifest[], kind: string): Manifest[] {
	return manifests.filter((manifest) => manifest.kind === kind);
}

export function isSelected(selector: Manifest, labels: Readonly<Record<string, string>>): boolean {
	return (
		Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => labels[name] === value) &&
		(selector?.matchExpressions ?? []).every((it: Manifest) =>
			it.operator === "In" ? it.values.includes(labels[it.key]) : it.operator === "Exists" && it.key in labels,
		)
	);
}

/** Whether network policies of one namespace let pods call pods; as Kubernetes does, all that selects a pod adds up. */
export function mayCall(manifests: readonly Manifest[], from: Workload, to: Workload, port: number): boolean {
	const side = (subject: Workload, peer: Workload, type: "Ingress" | "Egress") => {
		const policies = ofKind(manifests, "NetworkPolicy").filter(
			({ spec }) => spec.policyTypes.includes(type) && isSelected(spec.podSelector, subject.labels),
		);
		if (policies.length === 0) return true;
		return policies.some(({ spec }) =>
			(spec[type.toLowerCase()] ?? []).some(
				(rule: Manifest) =>
					(rule.ports ?? [{ port }]).some((it: Manifest) => it.port === port) &&
					(rule[type === "Ingress" ? "from" : "to"] ?? [{ podSelector: {} }]).some(
						(it: Manifest) =>
							it.ipBlock === undefined && it.namespaceSelector === undefined && isSelected(it.podSelector, peer.labels),
					),
			),
		);
	};
	return side(from, to, "Egress") && side(to, from, "Ingress");
}

/** Everything that is wrong with what was rendered, in sentences. */
export function findViolations(manifests: readonly Manifest[]): string[] {
	return [
		...workloads(manifests).flatMap((workload) => [
			...checkPod(workload),
			...workload.spec.containers.flatMap((container: Manifest) => checkContainer(workload, container)),
			...checkReferences(manifests, workload),
			...checkNetwork(manifests, workload),
			...checkBudget(manifests, workload),
			...checkOwner(workload),
		]),
		...ofKind(manifests, "Service").flatMap((service) => checkService(manifests, service)),
		...checkScaling(manifests),
		...ofKind(manifests, "Ingress").flatMap((ingress) => checkIngress(manifests, ingress)),
		...ofKind(manifests, "Secret").map(({ metadata }) => `Secret ${metadata.name}: secrets belong to the provider`),
	];
}

function checkPod({ name, spec }: Workload): string[] {
	const { securityContext: security = {} } = spec;
	const rules: [boolean, string][] = [
		[security.runAsNonRoot === true && security.runAsUser > 0, "runs as root"],
		[security.seccompProfile?.type === "RuntimeDefault", "has no seccomp profile"],
		[spec.automountServiceAccountToken === false, "gets a token of the cluster"],
		[!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, "shares the host's namespaces"],
		[!(spec.volumes ?? []).some((volume: Manifest) => "hostPath" in volume), "mounts a folder of the host"],
		[spec.serviceAccountName !== "default", "runs under the default account"],
		[spec.initContainers === undefined, "has init containers, which no rule here looks at"],
	];
	return rules.filter(([ok]) => !ok).map(([, text]) => `${name} ${text}`);
}

function checkContainer({ kind, name, spec }: Workload, container: Manifest): string[] {
	const { securityContext: security = {}, resources = {}, image = "" } = container;
	const runsOn = kind !== "CronJob" && kind !== "Job";
	const ports = (container.ports ?? []).map((port: Manifest) => port.containerPort);
	const isThere = (probe: Manifest) => {
		const port = probe?.httpGet?.port ?? probe?.grpc?.port;
		if (port === undefined) return probe?.exec !== undefined;
		return ports.includes(port) || (container.ports ?? []).some((it: Manifest) => it.name === port);
	};
	const rules: [boolean, string][] = [
		[security.readOnlyRootFilesystem === true, "may write its root"],
		[security.allowPrivilegeEscalation === false && security.privileged === false, "may gain privileges"],
		[security.capabilities?.drop?.includes("ALL") && security.capabilities.add === undefined, "keeps capabilities"],
		[
			["cpu", "memory"].every((it) => resources.requests?.[it] !== undefined && resources.limits?.[it] !== undefined),
			"has no limits",
		],
		[/(:[^:/]+|@sha256:[0-9a-f]{64})$/.test(image) && !/:(latest|main)$/.test(image), "has no pinned image"],
		[!runsOn || (isThere(container.readinessProbe) && isThere(container.livenessProbe)), "lacks a probe of its port"],
		[
			(container.env ?? []).every(
				({ name: it, value = "" }: Manifest) => !isSecretName(it) || value.startsWith("/run/secrets/"),
			),
			"has a secret among its variables",
		],
		[
			(container.volumeMounts ?? []).every((mount: Manifest) =>
				(spec.volumes ?? [])
					.map((it: Manifest) => it.name)
					.concat(kind === "StatefulSet" ? ["data"] : [])
					.includes(mount.name),
			),
			"mounts a volume that is not there",
		],
	];
	return rules.filter(([ok]) => !ok).map(([, text]) => `${name}: ${container.name} ${text}`);
}

/** Names that hold a secret, or a file with one. */
function isSecretName(name: string): boolean {
	return /PASSWORD|SECRET|TOKEN|DATABASE.*URL|REDIS_URL|IDENTITY|_KEYS?(_FILE)?$/.test(name);
}

/** ConfigMaps, Secrets and volumes that a pod names are made by the chart or by External Secrets. */
function checkReferences(manifests: readonly Manifest[], { name, spec }: Workload): string[] {
	const has = (kind: string, wanted: string) =>
		ofKind(manifests, kind).some(({ metadata }) => metadata.name === wanted);
	const secrets = ofKind(manifests, "ExternalSecret");
	return (spec.volumes ?? []).flatMap((volume: Manifest) => {
		const { configMap, secret, persistentVolumeClaim: claim } = volume;
		if (configMap !== undefined && !has("ConfigMap", configMap.name))
			return [`${name} needs the ConfigMap ${configMap.name}`];
		if (claim !== undefined && !has("PersistentVolumeClaim", claim.claimName))
			return [`${name} needs the volume ${claim.claimName}`];
		if (secret === undefined) return [];
		const external = secrets.find((it) => it.spec.target.name === secret.secretName);
		if (external === undefined) return [`${name} needs the Secret ${secret.secretName}`];
		const mounts = spec.containers
			.flatMap((it: Manifest) => it.volumeMounts)
			.filter((it: Manifest) => it.name === volume.name);
		const keys = external.spec.data.map((it: Manifest) => it.secretKey);
		const wanted = mounts.flatMap(({ mountPath }: Manifest) =>
			[...JSON.stringify(spec.containers).matchAll(new RegExp(`${mountPath}/([a-z0-9-]+)`, "g"))].map(
				(match) => match[1],
			),
		);
		return wanted
			.filter((key: string) => !keys.includes(key))
			.map((key: string) => `${name} needs ${key} in ${secret.secretName}`);
	});
}

/** Only the job that migrates may change tables; the others do not even have the file. */
function checkOwner({ name, labels, spec }: Workload): string[] {
	if (labels["app.kubernetes.io/component"] === "migrate") return [];
	const isNamed = JSON.stringify(spec).includes("database-owner-url");
	const isMounted = (spec.volumes ?? []).some((it: Manifest) => /-migrate$/.test(it.secret?.secretName ?? ""));
	return isNamed || isMounted ? [`${name} can log in as the owner of the tables`] : [];
}

/** Every pod is under the policy that denies, and every address that it is given can be called. */
function checkNetwork(manifests: readonly Manifest[], workload: Workload): string[] {
	const denies = ofKind(manifests, "NetworkPolicy").some(
		({ spec }) =>
			Object.keys(spec.podSelector).length === 0 &&
			["Ingress", "Egress"].every((type) => spec.policyTypes.includes(type)) &&
			spec.ingress === undefined &&
			spec.egress === undefined,
	);
	const problems = denies ? [] : [`${workload.name} is under no policy that denies`];
	for (const { host, port } of calledAddresses(workload)) {
		const service = ofKind(manifests, "Service").find(({ metadata }) => metadata.name === host);
		if (service === undefined) {
			problems.push(`${workload.name} calls ${host}, which is no Service`);
			continue;
		}
		for (const target of workloads(manifests).filter(({ labels }) =>
			isSelected({ matchLabels: service.spec.selector }, labels),
		)) {
			if (!mayCall(manifests, workload, target, port))
				problems.push(`${workload.name} may not call ${target.name}:${port}`);
		}
	}
	return problems;
}

/** Addresses of the cluster among a pod's variables. */
export function calledAddresses({ spec }: Workload): { host: string; port: number }[] {
	const variables: Manifest[] = spec.containers.flatMap((container: Manifest) => container.env ?? []);
	const value = (name: string) => variables.find((it) => it.name === name)?.value;
	const urls = variables
		.filter((it) => /^(VISION|FITTING|VISUALIZATION)_URL$/.test(it.name))
		.map((it) => new URL(it.value))
		.map(({ hostname, port }) => ({ host: hostname, port: Number(port) }));
	return value("PGHOST") === undefined ? urls : [...urls, { host: value("PGHOST"), port: Number(value("PGPORT")) }];
}

function checkBudget(manifests: readonly Manifest[], { kind, name, labels }: Workload): string[] {
	if (kind !== "Deployment" && kind !== "StatefulSet") return [];
	const budgets = ofKind(manifests, "PodDisruptionBudget").filter(({ spec }) => isSelected(spec.selector, labels));
	return budgets.length === 1 ? [] : [`${name} has ${budgets.length} disruption budgets`];
}

function checkService(manifests: readonly Manifest[], { metadata, spec }: Manifest): string[] {
	const targets = workloads(manifests).filter(({ labels }) => isSelected({ matchLabels: spec.selector }, labels));
	if (targets.length === 0) return [`Service ${metadata.name} leads nowhere`];
	return targets.flatMap(({ name, spec: pod }) =>
		spec.ports.flatMap(({ port, targetPort }: Manifest) => {
			const open = pod.containers.flatMap((container: Manifest) => container.ports ?? []);
			const found = open.find((it: Manifest) => it.name === targetPort || it.containerPort === targetPort);
			return found?.containerPort === port ? [] : [`Service ${metadata.name}:${port} is not the port of ${name}`];
		}),
	);
}

function checkScaling(manifests: readonly Manifest[]): string[] {
	const targets = [...ofKind(manifests, "HorizontalPodAutoscaler"), ...ofKind(manifests, "ScaledObject")].map(
		({ spec }) => spec.scaleTargetRef.name,
	);
	const deployments = ofKind(manifests, "Deployment").map(({ metadata }) => metadata.name);
	return [
		...targets
			.filter((name) => !deployments.includes(name))
			.map((name) => `an autoscaler names ${name}, which is not there`),
		...targets.filter((name, index) => targets.indexOf(name) !== index).map((name) => `two autoscalers move ${name}`),
	];
}

function checkIngress(manifests: readonly Manifest[], { metadata, spec }: Manifest): string[] {
	const hosts = spec.rules.map((rule: Manifest) => rule.host);
	const secured = (spec.tls ?? []).flatMap((it: Manifest) => it.hosts);
	const certificates = ofKind(manifests, "Certificate").map((it) => it.spec.secretName);
	const services = ofKind(manifests, "Service").map((it) => it.metadata.name);
	const paths = spec.rules.flatMap((rule: Manifest) => rule.http.paths);
	return [
		...hosts.filter((host: string) => !secured.includes(host)).map((host: string) => `${host} is served without TLS`),
		...(spec.tls ?? [])
			.filter((it: Manifest) => !certificates.includes(it.secretName))
			.map((it: Manifest) => `nobody makes the certificate ${it.secretName}`),
		...paths
			.filter((it: Manifest) => !services.includes(it.backend.service.name))
			.map((it: Manifest) => `${metadata.name} leads to ${it.backend.service.name}, which is no Service`),
		...paths
			.filter((it: Manifest) => /^\/(metrics|healthz|readyz)/.test(it.path))
			.map((it: Manifest) => `${metadata.name} shows ${it.path} to everybody`),
	];
}

/** Variables of the API that neither the settings nor the page on OpenTelemetry know. */
export function unknownVariables(names: readonly string[]): string[] {
	const known = new Set<string>(SETTING_NAMES.flatMap((name) => [name, `${name}_FILE`]));
	const tracing = readFileSync(new URL("../../../docs/observability.md", import.meta.url), "utf8");
	return names.filter((name) => !known.has(name) && !(name.startsWith("OTEL_") && tracing.includes(`\`${name}\``)));
}
