import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertModel, insertOpenFit, type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, ENVIRONMENTS, isAvailable, type TestUser } from "./test-environment.js";

const SUBJECTS = "/api/v1/subjects";

for (const environmentName of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(environmentName)))(`subjects, ${environmentName}`, () => {
		let opened: OpenedTestApi;
		let ada: TestUser;
		let eve: TestUser;

		beforeAll(async () => {
			opened = await openTestApi(environmentName);
		});
		afterAll(() => opened?.close());
		beforeEach(async () => {
			ada = await createTestUser(opened.api);
			eve = await createTestUser(opened.api);
		});

		const ask = (
			user: TestUser,
			method: "GET" | "POST" | "PATCH" | "DELETE",
			url: string,
			payload?: object,
			headers = {},
		) =>
			opened.api.inject({
				method,
				url,
				headers: { ...user.headers, ...headers },
				...(payload === undefined ? {} : { payload }),
			});
		async function create(user: TestUser, payload: object = { name: "Ada", date_of_birth: "1990-04-23" }) {
			const answer = await ask(user, "POST", SUBJECTS, payload);
			expect(answer.statusCode, answer.body).toBe(201);
			return { ...answer.json(), url: answer.headers.location as string, etag: answer.headers.etag as string };
		}
		const auditOf = (user: TestUser) =>
			opened.dependencies.database.asSystem((tx) =>
				tx
					.selectFrom("audit_log")
					.select(["action", "resource_id"])
					.where("user_id", "=", user.userId)
					.where("resource_type", "=", "subject")
					.orderBy("log_id")
					.execute(),
			);

		it("are created, read, changed and deleted, each with an entry in the audit log", async () => {
			const subject = await create(ada, { name: " Ada ", date_of_birth: "1990-04-23", gender: "female" });
			expect(subject).toMatchObject({ name: "Ada", date_of_birth: "1990-04-23", gender: "female", anonymized: false });
			expect((await ask(ada, "GET", subject.url)).json()).toMatchObject({ subject_id: subject.subject_id });
			const changed = await ask(ada, "PATCH", subject.url, { name: null });
			expect(changed.json()).toMatchObject({ name: null, date_of_birth: "1990-04-23" });
			expect((await ask(ada, "GET", subject.url)).json().name).toBeNull();
			expect((await ask(ada, "DELETE", subject.url)).statusCode).toBe(204);
			expect((await ask(ada, "GET", subject.url)).statusCode).toBe(404);
			expect(await auditOf(ada)).toEqual(
				["subject_create", "subject_update", "subject_delete"].map((action) => ({
					action,
					resource_id: subject.subject_id,
				})),
			);
		});

		it("need nothing to be known", async () => {
			expect(await create(ada, {})).toMatchObject({ name: null, date_of_birth: null, gender: null });
		});

		it.each([
			["a day that is in no calendar", { date_of_birth: "2001-02-30" }, "date_of_birth"],
			["a birth in the future", { date_of_birth: "2999-01-01" }, "date_of_birth"],
			["a birth before living memory", { date_of_birth: "1800-01-01" }, "date_of_birth"],
			["an unknown gender", { gender: "purple" }, "gender"],
			["a name of several lines", { name: "Ada\nLovelace" }, "name"],
			["an empty name", { name: "  " }, "name"],
			["an endless name", { name: "x".repeat(256) }, "name"],
			["a name that is no text", { name: { $ne: null } }, "name"],
			["an owner", { user_id: randomUUID() }, ""],
		])("refuse %s", async (_name, payload, field) => {
			const answer = await ask(ada, "POST", SUBJECTS, payload);
			expect(answer.statusCode).toBe(400);
			expect(answer.json().errors[0].path).toBe(field);
			for (const value of Object.values(payload)) {
				if (typeof value === "string" && value.trim() !== "") expect(answer.body).not.toContain(value);
			}
		});

		it("refuse ids that are none, and changes that change nothing", async () => {
			expect((await ask(ada, "GET", `${SUBJECTS}/1`)).statusCode).toBe(400);
			const subject = await create(ada);
			expect((await ask(ada, "PATCH", subject.url, {})).statusCode).toBe(400);
		});

		it("of others do not exist", async () => {
			const subject = await create(ada);
			await ask(ada, "GET", subject.url);
			for (const [method, payload] of [["GET"], ["PATCH", { name: "Eve's" }], ["DELETE"]] as const) {
				const others = await ask(eve, method, subject.url, payload);
				const nobodys = await ask(eve, method, `${SUBJECTS}/${randomUUID()}`, payload);
				expect(others.statusCode).toBe(404);
				expect({ ...others.json(), request_id: "" }).toEqual({ ...nobodys.json(), request_id: "" });
			}
			expect((await ask(eve, "POST", `${subject.url}/anonymize`)).statusCode).toBe(404);
			expect((await ask(eve, "GET", SUBJECTS)).json()).toMatchObject({ subjects: [], total: 0 });
			expect((await ask(ada, "GET", subject.url)).json().name).toBe("Ada");
		});

		it("are listed in pages, in order, and found by name", async () => {
			for (const name of ["Carl", "ada", "Bob_1", "Bob%2", "Bea"]) await create(ada, { name });
			await create(ada, {});
			await create(eve, { name: "Bob of Eve" });
			const list = async (query: string) => (await ask(ada, "GET", `${SUBJECTS}?${query}`)).json();
			const names = (page: { subjects: { name: string | null }[] }) => page.subjects.map((subject) => subject.name);
			expect((await list("")).total).toBe(6);
			const pages = [await list("order=created_at&limit=4"), await list("order=created_at&limit=4&offset=4")];
			expect(pages.flatMap(names)).toEqual(["Carl", "ada", "Bob_1", "Bob%2", "Bea", null]);
			expect(pages[1]).toMatchObject({ total: 6, limit: 4, offset: 4 });
			expect(names(await list("order=-created_at&limit=1"))).toEqual([null]);
			expect(names(await list("order=name")).at(-1)).toBeNull();
			expect(names(await list("search=bob&order=created_at"))).toEqual(["Bob_1", "Bob%2"]);
			expect(names(await list("search=b_1"))).toEqual(["Bob_1"]);
			expect(names(await list(`search=${encodeURIComponent("%")}`))).toEqual(["Bob%2"]);
			expect(names(await list(`search=${encodeURIComponent("' or 1=1 --")}`))).toEqual([]);
			for (const name of ["Élodie", "Zoë Strauß", "Łukasz", "Åsa", "Müller"]) await create(ada, { name });
			const found = async (search: string) => names(await list(`order=name&search=${encodeURIComponent(search)}`));
			expect(await found("elodie")).toEqual(["Élodie"]);
			expect(await found("ÉLO")).toEqual(["Élodie"]);
			expect(await found("strauss")).toEqual(["Zoë Strauß"]);
			expect(await found("luk")).toEqual(["Łukasz"]);
			expect(await found("zoe\u0308")).toEqual(["Zoë Strauß"]);
			const sorted = names(await list("order=name")).filter((name) => !name?.startsWith("Bob"));
			expect(sorted).toEqual(["ada", "Åsa", "Bea", "Carl", "Élodie", "Łukasz", "Müller", "Zoë Strauß", null]);
			expect((await list("anonymized=true")).total).toBe(0);
			expect((await list("anonymized=false")).total).toBe(11);
		});

		it.each(["limit=0", "limit=101", "limit=x", "offset=-1", "order=password_hash", "anonymized=maybe", "search="])(
			"refuse to be listed with %s",
			async (query) => {
				expect((await ask(ada, "GET", `${SUBJECTS}?${query}`)).statusCode).toBe(400);
			},
		);

		it("answer 304 to whoever has them, and 412 to a change that was overtaken", async () => {
			const subject = await create(ada);
			const first = await ask(ada, "GET", subject.url);
			expect(first.headers.etag).toBe(subject.etag);
			expect(first.headers["cache-control"]).toBe("private, no-cache");
			const again = await ask(ada, "GET", subject.url, undefined, { "if-none-match": `"other", W/${subject.etag}` });
			expect(again.statusCode).toBe(304);
			expect(again.body).toBe("");
			const change = (etag: string, name: string) => ask(ada, "PATCH", subject.url, { name }, { "if-match": etag });
			const changed = await change(subject.etag, "Augusta");
			expect(changed.statusCode).toBe(200);
			const overtaken = await change(subject.etag, "Ada again");
			expect(overtaken.statusCode).toBe(412);
			expect(overtaken.json().code).toBe("precondition_failed");
			expect((await change(changed.headers.etag as string, "Ada again")).statusCode).toBe(200);
			expect((await ask(ada, "DELETE", subject.url, undefined, { "if-match": subject.etag })).statusCode).toBe(412);
			expect((await ask(ada, "GET", subject.url, undefined, { "if-none-match": subject.etag })).statusCode).toBe(200);
		});

		it("lets one of several changes with the same ETag through", async () => {
			const subject = await create(ada);
			const answers = await Promise.all(
				["a", "b", "c", "d"].map((name) => ask(ada, "PATCH", subject.url, { name }, { "if-match": subject.etag })),
			);
			expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 412, 412, 412]);
		});

		it("are read from the cache, which each write empties and no other user shares; encrypted ones from the database", async () => {
			const subject = await create(ada);
			await ask(ada, "GET", subject.url);
			await opened.dependencies.database.asSystem((tx) =>
				tx.updateTable("subjects").set({ name: "Behind" }).where("subject_id", "=", subject.subject_id).execute(),
			);
			const isKept = opened.dependencies.database.fieldKeyId === null;
			expect((await ask(ada, "GET", subject.url)).json().name).toBe(isKept ? "Ada" : "Behind");
			expect((await ask(eve, "GET", subject.url)).statusCode).toBe(404);
			await ask(ada, "PATCH", subject.url, { gender: "other" });
			expect((await ask(ada, "GET", subject.url)).json()).toMatchObject({ name: "Behind", gender: "other" });
		});

		it("lose for good what tells who they are", async () => {
			const subject = await create(ada, { name: "Ada", date_of_birth: "1990-04-23", gender: "female" });
			const modelId = await insertModel(opened, ada, subject.subject_id);
			const answer = await ask(ada, "POST", `${subject.url}/anonymize`);
			expect(answer.json()).toMatchObject({
				name: null,
				date_of_birth: "1990-01-01",
				gender: "female",
				anonymized: true,
			});
			expect((await ask(ada, "GET", subject.url)).json()).toEqual(answer.json());
			const model = await opened.dependencies.database.asSystem((tx) =>
				tx.selectFrom("fitted_models").selectAll().where("model_id", "=", modelId).executeTakeFirstOrThrow(),
			);
			expect(model.document).toMatchObject({ stated: { stature_m: 1.7 }, views: [{ photo: "photo-1" }] });
			expect(JSON.stringify(model.document)).not.toMatch(/1990|lovelace|date_of_birth/);
			expect((model.document.stated as { age_years: number }).age_years).toBeGreaterThan(30);
			for (const change of [{ name: "Ada" }, { date_of_birth: "1990-04-23" }]) {
				expect((await ask(ada, "PATCH", subject.url, change)).statusCode).toBe(409);
			}
			// Once more changes nothing.
			expect((await ask(ada, "POST", `${subject.url}/anonymize`)).json()).toMatchObject({ anonymized: true });
			expect((await ask(ada, "GET", `${SUBJECTS}?anonymized=true`)).json().total).toBe(1);
		});

		it("are not anonymised while a fit needs what it was told", async () => {
			const subject = await create(ada);
			const sessionId = await insertOpenFit(opened, ada, subject.subject_id);
			expect((await ask(ada, "POST", `${subject.url}/anonymize`)).statusCode).toBe(409);
			await opened.dependencies.database.asSystem((tx) =>
				tx.updateTable("sessions").set({ status: "failed" }).where("session_id", "=", sessionId).execute(),
			);
			expect((await ask(ada, "POST", `${subject.url}/anonymize`)).statusCode).toBe(200);
			const session = await opened.dependencies.database.asSystem((tx) =>
				tx.selectFrom("sessions").select("request").where("session_id", "=", sessionId).executeTakeFirstOrThrow(),
			);
			expect(session.request).toEqual({});
			await opened.dependencies.vault.wipe(sessionId);
		});

		it("take their models, fits and exports with them", async () => {
			const subject = await create(ada);
			const modelId = await insertModel(opened, ada, subject.subject_id);
			const sessionId = await insertOpenFit(opened, ada, subject.subject_id);
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
			expect((await ask(ada, "DELETE", subject.url)).statusCode).toBe(204);
			expect(await opened.dependencies.objects.get(key)).toBeNull();
			expect((await opened.dependencies.vault.list()).map((job) => job.jobId)).not.toContain(sessionId);
			const left = await opened.dependencies.database.asSystem(async (tx) => ({
				models: await tx.selectFrom("fitted_models").select("model_id").where("model_id", "=", modelId).execute(),
				measurements: await tx.selectFrom("measurements").select("model_id").where("model_id", "=", modelId).execute(),
				session: await tx
					.selectFrom("sessions")
					.select(["status", "request"])
					.where("session_id", "=", sessionId)
					.executeTakeFirst(),
			}));
			expect(left).toEqual({ models: [], measurements: [], session: { status: "cancelled", request: {} } });
		});

		it("leave no names in the log", async () => {
			const subject = await create(ada, { name: "Zyxwvut", date_of_birth: "1977-07-17" });
			await ask(ada, "GET", `${SUBJECTS}?search=Zyxwvut`);
			await ask(ada, "PATCH", subject.url, { name: "Zyxwvut\n" });
			await ask(ada, "POST", SUBJECTS, { name: 5, date_of_birth: "1977-07-99" });
			expect(opened.log()).not.toMatch(/Zyxwvut|1977-07/);
		});
	});
}
