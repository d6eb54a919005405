import { randomUUID } from "node:crypto";
import { createApi } from "@anny-fitter/api";
import { AppError } from "@anny-fitter/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultyFitting, faultyVision, isVaultEmpty, postFit, unavailable } from "./fit-helpers.js";
import {
	createTestUser,
	ENVIRONMENTS,
	isAvailable,
	openTestEnvironment,
	samplePhoto,
	type TestApi,
	type TestEnvironment,
	type TestUser,
} from "./test-environment.js";

/** Uploads: no worker runs here, so sessions stay queued. */
for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`POST /fit, ${name}`, () => {
		let environment: TestEnvironment;
		let api: TestApi;
		let user: TestUser;
		let photo: Buffer;
		let side: Buffer;

		beforeAll(async () => {
			const vision = faultyVision(unavailable()).transport;
			const fitting = faultyFitting(unavailable()).transport;
			environment = await openTestEnvironment(name, {
				services: { vision, fitting, visualization: fitting },
				settings: { MAX_PHOTO_SIZE_MB: "1", MAX_UPLOAD_SIZE_MB: "2", MAX_QUEUED_FITS: "40" },
			});
			api = await createApi(environment.dependencies);
			user = await createTestUser(api);
			photo = await samplePhoto("woman-front");
			side = await samplePhoto("woman-side");
		});
		afterAll(async () => {
			await api?.close();
			await environment?.close();
		});

		const countRows = (table: "sessions" | "subjects") =>
			environment.dependencies.database.asSystem(async (tx) => {
				const { count } = await tx
					.selectFrom(table)
					.select((e) => e.fn.countAll().as("count"))
					.executeTakeFirstOrThrow();
				return Number(count);
			});

		/** The code of a refusal, which leaves neither photo nor session. */
		async function refusal(parts: Parameters<typeof postFit>[2], by = user): Promise<{ code: string; remedy: string }> {
			const sessions = await countRows("sessions");
			const held = (await environment.dependencies.vault.list()).length;
			const answer = await postFit(api, by, parts);
			expect(answer.headers["content-type"]).toContain("application/problem+json");
			expect(await countRows("sessions")).toBe(sessions);
			expect((await environment.dependencies.vault.list()).length).toBe(held);
			const problem = answer.json();
			expect(problem.status).toBe(answer.statusCode);
			return problem;
		}

		test("hands on how weight and stature are known; refuses what it does not know", async () => {
			const parts = (weight_source: string) =>
				[
					["photos", photo, "a.jpg"],
					["stature_m", "1.68"],
					["stature_source", "measured"],
					["weight_source", weight_source],
					["weight_kg", "62"],
				] satisfies Parameters<typeof postFit>[2];
			const answer = await postFit(api, user, parts("estimated"));
			expect(answer.statusCode, answer.body).toBe(202);
			const { request } = await environment.dependencies.database.asSystem((tx) =>
				tx
					.selectFrom("sessions")
					.select("request")
					.where("session_id", "=", answer.json().session_id)
					.executeTakeFirstOrThrow(),
			);
			expect((request as { stated: object }).stated).toEqual({
				stature_m: 1.68,
				stature_source: "measured",
				weight_kg: 62,
				weight_source: "estimated",
			});
			expect(await refusal(parts("scale"))).toMatchObject({ code: "invalid_argument" });
		});

		test("answers 202 with addresses; photos are in the vault, file names nowhere", async () => {
			const answer = await postFit(api, user, [
				["stature_m", "1.68"],
				["photos", photo, "jane-doe.jpg"],
				["views", '["front", "side"]'],
				["photos", side, "jane-doe-2.jpg"],
				["measures", '{"waist_girth": 0.7}'],
				["sex", "female"],
			]);
			expect(answer.statusCode, answer.body).toBe(202);
			const { session_id, status_url, events_url } = answer.json();
			expect(status_url).toBe(`/api/v1/sessions/${session_id}`);
			expect(events_url).toBe(`${status_url}/events`);
			expect(answer.headers.location).toBe(status_url);
			expect((await environment.dependencies.vault.load(session_id, 0)).equals(photo)).toBe(true);
			expect((await environment.dependencies.vault.load(session_id, 1)).equals(side)).toBe(true);
			const row = await environment.dependencies.database.asSystem((tx) =>
				tx.selectFrom("sessions").selectAll().where("session_id", "=", session_id).executeTakeFirstOrThrow(),
			);
			expect(row.request).toEqual({
				photo_count: 2,
				views: ["front", "side"],
				stated: { stature_m: 1.68, measures: { waist_girth: 0.7 }, sex: "female" },
			});
			expect(JSON.stringify(row) + environment.log()).not.toContain("jane-doe");
			const subject = await environment.dependencies.database.asSystem((tx) =>
				tx.selectFrom("subjects").selectAll().where("subject_id", "=", row.subject_id!).executeTakeFirstOrThrow(),
			);
			expect(subject).toMatchObject({ user_id: user.userId, name: null, created_by_fit: true, gender: "female" });
			const status = await api.inject({ url: status_url, headers: user.headers });
			expect(status.json()).toMatchObject({ session_id, status: "queued", progress: 0, model_id: null, error: null });
		});

		test("uses what is known of the subject where nothing is stated", async () => {
			const made = await api.inject({
				method: "POST",
				url: "/api/v1/subjects",
				headers: user.headers,
				payload: { date_of_birth: "1990-04-23", gender: "male" },
			});
			expect(made.statusCode, made.body).toBe(201);
			const { subject_id } = made.json();
			const answer = await postFit(api, user, [
				["subject_id", subject_id],
				["photos", photo, "a.jpg"],
				["sex", "female"],
			]);
			expect(answer.statusCode, answer.body).toBe(202);
			const row = await environment.dependencies.database.asSystem((tx) =>
				tx
					.selectFrom("sessions")
					.selectAll()
					.where("session_id", "=", answer.json().session_id)
					.executeTakeFirstOrThrow(),
			);
			expect(row.subject_id).toBe(subject_id);
			expect(row.request).toMatchObject({ stated: { date_of_birth: "1990-04-23", sex: "female" } });
		});

		test.each([
			["no photo", [["sex", "female"]], "invalid_argument", 400],
			["a text file", [["photos", Buffer.from("hello ".repeat(100)), "a.jpg"]], "not_an_image", 400],
			["an empty file", [["photos", Buffer.alloc(0), "a.jpg"]], "empty_file", 400],
			["a GIF", [["photos", Buffer.from(`GIF89a${"x".repeat(100)}`), "a.gif"]], "unsupported_image", 400],
			["a photo as text", [["photos", "text"]], "invalid_argument", 400],
			["a number that is none", [["stature_m", "tall"]], "invalid_argument", 400],
			["broken JSON", [["measures", "{"]], "invalid_argument", 400],
			["an unknown view", [["views", '["font"]']], "invalid_argument", 400],
			["a subject that is no id", [["subject_id", "../../etc"]], "invalid_argument", 400],
			["a file in place of a field", [["views", Buffer.from("[]"), "views.json"]], "invalid_argument", 400],
		] as const)("refuses %s", async (_, parts, code, status) => {
			expect(await refusal(parts as never)).toMatchObject({ code, status });
		});

		test("names what a wrong field was meant to be", async () => {
			const problem = await refusal([
				["photos", photo, "a.jpg"],
				["heigth_m", "1.7"],
				["stature", "1.7"],
			]);
			expect(problem).toMatchObject({ code: "invalid_argument" });
			expect((await refusal([["wieght_kg", "60"]])).remedy).toContain("weight_kg");
			expect(
				(
					await refusal([
						["photos", photo, "a.jpg"],
						["views", '["frnt"]'],
					])
				).remedy,
			).toContain("front");
		});

		test("refuses a photo after good ones, wrong counts, contradictions and repetitions", async () => {
			const good = ["photos", photo, "a.jpg"] as const;
			expect(await refusal([good, ["photos", Buffer.from("no image at all"), "b.jpg"]])).toMatchObject({
				code: "not_an_image",
			});
			expect(await refusal([good, good])).toMatchObject({ code: "invalid_argument" });
			expect(await refusal([good, ["views", '["front", "side"]']])).toMatchObject({ code: "invalid_argument" });
			expect(await refusal([good, ["stature_m", "1.7"], ["stature_m", "1.8"]])).toMatchObject({
				code: "invalid_argument",
			});
			expect(await refusal([["stature_m", "168"], good])).toMatchObject({ code: "invalid_argument" });
			expect(await refusal([good, ["stature_m", "1.8"], ["weight_kg", "5"]])).toMatchObject({
				code: "invalid_argument",
			});
			const nine = Array.from({ length: 9 }, (_, i) => {
				const bytes = Buffer.from(photo);
				bytes[bytes.length - 1] = i;
				return ["photos", bytes, `${i}.jpg`] as const;
			});
			expect(["invalid_argument", "upload_too_large"]).toContain((await refusal(nine)).code);
			expect(await refusal([good, ["subject_id", randomUUID()]])).toMatchObject({ code: "not_found" });
		});

		test("refuses what is too large, photo by photo and together", async () => {
			const large = (size: number, last: number) => {
				const bytes = Buffer.alloc(size, last);
				photo.copy(bytes, 0, 0, 100);
				return bytes;
			};
			expect(await refusal([["photos", large(1_000_001, 1), "a.jpg"]])).toMatchObject({
				code: "photo_too_large",
				status: 413,
			});
			const three = [1, 2, 3].map((i) => ["photos", large(900_000, i), "a.jpg"] as const);
			expect(await refusal(three)).toMatchObject({ code: "upload_too_large", status: 413 });
			expect(
				await refusal([
					["photos", photo, "a.jpg"],
					["measures", "x".repeat(20_000)],
				]),
			).toMatchObject({
				code: "invalid_argument",
			});
		});

		test("refuses other content types and bodies that end early", async () => {
			const json = await api.inject({ method: "POST", url: "/api/v1/fit", headers: user.headers, payload: { a: 1 } });
			expect(json.json()).toMatchObject({ code: "unsupported_media_type", status: 415 });
			const cut = await api.inject({
				method: "POST",
				url: "/api/v1/fit",
				headers: { ...user.headers, "content-type": "multipart/form-data; boundary=x" },
				payload: Buffer.concat([
					Buffer.from('--x\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n'),
					photo.subarray(0, 5000),
				]),
			});
			expect(cut.json()).toMatchObject({ code: "invalid_argument", status: 400 });
		});

		test("without consent nothing is stored", async () => {
			const other = await createTestUser(api, { consent: false });
			expect(await refusal([["photos", photo, "a.jpg"]], other)).toMatchObject({
				code: "consent_required",
				status: 403,
			});
		});

		test("another's subject is as unknown as none", async () => {
			const other = await createTestUser(api);
			const made = await api.inject({ method: "POST", url: "/api/v1/subjects", headers: other.headers, payload: {} });
			const problem = await refusal([
				["photos", photo, "a.jpg"],
				["subject_id", made.json().subject_id],
			]);
			expect(problem).toMatchObject({ code: "not_found", status: 404 });
		});

		test("the same key and content is the same fit, also at the same time; other content a conflict", async () => {
			const headers = { "idempotency-key": randomUUID() };
			const before = await countRows("sessions");
			const parts = [
				["photos", photo, "a.jpg"],
				["stature_m", "1.7"],
			] as const;
			const answers = await Promise.all([1, 2, 3, 4].map(() => postFit(api, user, parts, headers)));
			expect(answers.map((answer) => answer.statusCode)).toEqual([202, 202, 202, 202]);
			const ids = answers.map((answer) => answer.json().session_id);
			expect(new Set(ids).size).toBe(1);
			expect(await countRows("sessions")).toBe(before + 1);
			const again = await postFit(api, user, [parts[1], parts[0]], headers);
			expect(again.json()).toEqual(answers[0]!.json());
			const different = await postFit(api, user, [parts[0], ["stature_m", "1.71"]], headers);
			expect(different.json()).toMatchObject({ code: "idempotency_conflict", status: 409 });
			const others = await postFit(api, await createTestUser(api), parts, headers);
			expect(others.statusCode).toBe(202);
			expect(others.json().session_id).not.toBe(ids[0]);
			const malformed = await postFit(api, user, parts, { "idempotency-key": "two words" });
			expect(malformed.json()).toMatchObject({ code: "invalid_argument" });
			const held = await environment.dependencies.vault.list();
			expect(held.length).toBe(await countRows("sessions"));
		});

		test("a long queue answers 503 with Retry-After, but not to a repeated request", async () => {
			const headers = { "idempotency-key": randomUUID() };
			const parts = [["photos", photo, "a.jpg"]] as const;
			expect((await postFit(api, user, parts, headers)).statusCode).toBe(202);
			await environment.dependencies.database.asSystem(async (tx) => {
				const rows = Array.from({ length: 40 }, () => ({
					user_id: user.userId,
					status: "queued" as const,
					request: "{}",
					expires_at: new Date(Date.now() + 3600_000),
				}));
				await tx.insertInto("sessions").values(rows).execute();
			});
			const answer = await postFit(api, user, parts);
			expect(answer.json()).toMatchObject({ code: "queue_full", status: 503 });
			// A quarter of 40 fits of the usual 15 s, one after the other, or more.
			expect(Number(answer.headers["retry-after"])).toBeGreaterThanOrEqual(150);
			expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(600);
			expect((await postFit(api, user, parts, headers)).statusCode).toBe(202);
		});

		test("a database that does not answer is 503, and the photos are gone", async () => {
			const { dependencies } = environment;
			for (const { jobId } of await dependencies.vault.list()) await dependencies.vault.wipe(jobId);
			await dependencies.database.asSystem((tx) => tx.deleteFrom("sessions").execute());
			let failing = 0;
			const database = new Proxy(dependencies.database, {
				get(target, property) {
					if (property === "elevate") {
						return async (tx: never, work: () => Promise<unknown>) => {
							// The third part of the flow that runs elevated is the job.
							if (++failing >= 3) throw new AppError("database_unavailable", "The database does not answer.");
							return target.elevate(tx, work);
						};
					}
					const value = target[property as keyof typeof target];
					return typeof value === "function" ? value.bind(target) : value;
				},
			});
			const faulty = await createApi({ ...dependencies, database });
			const answer = await postFit(faulty, user, [["photos", photo, "a.jpg"]]);
			expect(answer.json()).toMatchObject({ code: "database_unavailable", status: 503 });
			expect(await isVaultEmpty(environment)).toBe(true);
			expect(await countRows("sessions")).toBe(0);
			await faulty.close();
		});
	});
}
