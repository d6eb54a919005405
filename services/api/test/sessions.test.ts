import { randomBytes } from "node:crypto";
import { type ApiDependencies, createApi, type FitWorker, startFitWorker } from "@anny-fitter/api";
import { AppError, type SessionDocument } from "@anny-fitter/contracts";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sweepFits } from "../src/fits/fit-sweeper.js";
import { MAX_ATTEMPTS } from "../src/fits/session-claim.js";
import { SessionFeed } from "../src/fits/session-feed.js";
import {
	type FaultyService,
	failWith,
	faultyFitting,
	faultyVision,
	findSession,
	getSession,
	hang,
	isVaultEmpty,
	startFit,
	unavailable,
	until,
	waitForSession,
} from "./fit-helpers.js";
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
	describe.skipIf(!(await isAvailable(name)))(`sessions, ${name}`, () => {
		let environment: TestEnvironment;
		let dependencies: ApiDependencies;
		let api: TestApi;
		let user: TestUser;
		let vision: FaultyService;
		let fitting: FaultyService;
		let worker: FitWorker | null = null;
		let url: string;
		let clock_ms = 0;
		let testNumber = 0;

		beforeAll(async () => {
			vision = faultyVision(hang);
			fitting = faultyFitting(hang);
			environment = await openTestEnvironment(name, {
				services: { vision: vision.transport, fitting: fitting.transport, visualization: fitting.transport },
				settings: {
					FIT_TIMEOUT_SECONDS: "5",
					FIT_CONCURRENCY: "8",
					SHUTDOWN_GRACE_SECONDS: "1",
					VAULT_SECRET: randomBytes(48).toString("base64url"),
				},
				replace: () => ({ now: () => new Date(Date.now() + clock_ms) }),
			});
			dependencies = environment.dependencies;
			api = await createApi(dependencies);
			url = (await api.listen({ port: 0, host: "127.0.0.1" })).replace("http", "ws");
		});
		beforeEach(async () => {
			// Some tests open the breaker; by the next one it would have recovered.
			testNumber++;
			clock_ms = testNumber * 300_000;
			vision.current = hang;
			fitting.current = hang;
			user = await createTestUser(api);
		});
		afterEach(async () => {
			await dependencies.database.asSystem(async (tx) => {
				await tx
					.updateTable("sessions")
					.set({ status: "cancelled" })
					.where("status", "in", ["queued", "active"])
					.execute();
			});
			await sweepFits(dependencies, { withSlow: false });
			expect(await isVaultEmpty(environment)).toBe(true);
		});
		afterAll(async () => {
			await worker?.stop();

			await api?.close();

			await environment?.close();
		});

		const startWorker = async () => {
			// One for all tests: a queue is started once.
			worker ??= await startFitWorker(dependencies);
		};
		const cancel = (sessionId: string, by = user) =>
			api.inject({ method: "DELETE", url: `/api/v1/sessions/${sessionId}`, headers: by.headers });
		const change = (sessionId: string, set: object) =>
			dependencies.database.asSystem((tx) =>
				tx.updateTable("sessions").set(set).where("session_id", "=", sessionId).execute(),
			);

		/** Everything that a stream tells until it ends. */
		function watch(sessionId: string, options: { headers?: Record<string, string>; protocols?: string[] } = {}) {
			const socket = new WebSocket(`${url}/api/v1/sessions/${sessionId}/events`, options.protocols ?? [], {
				headers: options.headers ?? user.headers,
			});
			const messages: SessionDocument[] = [];
			socket.on("message", (data) => messages.push(JSON.parse(String(data))));
			const opened = new Promise<void>((resolve, reject) => {
				socket.on("open", resolve);
				socket.on("error", reject);
				socket.on("unexpected-response", (_, response) => reject(new Error(String(response.statusCode))));
			});
			const closed = new Promise<number>((resolve) => socket.on("close", resolve));
			opened.catch(() => undefined);
			return { socket, messages, opened, closed };
		}

		test("cancels a fit that waits: photos gone at once, the job finds nothing to do", async () => {
			const sessionId = await startFit(api, user);
			const answer = await cancel(sessionId);
			expect(answer.statusCode).toBe(200);
			expect(answer.json()).toMatchObject({ session_id: sessionId, status: "cancelled", model_id: null });
			expect(await isVaultEmpty(environment)).toBe(true);
			expect((await cancel(sessionId)).statusCode).toBe(200);
			const calls = vision.calls;
			await startWorker();
			await new Promise((resolve) => setTimeout(resolve, 1500));
			expect(vision.calls).toBe(calls);
			expect((await getSession(api, user, sessionId)).status).toBe("cancelled");
			const audit = await dependencies.database.asSystem((tx) =>
				tx.selectFrom("audit_log").select("action").where("resource_id", "=", sessionId).orderBy("log_id").execute(),
			);
			expect(audit.map((row) => row.action)).toEqual(["fit_request", "session_cancel"]);
		});

		test("cancels a fit that runs: the call to the service ends, the stream says so and closes", async () => {
			await startWorker();
			let wasGivenUp = false;
			vision.current = (signal) => {
				signal.addEventListener("abort", () => {
					wasGivenUp = true;
				});
				return hang(signal);
			};
			const calls = vision.calls;
			const sessionId = await startFit(api, user);
			const stream = watch(sessionId);
			await stream.opened;
			await until(() => vision.calls > calls);
			expect((await cancel(sessionId)).json().status).toBe("cancelled");
			expect(await stream.closed).toBe(1000);
			expect(stream.messages.at(-1)).toMatchObject({ session_id: sessionId, status: "cancelled" });
			expect(["queued", "active"]).toContain(stream.messages[0]?.status);
			await until(() => wasGivenUp);
			await until(() => isVaultEmpty(environment));
		});

		test("a fit that has ended cannot be cancelled", async () => {
			vision.current = failWith(new AppError("no_person", "photo 1: There is no person in it."));
			await startWorker();
			const sessionId = await startFit(api, user);
			const ended = await waitForSession(api, user, sessionId);
			expect(ended).toMatchObject({
				status: "failed",
				error: {
					code: "no_person",
					status: 422,
					detail: "photo 1: There is no person in it.",
					remedy: expect.stringContaining("one person"),
				},
			});
			expect((await cancel(sessionId)).json()).toMatchObject({ code: "conflict", status: 409 });
		});

		test.each([
			["several_people", 422],
			["body_not_visible", 422],
			["damaged_image", 400],
			["image_too_large", 400],
		] as const)("a photo with %s fails the session with advice, without another try", async (code, status) => {
			vision.current = failWith(new AppError(code, "photo 1: It is so."));
			await startWorker();
			const calls = vision.calls;
			const ended = await waitForSession(api, user, await startFit(api, user));
			expect(ended.error).toMatchObject({ code, status });
			expect(ended.error?.remedy).not.toBe("");
			expect(vision.calls).toBe(calls + 1);
			await until(() => isVaultEmpty(environment));
		});

		test("a fit that takes too long fails with timeout", async () => {
			await startWorker();
			const ended = await waitForSession(api, user, await startFit(api, user));
			expect(ended).toMatchObject({ status: "failed", error: { code: "timeout", status: 504 } });
			await until(() => isVaultEmpty(environment));
		});

		test("a fitting service that stays away fails the session after retries; a defect says nothing of the inside", async () => {
			await startWorker();
			vision.current = failWith(new AppError("service_unavailable", "away", { retryable: true }));
			fitting.current = unavailable();
			const calls = fitting.calls;
			const away = await waitForSession(api, user, await startFit(api, user));
			expect(away).toMatchObject({ status: "failed", error: { code: "service_unavailable", status: 503 } });
			expect(fitting.calls).toBe(calls + 3);
			fitting.current = failWith(new Error("secret inside"));
			const defect = await waitForSession(api, user, await startFit(api, user));
			expect(defect).toMatchObject({ status: "failed", error: { code: "internal", status: 500 } });
			expect(JSON.stringify(defect)).not.toContain("secret inside");
			await until(() => isVaultEmpty(environment));
		});

		test("the stream gives the present state to late watchers and closes", async () => {
			vision.current = failWith(new AppError("no_person", "photo 1: nobody"));
			await startWorker();
			const sessionId = await startFit(api, user);
			await waitForSession(api, user, sessionId);
			const stream = watch(sessionId);
			expect(await stream.closed).toBe(1000);
			expect(stream.messages).toHaveLength(1);
			expect(stream.messages[0]).toMatchObject({ status: "failed" });
			const browser = watch(sessionId, { headers: {}, protocols: ["bearer", `bearer.${user.token}`] });
			expect(await browser.closed).toBe(1000);
			expect(browser.socket.protocol).toBe("bearer");
			expect(browser.messages).toEqual(stream.messages);
			expect(environment.log()).not.toContain(user.token);
		});

		test("who was told of an end is not shown an older state, though the worker died before telling of it", async () => {
			// A worker that says no more, once it has begun.
			await startWorker();
			const sessionId = await startFit(api, user);
			const document = await waitForSession(api, user, sessionId, ({ stage }) => stage === "vision");
			const feed = new SessionFeed(dependencies);
			await feed.publish(user.userId, { ...document, status: "active", stage: "fit", progress: 0.5 });
			expect((await getSession(api, user, sessionId)).progress).toBe(0.5);
			await change(sessionId, { status: "failed", error_code: "timeout", error_detail: "", error_remedy: "" });
			const stream = watch(sessionId);
			expect(await stream.closed).toBe(1000);
			expect(stream.messages.at(-1)?.status).toBe("failed");
			expect((await getSession(api, user, sessionId)).status).toBe("failed");
			await dependencies.vault.wipe(sessionId);
		});

		test("the stream refuses others, strangers, foreign pages and plain requests", async () => {
			const sessionId = await startFit(api, user);
			const other = await createTestUser(api);
			await expect(watch(sessionId, { headers: other.headers }).opened).rejects.toThrow("404");
			await expect(watch(sessionId, { headers: {} }).opened).rejects.toThrow("401");
			const headers = { ...user.headers, origin: "https://evil.example" };
			await expect(watch(sessionId, { headers }).opened).rejects.toThrow("403");
			const own = watch(sessionId, { headers: { ...user.headers, origin: url.replace("ws", "http") } });
			await own.opened;
			own.socket.close();
			const plain = await api.inject({ url: `/api/v1/sessions/${sessionId}/events`, headers: user.headers });
			expect(plain.statusCode).toBe(400);
			const many = Array.from({ length: 20 }, () => watch(sessionId));
			await Promise.all(many.map(({ opened }) => opened));
			await until(async () => {
				const one = watch(sessionId);
				return one.opened.then(
					() => {
						one.socket.close();
						return false;
					},
					(error) => /429/.test(error.message),
				);
			});
			for (const { socket } of many) socket.close();
		});

		test("the stream ends with the token", async () => {
			const sessionId = await startFit(api, user);
			await change(sessionId, { expires_at: sql`now() + interval '30 days'` });
			// All but the last seconds of the token's life are over.
			clock_ms += environment.config.accessTokenLifetime_s * 1000 - 3000;
			const stream = watch(sessionId);
			await stream.opened;
			expect(await stream.closed).toBe(4401);
		});

		test("lists own sessions only, newest first, in pages; reads have ETags", async () => {
			const ids = [await startFit(api, user), await startFit(api, user), await startFit(api, user)];
			const other = await createTestUser(api);
			await startFit(api, other);
			const page = await api.inject({ url: "/api/v1/sessions?limit=2&offset=1", headers: user.headers });
			expect(page.json()).toMatchObject({ total: 3, limit: 2, offset: 1 });
			expect(page.json().sessions.map((session: SessionDocument) => session.session_id)).toEqual([ids[1], ids[0]]);
			await cancel(ids[2]!);
			const cancelled = await api.inject({ url: "/api/v1/sessions?status=cancelled", headers: user.headers });
			expect(cancelled.json()).toMatchObject({ total: 1, sessions: [{ session_id: ids[2], status: "cancelled" }] });
			const { subject_id } = await getSession(api, user, ids[1]!);
			const ofSubject = await api.inject({ url: `/api/v1/sessions?subject_id=${subject_id}`, headers: user.headers });
			expect(ofSubject.json()).toMatchObject({ total: 1, sessions: [{ session_id: ids[1] }] });
			// A recent state from the cache has the same content.
			const address = `/api/v1/sessions/${ids[0]}`;
			const read = await api.inject({ url: address, headers: user.headers });
			const { etag } = read.headers;
			const again = await api.inject({ url: address, headers: { ...user.headers, "if-none-match": String(etag) } });
			expect(again.statusCode).toBe(304);
			for (const method of ["GET", "DELETE"] as const) {
				const foreign = await api.inject({ method, url: address, headers: other.headers });
				expect(foreign.json()).toMatchObject({ code: "not_found", status: 404 });
			}
			expect(["queued", "active"]).toContain((await getSession(api, user, ids[0]!)).status);
		});

		test("a session whose worker died is begun again, but not for ever", async () => {
			await startWorker();
			const sessionId = await startFit(api, user);
			await waitForSession(api, user, sessionId, ({ stage }) => stage === "vision");
			for (let attempt = 2; attempt <= MAX_ATTEMPTS; attempt++) {
				await change(sessionId, { lease_expires_at: sql`now() - interval '1 second'` });
				await sweepFits(dependencies, { withSlow: false });
				// Until it says where it is, which renews its lease.
				await until(async () => {
					const reached = await findSession(dependencies, sessionId);
					return reached?.attempt === attempt && reached.stage === "vision";
				});
			}
			await change(sessionId, { lease_expires_at: sql`now() - interval '1 second'` });
			await sweepFits(dependencies, { withSlow: false });
			expect(await waitForSession(api, user, sessionId)).toMatchObject({
				status: "failed",
				error: { code: "interrupted" },
			});
			await until(() => isVaultEmpty(environment));
		});

		test("without photos a dead worker's session is interrupted, a waiting one has lost them", async () => {
			const past = sql<Date>`now() - interval '10 minutes'`;
			const common = {
				user_id: user.userId,
				request: JSON.stringify({ photo_count: 1, views: [null], stated: {} }),
				updated_at: past,
				expires_at: new Date(dependencies.now().getTime() + 3600_000),
			};
			const [active, waiting] = await dependencies.database.asSystem(async (tx) => {
				const rows = await tx
					.insertInto("sessions")
					.values([
						{ ...common, status: "active", attempt: 1, lease_expires_at: past },
						{ ...common, status: "queued" },
					])
					.returning("session_id")
					.execute();
				return [rows[0]!.session_id, rows[1]!.session_id] as const;
			});
			await sweepFits(dependencies, { withSlow: false });
			expect((await waitForSession(api, user, active)).error).toMatchObject({ code: "interrupted", status: 500 });
			expect((await waitForSession(api, user, waiting)).error).toMatchObject({ code: "photos_lost", status: 410 });
		});

		test("a waiting session whose job was lost gets another", async () => {
			vision.current = failWith(new AppError("no_person", "photo 1: nobody"));
			const sessionId = await startFit(api, user);
			await dependencies.database.asSystem((tx) => sql`delete from pgboss.job`.execute(tx));
			await change(sessionId, { updated_at: sql`now() - interval '10 minutes'`, status: "queued" });
			await startWorker();
			await sweepFits(dependencies, { withSlow: false });
			expect((await waitForSession(api, user, sessionId)).error?.code).toBe("no_person");
		});

		test("a session that does not end in time expires, and its key is forgotten", async () => {
			const sessionId = await startFit(api, user);
			clock_ms += environment.config.vaultLifetime_ms + 1000;
			await sweepFits(dependencies, { withSlow: true });
			expect(await isVaultEmpty(environment)).toBe(true);
			const row = await dependencies.database.asSystem((tx) =>
				tx.selectFrom("sessions").selectAll().where("session_id", "=", sessionId).executeTakeFirstOrThrow(),
			);
			expect(row).toMatchObject({ status: "expired", request: {} });
		});

		test("stopping hands a running fit over, to be begun again by another", async () => {
			await startWorker();
			const calls = vision.calls;
			const sessionId = await startFit(api, user);
			await until(() => vision.calls > calls);
			await worker?.stop();
			worker = null;
			expect((await getSession(api, user, sessionId)).status).toBe("queued");
			expect(await isVaultEmpty(environment)).toBe(false);
			const { FitJobRunner } = await import("../src/fits/fit-job.js");
			const { FittingClient } = await import("../src/fits/fitting-client.js");
			const { VisionClient } = await import("../src/fits/vision-client.js");
			const { CircuitBreaker } = await import("../src/fits/circuit-breaker.js");
			const runner = new FitJobRunner(dependencies, {
				vision: new VisionClient(
					vision.transport,
					new CircuitBreaker({ threshold: 5, window_ms: 1, halfOpenAfter_ms: 1, now: dependencies.now }),
					() => undefined,
				),
				fitting: new FittingClient(fitting.transport),
			});
			vision.current = failWith(new AppError("no_person", "photo 1: nobody"));
			await runner.run({ sessionId, signal: new AbortController().signal });
			expect((await waitForSession(api, user, sessionId)).error?.code).toBe("no_person");
		});
	});
}
