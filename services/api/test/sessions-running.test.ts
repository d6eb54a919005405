import { randomBytes } from "node:crypto";
import { type ApiDependencies, createApi, type FitWorker, startFitWorker } from "@anny-fitter/api";
import { AppError } from "@anny-fitter/contracts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sweepFits } from "../src/fits/fit-sweeper.js";
import { LEASE_S } from "../src/fits/session-claim.js";
import { type BodyServices, openBodyServices } from "./body-services.js";
import {
	countOwned,
	type FaultyService,
	failWith,
	faultyVision,
	findSession,
	getSession,
	hang,
	isVaultEmpty,
	type OwnedTable,
	startFit,
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

/** What happens around a fit while the worker is at it. */
for (const name of ENVIRONMENTS) {
	describe.skipIf(!(await isAvailable(name)))(`running fits, ${name}`, () => {
		let bodies: BodyServices;
		let environment: TestEnvironment;
		let dependencies: ApiDependencies;
		let api: TestApi;
		let user: TestUser;
		let vision: FaultyService;
		let worker: FitWorker;

		beforeAll(async () => {
			bodies = await openBodyServices();
			vision = faultyVision(hang);
			environment = await openTestEnvironment(name, {
				services: { ...bodies.services, vision: vision.transport },
				settings: { FIT_CONCURRENCY: "4", VAULT_SECRET: randomBytes(48).toString("base64url") },
			});
			dependencies = environment.dependencies;
			api = await createApi(dependencies);
			worker = await startFitWorker(dependencies);
		});
		beforeEach(async () => {
			vision.current = hang;
			user = await createTestUser(api);
		});
		afterAll(async () => {
			await worker?.stop();
			await api?.close();
			await environment?.close();
			await bodies?.close();
		});

		const send = (method: "DELETE" | "PUT", path: string, payload?: object) =>
			api.inject({ method, url: `/api/v1${path}`, headers: user.headers, ...(payload && { payload }) });
		const row = (sessionId: string) => findSession(dependencies, sessionId);
		const count = (table: OwnedTable) => countOwned(dependencies, user, table);

		/** A fit whose photo is being looked at, and is until the call is given up. */
		const running = async () => {
			const calls = vision.calls;
			const sessionId = await startFit(api, user);
			await until(() => vision.calls > calls);
			return sessionId;
		};

		test("the lease is renewed while vision takes its time", { timeout: 60_000 }, async () => {
			const sessionId = await running();
			const begun = (await row(sessionId))!.lease_expires_at!;
			// Longer than one lease lasts.
			await new Promise((resolve) => setTimeout(resolve, (LEASE_S + 3) * 1000));
			await sweepFits(dependencies, { withSlow: false });
			const now = (await row(sessionId))!;
			expect(now).toMatchObject({ status: "active", attempt: 1, stage: "vision" });
			expect(now.lease_expires_at!.getTime()).toBeGreaterThan(begun.getTime() + 5000);
			await send("DELETE", `/sessions/${sessionId}`);
		});

		test("a cancelled fit never looks active again, whatever its worker still reports", async () => {
			const sessionId = await running();
			await send("DELETE", `/sessions/${sessionId}`);
			for (let i = 0; i < 20; i++) expect((await getSession(api, user, sessionId)).status).toBe("cancelled");
			await until(() => isVaultEmpty(environment));
		});

		test("deleting the subject of a running fit ends the fit without photos and orphans", async () => {
			const sessionId = await running();
			const { subject_id } = (await row(sessionId))!;
			expect((await send("DELETE", `/subjects/${subject_id}`)).statusCode).toBe(204);
			expect(await waitForSession(api, user, sessionId)).toMatchObject({ status: "cancelled", subject_id: null });
			await until(() => isVaultEmpty(environment));
			expect([await count("fitted_models"), await count("subjects")]).toEqual([0, 0]);
		});

		test("deleting the account of a running fit leaves nothing of it", async () => {
			let wasGivenUp = false;
			vision.current = (signal) => {
				signal.addEventListener("abort", () => {
					wasGivenUp = true;
				});
				return hang(signal);
			};
			await running();
			expect((await send("DELETE", "/me", { password: user.password })).statusCode).toBe(204);
			await until(() => wasGivenUp);
			await until(() => isVaultEmpty(environment));
			for (const table of ["sessions", "subjects", "fitted_models", "measurements"] as const) {
				expect(await count(table), table).toBe(0);
			}
		});

		test("withdrawing the consent cancels what waits and what runs, and wipes its photos", async () => {
			const sessionId = await running();
			expect((await send("PUT", "/consents", { photo_processing: false })).statusCode).toBe(200);
			expect((await getSession(api, user, sessionId)).status).toBe("cancelled");
			await until(() => isVaultEmpty(environment));
			expect(await count("fitted_models")).toBe(0);
		});

		test("a vision service that gives a call up by itself is tried again, then done without", async () => {
			vision.current = failWith(new AppError("cancelled", "The server ends."));
			const calls = vision.calls;
			const ended = await waitForSession(api, user, await startFit(api, user));
			expect(ended).toMatchObject({ status: "completed", error: null });
			expect(vision.calls).toBe(calls + 3);
			await until(() => isVaultEmpty(environment));
		});

		test("photos that vanish under a running fit end it as lost", async () => {
			vision.current = failWith(new AppError("service_unavailable", "not now", { retryable: true }));
			const sessionId = await startFit(api, user);
			await dependencies.vault.wipe(sessionId);
			const ended = await waitForSession(api, user, sessionId);
			// The first photo may have been read before.
			if (ended.status === "failed") expect(ended.error?.code).toBe("photos_lost");
			else expect(ended.status).toBe("completed");
			await until(() => isVaultEmpty(environment));
		});
	});
}
