import { existsSync, readdirSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { extname, join, relative } from "node:path";
import fastifyStatic from "@fastify/static";
import { accepts } from "../http/accepts.js";
import type { Api } from "../http/api-instance.js";

/** What pages of the application may load and do. Scripts may compile WebAssembly: the networks run in it. */
const CONTENT_SECURITY_POLICY = [
	"default-src 'none'",
	"script-src 'self' 'wasm-unsafe-eval'",
	"style-src 'self'",
	"img-src 'self' blob: data:",
	"connect-src 'self'",
	"worker-src 'self'",
	"manifest-src 'self'",
	"font-src 'self'",
	"media-src 'self' blob:",
	"form-action 'none'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join("; ");
/** The camera takes photos; nothing else of the device is asked for. */
const PERMISSIONS_POLICY = "camera=(self), microphone=(), geolocation=()";

/** Names under these folders change with their content. */
const HASHED = /^assets[/\\]/;
/** Copies that the build makes beside the originals; sent in their place, never by their own names. */
const COMPRESSED_COPY = /\.(br|gz)$/;
/** Names that need no escaping in an address; others, and hidden ones, are not served. */
const PLAIN_NAME = /^\w[\w.~@-]*$/;
/** First parts of addresses that are the server's own. */
const OWN_NAMES: ReadonlySet<string> = new Set(["api", "docs", "healthz", "readyz", "metrics"]);
/** Sent as they are, whatever a system's table of types says. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
	".onnx": "application/octet-stream",
	".wasm": "application/wasm",
	".webmanifest": "application/manifest+json",
};

/** The folder of a built web application, and what lies at its top. */
export interface WebFiles {
	readonly folder: string;
	readonly files: readonly string[];
	readonly folders: readonly string[];
}

/** @returns null when the folder holds no application, or none is named */
export function findWebFiles(folder: string | undefined): WebFiles | null {
	if (folder === undefined || !existsSync(join(folder, "index.html"))) return null;
	const shown = readdirSync(folder, { withFileTypes: true }).filter(
		({ name }) => PLAIN_NAME.test(name) && !COMPRESSED_COPY.test(name) && !OWN_NAMES.has(name),
	);
	return {
		folder,
		files: shown.filter((entry) => entry.isFile()).map((entry) => entry.name),
		folders: shown.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
	};
}

/**
 * Lets the addresses of the application's pages, which only its script knows, lead to its one page. Programs that do not
 * ask for a page still learn that there is nothing.
 *
 * @returns for Fastify's `rewriteUrl`
 */
export function rewritePages({ files, folders }: WebFiles): (request: IncomingMessage) => string {
	const known = new Set([...OWN_NAMES, ...files, ...folders, ""]);
	return ({ method, url = "/", headers }) => {
		const isRead = method === "GET" || method === "HEAD";
		if (!isRead || headers.upgrade !== undefined || !accepts(headers.accept, "text/html")) return url;
		const [, first = ""] = url.split(/[/?#]/);
		return known.has(first) ? url : "/";
	};
}

/** Serves the application: no log-in, no budget. Whatever lies beside the folder stays out of reach. */
export async function registerWebFiles(api: Api, { folder, files, folders }: WebFiles): Promise<void> {
	await api.register(async (scope) => {
		await scope.register(fastifyStatic, {
			root: folder,
			serve: false,
			preCompressed: true,
			cacheControl: false,
			dotfiles: "ignore",
			index: false,
			setHeaders: (reply, path) => {
				const name = relative(folder, path).replace(COMPRESSED_COPY, "");
				const type = CONTENT_TYPES[extname(name)];
				if (type !== undefined) reply.header("content-type", type);
				reply
					.header("cache-control", HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache")
					.header("content-security-policy", CONTENT_SECURITY_POLICY)
					.header("permissions-policy", PERMISSIONS_POLICY);
			},
		});
		const options = {
			config: { access: "public", rateLimit: "none" },
			// What is worth it has a compressed copy.
			compress: false,
			schema: { hide: true } as object,
		} as const;
		scope.get("/", options, (_request, reply) => reply.sendFile("index.html"));
		for (const name of files) {
			scope.get(`/${name}`, options, (_request, reply) => reply.sendFile(name));
		}
		for (const name of folders) {
			scope.get<{ Params: { "*": string } }>(`/${name}/*`, options, (request, reply) => {
				const path = request.params["*"];
				if (COMPRESSED_COPY.test(path)) return reply.callNotFound();
				return reply.sendFile(`${name}/${path}`);
			});
		}
	});
}
