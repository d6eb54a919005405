import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable } from "./test-environment.js";

/** An address of its own for each test, since the counters of Redis outlive a test run. */
function someAddress(): string {
	const part = () => Math.floor(Math.random() * 250) + 1;
	return `10.${part()}.${part()}.${part()}`;
}

for (const environmentName of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(environmentName)))(`rate limits, ${environmentName}`, () => {
		let opened: OpenedTestApi;
		beforeAll(async () => {
			opened = await openTestApi(environmentName, {
				settings: {
					RATE_LIMIT_PER_HOUR: "8",
					READ_RATE_LIMIT_PER_MINUTE: "10",
					AUTH_RATE_LIMIT_PER_MINUTE: "12",
					TRUSTED_PROXIES: "1",
				},
			});
		});
		afterAll(() => opened?.close());

		const list = (headers: object, remoteAddress = someAddress()) =>
			opened.api.inject({ url: "/api/v1/subjects", headers: { ...headers }, remoteAddress });
		/** Registration from an address of its own. */
		async function newUser() {
			const inject = (options: object) => opened.api.inject({ remoteAddress: someAddress(), ...options });
			return createTestUser({ inject } as unknown as typeof opened.api, { consent: false });
		}

		/** As the headers tell it. */
		const budget = ({ headers }: { headers: Record<string, unknown> }) => ({
			limit: Number(headers["ratelimit-limit"]),
			remaining: Number(headers["ratelimit-remaining"]),
			reset_s: Number(headers["ratelimit-reset"]),
		});

		it("count changes per user whatever the address, with the standard headers", async () => {
			const ada = await newUser();
			const eve = await newUser();
			const add = (headers: object) =>
				opened.api.inject({
					method: "POST",
					url: "/api/v1/subjects",
					headers: { ...headers },
					payload: {},
					remoteAddress: someAddress(),
				});
			for (let used = 1; used <= 8; used++) {
				const answer = await add(ada.headers);
				expect(answer.statusCode).toBe(201);
				expect(answer.headers).toMatchObject({
					"ratelimit-limit": "8",
					"ratelimit-remaining": String(8 - used),
					"x-ratelimit-limit": "8",
					"x-ratelimit-remaining": String(8 - used),
				});
				expect(budget(answer).reset_s).toBeGreaterThan(3500);
			}
			const refused = await add(ada.headers);
			expect(refused.statusCode).toBe(429);
			expect(refused.json()).toMatchObject({ code: "too_many_requests", status: 429 });
			expect(Number(refused.headers["retry-after"])).toBeGreaterThan(3500);
			expect(refused.headers["ratelimit-remaining"]).toBe("0");
			expect(refused.json().retry_after_s).toBe(Number(refused.headers["retry-after"]));
			expect((await add(eve.headers)).statusCode).toBe(201);
			// Meshes, exports and downloads cost as much as changes.
			for (const url of [`/models/${randomUUID()}/mesh`, `/models/${randomUUID()}/export?format=glb`, "/me/export"]) {
				const answer = await opened.api.inject({ url: `/api/v1${url}`, headers: ada.headers });
				expect([answer.statusCode, budget(answer).limit], url).toEqual([429, 8]);
			}
			// One can still look around and watch progress, and health is never counted.
			expect((await list(ada.headers)).statusCode).toBe(200);
			const status = await opened.api.inject({ url: `/api/v1/sessions/${randomUUID()}`, headers: ada.headers });
			expect(status.statusCode).toBe(404);
			expect((await opened.api.inject({ url: "/healthz" })).headers["ratelimit-limit"]).toBeUndefined();
		});

		it("give reads a budget of their own, by the minute", async () => {
			const ada = await newUser();
			const paths = ["/subjects", "/consents", "/auth/me", `/models/${randomUUID()}`, "/consents/history"];
			for (let used = 1; used <= 10; used++) {
				const url = `/api/v1${paths[used % paths.length]}`;
				const answer = await opened.api.inject({
					method: used === 10 ? "HEAD" : "GET",
					url,
					headers: ada.headers,
					remoteAddress: someAddress(),
				});
				expect([200, 404], url).toContain(answer.statusCode);
				expect(budget(answer)).toMatchObject({ limit: 10, remaining: 10 - used });
				expect(budget(answer).reset_s).toBeLessThanOrEqual(60);
			}
			const refused = await list(ada.headers);
			expect([refused.statusCode, refused.json().detail]).toEqual([
				429,
				"Only 10 such requests a minute by one user are allowed.",
			]);
			expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(60);
			const change = await opened.api.inject({
				method: "PUT",
				url: "/api/v1/consents",
				headers: ada.headers,
				payload: { photo_processing: true },
			});
			expect([change.statusCode, budget(change).remaining]).toEqual([200, 7]);
		});

		it("count wrong tokens and unknown addresses per address", async () => {
			const address = someAddress();
			const statuses = [];
			for (let i = 0; i < 11; i++) {
				statuses.push((await list(i % 2 === 0 ? {} : { authorization: "Bearer wrong" }, address)).statusCode);
			}
			expect(statuses).toEqual([...new Array(10).fill(401), 429]);
			const unknown = await opened.api.inject({ url: "/api/v1/nothing", remoteAddress: address });
			expect(unknown.statusCode).toBe(429);
			expect((await list({})).statusCode).toBe(401);
		});

		it("are stricter on log-ins, for each address that the proxy names", async () => {
			const client = someAddress();
			const logIn = (forwarded: string) =>
				opened.api.inject({
					method: "POST",
					url: "/api/v1/auth/login",
					remoteAddress: "127.0.0.1",
					headers: { "x-forwarded-for": forwarded },
					payload: { email: `${randomUUID()}@example.org`, password: "a wrong password here" },
				});
			const statuses = [];
			// What the client itself writes in front does not give it a new budget.
			for (let i = 0; i < 13; i++) statuses.push((await logIn(`${someAddress()}, ${client}`)).statusCode);
			expect(statuses).toEqual([...new Array(12).fill(401), 429]);
			expect((await logIn(someAddress())).statusCode).toBe(401);
		});

		it("take the addresses of one IPv6 network for one client", async () => {
			const network = `2001:db8:${Math.floor(Math.random() * 65_535).toString(16)}:1`;
			const statuses = [];
			for (let i = 0; i < 11; i++) statuses.push((await list({}, `${network}::${i + 1}`)).statusCode);
			expect(statuses).toEqual([...new Array(10).fill(401), 429]);
		});
	});
}
