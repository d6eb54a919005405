import { randomUUID } from "node:crypto";
import { createApi } from "@anny-fitter/api";
import { type ModelAdjustment, type ModelDocument, modelDocumentSchema } from "@anny-fitter/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { measureBody } from "../src/models/measure-body.js";
import { type BodyServices, type MadeModel, makeModel, openBodyServices } from "./body-services.js";
import { countOwned } from "./fit-helpers.js";
import {
	createTestUser,
	ENVIRONMENTS,
	isAvailable,
	openTestEnvironment,
	type TestApi,
	type TestEnvironment,
	type TestUser,
} from "./test-environment.js";

const Z90 = 1.6448536269514722;

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`adjusting a model, ${name}`, () => {
		let bodies: BodyServices;
		let environment: TestEnvironment;
		let api: TestApi;
		let user: TestUser;
		let base: MadeModel;
		/** A body somewhat heavier than the base, and what it measures. */
		let shape: Pick<ModelAdjustment, "phenotypes" | "local_changes">;
		let waist_m: number;
		let mass_kg: number;

		beforeAll(async () => {
			bodies = await openBodyServices();
			environment = await openTestEnvironment(name, { services: bodies.services });
			api = await createApi(environment.dependencies);
			user = await createTestUser(api);
			base = await makeModel(environment, user, {
				stature_m: 1.68,
				weight_kg: 62,
				sex: "female",
				date_of_birth: "1990-04-23",
			});
			const { phenotypes, local_changes, pose_parameterization, all_phenotypes } = base.document;
			shape = {
				phenotypes: { ...phenotypes, weight: (phenotypes.weight ?? 0.5) + 0.2 },
				local_changes,
			};
			const params = { ...shape, pose: {}, pose_parameterization, all_phenotypes };
			const measured = await measureBody(bodies.services.visualization, params, 30_000);
			waist_m = measured.measurements.waist_girth!.value_m;
			mass_kg = measured.mass_kg!;
			expect(waist_m - base.document.measurements.waist_girth!.value_m).toBeGreaterThan(0.01);
		});
		afterAll(async () => {
			await api?.close();
			await environment?.close();
			await bodies?.close();
		});

		const adjust = (change: object, headers: Record<string, string> = {}, modelId = base.modelId) =>
			api.inject({
				method: "POST",
				url: `/api/v1/models/${modelId}/adjust`,
				headers: { ...user.headers, ...headers },
				payload: change,
			});
		const get = async (url: string) => (await api.inject({ url: `/api/v1${url}`, headers: user.headers })).json();
		const countModels = () => countOwned(environment.dependencies, user, "fitted_models");

		test("stores the body as the server measures it, with the base's photos, poses and errors", async () => {
			// What was set is 4 mm beside what the body has: near enough, and not what is stored.
			const answer = await adjust({ ...shape, adjusted: { waist_girth: waist_m + 0.004 }, mass_kg, name: "Summer" });
			expect(answer.statusCode, answer.body).toBe(201);
			const made: ModelDocument = modelDocumentSchema.parse(answer.json());
			expect(answer.headers.location).toBe(`/api/v1/models/${made.model_id}`);
			expect(made).toMatchObject({
				subject_id: base.subjectId,
				session_id: null,
				based_on_model_id: base.modelId,
				name: "Summer",
				...shape,
				stated: base.document.stated,
				views: base.document.views,
				pose: base.document.pose,
				shape_covariance: base.document.shape_covariance,
				mass_kg,
				stature_m: made.measurements.stature!.value_m,
			});
			expect(made.mass_sigma_kg).toBeCloseTo(0.01 * mass_kg, 9);
			const waist = made.measurements.waist_girth!;
			expect(waist).toMatchObject({ value_m: waist_m, sigma_m: 0.005, sources: ["stated"] });
			expect(waist.interval90_m[1]).toBeCloseTo(waist_m + Z90 * 0.005, 12);
			// P(|error| < 3 %) of a normal error, from its definition.
			expect(waist.confidence).toBeGreaterThan(0.9999);
			expect(Object.keys(made.measurements)).toEqual(Object.keys(base.document.measurements));
			for (const [id, before] of Object.entries(base.document.measurements)) {
				const after = made.measurements[id]!;
				if (id === "waist_girth") continue;
				expect(after.sources, id).toEqual(before.sources);
				expect(after.sigma_m / after.value_m, id).toBeCloseTo(before.sigma_m / before.value_m, 9);
				expect(after.confidence, id).toBe(before.confidence);
				expect(after.interval90_m[0], id).toBeCloseTo(Math.max(0, after.value_m - Z90 * after.sigma_m), 9);
			}
			const flags = made.quality.flags.filter(({ code }) => code === "adjusted_by_hand");
			expect(flags).toHaveLength(1);
			expect(flags[0]!.message).toMatch(/^Waist girth.* and Body mass were set by hand;/);
			expect(made.warnings.map(({ code }) => code)).toContain("adjusted_by_hand");
			expect(await get(`/models/${made.model_id}`)).toEqual(made);
			const { models } = await get(`/subjects/${base.subjectId}/models`);
			expect(models.slice(0, 2)).toMatchObject([
				{ model_id: made.model_id, based_on_model_id: base.modelId, name: "Summer" },
				{ model_id: base.modelId, based_on_model_id: null, name: null },
			]);
			const mesh = await api.inject({ url: `/api/v1/models/${made.model_id}/mesh`, headers: user.headers });
			expect(mesh.statusCode).toBe(200);
			const actions = await environment.dependencies.database.asSystem((tx) =>
				tx.selectFrom("audit_log").select("action").where("resource_id", "=", made.model_id).execute(),
			);
			expect(actions).toEqual([{ action: "model_adjust" }]);
		});

		test("an adjusted model can be adjusted again: one flag, no name of the other's", async () => {
			const first = (await adjust({ ...shape, adjusted: { waist_girth: waist_m }, name: "One" })).json();
			const again = await adjust({ ...shape, adjusted: {}, mass_kg }, {}, first.model_id);
			const document: ModelDocument = again.json();
			expect(document.based_on_model_id).toBe(first.model_id);
			expect(document.name).toBeUndefined();
			expect(document.quality.flags.filter(({ code }) => code === "adjusted_by_hand")).toHaveLength(1);
			expect(document.warnings.filter(({ code }) => code === "adjusted_by_hand")).toHaveLength(1);
			// It stays when the model that it comes from goes.
			await api.inject({ method: "DELETE", url: `/api/v1/models/${first.model_id}`, headers: user.headers });
			expect((await get(`/models/${document.model_id}`)).based_on_model_id).toBe(first.model_id);
		});

		test("a body without the values that were set is refused, with what it has", async () => {
			const before = await countModels();
			const answer = await adjust({
				...shape,
				adjusted: { waist_girth: waist_m + 0.006, hip_girth: 2 },
				mass_kg: mass_kg + 0.6,
			});
			expect([answer.statusCode, answer.json().code]).toEqual([422, "not_reached"]);
			expect(answer.json().errors).toEqual([
				{ path: "adjusted.waist_girth", message: `the body has ${waist_m.toFixed(4)} m` },
				{ path: "adjusted.hip_girth", message: expect.stringMatching(/^the body has [\d.]+ m$/) },
				{ path: "mass_kg", message: `the body has ${mass_kg.toFixed(2)} kg` },
			]);
			expect(await countModels()).toBe(before);
		});

		test.each([
			["nothing that was set", { adjusted: {} }],
			["a measurement that does not exist", { adjusted: { waist: 0.8 } }],
			["one that every object has", { adjusted: { constructor: 0.8 } }],
			["a value that is no length", { adjusted: { waist_girth: -1 } }],
			["a phenotype that does not exist", { phenotypes: { wealth: 0.5 } }],
			["a local change that does not exist", { local_changes: { "left-wing": 1 } }],
			["a change beyond all bodies", { local_changes: { "waist-circumference": 1e300 } }],
			["text for a number", { phenotypes: { weight: "0.5" } }],
			["measurements of its own", { measurements: {} }],
			["a name of two lines", { name: "a\nb" }],
		])("%s is refused", async (_, change) => {
			const answer = await adjust({ ...shape, adjusted: { waist_girth: waist_m }, ...change });
			expect([answer.statusCode, answer.json().code], answer.body).toEqual([400, "invalid_argument"]);
			expect(answer.json().remedy).toBeTruthy();
		});

		test("a name that is no text is refused before anything is made", async () => {
			const before = await countModels();
			for (const name of ["", " ", "two\nlines", "nul\u0000", "half of a pair \ud800", "\udc00 the other half"]) {
				const answer = await adjust({ ...shape, adjusted: { waist_girth: waist_m }, name });
				expect([answer.statusCode, answer.json().errors?.[0].path], JSON.stringify(name)).toEqual([400, "name"]);
			}
			expect(await countModels()).toBe(before);
			const whole = await adjust({ ...shape, adjusted: { waist_girth: waist_m }, name: "😀 Ağça" });
			expect(whole.json().name).toBe("😀 Ağça");
		});

		test("a request that is sent again saves one model", async () => {
			const before = await countModels();
			const key = { "idempotency-key": randomUUID() };
			const change = { ...shape, adjusted: { waist_girth: waist_m } };
			const answers = await Promise.all([adjust(change, key), adjust(change, key), adjust(change, key)]);
			expect(answers.map((answer) => answer.statusCode)).toEqual([201, 201, 201]);
			const reordered = { adjusted: change.adjusted, local_changes: shape.local_changes, phenotypes: shape.phenotypes };
			const later = await adjust(reordered, key);
			const ids = [...answers, later].map((answer) => answer.json().model_id);
			expect(new Set(ids).size).toBe(1);
			expect(await countModels()).toBe(before + 1);
			const other = await adjust({ ...change, name: "Other" }, key);
			expect([other.statusCode, other.json().code]).toEqual([409, "idempotency_conflict"]);
			// A key goes with its model.
			await api.inject({ method: "DELETE", url: `/api/v1/models/${ids[0]}`, headers: user.headers });
			const anew = await adjust(change, key);
			expect(anew.statusCode).toBe(201);
			expect(anew.json().model_id).not.toBe(ids[0]);
		});

		test("an anonymised subject's models lose their names", async () => {
			const model = await makeModel(environment, user, { stature_m: 1.68, weight_kg: 62, sex: "female" });
			const { phenotypes, local_changes, measurements } = model.document;
			const adjusted = { stature: measurements.stature!.value_m };
			const made = (await adjust({ phenotypes, local_changes, adjusted, name: "Ada" }, {}, model.modelId)).json();
			expect(made.name).toBe("Ada");
			const url = `/api/v1/subjects/${model.subjectId}/anonymize`;
			expect((await api.inject({ method: "POST", url, headers: user.headers })).statusCode).toBe(200);
			const after = await api.inject({ url: `/api/v1/models/${made.model_id}`, headers: user.headers });
			expect(after.statusCode).toBe(200);
			expect(after.body).not.toContain("Ada");
			expect(after.json().based_on_model_id).toBe(model.modelId);
		});
	});
}
