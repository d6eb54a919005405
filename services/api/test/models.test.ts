import { createApi } from "@anny-fitter/api";
import { BINARY_MESH_TYPE, modelDocumentSchema } from "@anny-fitter/contracts";
import { validateBytes } from "gltf-validator";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BodyServices, type MadeModel, makeModel, openBodyServices } from "./body-services.js";
import {
	createTestUser,
	ENVIRONMENTS,
	isAvailable,
	openTestEnvironment,
	type TestApi,
	type TestEnvironment,
	type TestUser,
} from "./test-environment.js";

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`models, ${name}`, () => {
		let bodies: BodyServices;
		let environment: TestEnvironment;
		let api: TestApi;
		let user: TestUser;
		let first: MadeModel;
		let second: MadeModel;

		beforeAll(async () => {
			bodies = await openBodyServices();
			environment = await openTestEnvironment(name, { services: bodies.services });
			api = await createApi(environment.dependencies);
			user = await createTestUser(api);
			const facts = { stature_m: 1.68, sex: "female", age_years: 35 } as const;
			first = await makeModel(environment, user, { ...facts, weight_kg: 62 });
			second = await makeModel(environment, user, { ...facts, weight_kg: 74 }, first.subjectId);
		});
		afterAll(async () => {
			await api?.close();
			await environment?.close();
			await bodies?.close();
		});

		const get = (path: string, headers: Record<string, string> = {}) =>
			api.inject({ url: `/api/v1${path}`, headers: { ...user.headers, ...headers } });

		test("a model is the content of result.json, to the last bit, with ids and date", async () => {
			const answer = await get(`/models/${first.modelId}`);
			const { model_id, subject_id, session_id, created_at, ...content } = modelDocumentSchema.parse(answer.json());
			expect(content).toEqual(first.document);
			expect(content.shape_covariance?.parameters).toContain("phenotype:weight");
			expect(Object.keys(content.measurements)).toEqual(Object.keys(first.document.measurements));
			expect([model_id, subject_id, session_id]).toEqual([first.modelId, first.subjectId, first.sessionId]);
			expect(Math.abs(new Date(created_at).getTime() - Date.now())).toBeLessThan(120_000);
		});

		test("reads are known by their ETags, each model by its own", async () => {
			for (const path of ["", "/measurements", "/measurements?format=csv", "/mesh", "/mesh?format=glb"]) {
				const { etag } = (await get(`/models/${first.modelId}${path}`)).headers;
				expect(etag, path).toMatch(/^(W\/)?"/);
				const known = await get(`/models/${first.modelId}${path}`, { "if-none-match": `"other", ${etag}` });
				expect([known.statusCode, known.body], path).toEqual([304, ""]);
				const other = await get(`/models/${second.modelId}${path}`, { "if-none-match": String(etag) });
				expect(other.statusCode, path).toBe(200);
			}
		});

		test("measurements carry value, error and definition; CSV says the same", async () => {
			const json = (await get(`/models/${first.modelId}/measurements`)).json();
			expect(json.measurements).toEqual(first.document.measurements);
			expect(json).toMatchObject({ model_id: first.modelId, mass_kg: first.document.mass_kg });
			const csv = await get(`/models/${first.modelId}/measurements`, { accept: "text/csv" });
			expect(csv.headers["content-type"]).toContain("text/csv");
			const { volume_m3, surface_area_m2 } = first.document;
			expect(json).toMatchObject({ volume_m3, surface_area_m2 });
			expect(csv.body).toMatch(new RegExp(`^volume,${volume_m3},.*,m3,,,Body volume`, "m"));
			expect(csv.body).toMatch(new RegExp(`^surface_area,${surface_area_m2},.*,m2,,,Body surface area`, "m"));
			const waist = csv.body
				.split("\r\n")
				.find((line) => line.startsWith("waist_girth,"))!
				.split(",");
			const { value_m, sigma_m, interval90_m } = first.document.measurements.waist_girth!;
			expect(waist.slice(1, 5).map(Number)).toEqual([value_m, sigma_m, ...interval90_m]);
		});

		test("what the photos show stands beside the body's measurements, and each can be asked for alone", async () => {
			const seen = first.document.image_measurements ?? [];
			expect(seen.map(({ id }) => id)).toEqual(["waist_girth", "calf_breadth"]);
			const read = (await get(`/models/${first.modelId}`)).json();
			expect(read.image_measurements).toEqual(seen);
			const of = async (query: string) => (await get(`/models/${first.modelId}/measurements${query}`)).json();
			expect((await of("")).image_measurements).toEqual(seen);
			expect(await of("?extracted_from=image")).toMatchObject({ measurements: {}, image_measurements: seen });
			const body = await of("?extracted_from=model");
			expect(body.measurements).toEqual(first.document.measurements);
			expect(body.image_measurements).toEqual([]);
			expect((await get(`/models/${first.modelId}/measurements?extracted_from=guess`)).statusCode).toBe(400);
			const csv = await get(`/models/${first.modelId}/measurements?format=csv&extracted_from=image`);
			const [, waist, calf] = csv.body.split("\r\n").map((line) => line.split(","));
			expect(waist?.slice(0, 3)).toEqual(["waist_girth", "0.8125", "0.03125"]);
			expect(waist?.slice(-2)).toEqual(["image", "true"]);
			expect(calf?.slice(-2)).toEqual(["image", "false"]);
			const rows = await environment.dependencies.database.asSystem((tx) =>
				tx
					.selectFrom("measurements")
					.select(["measurement_type", "extracted_from", "unit", "user_id"])
					.where("model_id", "=", first.modelId)
					.where("extracted_from", "=", "image")
					.orderBy("measurement_type")
					.execute(),
			);
			const row = { extracted_from: "image", unit: "meters", user_id: user.userId };
			expect(rows).toEqual([
				{ measurement_type: "calf_breadth", ...row },
				{ measurement_type: "waist_girth", ...row },
			]);
		});

		test("the mesh comes as numbers or GLB, in either frame and pose; HEAD tells its length", async () => {
			const path = `/models/${first.modelId}/mesh`;
			const numbers = await get(path);
			expect(numbers.headers["content-type"]).toBe(BINARY_MESH_TYPE);
			const variants = await Promise.all(["?pose=rest", "?frame=gltf"].map((query) => get(path + query)));
			for (const variant of variants) {
				expect(variant.rawPayload.length).toBe(numbers.rawPayload.length);
				expect(variant.rawPayload.equals(numbers.rawPayload)).toBe(false);
				expect(variant.headers.etag).not.toBe(numbers.headers.etag);
			}
			const glb = await get(path, { accept: "model/gltf-binary" });
			expect(glb.headers["content-type"]).toBe("model/gltf-binary");
			expect((await validateBytes(glb.rawPayload)).issues.numErrors).toBe(0);
			const head = await api.inject({ method: "HEAD", url: `/api/v1${path}`, headers: user.headers });
			expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, "", numbers.headers.etag]);
		});

		test("lists a subject's models, newest first, in pages", async () => {
			const page = (await get(`/subjects/${first.subjectId}/models?limit=1`)).json();
			expect(page).toMatchObject({ total: 2, limit: 1, offset: 0, models: [{ model_id: second.modelId }] });
			const rest = (await get(`/subjects/${first.subjectId}/models?offset=1`)).json();
			expect(rest.models).toMatchObject([
				{ model_id: first.modelId, flagged_for_review: true, stature_m: first.document.stature_m },
			]);
		});

		test("compares two models of a subject: b − a, with the errors of both, and tells changes from noise", async () => {
			const answer = (await get(`/models/compare?a=${first.modelId}&b=${second.modelId}`)).json();
			expect(answer.is_same_subject).toBe(true);
			const [a, b] = [first.document.measurements.waist_girth!, second.document.measurements.waist_girth!];
			expect(answer.measurements.waist_girth).toMatchObject({ a_m: a.value_m, b_m: b.value_m });
			expect(answer.measurements.waist_girth.difference_m).toBeCloseTo(b.value_m - a.value_m, 12);
			const { correlation, difference_sigma_m } = answer.measurements.waist_girth;
			const variance = a.sigma_m ** 2 + b.sigma_m ** 2 - 2 * correlation * a.sigma_m * b.sigma_m;
			expect(difference_sigma_m).toBeCloseTo(Math.sqrt(variance), 12);
			expect(answer.measurements.waist_girth.difference_m).toBeGreaterThan(0);
			expect(answer.measurements.waist_girth.probability).toBeGreaterThan(0.5);
			expect(answer.measurements.stature).toMatchObject({ probability: expect.closeTo(0.5, 1), verdict: "not_shown" });
			expect(answer.mass.difference_kg).toBeCloseTo(second.document.mass_kg - first.document.mass_kg, 12);
			expect(answer.mass.verdict).toBe("changed");
			expect(answer.not_compared).toEqual({});
		});

		test("compares models of two subjects, but not measurements of two definitions", async () => {
			const other = await makeModel(environment, user, { stature_m: 1.8 });
			await environment.dependencies.database.asSystem((tx) =>
				sql`update measurements set detail = jsonb_set(detail, '{definition,version}', '999')
					where model_id = ${other.modelId} and measurement_type = 'hip_girth'`.execute(tx),
			);
			const answer = (await get(`/models/compare?a=${first.modelId}&b=${other.modelId}`)).json();
			expect(answer.is_same_subject).toBe(false);
			expect(answer.measurements.waist_girth).toBeDefined();
			expect(answer.measurements.hip_girth).toBeUndefined();
			expect(answer.not_compared).toEqual({ hip_girth: "other_definition" });
			expect(answer.measurements.waist_girth.correlation).toBe(0);
			expect(Object.keys(answer.measurements)).toHaveLength(Object.keys(first.document.measurements).length - 1);
		});

		test("does not compare models from different body data, and says so", async () => {
			const other = await makeModel(environment, user, { stature_m: 1.7 });
			await environment.dependencies.database.asSystem((tx) =>
				sql`update fitted_models set document = jsonb_set(document, '{model_data,source}', '"official"')
					where model_id = ${other.modelId}`.execute(tx),
			);
			const answer = (await get(`/models/compare?a=${first.modelId}&b=${other.modelId}`)).json();
			expect(answer).toMatchObject({ measurements: {}, mass: null });
			expect(answer.not_compared.waist_girth).toBe("other_body_data");
			expect(answer.not_compared.mass).toBe("other_body_data");
		});

		test("photos of an anonymised subject are known by their numbers alone", async () => {
			const model = await makeModel(environment, user, { stature_m: 1.7 });
			const headers = { ...user.headers, "content-type": "application/json" };
			const url = `/api/v1/subjects/${model.subjectId}/anonymize`;
			expect((await api.inject({ method: "POST", url, headers, payload: {} })).statusCode).toBe(200);
			const { image_measurements: seen } = (await get(`/models/${model.modelId}`)).json();
			const photos = new Map<string, string[]>(
				seen.map(({ id, views }: { id: string; views: { photo: string }[] }) => [id, views.map(({ photo }) => photo)]),
			);
			// Rows are renamed in the order of their names: the front photo comes first.
			expect(photos.get("calf_breadth")).toEqual(["photo-1"]);
			expect(photos.get("waist_girth")).toEqual(["photo-1", "photo-2"]);
			expect(seen[0].value_m).toBe(model.document.image_measurements?.[0]?.value_m);
		});

		test("a deleted model is gone with its measurements; its session says so, here and in another instance", async () => {
			const model = await makeModel(environment, user, { stature_m: 1.9 });
			const path = `/sessions/${model.sessionId}`;
			const another = await createApi(environment.dependencies);
			try {
				// Both have read it, so that both could remember it.
				for (const instance of [api, another]) {
					const read = await instance.inject({ url: `/api/v1${path}`, headers: user.headers });
					expect(read.json()).toMatchObject({ status: "completed", model_id: model.modelId });
				}
				const url = `/api/v1/models/${model.modelId}`;
				expect((await api.inject({ method: "DELETE", url, headers: user.headers })).statusCode).toBe(204);
				for (const instance of [api, another]) {
					const read = await instance.inject({ url: `/api/v1${path}`, headers: user.headers });
					expect(read.json()).toMatchObject({ status: "completed", model_id: null });
				}
				expect((await api.inject({ method: "DELETE", url, headers: user.headers })).statusCode).toBe(404);
			} finally {
				await another.close();
			}
			for (const part of ["", "/mesh", "/measurements", "/export?format=csv"]) {
				expect((await get(`/models/${model.modelId}${part}`)).json(), part).toMatchObject({ code: "not_found" });
			}
			const left = await environment.dependencies.database.asSystem((tx) =>
				tx.selectFrom("measurements").select("measurement_id").where("model_id", "=", model.modelId).execute(),
			);
			expect(left).toEqual([]);
		});
	});
}
