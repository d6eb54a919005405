import { loadConfig } from "@anny-fitter/platform/config";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BodyServices, makeModel, openBodyServices } from "./body-services.js";
import { type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, isAvailable, type TestUser } from "./test-environment.js";

const MINUTE_MS = 60_000;

describe.skipIf(!(await isAvailable("production")))("HIPAA_MODE", () => {
	let bodies: BodyServices;
	let opened: OpenedTestApi;
	let ada: TestUser;
	let eve: TestUser;
	let clock_ms = Date.now();

	beforeAll(async () => {
		bodies = await openBodyServices();
		opened = await openTestApi("production", {
			services: bodies.services,
			settings: { HIPAA_MODE: "on" },
			replace: () => ({ now: () => new Date(clock_ms) }),
		});
		ada = await createTestUser(opened.api);
		eve = await createTestUser(opened.api);
	});
	afterAll(async () => {
		await opened?.close();
		await bodies?.close();
	});

	const get = (user: TestUser, url: string) =>
		opened.api.inject({ method: "GET", url: `/api/v1${url}`, headers: user.headers });
	const asOwner = async (statement: string) => {
		const client = new pg.Client({ connectionString: opened.config.databaseUrl });
		await client.connect();
		await client.query(statement).finally(() => client.end());
	};
	const reads = (user: TestUser) =>
		opened.dependencies.database.asSystem(async (tx) => {
			const rows = await tx
				.selectFrom("audit_log")
				.select(["action", "resource_id"])
				.where("user_id", "=", user.userId)
				.where("action", "like", "%\\_read")
				.orderBy("log_id")
				.execute();
			return rows.map(({ action, resource_id }) => [action, resource_id]);
		});

	it("notes who read what, and not what was refused or tells nothing", async () => {
		const created = await opened.api.inject({
			...{ method: "POST", url: "/api/v1/subjects", headers: ada.headers, payload: { name: "Ada" } },
		});
		const { subject_id } = created.json();
		const { modelId } = await makeModel(opened, ada, { stature_m: 1.7, date_of_birth: "1990-04-23" }, subject_id);
		await get(ada, "/subjects");
		await get(ada, `/subjects/${subject_id}`);
		await get(ada, `/subjects/${subject_id}/models`);
		await get(ada, `/models/${modelId}`);
		await get(ada, `/models/${modelId}/measurements`);
		await get(ada, "/auth/me");
		await get(ada, "/consents");
		expect((await get(eve, `/subjects/${subject_id}`)).statusCode).toBe(404);
		expect(await reads(ada)).toEqual([
			["subjects_read", null],
			["subject_read", subject_id],
			["subject_read", subject_id],
			["model_read", modelId],
			["model_read", modelId],
		]);
		expect(await reads(eve)).toEqual([]);
	});

	it("gives no answer that it cannot note", async () => {
		await asOwner("revoke insert (action) on audit_log from anny_fitter_app");
		const answer = await get(eve, "/subjects").finally(() =>
			asOwner("grant insert (action) on audit_log to anny_fitter_app"),
		);
		expect(answer.statusCode).toBe(500);
		expect(answer.json()).not.toHaveProperty("subjects");
		expect((await get(eve, "/subjects")).statusCode).toBe(200);
	});

	it("ends a log-in in which nobody did anything for fifteen minutes", async () => {
		const refresh = (cookie: string) =>
			opened.api.inject({ method: "POST", url: "/api/v1/auth/refresh", headers: { cookie } });
		clock_ms += 14 * MINUTE_MS;
		const kept = await refresh(ada.cookie);
		expect(kept.statusCode).toBe(200);
		expect(kept.json().expires_in).toBe(300);
		const [next] = kept.cookies;
		clock_ms += 16 * MINUTE_MS;
		const ended = await refresh(`${next?.name}=${next?.value}`);
		expect(ended.statusCode).toBe(401);
		expect((await get(ada, "/subjects")).statusCode).toBe(401);
	});

	it("does not start half on", () => {
		const settings = {
			...{
				NODE_ENV: "production",
				JWT_SECRET: opened.config.jwtSecret.toString(),
				PUBLIC_URL: "https://fit.example.org",
			},
			...{ HIPAA_MODE: "on", FIELD_KEYS: `2026a:${opened.config.jwtSecret.subarray(0, 32).toString("base64")}` },
		};
		expect(loadConfig(settings)).toMatchObject({ isReadAudited: true, singleUser: false, idleLogout_s: 900 });
		for (const [change, message] of [
			[{ FIELD_KEYS: "" }, "FIELD_KEYS is not set"],
			[{ PUBLIC_URL: "http://fit.example.org" }, "PUBLIC_URL is no https address"],
			[{ SINGLE_USER: "on" }, "lets people in without a password"],
		] as const) {
			expect(() => loadConfig({ ...settings, ...change })).toThrow(message);
		}
	});
});
