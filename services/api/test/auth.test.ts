import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { AppError } from "@anny-fitter/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAccessTokens } from "../src/auth/access-tokens.js";
import { grantRole, type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, logIn } from "./test-environment.js";

const LOGIN = "/api/v1/auth/login";
const ME = "/api/v1/auth/me";

for (const environmentName of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(environmentName)))(`authentication, ${environmentName}`, () => {
		let opened: OpenedTestApi;
		let clock_ms = 0;
		const now = () => new Date(Date.now() + clock_ms);

		beforeAll(async () => {
			opened = await openTestApi(environmentName, { replace: () => ({ now }) });
		});
		afterAll(() => opened?.close());

		const post = (url: string, payload: object, headers = {}) =>
			opened.api.inject({ method: "POST", url, payload, headers });
		const refresh = (cookie: string, headers = {}) =>
			opened.api.inject({ method: "POST", url: "/api/v1/auth/refresh", headers: { cookie, ...headers } });
		const me = (token: string) => opened.api.inject({ url: ME, headers: { authorization: `Bearer ${token}` } });

		describe("registration", () => {
			it("stores the address in lower case and never answers the password", async () => {
				const name = randomUUID();
				const answer = await post("/api/v1/auth/register", {
					email: `  ${name}@Example.ORG `,
					password: "grass is green today",
				});
				expect(answer.statusCode).toBe(201);
				expect(answer.json()).toMatchObject({ email: `${name}@example.org`, role: "user", last_login: null });
				expect(answer.body).not.toContain("grass");
				expect(answer.body).not.toContain("$2");
				expect(answer.headers["cache-control"]).toBe("no-store");
			});

			it("refuses an address that is registered, in whatever case", async () => {
				const user = await createTestUser(opened.api);
				const answer = await post("/api/v1/auth/register", {
					email: user.email.toUpperCase(),
					password: "grass is green today",
				});
				expect(answer.statusCode).toBe(409);
				expect(answer.json().code).toBe("email_taken");
			});

			it.each([
				["too short", { password: "a1b2c3d4e" }, "password"],
				["over 72 letters", { password: `${"ab1!".repeat(18)}x` }, "password"],
				["over 72 bytes in fewer letters", { password: "äöüß".repeat(10) }, "password"],
				["common", { password: "Password123" }, "password"],
				["of one letter", { password: "aaaaaaaaaaaa" }, "password"],
				["the address itself", { email: "ada.lovelace@example.org", password: "Ada.Lovelace@example.org" }, "password"],
				["no address", { email: "ada" }, "email"],
				["an address with a line break", { email: "ada@example.org\r\nbcc: x@example.org" }, "email"],
				["not text", { password: 1234567890 }, "password"],
				["a role", { role: "admin" }, ""],
			])("refuses %s, naming the field and not the value", async (_name, change, field) => {
				const body = { email: `${randomUUID()}@example.org`, password: "grass is green today", ...change };
				const answer = await post("/api/v1/auth/register", body);
				expect(answer.statusCode).toBe(400);
				const problem = answer.json();
				expect(problem.code).toBe("invalid_argument");
				expect(problem.errors.map((error: { path: string }) => error.path)).toContain(field);
				for (const value of Object.values(change)) {
					if (value !== "admin") expect(answer.body).not.toContain(JSON.stringify(value).slice(1, -1));
				}
			});

			it("lets one of many at the same moment have an address", async () => {
				const body = { email: `${randomUUID()}@example.org`, password: "grass is green today" };
				const answers = await Promise.all(Array.from({ length: 5 }, () => post("/api/v1/auth/register", body)));
				expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 409, 409, 409, 409]);
			});
		});

		describe("log-in", () => {
			it("gives a token with user, role and 24 hours, and a cookie that scripts cannot read", async () => {
				const user = await createTestUser(opened.api);
				const answer = await post(LOGIN, { email: user.email, password: user.password });
				expect(answer.statusCode).toBe(200);
				expect(answer.json()).toMatchObject({ token_type: "Bearer", expires_in: 86_400, user: { email: user.email } });
				const payload = JSON.parse(Buffer.from(answer.json().access_token.split(".")[1], "base64url").toString());
				expect(Object.keys(payload).sort()).toEqual(["exp", "iat", "role", "user_id"]);
				expect(payload).toMatchObject({ user_id: user.userId, role: "user" });
				expect(payload.exp - payload.iat).toBe(86_400);
				expect(answer.cookies).toEqual([
					expect.objectContaining({
						name: "refresh_token",
						path: "/api/v1/auth",
						httpOnly: true,
						sameSite: "Strict",
					}),
				]);
				expect(answer.body).not.toContain(answer.cookies[0]!.value);
			});

			it("answers a wrong password and an unknown address alike", async () => {
				const user = await createTestUser(opened.api);
				const wrong = await post(LOGIN, { email: user.email, password: "not the password" });
				const unknown = await post(LOGIN, { email: `${randomUUID()}@example.org`, password: "not the password" });
				const tooLong = await post(LOGIN, { email: user.email, password: user.password + "x".repeat(100) });
				for (const answer of [wrong, unknown, tooLong]) {
					expect(answer.statusCode).toBe(401);
					expect({ ...answer.json(), request_id: "" }).toEqual({ ...wrong.json(), request_id: "" });
				}
			});

			it("locks an address after ten wrong passwords, whether it is registered or not", async () => {
				const user = await createTestUser(opened.api);
				for (const email of [user.email, `${randomUUID()}@example.org`]) {
					const codes = [];
					for (let i = 0; i < 11; i++)
						codes.push((await post(LOGIN, { email, password: "wrong password" })).json().code);
					expect(codes).toEqual([...new Array(10).fill("invalid_credentials"), "too_many_attempts"]);
				}
				const locked = await post(LOGIN, { email: user.email, password: user.password });
				expect(locked.statusCode).toBe(429);
				expect(Number(locked.headers["retry-after"])).toBeGreaterThan(0);
				expect(Number(locked.headers["retry-after"])).toBeLessThanOrEqual(900);
			});

			it("counts tries that come at the same moment", async () => {
				const user = await createTestUser(opened.api);
				const answers = await Promise.all(
					Array.from({ length: 25 }, () => post(LOGIN, { email: user.email, password: "wrong password" })),
				);
				expect(answers.filter((answer) => answer.statusCode === 401)).toHaveLength(10);
				expect(answers.filter((answer) => answer.statusCode === 429)).toHaveLength(15);
			});

			it("forgets wrong passwords after a right one", async () => {
				const user = await createTestUser(opened.api);
				for (let round = 0; round < 2; round++) {
					for (let i = 0; i < 9; i++) await post(LOGIN, { email: user.email, password: "wrong password" });
					await logIn(opened.api, user.email, user.password);
				}
			});
		});

		describe("access tokens", () => {
			it("are needed, and must be genuine", async () => {
				const user = await createTestUser(opened.api);
				const [head, body, signature] = user.token.split(".") as [string, string, string];
				const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
				const payload = JSON.parse(Buffer.from(body, "base64url").toString());
				const sign = (text: string, hash = "sha256") =>
					`${text}.${createHmac(hash, opened.config.jwtSecret).update(text).digest("base64url")}`;
				const forged = [
					"",
					"nonsense",
					`${head}.${encode({ ...payload, role: "admin" })}.${signature}`,
					`${encode({ alg: "none", typ: "JWT" })}.${body}.`,
					sign(`${encode({ alg: "HS512", typ: "JWT" })}.${body}`, "sha512"),
					sign(`${head}.${encode({ ...payload, exp: undefined })}`),
					sign(`${head}.${encode({ ...payload, user_id: "x' or 1=1" })}`),
					sign(`${head}.${encode({ ...payload, user_id: randomUUID() })}`),
					sign(`${head}.${encode({ ...payload, role: "admin" })}`),
				];
				for (const token of forged) {
					const answer = await me(token);
					expect(answer.statusCode, token).toBe(401);
					expect(answer.json().code).toBe("unauthenticated");
					expect(answer.headers["www-authenticate"]).toContain("Bearer");
				}
				expect((await opened.api.inject({ url: ME })).statusCode).toBe(401);
				expect((await me(user.token)).json()).toMatchObject({ user_id: user.userId, email: user.email });
				// The same signing as above, unchanged: the tokens were refused for what they say.
				expect((await me(sign(`${head}.${body}`))).statusCode).toBe(200);
			});

			it("expire after 24 hours", async () => {
				const user = await createTestUser(opened.api);
				try {
					clock_ms = 86_400_000 - 30_000;
					expect((await me(user.token)).statusCode).toBe(200);
					clock_ms = 86_400_000 + 30_000;
					const late = await me(user.token);
					expect(late.statusCode).toBe(401);
					expect(late.json().detail).toContain("expired");
				} finally {
					clock_ms = 0;
				}
			});

			it("end when the role changes", async () => {
				const user = await createTestUser(opened.api);
				await grantRole(opened.dependencies.database, user.email.toUpperCase(), "admin");
				// Another program did it; this process may remember the user for a minute.
				await opened.dependencies.cache.delete(`token-validity:${user.userId}`);
				expect((await me(user.token)).statusCode).toBe(401);
				expect((await refresh(user.cookie)).statusCode).toBe(401);
				const again = await logIn(opened.api, user.email, user.password);
				expect((await me(again.token)).json().role).toBe("admin");
			});

			it("of the secret before are believed while that is known, and new ones are signed by the new secret", async () => {
				const secret = randomBytes(48);
				const old = opened.config.jwtSecret;
				const user = { user_id: randomUUID(), role: "user" as const, tokens_valid_after: new Date(0) };
				const tokens = (config: { jwtSecret: Buffer; jwtSecretBefore?: Buffer }, clock = now) =>
					createAccessTokens({ accessTokenLifetime_s: 60, ...config }, clock);
				const before = await tokens({ jwtSecret: old }).issue(user);
				const both = tokens({ jwtSecret: secret, jwtSecretBefore: old });
				expect(await both.verify(before)).toMatchObject({ userId: user.user_id, role: "user" });
				const after = await both.issue(user);
				expect(await tokens({ jwtSecret: secret }).verify(after)).toMatchObject({ userId: user.user_id });
				const refused = { code: "unauthenticated", message: "The access token is not valid." };
				await expect(tokens({ jwtSecret: secret }).verify(before)).rejects.toMatchObject(refused);
				await expect(tokens({ jwtSecret: old }).verify(after)).rejects.toMatchObject(refused);
				await expect(both.verify(`${after}x`)).rejects.toMatchObject(refused);
				const late = () => new Date(now().getTime() + 120_000);
				const expired = { code: "unauthenticated", message: "The access token has expired." };
				const bothLater = tokens({ jwtSecret: secret, jwtSecretBefore: old }, late);
				for (const token of [before, after]) await expect(bothLater.verify(token)).rejects.toMatchObject(expired);
			});

			it("cannot be granted a role without an account", async () => {
				const error = await grantRole(opened.dependencies.database, "nobody@example.org", "admin").catch((e) => e);
				expect(error).toBeInstanceOf(AppError);
				expect(error.code).toBe("not_found");
			});
		});

		describe("refresh tokens", () => {
			it("are exchanged for successors", async () => {
				const user = await createTestUser(opened.api);
				const first = await refresh(user.cookie);
				expect(first.statusCode).toBe(200);
				const cookie = `refresh_token=${first.cookies[0]!.value}`;
				expect(cookie).not.toBe(user.cookie);
				expect((await me(first.json().access_token)).statusCode).toBe(200);
				expect((await refresh(cookie)).statusCode).toBe(200);
			});

			it("are told apart from those that a second tab presents at once", async () => {
				const user = await createTestUser(opened.api);
				const answers = await Promise.all([refresh(user.cookie), refresh(user.cookie), refresh(user.cookie)]);
				expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 409, 409]);
				const successor = answers.find((answer) => answer.statusCode === 200)!;
				expect((await refresh(`refresh_token=${successor.cookies[0]!.value}`)).statusCode).toBe(200);
			});

			it("revoke their whole family when one is presented again later", async () => {
				const user = await createTestUser(opened.api);
				const other = await logIn(opened.api, user.email, user.password);
				const successor = `refresh_token=${(await refresh(user.cookie)).cookies[0]!.value}`;
				try {
					clock_ms = 11_000;
					const reused = await refresh(user.cookie);
					expect(reused.statusCode).toBe(401);
					expect(reused.cookies[0]).toMatchObject({ name: "refresh_token", value: "" });
					expect((await refresh(successor)).statusCode).toBe(401);
					// Another log-in of the same user is another family.
					expect((await refresh(other.cookie)).statusCode).toBe(200);
				} finally {
					clock_ms = 0;
				}
			});

			it("expire", async () => {
				const user = await createTestUser(opened.api);
				try {
					clock_ms = opened.config.refreshTokenLifetime_s * 1000 + 1000;
					expect((await refresh(user.cookie)).statusCode).toBe(401);
				} finally {
					clock_ms = 0;
				}
			});

			it.each(["", "refresh_token=nonsense", `refresh_token=${randomUUID()}`])("are refused as %s", async (cookie) => {
				expect((await refresh(cookie)).statusCode).toBe(401);
			});

			it("serve pages of this server and of no other", async () => {
				const user = await createTestUser(opened.api);
				expect((await refresh(user.cookie, { origin: "https://evil.example" })).statusCode).toBe(403);
				expect((await refresh(user.cookie, { origin: "null" })).statusCode).toBe(403);
				expect((await refresh(user.cookie, { origin: opened.config.publicUrl })).statusCode).toBe(200);
			});

			it("are stored as hashes only", async () => {
				const user = await createTestUser(opened.api);
				const token = user.cookie.split("=")[1]!;
				const rows = await opened.dependencies.database.asSystem((tx) =>
					tx.selectFrom("refresh_tokens").selectAll().where("user_id", "=", user.userId).execute(),
				);
				expect(rows).toHaveLength(1);
				expect(rows[0]!.token_hash).toHaveLength(32);
				expect(JSON.stringify(rows)).not.toContain(token);
				expect(rows[0]!.token_hash.toString("latin1")).not.toContain(token);
			});

			it("end with the log-out, which may be repeated", async () => {
				const user = await createTestUser(opened.api);
				const logOut = () =>
					opened.api.inject({ method: "POST", url: "/api/v1/auth/logout", headers: { cookie: user.cookie } });
				expect((await logOut()).statusCode).toBe(204);
				expect((await logOut()).statusCode).toBe(204);
				expect((await refresh(user.cookie)).statusCode).toBe(401);
				expect((await post("/api/v1/auth/logout", {})).statusCode).toBe(204);
			});
		});

		it("writes no address, password or token to the log", async () => {
			const user = await createTestUser(opened.api);
			await post(LOGIN, { email: user.email, password: "a wrong password here" });
			await refresh(user.cookie);
			await opened.api.inject({ url: `/api/v1/auth/m?token=${user.token}`, headers: user.headers });
			const log = opened.log();
			expect(log).toContain("/api/v1/auth/login");
			for (const secret of [user.email, user.email.split("@")[0]!, user.password, "a wrong password", user.token]) {
				expect(log).not.toContain(secret);
			}
			expect(log).not.toContain(user.cookie.split("=")[1]!);
			expect(log).not.toContain("$2b$");
		});
	});
}

describe("answers to guesses", () => {
	it("take the same time for addresses that exist and that do not", async () => {
		const opened = await openTestApi("embedded", { settings: { BCRYPT_COST: "9" } });
		try {
			const user = await createTestUser(opened.api);
			const measure = async (email: string) => {
				const start = performance.now();
				await opened.api.inject({
					method: "POST",
					url: LOGIN,
					payload: { email, password: "a wrong password here" },
				});
				return performance.now() - start;
			};
			await measure("warm-up@example.org");
			const known: number[] = [];
			const unknown: number[] = [];
			for (let i = 0; i < 9; i++) {
				known.push(await measure(user.email));
				unknown.push(await measure(`nobody-${i}@example.org`));
			}
			const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
			const ratio = median(known) / median(unknown);
			// Without the hash of nobody the ratio is above 5.
			expect(ratio).toBeGreaterThan(0.5);
			expect(ratio).toBeLessThan(2);
		} finally {
			await opened.close();
		}
	});
});

describe("the cookie", () => {
	it("is Secure where the server is reached by https", async () => {
		const opened = await openTestApi("embedded", { settings: { PUBLIC_URL: "https://fit.example.org" } });
		try {
			const user = await createTestUser(opened.api);
			const answer = await opened.api.inject({
				method: "POST",
				url: LOGIN,
				payload: { email: user.email, password: user.password },
			});
			expect(answer.cookies[0]).toMatchObject({ secure: true, httpOnly: true });
			expect(answer.headers["strict-transport-security"]).toContain("max-age=");
		} finally {
			await opened.close();
		}
	});
});
