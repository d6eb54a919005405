import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertModel, insertOpenFit, type OpenedTestApi, openTestApi, unzip } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, logIn, type TestUser } from "./test-environment.js";

for (const environmentName of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(environmentName)))(`account, ${environmentName}`, () => {
		let opened: OpenedTestApi;
		let ada: TestUser;

		beforeAll(async () => {
			opened = await openTestApi(environmentName);
		});
		afterAll(() => opened?.close());
		beforeEach(async () => {
			ada = await createTestUser(opened.api, { consent: false });
		});

		const ask = (user: TestUser, method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: object) =>
			opened.api.inject({
				method,
				url: `/api/v1${url}`,
				headers: user.headers,
				...(payload === undefined ? {} : { payload }),
			});
		const createSubject = async (user: TestUser, payload: object = { name: "Someone" }): Promise<string> =>
			(await ask(user, "POST", "/subjects", payload)).json().subject_id;
		const photoJobs = async () => (await opened.dependencies.vault.list()).map((job) => job.jobId);

		describe("consents", () => {
			it("are not given until they are, change one by one, and keep their history", async () => {
				expect((await ask(ada, "GET", "/consents")).json()).toEqual({
					photo_processing: false,
					research_use: false,
					version: null,
					updated_at: null,
				});
				const given = await ask(ada, "PUT", "/consents", { photo_processing: true, version: "2026-01" });
				expect(given.json()).toMatchObject({ photo_processing: true, research_use: false, version: "2026-01" });
				const both = await ask(ada, "PUT", "/consents", { research_use: true });
				expect(both.json()).toMatchObject({ photo_processing: true, research_use: true });
				const withdrawn = await ask(ada, "PUT", "/consents", { photo_processing: false });
				expect(withdrawn.json()).toMatchObject({ photo_processing: false, research_use: true });
				expect((await ask(ada, "GET", "/consents")).json()).toEqual(withdrawn.json());
				const { decisions } = (await ask(ada, "GET", "/consents/history")).json();
				expect(decisions.map((row: { purpose: string; granted: boolean }) => [row.purpose, row.granted])).toEqual([
					["photo_processing", false],
					["research_use", true],
					["photo_processing", true],
				]);
			});

			it.each([{}, { version: "1" }, { photo_processing: "yes" }, { everything: true }, { photo_processing: null }])(
				"refuse %j",
				async (payload) => {
					expect((await ask(ada, "PUT", "/consents", payload)).statusCode).toBe(400);
				},
			);

			it("are each user's own", async () => {
				await ask(ada, "PUT", "/consents", { photo_processing: true });
				const eve = await createTestUser(opened.api, { consent: false });
				expect((await ask(eve, "GET", "/consents")).json().photo_processing).toBe(false);
				expect((await ask(eve, "GET", "/consents/history")).json()).toEqual({ decisions: [] });
			});

			it("end the fits that wait when they are withdrawn, and wipe their photos", async () => {
				await ask(ada, "PUT", "/consents", { photo_processing: true });
				const eve = await createTestUser(opened.api);
				const mine = await insertOpenFit(opened, ada, null);
				const hers = await insertOpenFit(opened, eve, null);
				await ask(ada, "PUT", "/consents", { photo_processing: false });
				const rows = await opened.dependencies.database.asSystem((tx) =>
					tx
						.selectFrom("sessions")
						.select(["session_id", "status", "request"])
						.where("session_id", "in", [mine, hers])
						.execute(),
				);
				const byId = new Map(rows.map((row) => [row.session_id, row]));
				expect(byId.get(mine)).toMatchObject({ status: "cancelled", request: {} });
				expect(byId.get(hers)).toMatchObject({ status: "queued", request: { photo_count: 1 } });
				expect(await photoJobs()).toContain(hers);
				expect(await photoJobs()).not.toContain(mine);
				await opened.dependencies.vault.wipe(hers);
			});
		});

		describe("the password", () => {
			const change = (user: TestUser, current_password: string, new_password: string) =>
				ask(user, "PUT", "/me/password", { current_password, new_password });

			it("can be changed, which ends all log-ins", async () => {
				const elsewhere = await logIn(opened.api, ada.email, ada.password);
				const next = "another sentence altogether";
				expect((await change(ada, ada.password, next)).statusCode).toBe(204);
				for (const user of [ada, elsewhere]) {
					expect((await ask(user, "GET", "/auth/me")).statusCode).toBe(401);
					const refreshed = await opened.api.inject({
						method: "POST",
						url: "/api/v1/auth/refresh",
						headers: { cookie: user.cookie },
					});
					expect(refreshed.statusCode).toBe(401);
				}
				await expect(logIn(opened.api, ada.email, ada.password)).rejects.toThrow("401");
				// Within the same second as the change.
				const again = await logIn(opened.api, ada.email, next);
				expect((await ask(again, "GET", "/auth/me")).statusCode).toBe(200);
			});

			it("is asked for, and the new one is checked", async () => {
				expect((await change(ada, "not the password", "another sentence altogether")).statusCode).toBe(403);
				const common = await change(ada, ada.password, "password123");
				expect(common.statusCode).toBe(400);
				expect(common.json().errors[0].path).toBe("new_password");
				expect((await change(ada, ada.password, ada.email)).statusCode).toBe(400);
				expect((await ask(ada, "GET", "/auth/me")).statusCode).toBe(200);
			});

			it("cannot be guessed with a stolen token either", async () => {
				for (let i = 0; i < 10; i++) await change(ada, "not the password", "another sentence altogether");
				const locked = await change(ada, ada.password, "another sentence altogether");
				expect(locked.statusCode).toBe(429);
				expect(locked.json().code).toBe("too_many_attempts");
			});
		});

		describe("the export", () => {
			it("holds everything of the user, nothing of others and no secret", async () => {
				await ask(ada, "PUT", "/consents", { photo_processing: true });
				const subjectId = await createSubject(ada, { name: "Grace, née Murray", date_of_birth: "1946-12-09" });
				const modelId = await insertModel(opened, ada, subjectId, { waist_m: 0.8125 });
				const eve = await createTestUser(opened.api);
				const evesSubject = await createSubject(eve, { name: "Someone else" });
				const evesModel = await insertModel(opened, eve, evesSubject);
				const answer = await ask(ada, "GET", "/me/export");
				expect(answer.statusCode).toBe(200);
				expect(answer.headers["content-type"]).toBe("application/zip");
				expect(answer.headers["content-encoding"]).toBeUndefined();
				const files = unzip(answer.rawPayload);
				expect([...files.keys()].sort()).toEqual(
					[
						"README.txt",
						"account.json",
						"audit.json",
						"consents.json",
						"measurements.csv",
						`models/${modelId}.json`,
						"sessions.json",
						"subjects.json",
					].sort(),
				);
				expect(JSON.parse(files.get("account.json")!)).toMatchObject({ email: ada.email, user_id: ada.userId });
				expect(JSON.parse(files.get("subjects.json")!)).toEqual([
					expect.objectContaining({ name: "Grace, née Murray", date_of_birth: "1946-12-09" }),
				]);
				const model = JSON.parse(files.get(`models/${modelId}.json`)!);
				expect(model).toMatchObject({
					phenotypes: { age: 0.6 },
					local_changes: { "waist-circumference": 0.1 },
					pose: { root: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] },
				});
				expect(files.get("measurements.csv")).toContain(`${modelId},waist_girth,0.8125,meters,0.01,`);
				const actions = JSON.parse(files.get("audit.json")!).map((row: { action: string }) => row.action);
				expect(actions).toEqual(
					expect.arrayContaining(["register", "login", "consent_grant_photo_processing", "account_export"]),
				);
				const all = [...files.values()].join("\n");
				for (const other of [eve.email, eve.userId, evesSubject, evesModel, "Someone else"])
					expect(all).not.toContain(other);
				for (const secret of ["$2b$", "password_hash", "token", ada.cookie.split("=")[1]!])
					expect(all).not.toContain(secret);
			});

			it("works without any data", async () => {
				const files = unzip((await ask(ada, "GET", "/me/export")).rawPayload);
				expect(JSON.parse(files.get("subjects.json")!)).toEqual([]);
				expect(files.get("measurements.csv")!.trim().split("\r\n")).toHaveLength(1);
			});
		});

		describe("the deletion", () => {
			it("needs the password", async () => {
				expect((await ask(ada, "DELETE", "/me")).statusCode).toBe(400);
				expect((await ask(ada, "DELETE", "/me", { password: "not the password" })).statusCode).toBe(403);
				expect((await ask(ada, "GET", "/auth/me")).statusCode).toBe(200);
			});

			it("removes rows, photos, exports and tokens; the audit log stays whole without the user", async () => {
				await ask(ada, "PUT", "/consents", { photo_processing: true });
				const subjectId = await createSubject(ada);
				const modelId = await insertModel(opened, ada, subjectId);
				const sessionId = await insertOpenFit(opened, ada, subjectId);
				const eve = await createTestUser(opened.api);
				const evesSubject = await createSubject(eve);
				const key = `test/${modelId}.glb`;
				await opened.dependencies.objects.put(key, Buffer.from("glTF"), { contentType: "model/gltf-binary" });
				await opened.dependencies.database.asSystem((tx) =>
					tx
						.insertInto("exports")
						.values({
							user_id: ada.userId,
							model_id: modelId,
							format: "glb",
							object_key: key,
							size_bytes: 4,
							expires_at: new Date(Date.now() + 60_000),
						})
						.execute(),
				);
				expect((await ask(ada, "DELETE", "/me", { password: ada.password })).statusCode).toBe(204);
				expect(await opened.dependencies.objects.get(key)).toBeNull();
				expect(await photoJobs()).not.toContain(sessionId);
				expect((await ask(ada, "GET", "/auth/me")).statusCode).toBe(401);
				await expect(logIn(opened.api, ada.email, ada.password)).rejects.toThrow("401");
				const left = await opened.dependencies.database.asSystem(async (tx) => {
					const rows: Record<string, unknown> = {};
					for (const table of [
						"users",
						"subjects",
						"sessions",
						"fitted_models",
						"consents",
						"refresh_tokens",
					] as const) {
						const { count } = await tx
							.selectFrom(table)
							.select((e) => e.fn.countAll<string>().as("count"))
							.where("user_id", "=", ada.userId)
							.executeTakeFirstOrThrow();
						rows[table] = Number(count);
					}
					const audit = await tx
						.selectFrom("audit_log")
						.select(["user_id", "ip_address", "user_agent"])
						.where("resource_id", "=", ada.userId)
						.where("action", "=", "account_delete")
						.execute();
					return { rows, audit };
				});
				expect(Object.values(left.rows)).toEqual([0, 0, 0, 0, 0, 0]);
				expect(left.audit).toEqual([{ user_id: null, ip_address: null, user_agent: null }]);
				expect((await ask(eve, "GET", `/subjects/${evesSubject}`)).statusCode).toBe(200);
				// The address is free again.
				const again = await opened.api.inject({
					method: "POST",
					url: "/api/v1/auth/register",
					payload: { email: ada.email, password: ada.password },
				});
				expect(again.statusCode).toBe(201);
				expect(again.json().user_id).not.toBe(ada.userId);
			});
		});
	});
}
