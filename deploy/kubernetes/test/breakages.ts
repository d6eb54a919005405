import type { Manifest } from "./chart.js";

/** A way to break what was rendered, and what the rules must then say. */
export interface Breakage {
	readonly name: string;
	readonly expected: string;
	breakIt(manifests: Manifest[]): void;
}

function pod(manifests: Manifest[], name: string): Manifest {
	return manifests.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === `anny-fitter-${name}`).spec
		.template;
}

function remove(manifests: Manifest[], kind: string, name: string): void {
	manifests.splice(
		manifests.findIndex((it) => it.kind === kind && it.metadata.name === `anny-fitter-${name}`),
		1,
	);
}

export const BREAKAGES: readonly Breakage[] = listBreakages();

function listBreakages(): Breakage[] {
	const container = (manifests: Manifest[], name: string) => pod(manifests, name).spec.containers[0];
	return [
		{
			name: "a pod may run as root",
			expected: "api-blue runs as root",
			breakIt: (it) => {
				pod(it, "api-blue").spec.securityContext.runAsNonRoot = false;
			},
		},
		{
			name: "the API gets the owner's login",
			expected: "api-blue can log in as the owner",
			breakIt: (it) => {
				pod(it, "api-blue").spec.volumes.find((volume: Manifest) => volume.name === "secrets").secret.secretName =
					"anny-fitter-migrate";
			},
		},
		{
			name: "a root can be written",
			expected: "may write its root",
			breakIt: (it) => {
				container(it, "vision-blue").securityContext.readOnlyRootFilesystem = false;
			},
		},
		{
			name: "capabilities are kept",
			expected: "keeps capabilities",
			breakIt: (it) => {
				container(it, "redis").securityContext.capabilities.add = ["NET_ADMIN"];
			},
		},
		{
			name: "limits are missing",
			expected: "has no limits",
			breakIt: (it) => {
				delete container(it, "fitting-blue").resources.limits.memory;
			},
		},
		{
			name: "an image moves",
			expected: "has no pinned image",
			breakIt: (it) => {
				container(it, "web-blue").image = "registry.example.org/web:latest";
			},
		},
		{
			name: "a probe asks another port",
			expected: "fitting lacks a probe",
			breakIt: (it) => {
				container(it, "fitting-blue").livenessProbe.grpc.port = 8001;
			},
		},
		{
			name: "a secret is written into a variable",
			expected: "has a secret among its variables",
			breakIt: (it) => {
				container(it, "api-blue").env.push({ name: "JWT_SECRET", value: "x".repeat(40) });
			},
		},
		{
			name: "nothing denies traffic",
			expected: "is under no policy that denies",
			breakIt: (it) => remove(it, "NetworkPolicy", "deny"),
		},
		{
			name: "a needed call is closed",
			expected: "api-blue may not call anny-fitter-rpc-blue:8001",
			breakIt: (it) => remove(it, "NetworkPolicy", "rpc-hears-api"),
		},
		{
			name: "a Service leads nowhere",
			expected: "Service anny-fitter-api leads nowhere",
			breakIt: (it) => {
				it.find(({ kind, metadata }) => kind === "Service" && metadata.name === "anny-fitter-api").spec.selector[
					"anny-fitter/color"
				] = "green";
			},
		},
		{
			name: "a budget is missing",
			expected: "vision-blue has 0 disruption budgets",
			breakIt: (it) => remove(it, "PodDisruptionBudget", "vision-blue"),
		},
		{
			name: "a secret's key is missing",
			expected: "needs jwt-secret in anny-fitter-server",
			breakIt: (it) => {
				const { spec } = it.find(
					({ kind, metadata }) => kind === "ExternalSecret" && metadata.name === "anny-fitter-server",
				);
				spec.data = spec.data.filter(({ secretKey }: Manifest) => secretKey !== "jwt-secret");
			},
		},
		{
			name: "two autoscalers fight",
			expected: "two autoscalers move anny-fitter-vision-blue",
			breakIt: (it) => {
				it.push(
					structuredClone(it.find(({ kind, metadata }) => kind === "ScaledObject" && metadata.name.includes("vision"))),
				);
			},
		},
		{
			name: "metrics are open to everybody",
			expected: "shows /metrics to everybody",
			breakIt: (it) => {
				it.find(({ kind }) => kind === "Ingress").spec.rules[0].http.paths[0].path = "/metrics";
			},
		},
	];
}
