import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grantRole, insertModel, type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, logIn, type TestUser } from "./test-environment.js";

for (const environmentName of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(environmentName)))(`administration, ${environmentName}`, () => {
		let opened: OpenedTestApi;
		let admin: TestUser;
		let researcher: TestUser;
		let ada: TestUser;

		async function createWithRole(role: "admin" | "researcher"): Promise<TestUser> {
			const user = await createTestUser(opened.api);
			await grantRole(opened.dependencies.database, user.email, role);
			await opened.dependencies.cache.delete(`token-validity:${user.userId}`);
			return logIn(opened.api, user.email, user.password);
		}

		beforeAll(async () => {
			opened = await openTestApi(environmentName);
			admin = await createWithRole("admin");
			researcher = await createWithRole("researcher");
			ada = await createTestUser(opened.api);
		});
		afterAll(() => opened?.close());

		const ask = (user: TestUser, method: "GET" | "POST" | "PATCH" | "PUT", url: string, payload?: object) =>
			opened.api.inject({
				method,
				url: `/api/v1${url}`,
				headers: user.headers,
				...(payload === undefined ? {} : { payload }),
			});
		const createSubject = async (user: TestUser, payload: object): Promise<string> =>
			(await ask(user, "POST", "/subjects", payload)).json().subject_id;

		it("is for administrators only, and research for researchers", async () => {
			const adminOnly = [
				["GET", "/admin/users"],
				["PATCH", `/admin/users/${ada.userId}`],
				["GET", "/admin/audit"],
				["GET", "/admin/audit/verify"],
				["GET", "/admin/review"],
				["POST", `/admin/review/${randomUUID()}`],
			] as const;
			for (const [method, url] of adminOnly) {
				for (const user of [ada, researcher]) {
					const answer = await ask(user, method, url, method === "GET" ? undefined : { role: "admin" });
					expect(answer.statusCode, url).toBe(403);
					expect(answer.json().code).toBe("forbidden");
				}
			}
			expect((await ask(ada, "GET", "/research/measurements")).statusCode).toBe(403);
			expect((await ask(researcher, "GET", "/research/measurements")).statusCode).toBe(200);
		});

		describe("users", () => {
			it("are listed and found, without secrets", async () => {
				const all = await ask(admin, "GET", "/admin/users?limit=100");
				expect(all.json().total).toBeGreaterThanOrEqual(3);
				expect(all.body).not.toContain("password");
				expect(all.body).not.toContain("$2b$");
				const found = await ask(admin, "GET", `/admin/users?search=${ada.email.slice(0, 20).toUpperCase()}`);
				expect(found.json()).toMatchObject({ total: 1, users: [{ user_id: ada.userId, role: "user" }] });
				const researchers = (await ask(admin, "GET", "/admin/users?role=researcher")).json();
				expect(researchers.users.map((user: { user_id: string }) => user.user_id)).toContain(researcher.userId);
				expect((await ask(admin, "GET", "/admin/users?search=%25")).json().total).toBe(0);
				expect((await ask(admin, "GET", "/admin/users?role=king")).statusCode).toBe(400);
			});

			it("get a role, and their tokens of before end", async () => {
				const user = await createTestUser(opened.api);
				const answer = await ask(admin, "PATCH", `/admin/users/${user.userId}`, { role: "researcher" });
				expect(answer.json()).toMatchObject({ user_id: user.userId, role: "researcher" });
				expect((await ask(user, "GET", "/auth/me")).statusCode).toBe(401);
				const again = await logIn(opened.api, user.email, user.password);
				expect((await ask(again, "GET", "/research/measurements")).statusCode).toBe(200);
			});

			it("are logged out everywhere", async () => {
				const user = await createTestUser(opened.api);
				expect((await ask(user, "GET", "/auth/me")).statusCode).toBe(200);
				await ask(admin, "PATCH", `/admin/users/${user.userId}`, { log_out_everywhere: true });
				expect((await ask(user, "GET", "/auth/me")).statusCode).toBe(401);
			});

			it("keep the last administrator", async () => {
				const answer = await ask(admin, "PATCH", `/admin/users/${admin.userId}`, { role: "user" });
				expect(answer.statusCode).toBe(409);
				const second = await createWithRole("admin");
				// Both demote each other at once: one stays.
				const both = await Promise.all([
					ask(admin, "PATCH", `/admin/users/${second.userId}`, { role: "user" }),
					ask(second, "PATCH", `/admin/users/${admin.userId}`, { role: "user" }),
				]);
				const roles = await opened.dependencies.database.asSystem((tx) =>
					tx.selectFrom("users").select("user_id").where("role", "=", "admin").execute(),
				);
				expect(both.filter((one) => one.statusCode === 200).length).toBe(1);
				expect(roles).toHaveLength(1);
				await grantRole(opened.dependencies.database, admin.email, "admin");
				await opened.dependencies.cache.delete(`token-validity:${admin.userId}`);
				admin = await logIn(opened.api, admin.email, admin.password);
			});

			it.each([
				[{}, 400],
				[{ role: "king" }, 400],
				[{ password: "x" }, 400],
				[{ role: "user" }, 404],
			])("answer %j for nobody with %i", async (payload, status) => {
				expect((await ask(admin, "PATCH", `/admin/users/${randomUUID()}`, payload)).statusCode).toBe(status);
			});
		});

		describe("the audit log", () => {
			it("is read in pages and by what is looked for", async () => {
				const subjectId = await createSubject(ada, { name: "Audited" });
				const page = (await ask(admin, "GET", "/admin/audit?limit=2")).json();
				expect(page.entries).toHaveLength(2);
				const next = (await ask(admin, "GET", `/admin/audit?limit=2&before=${page.next_before}`)).json();
				expect(next.entries[0].log_id).toBe(page.entries[1].log_id - 1);
				const found = (await ask(admin, "GET", `/admin/audit?resource_id=${subjectId}`)).json();
				expect(found).toMatchObject({
					entries: [{ action: "subject_create", user_id: ada.userId, resource_type: "subject" }],
					next_before: null,
				});
				expect(found.entries[0].ip_address).toBe("127.0.0.1");
				const actions = (await ask(admin, "GET", "/admin/audit?action=register")).json();
				expect(new Set(actions.entries.map((entry: { action: string }) => entry.action))).toEqual(
					new Set(["register"]),
				);
				const later = new Date(Date.now() + 3_600_000).toISOString();
				expect((await ask(admin, "GET", `/admin/audit?from=${later}`)).json().entries).toEqual([]);
				expect(JSON.stringify(page) + JSON.stringify(found)).not.toContain("Audited");
			});

			it("proves that it is whole", async () => {
				const report = (await ask(admin, "GET", "/admin/audit/verify")).json();
				expect(report).toMatchObject({ valid: true, first_broken_log_id: null });
				expect(report.checked).toBeGreaterThan(5);
				expect(report.head_hash).toMatch(/^[0-9a-f]{64}$/);
			});
		});

		describe("the review queue", () => {
			it("shows flagged fits without telling whose they are, and takes decisions", async () => {
				const subjectId = await createSubject(ada, { name: "Flagged Person", date_of_birth: "1990-04-23" });
				const flagged = await insertModel(opened, ada, subjectId, { flagged: true });
				const fine = await insertModel(opened, ada, subjectId);
				const answer = await ask(admin, "GET", "/admin/review?limit=100");
				const review = answer.json().reviews.find((one: { model_id: string }) => one.model_id === flagged);
				expect(review).toMatchObject({
					review_state: "open",
					photo_count: 1,
					expected_pve_mm: 9.5,
					flags: [{ code: "arms_hidden", message: "Arms are hidden." }],
				});
				for (const secret of ["Flagged Person", "1990", "lovelace", ada.userId, subjectId, fine]) {
					expect(answer.body).not.toContain(secret);
				}
				const decide = (id: string, payload: object) => ask(admin, "POST", `/admin/review/${id}`, payload);
				expect((await decide(fine, { decision: "accepted" })).statusCode).toBe(404);
				expect((await decide(flagged, { decision: "maybe" })).statusCode).toBe(400);
				const decided = await decide(flagged, { decision: "rejected", note: "Not a person." });
				expect(decided.json()).toMatchObject({ review_state: "rejected", review_note: "Not a person." });
				const open = (await ask(admin, "GET", "/admin/review")).json();
				expect(open.reviews.map((one: { model_id: string }) => one.model_id)).not.toContain(flagged);
				const rejected = (await ask(admin, "GET", "/admin/review?state=rejected")).json();
				expect(rejected.reviews.map((one: { model_id: string }) => one.model_id)).toContain(flagged);
			});
		});

		describe("research", () => {
			it("reads anonymised subjects of those who agreed, and only while they do", async () => {
				const owner = await createTestUser(opened.api);
				const read = async (query = "") =>
					(await ask(researcher, "GET", `/research/measurements?${query}`)).json().measurements;
				const values = async () => (await read()).map((row: { value: number }) => row.value);
				const hidden = await createSubject(owner, { name: "Not anonymised" });
				await insertModel(opened, owner, hidden, { waist_m: 0.6111 });
				const shown = await createSubject(owner, { name: "Anonymised", date_of_birth: "1985-06-07", gender: "female" });
				const modelId = await insertModel(opened, owner, shown, { waist_m: 0.7222 });
				await insertModel(opened, owner, shown, { waist_m: 0.7333, basedOn: modelId });
				await ask(owner, "POST", `/subjects/${shown}/anonymize`);
				expect(await values()).not.toContain(0.7222);
				await ask(owner, "PUT", "/consents", { research_use: true });
				expect(await values()).toContain(0.7222);
				expect(await values()).not.toContain(0.6111);
				// Changed by hand.
				expect(await values()).not.toContain(0.7333);
				const row = (await read("measurement_type=waist_girth")).find((one: { value: number }) => one.value === 0.7222);
				expect(row).toMatchObject({
					gender: "female",
					birth_year: 1985,
					unit: "meters",
					measurement_type: "waist_girth",
				});
				for (const id of [owner.userId, shown, modelId]) expect(JSON.stringify(row)).not.toContain(id);
				expect(await read("measurement_type=hip_girth")).toEqual([]);
				const csv = await ask(researcher, "GET", "/research/measurements?format=csv");
				expect(csv.headers["content-type"]).toContain("text/csv");
				expect(csv.body.split("\r\n")[0]).toMatch(/^research_subject_id,.*,value,unit/);
				expect(csv.body).toContain(",waist_girth,0.7222,meters,");
				const asAdmin = (await ask(admin, "GET", "/research/measurements")).json().measurements;
				expect(asAdmin.map((one: { value: number }) => one.value)).toContain(0.7222);
				await ask(owner, "PUT", "/consents", { research_use: false });
				expect(await values()).not.toContain(0.7222);
			});
		});
	});
}
