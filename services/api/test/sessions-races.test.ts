import { randomBytes } from "node:crypto";
import { type ApiDependencies, createApi } from "@anny-fitter/api";
import { AppError } from "@anny-fitter/contracts";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { requireConsent } from "../src/fits/admit-fit.js";
import { sweepFits } from "../src/fits/fit-sweeper.js";
import { FittingClient } from "../src/fits/fitting-client.js";
import { claimSession, MAX_ATTEMPTS, renewLease, requeueSession } from "../src/fits/session-claim.js";
import { storeFit } from "../src/fits/store-fit.js";
import { type BodyServices, openBodyServices } from "./body-services.js";
import { countOwned, findSession, type OwnedTable, postFit, startFit } from "./fit-helpers.js";
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

/** Who may come in between while a fit waits, runs and ends; what a worker does is done here by hand. */
for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`races of fits, ${name}`, () => {
		let bodies: BodyServices;
		let environment: TestEnvironment;
		let dependencies: ApiDependencies;
		let api: TestApi;
		let user: TestUser;

		beforeAll(async () => {
			bodies = await openBodyServices();
			environment = await openTestEnvironment(name, {
				services: bodies.services,
				settings: { FIT_CONCURRENCY: "4", VAULT_SECRET: randomBytes(48).toString("base64url") },
			});
			dependencies = environment.dependencies;
			api = await createApi(dependencies);
		});
		beforeEach(async () => {
			user = await createTestUser(api);
		});
		afterAll(async () => {
			await api?.close();
			await environment?.close();
			await bodies?.close();
		});

		const send = (method: "DELETE" | "PUT", path: string, payload?: object) =>
			api.inject({ method, url: `/api/v1${path}`, headers: user.headers, ...(payload && { payload }) });
		const row = (sessionId: string) => findSession(dependencies, sessionId);
		const count = (table: OwnedTable) => countOwned(dependencies, user, table);
		/** A fit that a worker other than this process's has claimed. */
		const claimed = async () => {
			const sessionId = await startFit(api, user);
			const session = await claimSession(dependencies.database, sessionId);
			expect(session).not.toBeNull();
			return { sessionId, claim: { sessionId, userId: user.userId, attempt: session!.attempt } };
		};
		/** As if the worker had died a while ago. */
		const lapse = (sessionId: string) =>
			dependencies.database.asSystem((tx) =>
				tx
					.updateTable("sessions")
					.set({ lease_expires_at: sql`now() - interval '1 second'` })
					.where("session_id", "=", sessionId)
					.execute(),
			);
		const someResult = () =>
			new FittingClient(dependencies.services.fitting).fit(
				{ photo_count: 0, views: [], stated: { stature_m: 1.7 } },
				{ code: "vision_unavailable", message: "Nobody looked." },
				{ signal: new AbortController().signal, onProgress: () => undefined },
			);

		test("of many workers that claim a session one gets it", async () => {
			const sessionId = await startFit(api, user);
			const claims = await Promise.all(Array.from({ length: 6 }, () => claimSession(dependencies.database, sessionId)));
			expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
			expect((await row(sessionId))?.attempt).toBe(1);
		});

		test("a session is completed once, by the worker that holds it", async () => {
			const { sessionId, claim } = await claimed();
			const result = await someResult();
			const outcomes = await Promise.allSettled(
				[1, 2, 3].map(() => storeFit(dependencies.database, claim, result, 1000)),
			);
			expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
			expect(await count("fitted_models")).toBe(1);
			const late = await claimed();
			await lapse(late.sessionId);
			expect(await claimSession(dependencies.database, late.sessionId)).toMatchObject({ attempt: 2 });
			await expect(storeFit(dependencies.database, late.claim, result, 1000)).rejects.toThrow();
			expect(await renewLease(dependencies.database, late.claim)).toBe(false);
			expect(await count("fitted_models")).toBe(1);
			expect((await row(sessionId))?.status).toBe("completed");
		});

		test("cancelling and completing at once: one of the two, with or without a model", async () => {
			const result = await someResult();
			for (let round = 0; round < 6; round++) {
				const { sessionId, claim } = await claimed();
				const models = await count("fitted_models");
				const store = () => storeFit(dependencies.database, claim, result, 1000);
				const cancel = () => send("DELETE", `/sessions/${sessionId}`);
				const [stored, cancelled] =
					round % 2 === 0
						? await Promise.all([store().catch(() => null), cancel()])
						: ((await Promise.all([cancel(), store().catch(() => null)])).reverse() as [
								unknown,
								Awaited<ReturnType<typeof cancel>>,
							]);
				const session = await row(sessionId);
				if (stored === null) {
					expect([cancelled.statusCode, session?.status, session?.model_id]).toEqual([200, "cancelled", null]);
					expect(await count("fitted_models")).toBe(models);
				} else {
					expect([cancelled.statusCode, session?.status]).toEqual([409, "completed"]);
					expect(await count("fitted_models")).toBe(models + 1);
				}
			}
		});

		test("deleting the subject and completing at once leaves no model without subject, and ends both", async () => {
			const result = await someResult();
			for (let round = 0; round < 4; round++) {
				const { sessionId, claim } = await claimed();
				const { subject_id } = (await row(sessionId))!;
				const [, deleted] = await Promise.all([
					storeFit(dependencies.database, claim, result, 1000).catch(() => null),
					send("DELETE", `/subjects/${subject_id}`),
				]);
				expect(deleted.statusCode, deleted.body).toBe(204);
				expect([await count("fitted_models"), await count("measurements")]).toEqual([0, 0]);
				expect(await row(sessionId)).toMatchObject({ subject_id: null, model_id: null });
				expect(["cancelled", "completed"]).toContain((await row(sessionId))?.status);
			}
		});

		test("handing over does not use up the attempts of a session", async () => {
			const sessionId = await startFit(api, user);
			for (let round = 0; round < MAX_ATTEMPTS + 2; round++) {
				const session = await claimSession(dependencies.database, sessionId);
				expect(session, `round ${round}`).not.toBeNull();
				const claim = { sessionId, userId: user.userId, attempt: session!.attempt };
				await dependencies.database.asSystem((tx) => requeueSession(tx, claim));
			}
			expect(await row(sessionId)).toMatchObject({ status: "queued", attempt: 0 });
		});

		test("a sweeper whose clock is ahead or behind leaves the session of a living worker alone", async () => {
			const { sessionId } = await claimed();
			for (const skew_ms of [-600_000, 600_000]) {
				await sweepFits({ ...dependencies, now: () => new Date(Date.now() + skew_ms) }, { withSlow: true });
				expect(await row(sessionId)).toMatchObject({ status: "active", attempt: 1 });
			}
			expect((await dependencies.vault.list()).map(({ jobId }) => jobId)).toContain(sessionId);
		});

		test("a dead worker's session waits for a vault that does not answer, and is not taken for one without photos", async () => {
			const { sessionId } = await claimed();
			await lapse(sessionId);
			const away = new AppError("service_unavailable", "The photos' Redis does not answer.");
			const load = vi.spyOn(dependencies.vault, "load").mockRejectedValue(away);
			try {
				await sweepFits(dependencies, { withSlow: false });
				expect(load).toHaveBeenCalled();
			} finally {
				load.mockRestore();
			}
			expect(await row(sessionId)).toMatchObject({ status: "active", attempt: 1, error_code: null });
			await sweepFits(dependencies, { withSlow: false });
			expect(await row(sessionId)).toMatchObject({ status: "queued", attempt: 1, error_code: null });
		});

		test("sweeping spares photos of an upload that still runs, and wipes those of an upload long over", async () => {
			const uploading = crypto.randomUUID();
			await dependencies.vault.store(uploading, 0, once(randomBytes(1000)), { maxSize_bytes: 10_000 });
			await sweepFits(dependencies, { withSlow: false });
			expect((await dependencies.vault.list()).map(({ jobId }) => jobId)).toContain(uploading);
			const old = new Date(Date.now() - 10 * dependencies.config.requestTimeout_ms - 61_000);
			const vault = new Proxy(dependencies.vault, {
				get(target, property) {
					if (property === "list") {
						return async () => (await target.list()).map((held) => ({ ...held, modifiedAt: old }));
					}
					const value = target[property as keyof typeof target];
					return typeof value === "function" ? value.bind(target) : value;
				},
			});
			await sweepFits({ ...dependencies, vault }, { withSlow: false });
			expect((await dependencies.vault.list()).map(({ jobId }) => jobId)).not.toContain(uploading);
		});

		test("photos that cannot be wiped do not keep the others from being wiped", async () => {
			const ids = [await startFit(api, user), await startFit(api, user)];
			const stuck = ids[0]!;
			const vault = new Proxy(dependencies.vault, {
				get(target, property) {
					if (property === "wipe") {
						return async (jobId: string) => {
							if (jobId === stuck) throw new Error("it resists");
							return target.wipe(jobId);
						};
					}
					const value = target[property as keyof typeof target];
					return typeof value === "function" ? value.bind(target) : value;
				},
			});
			await dependencies.database.asSystem((tx) =>
				tx.updateTable("sessions").set({ status: "cancelled" }).where("session_id", "in", ids).execute(),
			);
			await sweepFits({ ...dependencies, vault }, { withSlow: false });
			const held = (await dependencies.vault.list()).map(({ jobId }) => jobId);
			expect([held.includes(ids[0]!), held.includes(ids[1]!)]).toEqual([true, false]);
			await sweepFits(dependencies, { withSlow: false });
			expect((await dependencies.vault.list()).map(({ jobId }) => jobId)).not.toContain(stuck);
		});

		test("a fit that is being queued and a consent that is being withdrawn: nothing stays queued", async () => {
			for (let round = 0; round < 4; round++) {
				await send("PUT", "/consents", { photo_processing: true });
				const [fit, withdrawn] = await Promise.all([
					startFit(api, user).catch((error: Error) => error),
					new Promise((resolve) => setTimeout(resolve, 15 * round)).then(() =>
						send("PUT", "/consents", { photo_processing: false }),
					),
				]);
				expect(withdrawn.statusCode).toBe(200);
				if (fit instanceof Error) expect(fit.message).toContain("consent_required");
				else expect((await row(fit))?.status).toBe("cancelled");
			}
		});

		test("a fit that is being queued and its subject or account that is being deleted: nothing stays, nothing fails", async () => {
			const photo = await samplePhoto("woman-front");
			for (let round = 0; round < 6; round++) {
				user = await createTestUser(api);
				const made = await api.inject({ method: "POST", url: "/api/v1/subjects", headers: user.headers, payload: {} });
				const { subject_id } = made.json();
				const isAccount = round % 2 === 1;
				const [fit, deleted] = await Promise.all([
					postFit(api, user, [
						["photos", photo, "a.jpg"],
						["subject_id", subject_id],
					]),
					new Promise((resolve) => setTimeout(resolve, 10 * round)).then(() =>
						isAccount ? send("DELETE", "/me", { password: user.password }) : send("DELETE", `/subjects/${subject_id}`),
					),
				]);
				expect(deleted.statusCode, deleted.body).toBe(204);
				expect([202, 401, 403, 404], fit.body).toContain(fit.statusCode);
				if (isAccount) expect(await count("sessions")).toBe(0);
				else if (fit.statusCode === 202) expect((await row(fit.json().session_id))?.status).toBe("cancelled");
				await sweepFits(dependencies, { withSlow: false });
				const held = (await dependencies.vault.list()).map(({ jobId }) => jobId);
				if (fit.statusCode === 202) expect(held).not.toContain(fit.json().session_id);
			}
		});

		test.runIf(name === "production")("withdrawing waits for a fit that has seen the consent", async () => {
			const order: string[] = [];
			let isSeen = () => {};
			const seen = new Promise<void>((resolve) => {
				isSeen = resolve;
			});
			const fit = dependencies.database.asUser({ userId: user.userId, role: "user" }, async (tx) => {
				await requireConsent(tx, user.userId);
				isSeen();
				await new Promise((resolve) => setTimeout(resolve, 500));
				order.push("queued");
			});
			await seen;
			expect((await send("PUT", "/consents", { photo_processing: false })).statusCode).toBe(200);
			order.push("withdrawn");
			await fit;
			expect(order).toEqual(["queued", "withdrawn"]);
		});
	});
}

async function* once(content: Uint8Array) {
	yield content;
}
