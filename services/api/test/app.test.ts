import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { createApi } from "@anny-fitter/api";
import { AppError } from "@anny-fitter/contracts";
import { createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, type TestUser } from "./test-environment.js";

const PROBLEM = "application/problem+json; charset=utf-8";

for (const environmentName of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(environmentName)))(`the API over HTTP, ${environmentName}`, () => {
		let opened: OpenedTestApi;
		let ada: TestUser;

		beforeAll(async () => {
			opened = await openTestApi(environmentName, {
				settings: {
					CORS_ORIGINS: "https://app.example.org",
					MAX_JSON_SIZE_KB: "10",
					METRICS_TOKEN: "prometheus-token-1",
				},
			});
			ada = await createTestUser(opened.api);
		});
		afterAll(() => opened?.close());

		const subjects = (payload: string | Buffer, headers: object = { "content-type": "application/json" }) =>
			opened.api.inject({
				method: "POST",
				url: "/api/v1/subjects",
				headers: { ...ada.headers, ...headers },
				payload,
			});

		describe("problems", () => {
			it("name the request, as the log does, and keep an id that the caller gives", async () => {
				const given = "trace-0123456789";
				const answer = await opened.api.inject({ url: "/api/v1/nothing", headers: { "x-request-id": given } });
				expect(answer.headers["x-request-id"]).toBe(given);
				expect(answer.json().request_id).toBe(given);
				expect(opened.log()).toContain(`"request_id":"${given}"`);
				for (const bad of ["short", "x".repeat(65), "id with spaces 123", 'id"quoted"12345']) {
					const other = await opened.api.inject({ url: "/healthz", headers: { "x-request-id": bad } });
					expect(other.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
				}
			});

			it.each([
				["/api/v1/subjets", "/api/v1/subjects"],
				[`/api/v1/subject/${randomUUID()}`, "/api/v1/subjects/{subject_id}"],
				["/zebra", null],
				["/helthz", "/healthz"],
			])("of %s hint at %s", async (url, hint) => {
				const answer = await opened.api.inject({ url });
				expect(answer.statusCode).toBe(404);
				expect(answer.headers["content-type"]).toBe(PROBLEM);
				const problem = answer.json();
				expect(problem).toMatchObject({ code: "not_found", status: 404, type: "urn:anny-fitter:problem:not_found" });
				expect(problem.remedy).toBe(hint === null ? "The addresses are listed at /docs." : `Did you mean ${hint}?`);
			});

			it("tell which methods an address has", async () => {
				const answer = await opened.api.inject({ method: "PUT", url: `/api/v1/subjects/${randomUUID()}` });
				expect(answer.statusCode).toBe(405);
				expect(answer.headers.allow).toBe("DELETE, GET, HEAD, PATCH");
				expect(answer.json().code).toBe("method_not_allowed");
			});

			it.each([
				["{", 400, "invalid_argument"],
				["", 400, "invalid_argument"],
				['{"__proto__": {"isAdmin": true}}', 400, "invalid_argument"],
				["[]", 400, "invalid_argument"],
				["null", 400, "invalid_argument"],
				[JSON.stringify({ name: "x".repeat(20_000) }), 413, "upload_too_large"],
				[`${"[".repeat(9000)}`, 400, "invalid_argument"],
			])("of the body %.20s are %i %s", async (body, status, code) => {
				const answer = await subjects(body);
				expect(answer.statusCode).toBe(status);
				expect(answer.headers["content-type"]).toBe(PROBLEM);
				expect(answer.json()).toMatchObject({ code, status });
			});

			it("of content types are 415", async () => {
				for (const type of ["text/plain", "application/xml", "multipart/form-data; boundary=x"]) {
					const answer = await subjects("name=Ada", { "content-type": type });
					expect(answer.statusCode, type).toBe(415);
					expect(answer.json().code).toBe("unsupported_media_type");
				}
			});

			it.each(["/api/v1/subjects/%", "/api/v1/subjects/%E0%A4%A", `/api/v1/subjects/${"x".repeat(500)}`])(
				"of the address %.30s are the caller's",
				async (url) => {
					const answer = await opened.api.inject({ url, headers: ada.headers });
					expect([400, 404]).toContain(answer.statusCode);
					expect(answer.headers["content-type"]).toBe(PROBLEM);
				},
			);

			it("of values never repeat them", async () => {
				const answer = await subjects(
					JSON.stringify({ name: 12345.678, date_of_birth: "secret-date", gender: "secret" }),
				);
				expect(answer.statusCode).toBe(400);
				expect(answer.json().errors).toHaveLength(3);
				expect(answer.body).not.toMatch(/12345|secret/);
			});
		});

		it("answers HEAD like GET, without a body", async () => {
			const get = await opened.api.inject({ url: "/api/v1/subjects", headers: ada.headers });
			const head = await opened.api.inject({ method: "HEAD", url: "/api/v1/subjects", headers: ada.headers });
			expect(head.statusCode).toBe(200);
			expect(head.body).toBe("");
			expect(head.headers.etag).toBe(get.headers.etag);
		});

		it("compresses what is long, but not tokens", async () => {
			const headers = { "accept-encoding": "gzip" };
			const document = await opened.api.inject({ url: "/api/v1/openapi.json", headers });
			expect(document.headers["content-encoding"]).toBe("gzip");
			expect(document.headers.vary).toContain("accept-encoding");
			const login = await opened.api.inject({
				method: "POST",
				url: "/api/v1/auth/login",
				headers,
				payload: { email: ada.email, password: ada.password },
			});
			expect(login.headers["content-encoding"]).toBeUndefined();
		});

		it("lets the configured origins call, with cookies, and no others", async () => {
			const preflight = (origin: string) =>
				opened.api.inject({
					method: "OPTIONS",
					url: "/api/v1/subjects",
					headers: {
						origin,
						"access-control-request-method": "PATCH",
						"access-control-request-headers": "authorization,if-match",
					},
				});
			const ours = await preflight("https://app.example.org");
			expect(ours.statusCode).toBe(204);
			expect(ours.headers).toMatchObject({
				"access-control-allow-origin": "https://app.example.org",
				"access-control-allow-credentials": "true",
			});
			expect(ours.headers["access-control-allow-methods"]).toContain("PATCH");
			expect((await preflight("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
			const refused = await opened.api.inject({
				url: "/api/v1/subjects",
				headers: { origin: "https://app.example.org" },
			});
			expect(refused.statusCode).toBe(401);
			// A page must be able to read why.
			expect(refused.headers["access-control-allow-origin"]).toBe("https://app.example.org");
		});

		it("tells browsers to trust nothing else", async () => {
			const { headers } = await opened.api.inject({ url: "/healthz" });
			expect(headers).toMatchObject({
				"x-content-type-options": "nosniff",
				"x-frame-options": "DENY",
				"referrer-policy": "no-referrer",
			});
			expect(headers["content-security-policy"]).toContain("default-src 'none'");
			expect(headers["x-powered-by"]).toBeUndefined();
		});

		describe("health", () => {
			it("is alive and ready", async () => {
				expect((await opened.api.inject({ url: "/healthz" })).json()).toEqual({ status: "ok" });
				const ready = await opened.api.inject({ url: "/readyz" });
				expect(ready.statusCode, ready.body).toBe(200);
				expect(Object.keys(ready.json().checks).sort()).toEqual(
					["cache", "database", "events", "fitting", "objects", "vault", "vision", "visualization"].sort(),
				);
			});

			it("gives metrics to this machine and to those with the token", async () => {
				await opened.api.inject({ url: `/api/v1/subjects/${randomUUID()}`, headers: ada.headers });
				const local = await opened.api.inject({ url: "/metrics" });
				expect(local.statusCode).toBe(200);
				expect(local.headers["content-type"]).toContain("application/openmetrics-text");
				expect(local.body).toContain('route="/api/v1/subjects/:subject_id"');
				expect(local.body).toContain("fit_queue_length");
				expect(local.body).not.toContain(ada.userId);
				const ask = (headers: object) =>
					opened.api.inject({ url: "/metrics", remoteAddress: "203.0.113.5", headers: { ...headers } });
				expect((await ask({})).statusCode).toBe(404);
				expect((await ask({ authorization: "Bearer prometheus-token-2" })).statusCode).toBe(404);
				expect((await ask({ authorization: "Bearer prometheus-token-1" })).statusCode).toBe(200);
				const proxied = await opened.api.inject({ url: "/metrics", headers: { "x-forwarded-for": "203.0.113.5" } });
				expect(proxied.statusCode).toBe(404);
			});
		});
	});
}

describe("faults of what the API needs", () => {
	let opened: OpenedTestApi;
	beforeAll(async () => {
		opened = await openTestApi("embedded");
	});
	afterAll(() => opened?.close());

	/** The API with a database whose every transaction ends in this. */
	async function askWithFault(fault: () => never | Promise<never>) {
		const ada = await createTestUser(opened.api);
		const { database } = opened.dependencies;
		const fail = async () => fault();
		const broken = Object.assign(Object.create(database), { asUser: fail, readAsUser: fail, ping: fail });
		const api = await createApi({ ...opened.dependencies, database: broken });
		try {
			const answer = await api.inject({ url: "/api/v1/subjects", headers: ada.headers });
			return { answer, ready: await api.inject({ url: "/readyz" }) };
		} finally {
			await api.close();
		}
	}

	it("are 500 without a word about the inside, and logged without values", async () => {
		const { answer } = await askWithFault(() => {
			throw Object.assign(new Error('duplicate key "ada@example.org" at db-7.internal'), { code: "XX001" });
		});
		expect(answer.statusCode).toBe(500);
		expect(answer.json()).toMatchObject({ code: "internal", status: 500 });
		expect(answer.body).not.toMatch(/duplicate|ada@|db-7|at /);
		expect(opened.log()).toContain("XX001");
		expect(opened.log()).toContain(answer.json().request_id);
		expect(opened.log()).not.toMatch(/duplicate key|db-7/);
	});

	it("are 503 with Retry-After when the database is away, and the server is not ready", async () => {
		const { answer, ready } = await askWithFault(() => {
			throw new AppError("database_unavailable", "The database does not answer.", { retryable: true });
		});
		expect(answer.statusCode).toBe(503);
		expect(answer.json()).toMatchObject({ code: "database_unavailable", retry_after_s: 5 });
		expect(answer.headers["retry-after"]).toBe("5");
		expect(ready.statusCode).toBe(503);
		expect(ready.json()).toMatchObject({
			status: "not_ready",
			checks: { database: { ok: false }, cache: { ok: true } },
		});
	});

	it("hide what speaks of the server's files", async () => {
		const { answer } = await askWithFault(() => {
			throw new AppError("model_data_missing", "There is nothing in /srv/private/data.");
		});
		expect(answer.statusCode).toBe(500);
		expect(answer.json().code).toBe("model_data_missing");
		expect(answer.body).not.toContain("/srv");
	});

	it("include services that do not answer", async () => {
		const broken = createRouterTransport(() => undefined, {
			transport: {
				interceptors: [
					() => () => {
						throw new Error("no connection");
					},
				],
			},
		});
		const services = { ...opened.dependencies.services, vision: broken };
		const api = await createApi({ ...opened.dependencies, services });
		const ready = await api.inject({ url: "/readyz" });
		expect(ready.statusCode).toBe(503);
		expect(ready.json().checks).toMatchObject({ vision: { ok: false }, fitting: { ok: true } });
		await api.close();
	});
});

describe("slow clients", () => {
	let opened: OpenedTestApi;
	let port: number;

	beforeAll(async () => {
		opened = await openTestApi("embedded", { settings: { REQUEST_TIMEOUT_SECONDS: "1" } });
		port = Number(new URL(await opened.api.listen({ host: "127.0.0.1", port: 0 })).port);
	});
	afterAll(() => opened?.close());

	/** What the server sends until it closes the connection. */
	function send(...texts: readonly string[]): Promise<string> {
		return new Promise((resolve, reject) => {
			const socket = connect(port, "127.0.0.1", () => {
				for (const text of texts) socket.write(text);
			});
			let answer = "";
			socket.on("data", (data) => {
				answer += data.toString();
			});
			socket.on("close", () => resolve(answer));
			socket.on("error", reject);
		});
	}

	it("are told so when they do not speak HTTP", async () => {
		expect(await send("NONSENSE\r\n\r\n")).toContain("400 Bad Request");
	});

	it("are hung up on when a body does not arrive in time", async () => {
		const started = performance.now();
		const answer = await send(
			"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
		);
		expect(answer).toContain("400 Bad Request");
		expect(answer).toContain("did not arrive in time");
		expect(performance.now() - started).toBeGreaterThan(900);
	});

	it("get ten times as long for photos", async () => {
		// Node looks for late requests every 30 s; the test cannot wait so long.
		expect(opened.api.server.requestTimeout).toBe(10_000);
		expect(opened.api.server.headersTimeout).toBe(1000);
		expect(opened.api.server.keepAliveTimeout).toBe(75_000);
	});
});
