import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sweepRetention } from "../src/retention/sweep-retention.js";
import { insertModel, type OpenedTestApi, openTestApi } from "./test-api.js";
import { createTestUser, isAvailable, type TestUser } from "./test-environment.js";

const DAY_MS = 86_400_000;

describe.skipIf(!(await isAvailable("production")))("retention", () => {
	let opened: OpenedTestApi;
	let ada: TestUser;
	let clock_ms = Date.now();

	beforeAll(async () => {
		opened = await openTestApi("production", {
			settings: { SESSION_RETENTION_DAYS: "90", REFRESH_TOKEN_LIFETIME_DAYS: "30" },
			replace: () => ({ now: () => new Date(clock_ms) }),
		});
		ada = await createTestUser(opened.api);
	});
	afterAll(() => opened?.close());

	const left = () =>
		opened.dependencies.database.asSystem(async (tx) => ({
			tokens: (await tx.selectFrom("refresh_tokens").select("token_id").execute()).length,
			sessions: (await tx.selectFrom("sessions").select("status").orderBy("status").execute()).map((row) => row.status),
			models: (await tx.selectFrom("fitted_models").select("session_id").execute()).length,
		}));

	it("removes tokens and notes of fits when their time is over, and nothing else", async () => {
		const { database } = opened.dependencies;
		const { subject_id } = await database.asSystem((tx) =>
			tx.insertInto("subjects").values({ user_id: ada.userId }).returning("subject_id").executeTakeFirstOrThrow(),
		);
		await insertModel(opened, ada, subject_id);
		await database.asSystem((tx) =>
			tx
				.insertInto("sessions")
				.values(
					(["completed", "failed", "queued"] as const).map((status) => ({
						...{ user_id: ada.userId, subject_id, status, request: "{}", expires_at: new Date(clock_ms) },
					})),
				)
				.execute(),
		);
		const all = ["completed", "failed", "queued"];
		for (const [days, expected] of [
			[0, { tokens: 1, sessions: all, models: 1 }],
			[30.5, { tokens: 1, sessions: all, models: 1 }],
			[31.5, { tokens: 0, sessions: all, models: 1 }],
			[91, { tokens: 0, sessions: ["queued"], models: 1 }],
		] as const) {
			const start_ms = clock_ms;
			clock_ms += days * DAY_MS;
			await sweepRetention(opened.dependencies);
			expect(await left(), `after ${days} days`).toEqual(expected);
			clock_ms = start_ms;
		}
	});
});
