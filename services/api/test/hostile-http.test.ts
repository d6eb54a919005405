import { createHmac, randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createApi } from "@anny-fitter/api";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { until } from "./fit-helpers.js";
import { type AnyAnswer, expectNoDefect, expectProblem, head, parseAnswers, sendRaw } from "./hostile-helpers.js";
import { insertOpenFit, type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, logIn, multipart, type TestApi, type TestUser } from "./test-environment.js";

const EVIL = "evil-zq7.example";
const GOOD_ORIGIN = "https://good.example";

// What is attacked lies before the database, so the embedded environment stands for both.
describe("hostile HTTP", () => {
	let opened: OpenedTestApi;
	let user: TestUser;
	let port: number;
	let subjectId: string;

	beforeAll(async () => {
		opened = await openTestApi("embedded", { settings: { CORS_ORIGINS: GOOD_ORIGIN } });
		await opened.api.listen({ port: 0, host: "127.0.0.1" });
		port = (opened.api.server.address() as AddressInfo).port;
		user = await createTestUser(opened.api);
		const made = await opened.api.inject({
			method: "POST",
			url: "/api/v1/subjects",
			headers: user.headers,
			payload: { name: "Ada" },
		});
		subjectId = made.json().subject_id;
	});
	afterAll(async () => {
		await opened?.close();
	});
	let logged = 0;
	afterEach(async () => {
		expect((await opened.api.inject({ url: "/healthz" })).statusCode).toBe(200);
		const log = opened.log().slice(logged);
		logged += log.length;
		expect(/"level":"(error|fatal)".*/.exec(log)?.[0]).toBeUndefined();
		expect(log.includes(EVIL)).toBe(false);
	});

	const authorization = () => `authorization: ${user.headers.authorization}`;
	async function ask(lines: readonly string[], body: string | Buffer = "", timeout_ms = 5000): Promise<AnyAnswer> {
		const { text } = await sendRaw(port, [head(...lines, "connection: close"), body], { timeout_ms });
		const [answer] = parseAnswers(text);
		if (answer === undefined) throw new Error(`no answer: ${text.slice(0, 200)}`);
		return answer;
	}

	/** Another API on the same database, with other settings. */
	async function withSettings<T>(
		settings: Partial<OpenedTestApi["config"]>,
		work: (api: TestApi) => Promise<T>,
	): Promise<T> {
		const { metrics: _shared, ...dependencies } = opened.dependencies;
		const api = await createApi({ ...dependencies, config: { ...opened.config, ...settings } });
		try {
			await api.ready();
			return await work(api);
		} finally {
			await api.close();
		}
	}

	describe("oversized", () => {
		test("a JSON body over the limit, declared or in chunks", async () => {
			const body = JSON.stringify({ name: "a".repeat(300_000) });
			const declared = ["POST /api/v1/subjects HTTP/1.1", "host: x", authorization(), "content-type: application/json"];
			expectProblem(await ask([...declared, `content-length: ${body.length}`], body), "upload_too_large");
			const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
			expectProblem(await ask([...declared, "transfer-encoding: chunked"], chunk), "upload_too_large");
		});

		test("an address, a header, a cookie and a list of tags of 100 kB", async () => {
			const long = "a".repeat(100_000);
			for (const lines of [
				[`GET /api/v1/subjects?search=${long} HTTP/1.1`, "host: x", authorization()],
				["GET /api/v1/subjects HTTP/1.1", "host: x", authorization(), `x-long: ${long}`],
				["GET /api/v1/subjects HTTP/1.1", "host: x", authorization(), `cookie: refresh_token=${long}`],
				["GET /api/v1/subjects HTTP/1.1", "host: x", authorization(), `if-none-match: ${'"abcdefgh",'.repeat(10_000)}`],
			]) {
				expectProblem(await ask(lines), 413, 431, 400);
			}
		});

		test("as many parameters, tags and headers as fit", async () => {
			const parameters = Array.from({ length: 1000 }, (_, index) => `a${index}=1`).join("&");
			const answers = [
				await ask([`GET /api/v1/subjects?${parameters} HTTP/1.1`, "host: x", authorization()]),
				await ask([`GET /api/v1/subjects?${"limit=1&".repeat(1000)} HTTP/1.1`, "host: x", authorization()]),
				await ask([
					"GET /api/v1/subjects HTTP/1.1",
					"host: x",
					authorization(),
					`if-none-match: ${'"a",'.repeat(3000)}`,
				]),
				await ask(["GET /api/v1/subjects HTTP/1.1", "host: x", authorization(), `accept: ${"a/b,".repeat(3000)}`]),
				await ask([
					"GET /api/v1/subjects HTTP/1.1",
					"host: x",
					authorization(),
					`accept-encoding: ${"gzip;q=0.1,".repeat(1000)}`,
				]),
				await ask([
					"GET /api/v1/subjects HTTP/1.1",
					"host: x",
					authorization(),
					...Array.from({ length: 1500 }, () => "x: 1"),
				]),
			];
			for (const answer of answers) expectNoDefect(answer);
			expect(answers[0]!.statusCode).toBe(200);
		});

		test("Range headers are ignored", async () => {
			for (const range of ["bytes=0-0", "bytes=-1", `bytes=${"0-0,".repeat(2000)}`, "lines=1-2", "bytes=5-1"]) {
				const answer = await ask([
					`GET /api/v1/subjects/${subjectId} HTTP/1.1`,
					"host: x",
					authorization(),
					`range: ${range}`,
				]);
				expect(answer.statusCode).toBe(200);
				expect(JSON.parse(answer.body).subject_id).toBe(subjectId);
			}
		});

		test("compressed bodies: a small one is read or refused, a bomb is refused at once", async () => {
			const send = (body: Buffer, encoding: string) =>
				ask(
					[
						"POST /api/v1/subjects HTTP/1.1",
						"host: x",
						authorization(),
						"content-type: application/json",
						`content-encoding: ${encoding}`,
						`content-length: ${body.length}`,
					],
					body,
				);
			expectNoDefect(await send(gzipSync('{"name":"small"}'), "gzip"));
			const started = Date.now();
			expectProblem(await send(gzipSync(Buffer.alloc(100_000_000, 32)), "gzip"), 400, 413, 415);
			expectProblem(await send(gzipSync(gzipSync(Buffer.alloc(1_000_000))), "gzip, gzip"), 400, 413, 415);
			expectProblem(await send(Buffer.from("no gzip at all"), "gzip"), 400, 415);
			expectProblem(await send(Buffer.from("{}{"), "zq7"), 400, 415);
			expect(Date.now() - started).toBeLessThan(8000);
		});

		test("other charsets, types and methods in disguise", async () => {
			for (const type of [
				"application/json; charset=utf-16",
				"application/json;charset=x-evil",
				"text/plain",
				"application/xml",
				"application/x-www-form-urlencoded",
				"application/json, text/html",
				"*/*",
				"",
			]) {
				expectNoDefect(
					await ask(
						[
							"POST /api/v1/subjects HTTP/1.1",
							"host: x",
							authorization(),
							`content-type: ${type}`,
							"content-length: 12",
						],
						'{"name":"a"}',
					),
				);
			}
			for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) {
				const answer = await ask([
					`POST /api/v1/subjects/${subjectId} HTTP/1.1`,
					"host: x",
					authorization(),
					`${name}: DELETE`,
					"content-length: 0",
				]);
				expectProblem(answer, 405);
			}
			for (const method of ["TRACE", "CONNECT", "PROPFIND", "get", "G\0T", "OPTIONS"]) {
				const { text } = await sendRaw(
					port,
					head(`${method} /api/v1/subjects HTTP/1.1`, "host: x", "connection: close"),
					{ timeout_ms: 2000 },
				);
				const [answer] = parseAnswers(text);
				if (answer !== undefined) expectNoDefect(answer);
				expect(text).not.toContain("Ada");
			}
			const still = await opened.api.inject({ url: `/api/v1/subjects/${subjectId}`, headers: user.headers });
			expect(still.statusCode).toBe(200);
		});
	});

	describe("requests within requests", () => {
		// An account that these log out of, or a subject they delete, would be gone.
		const inner = () => head(`DELETE /api/v1/subjects/${subjectId} HTTP/1.1`, "host: x", authorization());
		const start = () => ["POST /api/v1/auth/logout HTTP/1.1", "host: x"];

		test.each<[string, (inner: string) => string]>([
			[
				"both lengths, chunks first",
				(inside) => `transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n${inside}`,
			],
			[
				"both lengths, length first",
				(inside) => `content-length: ${inside.length + 5}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${inside}`,
			],
			["two lengths", (inside) => `content-length: 0\r\ncontent-length: ${inside.length}\r\n\r\n${inside}`],
			[
				"a blank before the colon",
				(inside) => `transfer-encoding : chunked\r\ncontent-length: ${inside.length + 5}\r\n\r\n0\r\n\r\n${inside}`,
			],
			["an unknown encoding", (inside) => `transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${inside}`],
			[
				"chunked twice",
				(inside) => `transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n${inside}`,
			],
			[
				"a folded header",
				(inside) =>
					`x: y\r\n transfer-encoding: chunked\r\ncontent-length: ${inside.length + 5}\r\n\r\n0\r\n\r\n${inside}`,
			],
			["bare line feeds", (inside) => `content-length: 0\ntransfer-encoding: chunked\n\n${inside}`],
			["a bare carriage return", (inside) => `x: y\rcontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n${inside}`],
			["a line feed within a chunk size", (inside) => `transfer-encoding: chunked\r\n\r\n0;\n${inside}`],
			["a NUL in a header", (inside) => `x: \0\r\ncontent-length: 0\r\n\r\n${inside}`],
		])("%s", async (_, rest) => {
			const { text } = await sendRaw(port, `${start().join("\r\n")}\r\n${rest(inner())}`, { timeout_ms: 1500 });
			const answers = parseAnswers(text);
			expect(answers[0]?.statusCode ?? 400).toBe(400);
			// What is not understood closes the connection, so that nothing behind it is read.
			expect(answers.length).toBeLessThanOrEqual(1);
			const still = await opened.api.inject({ url: `/api/v1/subjects/${subjectId}`, headers: user.headers });
			expect(still.statusCode).toBe(200);
		});

		test("things that are no HTTP", async () => {
			for (const bytes of [
				"\x16\x03\x01\x02\x00\x01\x00",
				"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
				"GET /\r\n\r\n",
				"\0".repeat(1000),
				"SSH-2.0-x\r\n",
				"GET / HTTP/9.9\r\n\r\n",
				"\r\n".repeat(1000),
			]) {
				const { text } = await sendRaw(port, bytes, { timeout_ms: 1000, end: true });
				const [answer] = parseAnswers(text);
				if (answer !== undefined) expectNoDefect(answer);
			}
		});
	});

	describe("names of hosts", () => {
		test("no answer takes up the host that a request names", async () => {
			const body = '{"name":"b"}';
			for (const lines of [
				["GET /api/v1/openapi.json HTTP/1.1", `host: ${EVIL}`],
				["GET /docs HTTP/1.1", `host: ${EVIL}`, `x-forwarded-host: ${EVIL}`, "x-forwarded-proto: https"],
				["GET /docs/ HTTP/1.1", `host: ${EVIL}`],
				[`GET http://${EVIL}/api/v1/auth/me HTTP/1.1`, `host: ${EVIL}`, authorization()],
				[`GET //${EVIL}/%2e%2e HTTP/1.1`, "host: x"],
				[
					"POST /api/v1/subjects HTTP/1.1",
					`host: ${EVIL}`,
					`forwarded: host=${EVIL}`,
					authorization(),
					"content-type: application/json",
					`content-length: ${body.length}`,
				],
			]) {
				const answer = await ask(lines, lines[0]!.startsWith("POST") ? body : "");
				expectNoDefect(answer);
				expect(JSON.stringify(answer).includes(EVIL)).toBe(false);
			}
		});

		test("several hosts, or none", async () => {
			for (const hosts of [[], ["host: a", "host: b"], ["host: a b"], ["host: \0"], ["host: "]]) {
				const { text } = await sendRaw(port, head("GET /healthz HTTP/1.1", ...hosts, "connection: close"), {
					timeout_ms: 2000,
				});
				expect(parseAnswers(text)[0]?.statusCode ?? 400).toBeLessThan(500);
			}
		});

		test("an id of a request that is none is replaced, not repeated", async () => {
			for (const id of ["a b", "<script>", "x".repeat(1000), "zq7\tzq7"]) {
				const answer = await ask(["GET /healthz HTTP/1.1", "host: x", `x-request-id: ${id}`]);
				expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
			}
		});

		test("addresses in X-Forwarded-For do not evade the limit, unless a proxy is trusted", async () => {
			const attempts = async (api: TestApi, forwardedFor: (n: number) => string) => {
				const statuses: number[] = [];
				for (let n = 0; n < 8; n++) {
					const answer = await api.inject({
						method: "POST",
						url: "/api/v1/auth/login",
						headers: { "x-forwarded-for": forwardedFor(n), forwarded: `for=10.9.8.${n}`, "x-real-ip": `10.9.8.${n}` },
						payload: { email: `${randomUUID()}@example.org`, password: "some wrong words" },
						remoteAddress: "192.0.2.7",
					});
					statuses.push(answer.statusCode);
				}
				return statuses;
			};
			await opened.dependencies.cache.delete("rate:auth:address:192.0.2.7");
			await withSettings({ authRateLimitPerMinute: 5 }, async (api) => {
				expect((await attempts(api, (n) => `10.1.1.${n}`)).slice(5)).toEqual([429, 429, 429]);
			});
			await withSettings({ authRateLimitPerMinute: 5, trustedProxies: 1 }, async (api) => {
				// The last entry is the proxy's word; what stands before it is the client's.
				expect((await attempts(api, (n) => `10.2.2.${n}, 198.51.100.9`)).slice(5)).toEqual([429, 429, 429]);
				expect(await attempts(api, (n) => `198.51.100.${100 + n}`)).toEqual(Array(8).fill(401));
			});
		});
	});

	describe("tokens", () => {
		const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
		const sign = (
			header: object,
			payload: object,
			secret: Buffer | string = opened.config.jwtSecret,
			hash = "sha256",
		) => {
			const content = `${encode(header)}.${encode(payload)}`;
			return `${content}.${createHmac(hash, secret).update(content).digest("base64url")}`;
		};
		const now = () => Math.floor(Date.now() / 1000);
		const claims = (change: object = {}) => ({
			user_id: user.userId,
			role: "user",
			iat: now(),
			exp: now() + 60,
			...change,
		});
		const HS256 = { alg: "HS256", typ: "JWT" };
		const me = (token: string) =>
			opened.api.inject({ url: "/api/v1/auth/me", headers: { authorization: `Bearer ${token}` } });

		test("a well-made token is taken: what follows fails for its own reasons", async () => {
			expect((await me(sign(HS256, claims()))).statusCode).toBe(200);
		});

		test.each<[string, () => string]>([
			["algorithm none", () => `${encode({ alg: "none", typ: "JWT" })}.${encode(claims())}.`],
			["algorithm None with a signature", () => sign({ alg: "None", typ: "JWT" }, claims())],
			["algorithm RS256 over the secret", () => sign({ alg: "RS256", typ: "JWT" }, claims())],
			["algorithm HS512", () => sign({ alg: "HS512", typ: "JWT" }, claims(), opened.config.jwtSecret, "sha512")],
			["no algorithm", () => sign({ typ: "JWT" }, claims())],
			["another secret", () => sign(HS256, claims(), "another secret of sufficient length ....")],
			["an empty secret", () => sign(HS256, claims(), "")],
			["no signature", () => sign(HS256, claims()).replace(/[^.]*$/, "")],
			["a changed role", () => user.token.replace(/\.[^.]*\./, `.${encode(claims({ role: "admin" }))}.`)],
			["a role that is not the user's", () => sign(HS256, claims({ role: "admin" }))],
			["an unknown role", () => sign(HS256, claims({ role: "root" }))],
			["an expiry in the past", () => sign(HS256, claims({ exp: now() - 60 }))],
			["an expiry that is a text", () => sign(HS256, claims({ exp: "9999999999" }))],
			["no expiry", () => sign(HS256, claims({ exp: undefined }))],
			["an issue in the future", () => sign(HS256, claims({ iat: now() + 3600, exp: now() + 7200 }))],
			["an issue that is no number", () => sign(HS256, claims({ iat: "now" }))],
			["a user that is an object", () => sign(HS256, claims({ user_id: { $ne: null } }))],
			["a user that is SQL", () => sign(HS256, claims({ user_id: "' or 1=1 --" }))],
			["a user that is nobody", () => sign(HS256, claims({ user_id: randomUUID() }))],
			["a start in the future", () => sign(HS256, claims({ nbf: now() + 3600 }))],
			["a critical extension", () => sign({ ...HS256, crit: ["exp"] }, claims())],
			[
				"a key of its own",
				() => sign({ alg: "HS256", typ: "JWT", jwk: { kty: "oct", k: "AA" } }, claims(), Buffer.from([0])),
			],
			[
				"a key to be fetched",
				() => sign({ ...HS256, jku: "http://127.0.0.1:9/keys", kid: "../../dev/null" }, claims(), ""),
			],
			["another type", () => sign({ alg: "HS256", typ: "at+jwt" }, claims())],
			["five parts", () => `${encode({ alg: "dir", enc: "A128GCM" })}..a.b.c`],
			["only dots", () => ".."],
			["a size of 5 kB", () => sign(HS256, claims({ x: "a".repeat(5000) }))],
			["text behind it", () => `${user.token} x`],
		])("%s", async (_, token) => {
			expectProblem(await me(token()), "unauthenticated");
		});

		test("key ids in the header change nothing", async () => {
			expect((await me(sign({ ...HS256, kid: "x", jku: "http://127.0.0.1:9/" }, claims()))).statusCode).toBe(200);
		});

		test("a role in a forged token opens nothing", async () => {
			const token = sign(HS256, claims({ role: "admin" }));
			const answer = await opened.api.inject({
				url: "/api/v1/admin/users",
				headers: { authorization: `Bearer ${token}` },
			});
			expectProblem(answer, "unauthenticated");
			expectProblem(await opened.api.inject({ url: "/api/v1/admin/users", headers: user.headers }), "forbidden");
		});
	});

	describe("cookies and origins", () => {
		const refresh = (headers: Record<string, string>, path = "refresh") =>
			opened.api.inject({ method: "POST", url: `/api/v1/auth/${path}`, headers });

		test("garbage as a cookie is no log-in", async () => {
			for (const cookie of [
				"refresh_token=",
				"refresh_token=%",
				"refresh_token=%00",
				";;;===",
				`refresh_token=${randomUUID()}`,
				"refresh_token=' or 1=1",
				`refresh_token=${randomUUID()}; refresh_token=x`,
				"__proto__=1",
				`refresh_token=s:${randomUUID()}.x`,
			]) {
				expectProblem(await refresh({ cookie }), "unauthenticated");
				expect((await refresh({ cookie }, "logout")).statusCode).toBe(204);
			}
		});

		test("a cookie that was planted before a log-in is not the one after it", async () => {
			const planted = randomUUID();
			const answer = await opened.api.inject({
				method: "POST",
				url: "/api/v1/auth/login",
				headers: { cookie: `refresh_token=${planted}` },
				payload: { email: user.email, password: user.password },
			});
			const [cookie] = answer.cookies;
			expect(cookie).toMatchObject({ name: "refresh_token", httpOnly: true, sameSite: "Strict", path: "/api/v1/auth" });
			expect(cookie!.value).not.toBe(planted);
			expectProblem(await refresh({ cookie: `refresh_token=${planted}` }), "unauthenticated");
		});

		test("pages of other origins cannot refresh or log out", async () => {
			const login = await logIn(opened.api, user.email, user.password);
			for (const origin of [
				`https://${EVIL}`,
				"null",
				`${GOOD_ORIGIN}.${EVIL}`,
				"http://good.example",
				`${GOOD_ORIGIN}:444`,
				"file://",
				"x",
			]) {
				expectProblem(await refresh({ cookie: login.cookie, origin }), "forbidden");
				expectProblem(await refresh({ cookie: login.cookie, origin }, "logout"), "forbidden");
			}
			const own = await refresh({ cookie: login.cookie, origin: GOOD_ORIGIN });
			expect(own.statusCode).toBe(200);
		});

		test("a foreign origin is told nothing that would let it read", async () => {
			for (const origin of [`https://${EVIL}`, "null", `${GOOD_ORIGIN}.${EVIL}`, `https://${EVIL}#${GOOD_ORIGIN}`]) {
				for (const method of ["GET", "OPTIONS"] as const) {
					const answer = await opened.api.inject({
						method,
						url: "/api/v1/auth/me",
						headers: { ...user.headers, origin, "access-control-request-method": "GET" },
					});
					expect(answer.headers["access-control-allow-origin"]).not.toBe(origin);
					expect(answer.headers["access-control-allow-origin"]).not.toBe("*");
				}
			}
			const own = await opened.api.inject({
				url: "/api/v1/auth/me",
				headers: { ...user.headers, origin: GOOD_ORIGIN },
			});
			expect(own.headers["access-control-allow-origin"]).toBe(GOOD_ORIGIN);
			expect(own.headers["access-control-allow-credentials"]).toBe("true");
		});
	});

	describe("WebSockets", () => {
		const url = (sessionId: string) => `ws://127.0.0.1:${port}/api/v1/sessions/${sessionId}/events`;
		const open = (sessionId: string, options: object = {}) =>
			new Promise<{ socket: WebSocket; status: number }>((resolve) => {
				const socket = new WebSocket(url(sessionId), { headers: user.headers, ...options });
				socket.on("error", () => undefined);
				socket.on("open", () => resolve({ socket, status: 101 }));
				socket.on("unexpected-response", (_, answer) => {
					resolve({ socket, status: answer.statusCode ?? 0 });
					socket.terminate();
				});
			});
		const closed = (socket: WebSocket) =>
			new Promise<number>((resolve) => {
				socket.on("close", (code) => resolve(code));
			});

		test("only own pages and programs may listen, and only to their own sessions", async () => {
			const sessionId = await insertOpenFit(opened, user, subjectId);
			expect((await open(sessionId, { origin: `https://${EVIL}` })).status).toBe(403);
			expect((await open(sessionId, { origin: "null" })).status).toBe(403);
			expect((await open(sessionId, { headers: {} })).status).toBe(401);
			expect((await open(randomUUID())).status).toBe(404);
			const good = await open(sessionId, { origin: GOOD_ORIGIN });
			expect(good.status).toBe(101);
			good.socket.terminate();
			await opened.api.inject({ method: "DELETE", url: `/api/v1/sessions/${sessionId}`, headers: user.headers });
		});

		test("giant, malformed and unmasked frames close the connection, nothing else", async () => {
			const sessionId = await insertOpenFit(opened, user, subjectId);
			const watching = await open(sessionId);
			const giant = await open(sessionId);
			giant.socket.send("x".repeat(100_000));
			expect(await closed(giant.socket)).toBe(1009);
			const small = await open(sessionId);
			small.socket.send("ignored");
			small.socket.send(Buffer.from([0, 1, 2]));
			expect(small.socket.readyState).toBe(WebSocket.OPEN);
			small.socket.terminate();
			const upgrade = head(
				`GET /api/v1/sessions/${sessionId}/events HTTP/1.1`,
				"host: x",
				authorization(),
				"upgrade: websocket",
				"connection: upgrade",
				"sec-websocket-version: 13",
				"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
			);
			for (const frame of [
				"8105hello",
				"ff8000000000",
				"81ff7fffffffffffffff00000000",
				"c18000000000",
				"8980ffffffff",
				"0180",
				"88fe0000",
			]) {
				const bytes = Buffer.from(frame.replace(/[^0-9a-f]/g, ""), "hex");
				const { text } = await sendRaw(port, [upgrade, bytes, Buffer.alloc(2000, 0xff)], { timeout_ms: 1500 });
				expect(text).toMatch(/^HTTP\/1\.1 101 /);
			}
			for (const broken of [
				upgrade.replace("13", "99"),
				upgrade.replace(/sec-websocket-key.*\r\n/, ""),
				upgrade.replace("AAAA==", "!"),
			]) {
				const { text } = await sendRaw(port, broken, { timeout_ms: 1500 });
				expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
			}
			expect(watching.socket.readyState).toBe(WebSocket.OPEN);
			watching.socket.terminate();
			await opened.api.inject({ method: "DELETE", url: `/api/v1/sessions/${sessionId}`, headers: user.headers });
		});

		test("a user has a bounded number of streams, and gets them back", async () => {
			const sessionId = await insertOpenFit(opened, user, subjectId);
			const tried = await Promise.all(Array.from({ length: 40 }, () => open(sessionId)));
			await until(() => tried.filter(({ socket }) => socket.readyState === WebSocket.OPEN).length === 20, 5000);
			const more = await Promise.all(Array.from({ length: 5 }, () => open(sessionId)));
			expect(more.map(({ status }) => status)).toEqual(Array(5).fill(429));
			for (const { socket } of [...tried, ...more]) socket.terminate();
			await until(async () => {
				const { socket, status } = await open(sessionId);
				socket.terminate();
				return status === 101;
			}, 5000);
			await opened.api.inject({ method: "DELETE", url: `/api/v1/sessions/${sessionId}`, headers: user.headers });
		});
	});

	test("no file name of a client reaches a header", async () => {
		const { payload, headers } = multipart([["photos", Buffer.from("no photo"), `x\r\nx-evil: ${EVIL}\r\n.jpg`]]);
		const answer = await opened.api.inject({
			method: "POST",
			url: "/api/v1/fit",
			headers: { ...user.headers, ...headers },
			payload,
		});
		expectProblem(answer, 400);
		expect(JSON.stringify(answer.headers)).not.toContain("evil");
	});
});
