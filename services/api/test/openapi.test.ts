import { randomUUID } from "node:crypto";
import { createApi } from "@anny-fitter/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenedTestApi, openTestApi } from "./test-api.js";

interface Operation {
	readonly operationId: string;
	readonly summary?: string;
	readonly tags?: readonly string[];
	readonly security?: readonly object[];
	readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
}

const EVENTS = "GET /api/v1/sessions/:session_id/events";

/** What needs no access token. Everything else does. */
const PUBLIC = [
	"GET /healthz",
	"GET /readyz",
	"GET /metrics",
	"GET /api/v1/app",
	"POST /api/v1/auth/local",
	"POST /api/v1/auth/login",
	"POST /api/v1/auth/logout",
	"POST /api/v1/auth/refresh",
	"POST /api/v1/auth/register",
];

describe("the OpenAPI document", () => {
	let opened: OpenedTestApi;
	let document: {
		readonly openapi: string;
		readonly info: object;
		readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
		readonly components: { readonly schemas: object; readonly securitySchemes: object };
	};
	let operations: {
		readonly name: string;
		readonly method: string;
		readonly path: string;
		readonly operation: Operation;
	}[];

	beforeAll(async () => {
		opened = await openTestApi("embedded");
		document = (await opened.api.inject({ url: "/api/v1/openapi.json" })).json();
		operations = Object.entries(document.paths).flatMap(([path, methods]) =>
			Object.entries(methods).map(([method, operation]) => ({
				name: `${method.toUpperCase()} ${path}`,
				method: method.toUpperCase(),
				path,
				operation,
			})),
		);
	});
	afterAll(() => opened?.close());

	it("describes every route that is registered, and no other", async () => {
		const registered: string[] = [];
		const lines = opened.api.printRoutes({ commonPrefix: false, includeHooks: false }).split("\n");
		// Indentation shows the tree: each level is four characters.
		const path: string[] = [];
		for (const line of lines) {
			const match = /^([│ ]*)(?:├──|└──) (.*?) \((.*)\)$/.exec(line);
			if (match === null) {
				const group = /^([│ ]*)(?:├──|└──) (.*)$/.exec(line);
				if (group !== null) path.splice(group[1]!.length / 4, path.length, group[2]!);
				continue;
			}
			path.splice(match[1]!.length / 4, path.length, match[2]!);
			for (const method of match[3]!.split(", ")) registered.push(`${method} ${path.join("")}`);
		}
		const shown = registered
			.filter((route) => !/^(HEAD|OPTIONS) /.test(route))
			.filter((route) => !/ \/?$| \/docs|\/openapi\.json$|\*$/.test(route))
			// A WebSocket, which OpenAPI has no words for.
			.filter((route) => route !== EVENTS)
			.map((route) => route.replace(/:(\w+)/g, "{$1}").replace(/(?<=.)\/$/, ""));
		expect(registered).toContain(EVENTS);
		expect(shown.length).toBeGreaterThan(25);
		expect(operations.map(({ name }) => name).sort()).toEqual([...new Set(shown)].sort());
	});

	it("gives each operation a name, a summary, a tag and described answers", () => {
		const names = operations.map(({ operation }) => operation.operationId);
		expect(new Set(names).size).toBe(names.length);
		for (const { name, operation } of operations) {
			expect(operation.summary, name).toBeTruthy();
			expect(operation.tags, name).toHaveLength(1);
			const successes = Object.keys(operation.responses).filter((status) => /^[123]/.test(status));
			expect(successes.length, name).toBeGreaterThan(0);
			for (const status of successes) {
				if (status !== "204" && status !== "304") expect(operation.responses[status]!.content, name).toBeDefined();
			}
			for (const response of Object.values(operation.responses))
				expect(response.description, name).not.toMatch(/^Default/);
			if (!/healthz|readyz|metrics/.test(name)) {
				expect(operation.responses["429"]?.content, name).toHaveProperty(["application/problem+json"]);
			}
		}
	});

	it("says what needs a token, and all of that answers 401 without one", async () => {
		for (const { name, method, path, operation } of operations) {
			const isPublic = PUBLIC.includes(name);
			const needsToken = (operation.security ?? []).some((scheme) => "bearer" in scheme);
			expect(needsToken, name).toBe(!isPublic);
			if (isPublic) continue;
			expect(operation.responses, name).toHaveProperty("401");
			const url = path.replace(/\{\w+\}/g, randomUUID());
			for (const headers of [{}, { authorization: "Bearer nonsense" }, { authorization: "Basic YTpi" }]) {
				const answer = await opened.api.inject({ method: method as "GET", url, headers });
				expect(answer.statusCode, name).toBe(401);
				expect(answer.json().code, name).toBe("unauthenticated");
			}
		}
	});

	it("asks for a token where it has no words, too", async () => {
		const url = `/api/v1/sessions/${randomUUID()}/events`;
		expect((await opened.api.inject({ url })).statusCode).toBe(401);
	});

	it("refers only to what it contains", () => {
		const text = JSON.stringify(document);
		const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
		expect(references.length).toBeGreaterThan(20);
		for (const reference of new Set(references)) {
			const [, , kind, name] = reference.split("/") as [string, string, "schemas", string];
			expect(document.components[kind], reference).toHaveProperty([name]);
		}
		expect(document.openapi).toBe("3.1.0");
		expect(text).not.toContain('Input"');
	});

	it("is the same for every process", async () => {
		const again = await createApi(opened.dependencies);
		expect((await again.inject({ url: "/api/v1/openapi.json" })).json()).toEqual(document);
		await again.close();
	});

	it("can be read as a page that loads nothing from elsewhere", async () => {
		const page = await opened.api.inject({ url: "/docs/" });
		expect(page.statusCode).toBe(200);
		const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
		expect(links.length).toBeGreaterThan(3);
		for (const link of links) {
			expect(link).not.toMatch(/^(https?:)?\/\//);
			const asset = await opened.api.inject({ url: new URL(link, "http://server/docs/").pathname });
			expect(asset.statusCode, link).toBe(200);
		}
		// No script inside the page: the policy forbids it.
		expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
		expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
		const initializer = await opened.api.inject({ url: "/docs/static/swagger-initializer.js" });
		expect(initializer.body).toContain("/api/v1/openapi.json");
	});
});
