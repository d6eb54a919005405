import { type OpenedVisualizationService, openVisualizationService } from "@anny-fitter/visualization-service";
import { createRouterTransport } from "@connectrpc/connect";
import fc from "fast-check";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	BROKEN_JSON,
	CANARY,
	hostileText,
	hostileUrlPart,
	hostileValue,
	nearlyFittingBody,
	percentEncode,
} from "./hostile-arbitraries.js";
import { type AnyAnswer, expectCleanPrototypes, expectNoDefect, expectProblem, fuzzSeed } from "./hostile-helpers.js";
import { absentServices, grantRole, insertModel, insertOpenFit, type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, logIn, multipart, type TestUser } from "./test-environment.js";

const SEED = fuzzSeed();
/** Cases per route and part of a request; more with HOSTILE_RUNS. */
const RUNS = Number(process.env.HOSTILE_RUNS ?? 15);
/** One of the machine's slow moments may be longer, most answers not. */
const TYPICAL_MS = 1000;
const LONGEST_MS = 10_000;

type Schema = Readonly<Record<string, unknown>>;
interface Operation {
	readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
	readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface OpenApi {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface Route {
	readonly name: string;
	readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	readonly path: string;
	readonly operation: Operation;
}

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`hostile requests, ${name}, seed ${SEED}`, () => {
		let opened: OpenedTestApi;
		let document: OpenApi;
		let bodies: OpenedVisualizationService;
		let routes: Route[];
		let admin: TestUser;
		let ids: Record<string, string>;
		const waitingFits = new Set<string>();
		const durations: number[] = [];

		beforeAll(async () => {
			bodies = await openVisualizationService();
			// What measures an adjusted body meets the same requests.
			const visualization = createRouterTransport(bodies.routes);
			opened = await openTestApi(name, { services: { ...absentServices(), visualization } });
			const described = await opened.api.inject({ url: "/api/v1/openapi.json" });
			document = described.json();
			routes = Object.entries(document.paths).flatMap(([path, operations]) =>
				Object.entries(operations).map(([method, operation]) => ({
					name: `${method.toUpperCase()} ${path}`,
					method: method.toUpperCase() as Route["method"],
					path,
					operation,
				})),
			);
			await renewAdmin();
		});
		afterAll(async () => {
			await opened?.close();
			await bodies?.close();
		});

		/** Sees every route from the inside; renewed where hostile requests have ended the log-in. */
		async function renewAdmin(): Promise<void> {
			const user = await createTestUser(opened.api);
			await grantRole(opened.dependencies.database, user.email, "admin");
			admin = await logIn(opened.api, user.email, user.password);
			const subject_id = await createSubject();
			ids = {
				subject_id,
				// A stub, of a subject of its own: it can be reviewed and deleted, but not read.
				model_id: await insertModel(opened, admin, await createSubject()),
				session_id: await insertOpenFit(opened, admin, subject_id),
				id: subject_id,
			};
			waitingFits.add(ids.session_id!);
		}

		async function createSubject(): Promise<string> {
			const url = "/api/v1/subjects";
			const answer = await send({ method: "POST", url, headers: admin.headers, payload: { name: CANARY } });
			expect(answer.statusCode, answer.body).toBe(201);
			return JSON.parse(answer.body).subject_id;
		}

		async function send(request: InjectOptions): Promise<AnyAnswer> {
			const started = performance.now();
			const answer = await opened.api.inject(request);
			const duration = performance.now() - started;
			durations.push(duration);
			expect(duration).toBeLessThan(LONGEST_MS);
			return answer;
		}

		async function keepLoggedIn(): Promise<void> {
			const me = await opened.api.inject({ url: "/api/v1/auth/me", headers: admin.headers });
			if (me.statusCode !== 200 || me.json().role !== "admin") await renewAdmin();
		}

		const idFor = (route: Route, id: string) =>
			id === "model_id" && route.method === "GET" ? ids.subject_id! : ids[id]!;
		const pathOf = (route: Route, of: (name: string) => string = (id) => idFor(route, id)) =>
			route.path.replace(/\{(\w+)\}/g, (_, id) => of(id));

		function check(property: fc.IAsyncProperty<never> | fc.IAsyncProperty<unknown>, runs = RUNS): Promise<void> {
			return fc.assert(property as fc.IAsyncProperty<unknown>, { seed: SEED, numRuns: runs, endOnFailure: true });
		}

		/** Routes are known only once the API runs. */
		async function forEachRoute(
			isMeant: (route: Route) => boolean,
			attack: (route: Route) => Promise<void>,
		): Promise<number> {
			let count = 0;
			for (const route of routes.filter(isMeant)) {
				await keepLoggedIn();
				await attack(route).catch((error: Error) => {
					throw new Error(`${route.name}: ${error.message}`, { cause: error });
				});
				count++;
			}
			return count;
		}

		const jsonSchemaOf = (route: Route) => route.operation.requestBody?.content["application/json"]?.schema;

		test("bodies near to the schema, and far from it", async () => {
			const count = await forEachRoute(
				(route) => jsonSchemaOf(route) !== undefined,
				async (route) => {
					const schema = jsonSchemaOf(route)!;
					const { schemas } = document.components;
					const resolved = typeof schema.$ref === "string" ? schemas[schema.$ref.split("/").at(-1)!]! : schema;
					const names = Object.keys((resolved.properties ?? {}) as object);
					const body = fc.oneof(
						{ weight: 4, arbitrary: nearlyFittingBody(resolved, schemas, names) },
						{ weight: 1, arbitrary: hostileValue() },
						{ weight: 1, arbitrary: fc.string({ maxLength: 200 }).map((text) => `{"${CANARY}":${text}`) },
					);
					await check(
						fc.asyncProperty(body, async (payload) => {
							const answer = await send({
								method: route.method,
								url: pathOf(route),
								headers: { ...admin.headers, "content-type": "application/json" },
								payload,
							});
							expectNoDefect(answer);
						}),
					);
					for (const payload of BROKEN_JSON) {
						const answer = await send({
							method: route.method,
							url: pathOf(route),
							headers: { ...admin.headers, "content-type": "application/json" },
							payload,
						});
						expectProblem(answer);
					}
				},
			);
			expect(count).toBeGreaterThan(6);
			expectCleanPrototypes();
		});

		test("query parameters", async () => {
			const count = await forEachRoute(
				(route) => route.method === "GET",
				async (route) => {
					const names = (route.operation.parameters ?? []).filter((given) => given.in === "query").map((of) => of.name);
					const part = fc.tuple(
						fc.oneof(...(names.length > 0 ? [fc.constantFrom(...names)] : []), hostileUrlPart()),
						hostileUrlPart(),
					);
					await check(
						fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
							const query = parts.map(([key, value]) => `${key}=${value}`).join("&");
							expectNoDefect(await send({ url: `${pathOf(route)}?${query}`, headers: admin.headers }));
						}),
					);
					// Each parameter on its own, with each of the nasty texts: no luck needed.
					for (const key of names) {
						for (const value of ["\0", "a\0b", "\ud800", "0000-01-01T00:00:00Z", "9".repeat(30), "%", "\\"]) {
							const url = `${pathOf(route)}?${key}=${percentEncode(value)}`;
							expectNoDefect(await send({ url, headers: admin.headers }));
						}
					}
				},
			);
			expect(count).toBeGreaterThan(15);
		});

		test("ids in the address", async () => {
			const count = await forEachRoute(
				(route) => route.path.includes("{"),
				async (route) => {
					await check(
						fc.asyncProperty(hostileUrlPart(), async (part) => {
							const answer = await send({
								method: route.method,
								url: pathOf(route, () => part),
								headers: admin.headers,
							});
							expectNoDefect(answer);
						}),
					);
				},
			);
			expect(count).toBeGreaterThan(10);
		});

		test("headers", async () => {
			const visible = hostileText().map((text) => Buffer.from(text.slice(0, 500)).toString("latin1"));
			const headers = [
				"authorization",
				"cookie",
				"accept",
				"accept-encoding",
				"accept-language",
				"content-type",
				"if-match",
				"if-none-match",
				"idempotency-key",
				"origin",
				"range",
				"user-agent",
				"x-forwarded-for",
				"x-forwarded-host",
				"x-http-method-override",
				"x-request-id",
				"sec-websocket-protocol",
				"forwarded",
			];
			const some = fc.dictionary(fc.constantFrom(...headers), visible, { minKeys: 1, maxKeys: 4 });
			await forEachRoute(
				() => true,
				async (route) => {
					const isGuessing = route.path.startsWith("/api/v1/me") || route.path.includes("/auth/");
					await check(
						fc.asyncProperty(some, async (hostile) => {
							const answer = await send({
								method: route.method,
								url: pathOf(route),
								headers: { ...admin.headers, ...hostile },
								...(jsonSchemaOf(route) === undefined ? {} : { payload: isGuessing ? "{" : "{}" }),
							});
							expectNoDefect(answer);
							expect(JSON.stringify(answer.headers).toLowerCase()).not.toContain(CANARY);
						}),
						Math.ceil(RUNS / 2),
					);
				},
			);
		});

		test("fields of a fit", async () => {
			await keepLoggedIn();
			const field = fc.constantFrom(
				"views",
				"subject_id",
				"stature_m",
				"weight_kg",
				"date_of_birth",
				"age_years",
				"sex",
				"measures",
				"__proto__",
				"constructor",
				CANARY,
			);
			const parts = fc.array(fc.tuple(field, fc.oneof(hostileText(), hostileValue())), { minLength: 1, maxLength: 4 });
			const photo = Buffer.concat([Buffer.from("ffd8ffe0", "hex"), Buffer.alloc(100)]);
			await check(
				fc.asyncProperty(parts, fc.boolean(), async (fields, hasPhoto) => {
					const { payload, headers } = multipart([
						...fields,
						...(hasPhoto ? [["photos", photo, `${CANARY}.jpg`] as const] : []),
					]);
					const answer = await send({
						method: "POST",
						url: "/api/v1/fit",
						headers: { ...admin.headers, ...headers },
						payload,
					});
					expectNoDefect(answer);
					if (answer.statusCode !== 202) return;
					const { session_id } = JSON.parse(answer.body);
					await send({ method: "DELETE", url: `/api/v1/sessions/${session_id}`, headers: admin.headers });
				}),
				RUNS * 4,
			);
			expectCleanPrototypes();
			const stored = await opened.dependencies.vault.list();
			expect(stored.filter(({ jobId }) => !waitingFits.has(jobId))).toEqual([]);
		});

		// Each of these once answered 500, or is what would.
		const TEXTS_WITH_NUL = ["\0", `${CANARY}\0${CANARY}`, `${CANARY}\ud800`, `\udc00${CANARY}`];
		test.each(TEXTS_WITH_NUL)("text %j in every text field is refused or stored, never a defect", async (text) => {
			await keepLoggedIn();
			const requests = [
				["POST", "/subjects", { name: text }],
				["PATCH", `/subjects/${ids.subject_id}`, { name: text }],
				["POST", `/admin/review/${ids.model_id}`, { decision: "accepted", note: text }],
				["PUT", "/consents", { photo_processing: true, version: text }],
				["POST", "/auth/register", { email: `a${text}@example.org`, password: "a sentence that is long" }],
				["POST", "/auth/register", { email: `${crypto.randomUUID()}@example.org`, password: `sentence ${text} long` }],
				["POST", "/auth/login", { email: `a${text}@example.org`, password: "a sentence that is long" }],
				["POST", "/auth/login", { email: "somebody@example.org", password: text }],
			] as const;
			for (const [method, path, payload] of requests) {
				expectNoDefect(await send({ method, url: `/api/v1${path}`, headers: admin.headers, payload }));
			}
			for (const path of ["/subjects?search=", "/admin/users?search=", "/admin/audit?action="]) {
				const url = `/api/v1${path}${percentEncode(text)}`;
				expectNoDefect(await send({ url, headers: admin.headers }));
			}
		});

		test("a password is compared to its end, also behind a NUL", async () => {
			const email = `${crypto.randomUUID()}@example.org`;
			const password = "sentence\0of mine and more";
			const registered = await send({ method: "POST", url: "/api/v1/auth/register", payload: { email, password } });
			if (registered.statusCode === 400) return;
			expect(registered.statusCode).toBe(201);
			const answers = [];
			for (const tried of ["sentence", "sentence\0other of mine", "sentence\0of mine and more"]) {
				const answer = await send({ method: "POST", url: "/api/v1/auth/login", payload: { email, password: tried } });
				answers.push(answer.statusCode);
			}
			expect(answers).toEqual([401, 401, 200]);
		});

		test("searches take wildcards and quotes for what they are", async () => {
			const user = await createTestUser(opened.api);
			const names = ["100% sure", "under_score", "o'hara", "back\\slash", "plain"];
			for (const subject of names) {
				await send({ method: "POST", url: "/api/v1/subjects", headers: user.headers, payload: { name: subject } });
			}
			const found = async (search: string) => {
				const url = `/api/v1/subjects?search=${encodeURIComponent(search)}`;
				const answer = await send({ url, headers: user.headers });
				expect(answer.statusCode, answer.body).toBe(200);
				return JSON.parse(answer.body).subjects.map((of: { name: string }) => of.name);
			};
			expect(await found("%")).toEqual(["100% sure"]);
			expect(await found("_")).toEqual(["under_score"]);
			expect(await found("'")).toEqual(["o'hara"]);
			expect(await found("\\")).toEqual(["back\\slash"]);
			expect(await found("%' or 1=1 --")).toEqual([]);
			expect(await found("p_ain")).toEqual([]);
			expect(await found("PLAIN")).toEqual(["plain"]);
		});

		test("afterwards: quick answers all along, no value in the log, the server serves", async () => {
			durations.sort((a, b) => a - b);
			expect(durations.length).toBeGreaterThan(500);
			expect(durations[Math.floor(durations.length * 0.95)]).toBeLessThan(TYPICAL_MS);
			const log = opened.log();
			const leak = log.split("\n").find((line) => line.includes(CANARY));
			expect(leak).toBeUndefined();
			expect(log.split("\n").filter((line) => /"level":(50|60|"error"|"fatal")/.test(line))).toEqual([]);
			expectCleanPrototypes();
			expect((await opened.api.inject({ url: "/healthz" })).statusCode).toBe(200);
		});
	});
}
