import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { Api } from "./api-instance.js";
import type { KnownRoute, RouteTable } from "./route-table.js";

const DESCRIPTION = `Photos of a person in; a measured, rigged 3D body out, with an error bar on every number.

Log in with POST /api/v1/auth/login and send \`Authorization: Bearer <access_token>\`. Errors are
\`application/problem+json\` with a stable \`code\`, a \`detail\` and a \`remedy\`. Every answer carries \`x-request-id\`, and
\`ratelimit-limit\`, \`-remaining\` and \`-reset\` (seconds). Reads carry an \`etag\`; send it as \`if-none-match\` to get 304,
or as \`if-match\` with a change. Lengths are in metres, masses in kilograms, times in UTC.`;

const TAGS = [
	{ name: "app", description: "What a page must know before anybody has logged in" },
	{ name: "auth", description: "Registration and tokens" },
	{ name: "account", description: "Consents, export and deletion of one's own data" },
	{ name: "subjects", description: "The people whose bodies are fitted" },
	{ name: "fits", description: "From photos to a body" },
	{ name: "models", description: "Fitted bodies" },
	{ name: "research", description: "De-identified measurements; role researcher" },
	{ name: "admin", description: "Users, audit and review; role admin" },
	{ name: "health", description: "For whoever runs the server" },
];

type Json = Record<string, unknown>;

/** Must be registered before the routes that it describes. */
export async function addOpenApi(api: Api, table: RouteTable, version: string): Promise<void> {
	await api.register(swagger, {
		openapi: {
			openapi: "3.1.0",
			info: {
				title: "anny-fitter",
				version,
				description: DESCRIPTION,
				license: { name: "Apache-2.0", identifier: "Apache-2.0" },
			},
			tags: TAGS,
			components: {
				securitySchemes: {
					bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
					refresh_cookie: { type: "apiKey", in: "cookie", name: "refresh_token" },
				},
			},
		},
		transform: jsonSchemaTransform,
		transformObject: (document) => {
			const described = jsonSchemaTransformObject(document) as unknown as Json;
			addCommonAnswers(described, table.routes);
			return keepUsedSchemas(described) as ReturnType<typeof jsonSchemaTransformObject>;
		},
	});
}

/** The document and the readable page; both are public. */
export async function registerDocs(api: Api): Promise<void> {
	const config = { access: "public", rateLimit: "none" } as const;
	let document: string | undefined;
	api.get("/api/v1/openapi.json", { config, schema: { hide: true } as object }, async (_request, reply) => {
		document ??= JSON.stringify(api.swagger());
		return reply.type("application/json; charset=utf-8").header("cache-control", "public, max-age=300").send(document);
	});
	await api.register(async (scope) => {
		scope.addHook("onRoute", (route) => {
			route.config = { ...route.config, ...config };
		});
		await scope.register(swaggerUi, {
			routePrefix: "/docs",
			uiConfig: { url: "/api/v1/openapi.json", docExpansion: "list", tryItOutEnabled: true },
			// The bar names another product and asks for the address of a document.
			theme: {
				title: "anny-fitter API",
				css: [{ filename: "page.css", content: ".swagger-ui .topbar { display: none }" }],
			},
		});
	});
}

/** Where there is no application to show, the address without a path leads to the documentation. */
export function redirectToDocs(api: Api): void {
	const config = { access: "public", rateLimit: "none" } as const;
	api.get("/", { config, schema: { hide: true } as object }, async (_request, reply) => reply.redirect("/docs"));
}

/** Adds what no route repeats: security, the errors that any route of its kind can give, and the header that names a request. */
function addCommonAnswers(document: Json, routes: readonly KnownRoute[]): void {
	const paths = document.paths as Record<string, Record<string, Json>>;
	for (const route of routes) {
		const operation = paths[route.url.replace(/:(\w+)/g, "{$1}")]?.[route.method.toLowerCase()];
		if (operation === undefined) continue;
		operation.operationId ??= operationId(route);
		if (route.access !== "public") operation.security = [{ bearer: [] }];
		else if (/\/auth\/(refresh|logout)$/.test(route.url)) operation.security = [{ refresh_cookie: [] }];
		if (route.access === "researcher" || route.access === "admin") {
			operation.description = `Needs the role ${route.access}. ${operation.description ?? ""}`.trim();
		}
		const responses = operation.responses as Record<string, Json>;
		for (const [status, response] of Object.entries(responses)) {
			if (response.description === "Default Response") response.description = STATUS_MEANINGS[Number(status)] ?? "Done";
		}
		for (const status of errorStatuses(route)) responses[status] ??= problemResponse(status);
	}
}

function errorStatuses(route: KnownRoute): number[] {
	const statuses = [500, 503];
	const schema = (route.schema ?? {}) as Json;
	if (schema.body !== undefined || schema.querystring !== undefined || schema.params !== undefined) statuses.push(400);
	if (schema.body !== undefined) statuses.push(413, 415);
	if (route.url.includes(":")) statuses.push(404);
	if (route.access !== "public" || route.rateLimit === "auth") statuses.push(401);
	if (route.access === "researcher" || route.access === "admin") statuses.push(403);
	if (route.rateLimit !== "none") statuses.push(429);
	return statuses;
}

const STATUS_MEANINGS: Readonly<Record<number, string>> = {
	200: "Done",
	201: "Created",
	202: "Accepted",
	400: "The request is not valid; `errors` names the fields",
	401: "Not logged in, or the token has expired",
	403: "Not allowed",
	404: "There is no such thing, or it is another user's",
	413: "The body is too large",
	415: "The content type is not one that this address reads",
	429: "Too many requests; Retry-After says when to go on",
	500: "A defect of the server",
	503: "Not available at the moment; Retry-After says when to try again",
};

function problemResponse(status: number): Json {
	return {
		description: STATUS_MEANINGS[status] ?? "Problem",
		content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
	};
}

/** Each schema comes as it is read and as it is written; keeps those in use, under the plain name where one is enough. */
function keepUsedSchemas(document: Json): Json {
	const schemas = (document.components as { schemas?: Json } | undefined)?.schemas ?? {};
	const used = new Set<string>();
	const visit = (value: unknown): void => {
		for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
			if (used.has(name!) || schemas[name!] === undefined) continue;
			used.add(name!);
			visit(schemas[name!]);
		}
	};
	visit(document.paths);
	let text = JSON.stringify(document, (key, value: unknown) =>
		key === "schemas" && value === schemas
			? Object.fromEntries([...used].sort().map((name) => [name, schemas[name]]))
			: value,
	);
	for (const name of used) {
		const plain = name.replace(/Input$/, "");
		if (plain !== name && !used.has(plain))
			text = text.replaceAll(`/${name}"`, `/${plain}"`).replaceAll(`"${name}":`, `"${plain}":`);
	}
	return JSON.parse(text) as Json;
}

/** `GET /api/v1/subjects/:id` → `getSubjectsById`; names the functions of generated clients. */
function operationId({ method, url }: KnownRoute): string {
	const words = url
		.replace(/^\/api\/v1/, "")
		.split(/[/_.-]/)
		.filter(Boolean)
		.map((word) => (word.startsWith(":") ? `by_${word.slice(1)}` : word))
		.flatMap((word) => word.split("_"));
	return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}
