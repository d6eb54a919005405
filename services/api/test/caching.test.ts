import { randomUUID } from "node:crypto";
import { type ApiDependencies, createApi } from "@anny-fitter/api";
import { openCache } from "@anny-fitter/platform/cache";
import type { Database } from "@anny-fitter/platform/database";
import { openEventBus } from "@anny-fitter/platform/events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { faultyFitting, faultyVision, getSession, startFit, unavailable, until } from "./fit-helpers.js";
import { hasRedisServer, type OwnRedis, startOwnRedis } from "./own-redis.js";
import {
	createTestUser,
	ENVIRONMENTS,
	isAvailable,
	openTestEnvironment,
	type TestApi,
	type TestEnvironment,
	type TestUser,
} from "./test-environment.js";

/** Two instances of the API: embedded they share the process's cache, in production a Redis. */
for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)) || (name === "production" && !hasRedisServer()))(
		`caching, ${name}`,
		() => {
			let redis: OwnRedis | null = null;
			let environment: TestEnvironment;
			let others: Pick<ApiDependencies, "cache" | "events">;
			let first: TestApi;
			let second: TestApi;
			let user: TestUser;
			let transactions = 0;

			beforeAll(async () => {
				if (name === "production") redis = await startOwnRedis();
				const vision = faultyVision(unavailable()).transport;
				const fitting = faultyFitting(unavailable()).transport;
				environment = await openTestEnvironment(name, {
					services: { vision, fitting, visualization: fitting },
					// With a key subjects are not kept in the cache.
					settings: { RATE_LIMIT_PER_HOUR: "1000", FIELD_KEYS: "", ...(redis && { REDIS_URL: redis.url }) },
					replace: ({ database }) => ({ database: counting(database, () => transactions++) }),
				});
				const { dependencies } = environment;
				others = redis
					? {
							cache: await openCache({ redisUrl: redis.url, log: dependencies.log }),
							events: await openEventBus({ redisUrl: redis.url, log: dependencies.log }),
						}
					: dependencies;
				first = await createApi(dependencies);
				second = await createApi({ ...dependencies, ...others });
			});
			beforeEach(async () => {
				user = await createTestUser(first);
			});
			afterAll(async () => {
				await first?.close();
				await second?.close();
				if (redis !== null) await Promise.all([others?.cache.close(), others?.events.close()]);
				await environment?.close();
				await redis?.kill();
			});

			const call = (api: TestApi, method: "GET" | "POST" | "PATCH" | "DELETE", path: string, payload?: object) =>
				api.inject({ method, url: `/api/v1${path}`, headers: user.headers, ...(payload && { payload }) });
			const createSubject = async (): Promise<string> =>
				(await call(first, "POST", "/subjects", { name: "Ada" })).json().subject_id;
			/** How many transactions a request takes besides those that every request may. */
			const transactionsOf = async (work: () => Promise<unknown>) => {
				const before = transactions;
				await work();
				return transactions - before;
			};
			const setSession = (sessionId: string, set: object) =>
				environment.dependencies.database.asSystem((tx) =>
					tx.updateTable("sessions").set(set).where("session_id", "=", sessionId).execute(),
				);

			test("a subject is read from the database once, by both instances together", async () => {
				const path = `/subjects/${await createSubject()}`;
				await call(first, "GET", path);
				await call(second, "GET", path);
				const reads = await transactionsOf(async () => {
					for (let i = 0; i < 5; i++) {
						expect((await call(first, "GET", path)).json().name).toBe("Ada");
						expect((await call(second, "GET", path)).json().name).toBe("Ada");
					}
				});
				expect(reads).toBe(0);
			});

			test("what one instance writes the other reads at once", async () => {
				const path = `/subjects/${await createSubject()}`;
				for (let round = 0; round < 5; round++) {
					const [writer, reader] = round % 2 === 0 ? [first, second] : [second, first];
					await call(reader, "GET", path);
					await call(writer, "PATCH", path, { name: `Ada ${round}` });
					for (const api of [reader, writer]) expect((await call(api, "GET", path)).json().name).toBe(`Ada ${round}`);
				}
				await call(first, "DELETE", path);
				for (const api of [first, second]) expect((await call(api, "GET", path)).statusCode).toBe(404);
			});

			test("what a user remembers no other user reads", async () => {
				const path = `/subjects/${await createSubject()}`;
				await call(first, "GET", path);
				user = await createTestUser(first);
				for (const api of [first, second]) expect((await call(api, "GET", path)).statusCode).toBe(404);
			});

			test("a session that has ended is read once; its subject's deletion is seen", async () => {
				const sessionId = await startFit(first, user);
				await setSession(sessionId, { status: "failed", error_code: "no_person", error_detail: "photo 1: nobody" });
				const path = `/sessions/${sessionId}`;
				await environment.dependencies.cache.delete(`session:${user.userId}:${sessionId}`);
				const read = (await call(first, "GET", path)).json();
				expect(read).toMatchObject({ status: "failed", error: { code: "no_person" } });
				expect(await transactionsOf(() => call(second, "GET", path))).toBe(0);
				await call(first, "DELETE", `/subjects/${read.subject_id}`);
				for (const api of [first, second]) expect((await call(api, "GET", path)).json().subject_id).toBeNull();
			});

			test("a session that was cancelled by one instance is cancelled for the other, even if a worker reports late", async () => {
				const sessionId = await startFit(first, user);
				expect((await getSession(second, user, sessionId)).status).toBe("queued");
				await call(first, "DELETE", `/sessions/${sessionId}`);
				const { SessionFeed } = await import("../src/fits/session-feed.js");
				const feed = new SessionFeed({ ...environment.dependencies, ...others });
				const late = { ...(await getSession(first, user, sessionId)), status: "active" as const, stage: "fit" };
				await feed.publish(user.userId, late);
				for (const api of [first, second]) expect((await getSession(api, user, sessionId)).status).toBe("cancelled");
			});

			test("a running session is where its worker last said, unless the database shows a later change", async () => {
				const sessionId = await startFit(first, user);
				await setSession(sessionId, { status: "active", stage: "vision", attempt: 1 });
				const { SessionFeed } = await import("../src/fits/session-feed.js");
				const { dependencies } = environment;
				const running = { ...(await getSession(second, user, sessionId)), status: "active" as const, progress: 0.37 };
				await new SessionFeed(dependencies).publish(user.userId, running);
				expect((await getSession(second, user, sessionId)).progress).toBe(0.37);
				const silent = new SessionFeed({ ...dependencies, now: () => new Date(Date.now() - 3000) });
				await silent.publish(user.userId, running);
				expect((await getSession(second, user, sessionId)).progress).toBe(0.37);
				await setSession(sessionId, { stage: "fit", progress: 0.4, updated_at: new Date() });
				expect(await getSession(second, user, sessionId)).toMatchObject({ stage: "fit", progress: 0.4 });
				await call(first, "DELETE", `/sessions/${sessionId}`);
			});

			test("both instances count against one limit", async () => {
				const left = async (api: TestApi) =>
					Number((await call(api, "GET", `/models/${randomUUID()}/mesh`)).headers["ratelimit-remaining"]);
				const start = await left(first);
				expect([await left(second), await left(first)]).toEqual([start - 1, start - 2]);
			});

			test.runIf(name === "production")("a flushed Redis loses nothing", async () => {
				const subject = `/subjects/${await createSubject()}`;
				const sessionId = await startFit(first, user);
				for (const api of [first, second]) await call(api, "GET", subject);
				await redis?.flush();
				for (const api of [first, second]) {
					expect((await call(api, "GET", subject)).json().name).toBe("Ada");
					expect((await getSession(api, user, sessionId)).status).toBe("queued");
				}
				await call(second, "PATCH", subject, { name: "Grace" });
				await redis?.flush();
				expect((await call(first, "GET", subject)).json().name).toBe("Grace");
				await call(first, "DELETE", `/sessions/${sessionId}`);
			});

			test.runIf(name === "production")(
				"without Redis reads, writes and fits go on; with it again nothing old comes back",
				{
					timeout: 120_000,
				},
				async () => {
					const subject = `/subjects/${await createSubject()}`;
					for (const api of [first, second]) await call(api, "GET", subject);
					await redis?.kill();
					for (const [round, api] of [first, second].entries()) {
						expect((await call(api, "PATCH", subject, { name: `Grace ${round}` })).statusCode).toBe(200);
						for (const reader of [first, second]) {
							expect((await call(reader, "GET", subject)).json().name).toBe(`Grace ${round}`);
						}
					}
					const sessionId = await startFit(second, user);
					expect((await getSession(first, user, sessionId)).status).toBe("queued");
					expect((await call(first, "DELETE", `/sessions/${sessionId}`)).json().status).toBe("cancelled");
					expect((await getSession(second, user, sessionId)).status).toBe("cancelled");
					await redis?.start();
					await until(() =>
						others.cache.ping().then(
							() => true,
							() => false,
						),
					);
					await until(() =>
						environment.dependencies.cache.ping().then(
							() => true,
							() => false,
						),
					);
					for (const api of [first, second]) {
						expect((await call(api, "GET", subject)).json().name).toBe("Grace 1");
						expect((await getSession(api, user, sessionId)).status).toBe("cancelled");
					}
					await call(first, "PATCH", subject, { name: "Ada" });
					expect((await call(second, "GET", subject)).json().name).toBe("Ada");
				},
			);
		},
	);
}

/** The database, telling of each user's transaction. */
function counting(database: Database, onTransaction: () => void): Database {
	return new Proxy(database, {
		get(target, property) {
			const value = target[property as keyof typeof target];
			if (typeof value !== "function") return value;
			if (property === "asUser" || property === "readAsUser") {
				return (...call: Parameters<Database["asUser"]>) => {
					onTransaction();
					return target[property](...call);
				};
			}
			return (value as (...call: unknown[]) => unknown).bind(target);
		},
	});
}
