import { randomUUID } from "node:crypto";
import { createApi } from "@anny-fitter/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectProblem } from "./hostile-helpers.js";
import { type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, type TestApi } from "./test-environment.js";

const PASSWORD = "some words that are not it";

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`guessing passwords, ${name}`, () => {
		let opened: OpenedTestApi;
		let api: TestApi;

		beforeAll(async () => {
			// A proxy is trusted, so that the test can come from many addresses. Hashes are the same work in both
			// environments; in one of them they take as long as they should.
			const BCRYPT_COST = name === "embedded" ? "10" : "4";
			opened = await openTestApi(name, { settings: { TRUSTED_PROXIES: "1", BCRYPT_COST } });
			api = opened.api;
		});
		afterAll(async () => {
			await opened?.close();
		});

		const logIn = (email: string, password: string, address = "192.0.2.1", at = api) =>
			at.inject({
				method: "POST",
				url: "/api/v1/auth/login",
				headers: { "x-forwarded-for": address },
				payload: { email, password },
			});

		test("each account locks after ten wrong passwords, from wherever they come, known or not", async () => {
			const users = await Promise.all(Array.from({ length: 3 }, () => createTestUser(api, { consent: false })));
			const emails = [...users.map(({ email }) => email), `${randomUUID()}@example.org`];
			for (const [index, email] of emails.entries()) {
				const tries = Array.from({ length: 13 }, (_, n) => logIn(email, PASSWORD, `198.51.${index}.${n}`));
				const statuses = (await Promise.all(tries)).map((answer) => answer.statusCode).sort();
				expect(statuses).toEqual([...Array(10).fill(401), ...Array(3).fill(429)]);
			}
			// Not even with the right one, in any spelling of the address.
			const [user] = users;
			for (const email of [user!.email, user!.email.toUpperCase(), ` ${user!.email} `]) {
				const locked = await logIn(email, user!.password, "203.0.113.5");
				expectProblem(locked, "too_many_attempts");
				expect(Number(locked.headers["retry-after"])).toBeGreaterThan(0);
			}
			// Others are not locked with them, nor is who is logged in already.
			const other = await createTestUser(api, { consent: false });
			expect((await logIn(other.email, other.password)).statusCode).toBe(200);
			expect((await api.inject({ url: "/api/v1/auth/me", headers: user!.headers })).statusCode).toBe(200);
		});

		test("one password over many accounts meets the limit of its address", async () => {
			const { metrics: _shared, ...dependencies } = opened.dependencies;
			const limited = await createApi({ ...dependencies, config: { ...opened.config, authRateLimitPerMinute: 5 } });
			try {
				const statuses: number[] = [];
				for (let n = 0; n < 8; n++) {
					const answer = await logIn(`${randomUUID()}@example.org`, PASSWORD, "203.0.113.77", limited);
					statuses.push(answer.statusCode);
				}
				expect(statuses.slice(5)).toEqual([429, 429, 429]);
				// A whole /64 of IPv6 is one address.
				const six: number[] = [];
				for (let n = 0; n < 8; n++) {
					const answer = await logIn(`${randomUUID()}@example.org`, PASSWORD, `2001:db8:1:2:${n}::${n}`, limited);
					six.push(answer.statusCode);
				}
				expect(six.slice(5)).toEqual([429, 429, 429]);
			} finally {
				await limited.close();
			}
		});

		if (name !== "embedded") return;

		test("known and unknown addresses take equally long and answer the same", async () => {
			const users = await Promise.all(Array.from({ length: 5 }, () => createTestUser(api, { consent: false })));
			const known: number[] = [];
			const unknown: number[] = [];
			const bodies = new Set<string>();
			// In turns, so that whatever else the machine does meets both.
			for (let n = 0; n < 15; n++) {
				for (const [times, email] of [
					[known, users[n % 5]!.email],
					[unknown, `${randomUUID()}@example.org`],
				] as const) {
					const started = performance.now();
					const answer = await logIn(email, PASSWORD);
					times.push(performance.now() - started);
					const { request_id: _, ...problem } = answer.json();
					bodies.add(JSON.stringify(problem));
					expect(Object.keys(answer.headers)).not.toContain("set-cookie");
				}
			}
			expect([...bodies]).toHaveLength(1);
			const ratio = median(known) / median(unknown);
			expect(ratio).toBeGreaterThan(0.6);
			expect(ratio).toBeLessThan(1.67);
			// bcrypt was at work in both.
			expect(median(unknown)).toBeGreaterThan(20);
		});

		test("two hundred log-ins at one time: some are put off with Retry-After, then all goes on", async () => {
			const user = await createTestUser(api, { consent: false });
			const started = Date.now();
			const answers = await Promise.all(
				Array.from({ length: 200 }, (_, n) => logIn(`${randomUUID()}@example.org`, PASSWORD, `198.51.100.${n}`)),
			);
			const refused = answers.filter(({ statusCode }) => statusCode === 503);
			expect(refused.length).toBeGreaterThan(50);
			expect(answers.every(({ statusCode }) => statusCode === 503 || statusCode === 401)).toBe(true);
			for (const answer of refused) {
				expectProblem(answer, "service_unavailable");
				expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
			}
			expect(Date.now() - started).toBeLessThan(30_000);
			expect((await logIn(user.email, user.password)).statusCode).toBe(200);
		});
	});
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
