import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export const FOLDER = join(import.meta.dirname, "..");
export const HELM = join(FOLDER, "node_modules/.bin/helm");

/** A public key of age whose private key nobody has; the chart demands one. */
export const RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/** An object of Kubernetes, as it was rendered. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind; the schemas check them
export type Manifest = any;

/** Whether `npm ci` ran in deploy/kubernetes; in CI it must have. */
export const areToolsPresent = toolsPresent();

/** What Helm renders, object by object. */
export async function render(...options: string[]): Promise<Manifest[]> {
	const text = execFileSync(HELM, helmArguments(options), {
		encoding: "utf8",
		maxBuffer: 1 << 26,
		stdio: ["ignore", "pipe", "pipe"],
	});
	return (await parseYaml(text)).filter((manifest) => manifest !== null);
}

export function helmArguments(options: readonly string[]): string[] {
	const fixed = ["template", "anny-fitter", join(FOLDER, "chart"), "--namespace", "anny-fitter"];
	return [...fixed, "--set", `backup.recipient=${RECIPIENT}`, ...options];
}

export async function parseYaml(text: string): Promise<Manifest[]> {
	const { parseAllDocuments } = createRequire(join(FOLDER, "package.json"))("yaml");
	return parseAllDocuments(text).map((document: { errors: Error[]; toJS(): unknown }) => {
		if (document.errors[0] !== undefined) throw document.errors[0];
		return document.toJS();
	});
}

/** The class that holds a kind's schema, made from Kubernetes' OpenAPI or from the extension's own definitions. */
export async function importModel(manifest: Manifest): Promise<new (data: Manifest) => { validate(): void }> {
	const file = join(FOLDER, "node_modules", `${modelOf(manifest)}.js`);
	return (await import(pathToFileURL(file).href))[manifest.kind];
}

/** Module of that class. */
export function modelOf({ apiVersion, kind }: Manifest): string {
	const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
	const extensions: Record<string, string> = {
		"cert-manager.io": "cert-manager",
		"external-secrets.io": "external-secrets",
		"keda.sh": "keda",
		"monitoring.coreos.com": "prometheus-operator",
	};
	const extension = extensions[group];
	if (extension !== undefined) return `@kubernetes-models/${extension}/${group}/${version}/${kind}`;
	return ["kubernetes-models", ...(group === "" ? [] : [group]), version, kind].join("/");
}

function toolsPresent(): boolean {
	if (existsSync(HELM)) return true;
	const text = "The tools of deploy/kubernetes are missing; run `npm ci` there.";
	if (process.env.CI === "true") throw new Error(text);
	console.warn(`${text} Its tests are left out.`);
	return false;
}
