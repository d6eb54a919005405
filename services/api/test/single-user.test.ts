import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createApi } from "@anny-fitter/api";
import { CONSENT_VERSION, LOCAL_USER_EMAIL } from "@anny-fitter/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { head, parseAnswers, sendRaw } from "./hostile-helpers.js";
import { type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, type TestApi } from "./test-environment.js";

const LOCAL = "/api/v1/auth/local";

describe("single-user mode", () => {
	let opened: OpenedTestApi;
	beforeAll(async () => {
		opened = await openTestApi("embedded");
	});
	afterAll(() => opened?.close());

	const enter = (headers: Record<string, string> = {}, remoteAddress = "127.0.0.1", api: TestApi = opened.api) =>
		api.inject({ method: "POST", url: LOCAL, headers: { host: "localhost:8000", ...headers }, remoteAddress });
	const ask = (method: "GET" | "DELETE" | "PUT" | "POST", url: string, token: string, payload?: object) =>
		opened.api.inject({
			method,
			url: `/api/v1${url}`,
			headers: { authorization: `Bearer ${token}` },
			...(payload && { payload }),
		});
	async function withSettings<T>(settings: object, work: (api: TestApi) => Promise<T>): Promise<T> {
		const { metrics: _shared, ...dependencies } = opened.dependencies;
		const api = await createApi({ ...dependencies, config: { ...opened.config, ...settings } });
		try {
			return await work(api);
		} finally {
			await api.close();
		}
	}

	it("lets people at this machine in, always as the same user, with all that a log-in gives", async () => {
		const together = await Promise.all(Array.from({ length: 5 }, () => enter()));
		expect(together.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200, 200]);
		const users = new Set(together.map((answer) => answer.json().user.user_id));
		expect(users.size).toBe(1);
		const [first] = together;
		expect(first!.json()).toMatchObject({
			token_type: "Bearer",
			user: { email: LOCAL_USER_EMAIL, role: "admin", is_local: true },
		});
		expect(first!.headers["cache-control"]).toBe("no-store");
		const [cookie] = first!.cookies;
		expect(cookie).toMatchObject({ name: "refresh_token", httpOnly: true, sameSite: "Strict", path: "/api/v1/auth" });
		const me = await ask("GET", "/auth/me", first!.json().access_token);
		expect(me.json().user_id).toBe(first!.json().user.user_id);
		expect((await ask("GET", "/admin/users", first!.json().access_token)).statusCode).toBe(200);

		const refresh = (value: string) =>
			opened.api.inject({
				method: "POST",
				url: "/api/v1/auth/refresh",
				headers: { cookie: `refresh_token=${value}` },
			});
		const refreshed = await refresh(cookie!.value);
		expect(refreshed.json().user.user_id).toBe(me.json().user_id);
		const successor = refreshed.cookies[0]!.value;
		const out = await opened.api.inject({
			method: "POST",
			url: "/api/v1/auth/logout",
			headers: { cookie: `refresh_token=${successor}` },
		});
		expect(out.statusCode).toBe(204);
		expect((await refresh(successor)).statusCode).toBe(401);

		const audit = await ask("GET", `/admin/audit?user_id=${me.json().user_id}&limit=500`, first!.json().access_token);
		const actions: string[] = audit.json().entries.map((entry: { action: string }) => entry.action);
		expect(actions.filter((action) => action === "register")).toHaveLength(1);
		expect(actions.filter((action) => action === "login")).toHaveLength(5);
	});

	it.each(["localhost", "LOCALHOST:81", "127.0.0.1:8000", "[::1]:8000", "[::1]"])(
		"takes %s for this machine",
		async (host) => {
			expect((await enter({ host })).statusCode).toBe(200);
			for (const address of ["::1", "127.0.0.9", "::ffff:127.0.0.1"]) {
				expect((await enter({ host }, address)).statusCode, address).toBe(200);
			}
		},
	);

	it.each([
		"rebound.example",
		"rebound.example:8000",
		"localhost.evil.example",
		"127.0.0.1.evil.example",
		"127.0.0.1@evil.example",
		"192.168.1.7:8000",
		"0.0.0.0:8000",
		"[::]:8000",
		"localhost:8000:1",
		" ",
	])("lets nobody in under the name %s, which another site may have", async (host) => {
		const answer = await enter({ host });
		expect([answer.statusCode, answer.json().code]).toEqual([403, "forbidden"]);
		expect(answer.json().remedy).toContain("localhost");
		expect(answer.cookies).toEqual([]);
	});

	it("lets nobody in from another machine, whatever the request says of itself", async () => {
		for (const address of ["192.168.1.7", "203.0.113.5", "2001:db8::1", "::ffff:192.168.1.7"]) {
			expect((await enter({}, address)).statusCode, address).toBe(403);
			expect((await enter({ "x-forwarded-for": "127.0.0.1" }, address)).statusCode, address).toBe(403);
		}
		// A proxy on this machine: its requests come from elsewhere.
		const names = ["for", "host", "proto", "port", "server", "prefix"].map((name) => `x-forwarded-${name}`);
		for (const name of [
			...names,
			"forwarded",
			"x-real-ip",
			"via",
			"cf-connecting-ip",
			"true-client-ip",
			"x-client-ip",
		]) {
			expect((await enter({ [name]: "127.0.0.1" })).statusCode, name).toBe(403);
		}
		await withSettings({ trustedProxies: 1 }, async (api) => {
			const forwarded = { "x-forwarded-for": "127.0.0.1", "x-forwarded-host": "localhost" };
			expect((await enter(forwarded, "203.0.113.5", api)).statusCode).toBe(403);
			expect((await enter({ ...forwarded, host: "evil.example" }, "127.0.0.1", api)).statusCode).toBe(403);
		});
	});

	it("lets no page of another origin in", async () => {
		for (const origin of ["https://evil.example", "http://localhost:3000", "http://127.0.0.1:8000", "null"]) {
			const answer = await enter({ origin });
			expect([answer.statusCode, answer.json().code], origin).toEqual([403, "forbidden"]);
			expect(answer.cookies).toEqual([]);
		}
		expect((await enter({ origin: "http://localhost:8000" })).statusCode).toBe(200);
	});

	it("lets no other site in, even where its pages may use the API", async () => {
		const corsOrigins = ["https://shop.example", "http://localhost:5173"];
		await withSettings({ corsOrigins }, async (api) => {
			expect((await enter({ origin: "https://shop.example" }, "127.0.0.1", api)).statusCode).toBe(403);
			expect((await enter({ origin: "http://localhost:5173" }, "127.0.0.1", api)).statusCode).toBe(200);
		});
	});

	it("says the same over a real connection, and nothing to a request without a name", async () => {
		await opened.api.listen({ port: 0, host: "127.0.0.1" });
		const { port } = opened.api.server.address() as AddressInfo;
		const send = async (version: string, ...lines: string[]) => {
			const request = head(`POST ${LOCAL} HTTP/${version}`, ...lines, "content-length: 0", "connection: close");
			const { text } = await sendRaw(port, [request], { timeout_ms: 5000 });
			return parseAnswers(text)[0]?.statusCode;
		};
		expect(await send("1.1", `host: localhost:${port}`)).toBe(200);
		expect(await send("1.1", `host: evil.example:${port}`)).toBe(403);
		expect(await send("1.1")).toBe(400);
		// As nginx passes requests on unless it is told otherwise: under its own name for the server, without a word of itself.
		expect(await send("1.0", `host: localhost:${port}`)).toBe(403);
	});

	it("is told to pages before anybody has logged in, and only where it works", async () => {
		const app = (headers = {}, remoteAddress = "127.0.0.1", api = opened.api) =>
			api.inject({ url: "/api/v1/app", headers, remoteAddress }).then((answer) => answer.json());
		expect(await app()).toEqual({
			version: expect.stringMatching(/^\d+\.\d+\.\d+/),
			single_user: true,
			max_photos: 8,
			max_photo_size_bytes: 30_000_000,
			max_upload_size_bytes: 120_000_000,
			consent_version: CONSENT_VERSION,
			idle_logout_s: null,
		});
		expect((await app({ host: "rebound.example" })).single_user).toBe(false);
		expect((await app({}, "203.0.113.5")).single_user).toBe(false);
		await withSettings({ singleUser: false }, async (api) => {
			expect((await app({}, "127.0.0.1", api)).single_user).toBe(false);
		});
	});

	it("leaves the local user without a password: none fits, none can be set, its name is taken", async () => {
		const { access_token } = (await enter()).json();
		for (const password of ["!", "", "localhost", LOCAL_USER_EMAIL]) {
			const answer = await opened.api.inject({
				method: "POST",
				url: "/api/v1/auth/login",
				payload: { email: LOCAL_USER_EMAIL, password },
			});
			expect([400, 401], password).toContain(answer.statusCode);
		}
		const set = await ask("PUT", "/me/password", access_token, {
			current_password: "!",
			new_password: "grass is green today",
		});
		expect(set.statusCode).toBe(403);
		const registered = await opened.api.inject({
			method: "POST",
			url: "/api/v1/auth/register",
			payload: { email: LOCAL_USER_EMAIL, password: "grass is green today" },
		});
		expect(registered.json().code).toBe("email_taken");
	});

	it("deletes the local user and all data without a password, and begins anew", async () => {
		const { access_token, user } = (await enter()).json();
		const made = await ask("POST", "/subjects", access_token, { name: "Ada" });
		expect(made.statusCode).toBe(201);
		expect((await ask("DELETE", "/me", access_token, {})).statusCode).toBe(204);
		expect((await ask("GET", "/auth/me", access_token)).statusCode).toBe(401);
		const again = (await enter()).json();
		expect(again.user.user_id).not.toBe(user.user_id);
		expect((await ask("GET", "/subjects", again.access_token)).json().total).toBe(0);
	});

	it("still asks everybody else for the password before their data are deleted", async () => {
		const ada = await createTestUser(opened.api);
		const answer = await ask("DELETE", "/me", ada.token, {});
		expect([answer.statusCode, answer.json().errors[0].path]).toEqual([400, "password"]);
		expect((await ask("DELETE", "/me", ada.token, { password: randomUUID() })).statusCode).toBe(403);
		expect((await ask("DELETE", "/me", ada.token, { password: ada.password })).statusCode).toBe(204);
	});

	it("does not take over an account that somebody has under the same name", async () => {
		const { database } = opened.dependencies;
		const { access_token } = (await enter()).json();
		await ask("DELETE", "/me", access_token, {});
		await database.asSystem((tx) =>
			tx.insertInto("users").values({ email: LOCAL_USER_EMAIL, password_hash: "$2b$04$somebody" }).execute(),
		);
		try {
			expect((await enter()).json().code).toBe("conflict");
		} finally {
			await database.asSystem((tx) => tx.deleteFrom("users").where("email", "=", LOCAL_USER_EMAIL).execute());
		}
	});

	it("does not exist when it is off", async () => {
		await withSettings({ singleUser: false }, async (api) => {
			const answer = await enter({}, "127.0.0.1", api);
			expect([answer.statusCode, answer.json().code]).toEqual([404, "not_found"]);
			expect(answer.cookies).toEqual([]);
		});
	});
});

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`single-user mode by default, ${name}`, () => {
		it("is on for one's own machine alone", async () => {
			const settings = name === "production" ? { NODE_ENV: "production", BCRYPT_COST: "12" } : {};
			const opened = await openTestApi(name, { settings });
			try {
				const answer = await opened.api.inject({ method: "POST", url: LOCAL, headers: { host: "localhost" } });
				expect(answer.statusCode).toBe(name === "production" ? 404 : 200);
			} finally {
				await opened.close();
			}
		});
	});
}
