import { type ApiDependencies, createApi, type FitWorker, startFitWorker } from "@anny-fitter/api";
import { BINARY_MESH_TYPE, modelDocumentSchema, type SessionDocument } from "@anny-fitter/contracts";
import { FittingService, VisionService } from "@anny-fitter/contracts/rpc";
import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sweepFits } from "../src/fits/fit-sweeper.js";
import { faultyVision, isVaultEmpty, postFit, startFit, unavailable, until, waitForSession } from "./fit-helpers.js";
import { greyPng } from "./grey-png.js";
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

for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`from photos to files, ${name}`, () => {
		let environment: TestEnvironment;
		let dependencies: ApiDependencies;
		let api: TestApi;
		let worker: FitWorker;
		let user: TestUser;
		let url: string;
		let sessionId: string;
		let modelId: string;
		let clock_ms = 0;
		let isVisionAway = false;
		const away = faultyVision(unavailable());

		beforeAll(async () => {
			environment = await openTestEnvironment(name, {
				replace: ({ services }) => ({
					now: () => new Date(Date.now() + clock_ms),
					services: {
						...services,
						vision: {
							unary: (...call) => (isVisionAway ? away.transport : services.vision).unary(...call),
							stream: (...call) => (isVisionAway ? away.transport : services.vision).stream(...call),
						},
					},
				}),
			});
			dependencies = environment.dependencies;
			api = await createApi(dependencies);
			url = (await api.listen({ port: 0, host: "127.0.0.1" })).replace("http", "ws");
			worker = await startFitWorker(dependencies);
			user = await createTestUser(api);
		});
		afterAll(async () => {
			await worker?.stop();
			await api?.close();
			await environment?.close();
		});

		const get = (path: string, headers: Record<string, string> = {}, by = user) =>
			api.inject({ url: `/api/v1${path}`, headers: { ...by.headers, ...headers } });

		test("fits two photos, tells the progress and leaves none of them", { timeout: 180_000 }, async () => {
			const answer = await postFit(api, user, [
				["photos", await samplePhoto("woman-front"), "a.jpg"],
				["photos", await samplePhoto("woman-side"), "b.jpg"],
				["views", '["front", "side"]'],
				["stature_m", "1.68"],
				["weight_kg", "62"],
				["age_years", "35"],
				["sex", "female"],
			]);
			expect(answer.statusCode, answer.body).toBe(202);
			sessionId = answer.json().session_id;
			const messages: SessionDocument[] = [];
			const socket = new WebSocket(url + answer.json().events_url, { headers: user.headers });
			socket.on("message", (data) => messages.push(JSON.parse(String(data))));
			expect(await new Promise((resolve) => socket.on("close", resolve))).toBe(1000);
			// Photos are wiped before anyone is told of the end.
			expect(await isVaultEmpty(environment)).toBe(true);
			const ended = messages.at(-1)!;
			expect(ended).toMatchObject({ status: "completed", progress: 1, error: null });
			expect(new Set(messages.map(({ stage }) => stage))).toContain("fit");
			const progress = messages.map((message) => message.progress);
			expect(progress).toEqual([...progress].sort((a, b) => a - b));
			expect(await waitForSession(api, user, sessionId)).toEqual(ended);
			modelId = ended.model_id!;
		});

		test("the stored model is what the fit found, to the last bit", { timeout: 180_000 }, async () => {
			const stored = (await get(`/models/${modelId}`)).json();
			expect(modelDocumentSchema.parse(stored)).toMatchObject({ model_id: modelId, session_id: sessionId });
			const { vision, fitting } = dependencies.services;
			const views = [];
			for (const [index, label] of (["front", "side"] as const).entries()) {
				const photo = await samplePhoto(`woman-${label}`);
				for await (const { event } of createClient(VisionService, vision).analyse({
					photo,
					name: `photo ${index + 1}`,
				})) {
					if (event.case === "result") views.push({ observation: event.value, name: `photo ${index + 1}`, label });
				}
			}
			const statedJson = JSON.stringify({ stature_m: 1.68, weight_kg: 62, age_years: 35, sex: "female" });
			for await (const { event } of createClient(FittingService, fitting).fit({ views, statedJson })) {
				if (event.case !== "result") continue;
				const direct = JSON.parse(event.value.documentJson);
				const { model_id, subject_id, session_id, created_at, timings_ms, ...document } = stored;
				const { timings_ms: _, ...expected } = direct;
				expect(document).toEqual(expected);
				expect(Object.keys(stored.measurements)).toEqual(Object.keys(direct.measurements));
				return;
			}
			expect.unreachable();
		});

		test("lists and compares models of one's own only", async () => {
			const model = (await get(`/models/${modelId}`)).json();
			const list = (await get(`/subjects/${model.subject_id}/models`)).json();
			expect(list).toMatchObject({ total: 1, models: [{ model_id: modelId, photo_count: 2 }] });
			const same = (await get(`/models/compare?a=${modelId}&b=${modelId}`)).json();
			expect(same.is_same_subject).toBe(true);
			const waist = same.measurements.waist_girth;
			expect(waist).toMatchObject({ difference_m: 0, verdict: "not_shown" });
			// Errors that both fits share cancel.
			expect(waist.correlation).toBeGreaterThan(0);
			const independent_m = Math.SQRT2 * model.measurements.waist_girth.sigma_m;
			expect(waist.difference_sigma_m).toBeCloseTo(independent_m * Math.sqrt(1 - waist.correlation), 12);
			const other = await createTestUser(api);
			for (const path of [
				`/models/${modelId}`,
				`/models/${modelId}/mesh`,
				`/models/${modelId}/measurements`,
				`/models/${modelId}/export?format=glb`,
				`/models/compare?a=${modelId}&b=${modelId}`,
				`/subjects/${model.subject_id}/models`,
				`/sessions/${sessionId}`,
			]) {
				expect((await get(path, {}, other)).json(), path).toMatchObject({ code: "not_found", status: 404 });
			}
			const deleted = await api.inject({ method: "DELETE", url: `/api/v1/models/${modelId}`, headers: other.headers });
			expect(deleted.statusCode).toBe(404);
		});

		test("gives measurements as JSON and CSV, the mesh as numbers and GLB; all with ETags", async () => {
			const json = await get(`/models/${modelId}/measurements`);
			const csv = await get(`/models/${modelId}/measurements`, { accept: "text/csv" });
			expect(csv.headers["content-type"]).toContain("text/csv");
			const lines = csv.body.trimEnd().split("\r\n");
			// A header before the body's; mass, volume, surface area and what the photos show after them.
			const { measurements, image_measurements } = json.json();
			expect(image_measurements).not.toEqual([]);
			expect(lines).toHaveLength(Object.keys(measurements).length + image_measurements.length + 4);
			expect(lines.find((line) => line.startsWith("waist_girth,"))).toContain(String(measurements.waist_girth.value_m));
			const mesh = await get(`/models/${modelId}/mesh`);
			expect(mesh.headers["content-type"]).toBe(BINARY_MESH_TYPE);
			const glb = await get(`/models/${modelId}/mesh`, { accept: "model/gltf-binary" });
			expect(glb.rawPayload.subarray(0, 4).toString()).toBe("glTF");
			expect(glb.headers.etag).not.toBe(mesh.headers.etag);
			const again = await get(`/models/${modelId}/mesh`, { "if-none-match": String(mesh.headers.etag) });
			expect(again.statusCode).toBe(304);
			for (const answer of [json, csv]) expect(answer.headers.etag).toMatch(/^"/);
		});

		test.each(["glb", "obj", "ply", "stl", "json", "csv"])("exports %s once and keeps it for a day", async (format) => {
			const first = await get(`/models/${modelId}/export?format=${format}&pose=rest`);
			expect(first.statusCode, format).toBe(200);
			expect(first.headers["content-disposition"]).toMatch(new RegExp(`^attachment; filename="body-.*\\.${format}"$`));
			expect(Number(first.headers["content-length"])).toBe(first.rawPayload.length);
			expect(new Date(String(first.headers.expires)).getTime()).toBeGreaterThan(Date.now() + 23 * 3600_000);
			const second = await get(`/models/${modelId}/export?format=${format}&pose=rest`);
			expect(second.rawPayload.equals(first.rawPayload)).toBe(true);
			const rows = await dependencies.database.asSystem((tx) =>
				tx.selectFrom("exports").selectAll().where("format", "like", `${format}%`).execute(),
			);
			expect(rows).toHaveLength(1);
			expect(rows[0]?.object_key).toMatch(new RegExp(`^exports/${user.userId}/`));
		});

		test("exports past their time are removed, and deleting a model removes its exports", async () => {
			const countObjects = async () => {
				let count = 0;
				for await (const _ of dependencies.objects.list("exports/")) count++;
				return count;
			};
			expect(await countObjects()).toBe(6);
			clock_ms = environment.config.exportLifetime_ms + 1000;
			await sweepFits(dependencies, { withSlow: true });
			expect(await countObjects()).toBe(0);
			clock_ms = 0;
			await get(`/models/${modelId}/export?format=csv`);
			expect(await countObjects()).toBe(1);
			const deleted = await api.inject({ method: "DELETE", url: `/api/v1/models/${modelId}`, headers: user.headers });
			expect(deleted.statusCode, deleted.body).toBe(204);
			expect(await countObjects()).toBe(0);
			expect((await get(`/models/${modelId}`)).statusCode).toBe(404);
			expect((await get(`/sessions/${sessionId}`)).json()).toMatchObject({ status: "completed", model_id: null });
			const actions = await dependencies.database.asSystem((tx) =>
				tx.selectFrom("audit_log").select("action").where("user_id", "=", user.userId).execute(),
			);
			expect(actions.map((row) => row.action)).toEqual(
				expect.arrayContaining(["fit_request", "model_fit", "data_export", "model_delete"]),
			);
		});

		test("while vision is away the body is the stated one, flagged; the breaker spares it", {
			timeout: 120_000,
		}, async () => {
			const facts = [
				["stature_m", "1.68"],
				["weight_kg", "62"],
				["sex", "female"],
			] as const;
			const fitAway = async () => {
				const ended = await waitForSession(api, user, await startFit(api, user, facts));
				expect(ended).toMatchObject({ status: "completed", error: null });
				return (await get(`/models/${ended.model_id}`)).json();
			};
			isVisionAway = true;
			const flagged = await fitAway();
			expect(flagged.quality.flagged_for_review).toBe(true);
			expect(flagged.quality.flags.map(({ code }: { code: string }) => code)).toContain("vision_unavailable");
			expect(flagged.views).toEqual([]);
			expect(flagged.stature_m).toBeCloseTo(1.68, 1);
			expect(away.calls).toBe(3);
			// The fifth failure opens the breaker; after that nobody calls.
			await fitAway();
			expect(away.calls).toBe(5);
			await fitAway();
			expect(away.calls).toBe(5);
			// Half a minute later one call is let through, fails, and closes the door again.
			clock_ms = 31_000;
			await fitAway();
			expect(away.calls).toBe(6);
			isVisionAway = false;
			clock_ms = 62_000;
			const recovered = await fitAway();
			expect(recovered.views).toHaveLength(1);
			await until(() => isVaultEmpty(environment));
		});

		test("a photo without a person fails with advice", { timeout: 120_000 }, async () => {
			const answer = await postFit(api, user, [["photos", greyPng(640), "a.png"]]);
			expect(answer.statusCode, answer.body).toBe(202);
			const ended = await waitForSession(api, user, answer.json().session_id, undefined, 100_000);
			expect(ended).toMatchObject({ status: "failed", error: { code: "no_person", status: 422 } });
			expect(ended.error?.detail).toContain("photo 1");
			await until(() => isVaultEmpty(environment));
		});
	});
}
