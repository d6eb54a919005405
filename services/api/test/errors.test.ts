import { type ApiDependencies, createApi, type FitWorker, startFitWorker } from "@anny-fitter/api";
import type { ModelDocument, SessionDocument } from "@anny-fitter/contracts";
import { VisionService } from "@anny-fitter/contracts/rpc";
import { openVisionService } from "@anny-fitter/vision-service";
import { createClient, createRouterTransport, type Transport } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openBodyServices } from "./body-services.js";
import { blockDatabase, cutConnections, watchLockWaits } from "./error-faults.js";
import { isVaultEmpty, postFit, until, waitForSession } from "./fit-helpers.js";
import { greyPng } from "./grey-png.js";
import { grantRole } from "./test-api.js";
import {
	createTestUser,
	ENVIRONMENTS,
	isAvailable,
	logIn,
	openTestEnvironment,
	samplePhoto,
	type TestApi,
	type TestEnvironment,
	type TestUser,
} from "./test-environment.js";

const FACTS = [
	["stature_m", "1.68"],
	["weight_kg", "62"],
	["sex", "female"],
] as const;

/** The table of what can go wrong, row by row: what the caller sees, and what stays behind. */
for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`error table, ${name}`, () => {
		const closers: (() => Promise<unknown>)[] = [];
		/** Failures of the next steps of the networks; empty for none. */
		const networkFailures: string[] = [];
		let isNetworkBroken = false;
		let networkRuns = 0;
		let focalLength_px: number | undefined;
		let clock_ms = 0;
		let environment: TestEnvironment;
		let dependencies: ApiDependencies;
		let api: TestApi;
		let worker: FitWorker;
		let user: TestUser;
		let photo: Buffer;

		beforeAll(async () => {
			const bodies = await openBodyServices();
			closers.push(bodies.close);
			const vision = await openVisionService({
				variant: "lite",
				faults: {
					nextFailure: (_, step) => {
						if (step !== "run") return null;
						networkRuns++;
						return isNetworkBroken ? "Conv failed" : (networkFailures.shift() ?? null);
					},
				},
			});
			closers.push(vision.close);
			environment = await openTestEnvironment(name, {
				services: {
					...bodies.services,
					vision: withFocalLength(createRouterTransport(vision.routes), () => focalLength_px),
				},
				settings: { DATABASE_TIMEOUT_MS: "1000" },
				replace: () => ({ now: () => new Date(Date.now() + clock_ms) }),
			});
			closers.push(environment.close);
			dependencies = environment.dependencies;
			api = await createApi(dependencies);
			closers.push(() => api.close());
			worker = await startFitWorker(dependencies);
			closers.push(() => worker.stop());
			user = await createTestUser(api);
			photo = await samplePhoto("woman-front");
		});
		afterEach(async () => {
			// Whatever went wrong, no photo stays.
			await until(() => isVaultEmpty(environment));
			networkFailures.length = 0;
			isNetworkBroken = false;
			focalLength_px = undefined;
			// Far enough for the breaker to forget, near enough for tokens to hold.
			clock_ms += 120_000;
		});
		afterAll(async () => {
			for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
		});

		const get = (path: string, by = user) => api.inject({ url: `/api/v1${path}`, headers: by.headers });
		const fit = async (content = photo): Promise<SessionDocument> => {
			const answer = await postFit(api, user, [["photos", content, "a.jpg"], ...FACTS]);
			expect(answer.statusCode, answer.body).toBe(202);
			return waitForSession(api, user, answer.json().session_id, undefined, 100_000);
		};
		const modelOf = async (session: SessionDocument): Promise<ModelDocument> => {
			expect(session, JSON.stringify(session.error)).toMatchObject({ status: "completed", error: null });
			return (await get(`/models/${session.model_id}`)).json();
		};
		const countRows = (table: "sessions" | "fitted_models") =>
			dependencies.database.asSystem(async (tx) => (await tx.selectFrom(table).select("user_id").execute()).length);
		/** The body of the stated facts, marked for a person to look at. */
		const expectPriorBody = async (session: SessionDocument, code: string) => {
			const model = await modelOf(session);
			expect(model.quality.flagged_for_review).toBe(true);
			expect(model.quality.flags.map((flag) => flag.code)).toContain(code);
			expect(model.quality.advice.join(" ")).not.toBe("");
			expect(model.stature_m).toBeCloseTo(1.68, 2);
			expect(model.mass_kg).toBeGreaterThan(50);
			const row = await dependencies.database.asSystem((tx) =>
				tx.selectFrom("fitted_models").selectAll().where("model_id", "=", session.model_id!).executeTakeFirstOrThrow(),
			);
			expect(row).toMatchObject({ flagged_for_review: true, review_state: "open" });
			return model;
		};

		test("invalid photo format: 400, a sentence that names the photo, and nothing is kept", async () => {
			const [sessions] = [await countRows("sessions")];
			const answer = await postFit(api, user, [
				["photos", photo, "a.jpg"],
				["photos", Buffer.from(`GIF89a${"x".repeat(500)}`), "b.jpg"],
			]);
			expect(answer.statusCode).toBe(400);
			expect(answer.headers["content-type"]).toContain("application/problem+json");
			expect(answer.json()).toMatchObject({
				code: "unsupported_image",
				detail: expect.stringContaining("hoto 2"),
				remedy: expect.stringContaining("JPEG"),
			});
			expect(await countRows("sessions")).toBe(sessions);
			expect(await isVaultEmpty(environment)).toBe(true);
			// Only decoding shows that a photo is damaged.
			const damaged = await fit(Buffer.concat([photo.subarray(0, 300), Buffer.alloc(3000, 7)]));
			expect(damaged).toMatchObject({ status: "failed", model_id: null, error: { status: 400 } });
			expect(damaged.error?.remedy).not.toBe("");
		});

		test("no pose: the session fails as 422 with advice for a better photo, at once", async () => {
			const runs = networkRuns;
			const session = await fit(greyPng(640));
			expect(session).toMatchObject({
				status: "failed",
				model_id: null,
				error: { code: "no_person", status: 422, detail: expect.stringContaining("photo 1") },
			});
			expect(session.error?.remedy).toContain("head to feet");
			expect(networkRuns - runs).toBeLessThanOrEqual(1);
		});

		test("no convergence: the body of the stated facts, flagged, and in the review queue", async () => {
			focalLength_px = 1e200;
			const session = await fit();
			await expectPriorBody(session, "not_converged");
			const admin = await createTestUser(api);
			await grantRole(dependencies.database, admin.email, "admin");
			const queue = await get("/admin/review?limit=100", await logIn(api, admin.email, admin.password));
			expect(queue.statusCode, queue.body).toBe(200);
			expect(queue.json().reviews.map((review: { model_id: string }) => review.model_id)).toContain(session.model_id);
		});

		test("inference out of memory once: tried again with new networks, and completed", async () => {
			networkFailures.push("std::bad_alloc");
			const model = await modelOf(await fit());
			expect(model.views).toHaveLength(1);
			expect(model.quality.flags.map(({ code }) => code)).not.toContain("vision_unavailable");
			expect(networkFailures).toEqual([]);
		});

		test("inference out of memory for longer: the call is repeated, and completes", async () => {
			// Two fail within the service, which then says so; the next call succeeds.
			networkFailures.push("std::bad_alloc", "std::bad_alloc");
			const model = await modelOf(await fit());
			expect(model.views).toHaveLength(1);
			expect(networkFailures).toEqual([]);
			expect(environment.log()).toContain("inference_out_of_memory");
		});

		test("inference out of memory for good: the body of the stated facts, flagged", async () => {
			networkFailures.push(...Array.from({ length: 6 }, () => "std::bad_alloc"));
			const model = await expectPriorBody(await fit(), "vision_unavailable");
			expect(model.views).toEqual([]);
			expect(networkFailures).toEqual([]);
		});

		test("database timeout: 503 with Retry-After after three tries with pauses; the next request works", async () => {
			const post = () =>
				api.inject({ method: "POST", url: "/api/v1/subjects", headers: user.headers, payload: { name: "Ada" } });
			const end = await blockDatabase(environment);
			const waits = name === "production" ? await watchLockWaits(environment) : null;
			const started = performance.now();
			let answer: Awaited<ReturnType<typeof post>>;
			try {
				answer = await post();
			} finally {
				await end();
			}
			const time_ms = performance.now() - started;
			expect(answer.statusCode).toBe(503);
			expect(answer.json()).toMatchObject({ code: "database_unavailable", retry_after_s: expect.any(Number) });
			expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
			expect(answer.body).not.toMatch(/lock|statement|timeout exceeded|pg_|55P03/i);
			// Locks and connections are waited for half as long as the timeout says, three times.
			expect(time_ms).toBeGreaterThan(3 * 500);
			const begins_ms = waits === null ? null : await waits();
			if (begins_ms !== null) {
				expect(begins_ms).toHaveLength(3);
				const pauses_ms = begins_ms.slice(1).map((begin, i) => begin - begins_ms[i]! - 500);
				for (const pause of pauses_ms) expect(pause).toBeGreaterThan(0);
			}
			expect((await post()).statusCode).toBe(201);
		});

		test("a fit that is sent while the database is away answers 503 and leaves no photo", async () => {
			const sessions = await countRows("sessions");
			const end = await blockDatabase(environment);
			try {
				const answer = await postFit(api, user, [["photos", photo, "a.jpg"], ...FACTS]);
				expect([answer.statusCode, answer.json().code]).toEqual([503, "database_unavailable"]);
				expect(await isVaultEmpty(environment)).toBe(true);
			} finally {
				await end();
			}
			expect(await countRows("sessions")).toBe(sessions);
		});

		test.runIf(name === "production")("connections that are cut are replaced without anyone noticing", async () => {
			for (let round = 0; round < 3; round++) {
				await Promise.all([1, 2, 3].map(() => get("/subjects")));
				expect(await cutConnections(environment)).toBeGreaterThan(0);
				const answers = await Promise.all([1, 2, 3].map(() => get("/subjects")));
				expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200]);
			}
		});

		test("breaker: opens at five failures, spares vision, tries one call after 30 s, and closes", async () => {
			const state = async () => {
				const metrics = (await api.inject({ url: "/metrics", remoteAddress: "127.0.0.1" })).body;
				return /circuit_breaker_state\{[^}]*state="(\w+)"[^}]*\} 1/.exec(metrics)?.[1];
			};
			expect(await state()).toBe("closed");
			isNetworkBroken = true;
			// Three tries of the first fit, two of the second.
			await expectPriorBody(await fit(), "vision_unavailable");
			expect(await state()).toBe("closed");
			await expectPriorBody(await fit(), "vision_unavailable");
			expect(await state()).toBe("open");
			// Open: complete at once, without asking vision, well or not.
			isNetworkBroken = false;
			const runs = networkRuns;
			clock_ms += 20_000;
			await expectPriorBody(await fit(), "vision_unavailable");
			expect(networkRuns).toBe(runs);
			// Half open: one call, which fails.
			clock_ms += 11_000;
			isNetworkBroken = true;
			await expectPriorBody(await fit(), "vision_unavailable");
			expect([networkRuns, await state()]).toEqual([runs + 1, "open"]);
			// Half open again: one call, which succeeds.
			clock_ms += 31_000;
			isNetworkBroken = false;
			expect((await modelOf(await fit())).views).toHaveLength(1);
			expect(await state()).toBe("closed");
			expect((await modelOf(await fit())).views).toHaveLength(1);
		});
	});
}

/** The real service, whose observations claim another focal length. */
function withFocalLength(inner: Transport, focalLength_px: () => number | undefined): Transport {
	const client = createClient(VisionService, inner);
	return createRouterTransport((router) => {
		router.service(VisionService, {
			async *analyse(request, { signal }) {
				for await (const message of client.analyse(request, { signal })) {
					const focalLengthPx = focalLength_px();
					if (message.event.case === "result" && focalLengthPx !== undefined) {
						message.event.value.focalLengthPx = focalLengthPx;
					}
					yield message;
				}
			},
		});
	});
}
