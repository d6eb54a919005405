import {
	AppError,
	accountDeletionSchema,
	CONSENT_PURPOSES,
	CONSENT_VERSION,
	consentHistorySchema,
	consentsChangeSchema,
	consentsDocumentSchema,
	passwordChangeSchema,
} from "@anny-fitter/contracts";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import { isLocalUser } from "../auth/local-user.js";
import { createLockout } from "../auth/lockout.js";
import { type PasswordHasher, requireGoodPassword } from "../auth/passwords.js";
import { clearRefreshCookie } from "../auth/refresh-cookie.js";
import { forgetTokenValidity, revokeAllTokens } from "../auth/token-validity.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { fileResponse } from "../http/file-response.js";
import { createSubjectCache } from "../subjects/subject-documents.js";
import { cancelOpenFits, finishCancelledFits } from "./cancel-open-fits.js";
import { lockConsents, readConsents } from "./consents.js";
import { deleteAccount } from "./delete-account.js";
import { exportAccount } from "./export-account.js";

const tags = ["account"];

/** Consents, password, export and deletion of one's own data. */
export async function registerAccountRoutes(
	api: Api,
	dependencies: ApiDependencies,
	passwords: PasswordHasher,
): Promise<void> {
	const { config, database, now } = dependencies;
	const lockout = createLockout(dependencies);
	const subjects = createSubjectCache(dependencies);

	/** @throws AppError `invalid_argument` without one, `forbidden` when it is wrong, `too_many_attempts` */
	async function requirePassword(
		userId: string,
		password: string | undefined,
	): Promise<{ email: string; passwordHash: string }> {
		const user = await database.asSystem((tx) =>
			tx.selectFrom("users").select(["email", "password_hash"]).where("user_id", "=", userId).executeTakeFirst(),
		);
		if (user === undefined) throw new AppError("unauthenticated", "The account was deleted.");
		if (password === undefined) {
			throw new AppError("invalid_argument", "The password is missing.", {
				remedy: "Send the account's password as `password`.",
				details: { field: "password" },
			});
		}
		await lockout.countAttempt(user.email);
		if (!(await passwords.verify(password, user.password_hash))) {
			// Not 401: the caller is logged in, and a client would try to refresh its tokens.
			throw new AppError("forbidden", "The password is wrong.", { remedy: "Check the password and try again." });
		}
		await lockout.reset(user.email);
		return { email: user.email, passwordHash: user.password_hash };
	}

	api.get(
		"/consents",
		{ schema: { summary: "What was agreed to", tags, response: { 200: consentsDocumentSchema } } },
		async (request) => {
			const actor = actorOf(request);
			return database.readAsUser(actor, (tx) => readConsents(tx, actor.userId));
		},
	);

	api.put(
		"/consents",
		{
			schema: {
				summary: "Agree, or withdraw",
				description: "What is left out stays. Withdrawing photo_processing cancels fits and wipes their photos.",
				tags,
				body: consentsChangeSchema,
				response: { 200: consentsDocumentSchema },
			},
		},
		async (request) => {
			const actor = actorOf(request);
			const { version = CONSENT_VERSION, ...change } = request.body;
			const { consents, cancelled } = await database.asUser(actor, async (tx) => {
				await lockConsents(tx, actor.userId, "exclusive");
				for (const purpose of CONSENT_PURPOSES) {
					const granted = change[purpose];
					if (granted === undefined) continue;
					await tx
						.insertInto("consents")
						.values({ user_id: actor.userId, purpose, granted, version, created_at: now() })
						.execute();
					await recordAudit(tx, auditOrigin(request), {
						action: `consent_${granted ? "grant" : "withdraw"}_${purpose}`,
						resourceType: "consent",
					});
				}
				const cancelled = change.photo_processing === false ? await cancelOpenFits(tx, actor.userId, now()) : [];
				return { consents: await readConsents(tx, actor.userId), cancelled };
			});
			await finishCancelledFits(dependencies, cancelled);
			return consents;
		},
	);

	api.get(
		"/consents/history",
		{ schema: { summary: "All decisions, newest first", tags, response: { 200: consentHistorySchema } } },
		async (request) => {
			const rows = await database.readAsUser(actorOf(request), (tx) =>
				tx
					.selectFrom("consents")
					.select(["purpose", "granted", "version", "created_at"])
					.orderBy("created_at", "desc")
					.limit(1000)
					.execute(),
			);
			return { decisions: rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() })) };
		},
	);

	api.put(
		"/me/password",
		{
			config: { rateLimit: "auth" },
			schema: {
				summary: "Change the password",
				description: "Ends all log-ins, this one included.",
				tags,
				body: passwordChangeSchema,
				response: { 204: z.undefined().describe("Changed; log in again") },
			},
		},
		async (request, reply) => {
			const { userId } = actorOf(request);
			const { current_password, new_password } = request.body;
			const { email, passwordHash } = await requirePassword(userId, current_password);
			requireGoodPassword(new_password, email, "new_password");
			const newHash = await passwords.hash(new_password);
			await database.asSystem(async (tx) => {
				const changed = await tx
					.updateTable("users")
					.set({ password_hash: newHash })
					.where("user_id", "=", userId)
					.where("password_hash", "=", passwordHash)
					.returning("user_id")
					.executeTakeFirst();
				if (changed === undefined) throw new AppError("conflict", "The password was changed at the same moment.");
				await revokeAllTokens(tx, userId, now());
				await recordAudit(tx, auditOrigin(request), {
					action: "password_change",
					resourceType: "user",
					resourceId: userId,
				});
			});
			await forgetTokenValidity(dependencies, userId);
			clearRefreshCookie(reply, config);
			return reply.code(204).header("cache-control", "no-store").send();
		},
	);

	api.get(
		"/me/export",
		{
			config: { rateLimit: "hourly" },
			schema: {
				summary: "All my data as a zip file",
				tags,
				produces: ["application/zip"],
				response: {
					200: fileResponse(
						"account.json, consents.json, subjects.json, sessions.json, audit.json, measurements.csv and one " +
							"models/{model_id}.json per model",
						["application/zip"],
					),
				},
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			await database.asUser(actor, (tx) =>
				recordAudit(tx, auditOrigin(request), {
					action: "account_export",
					resourceType: "user",
					resourceId: actor.userId,
				}),
			);
			return reply
				.header("cache-control", "no-store")
				.header("content-disposition", 'attachment; filename="anny-fitter-data.zip"')
				.type("application/zip")
				.send(exportAccount(dependencies, actor, request.log));
		},
	);

	api.delete(
		"/me",
		{
			config: { rateLimit: "auth" },
			schema: {
				summary: "Delete my account and all my data",
				description:
					"Subjects, models, photos that wait, exports and tokens; nothing can be brought back. The local user of " +
					"single-user mode has no password to send.",
				tags,
				body: accountDeletionSchema,
				response: { 204: z.undefined().describe("Deleted") },
			},
		},
		async (request, reply) => {
			const actor = actorOf(request);
			if (!(await isLocalUser(dependencies, actor.userId))) await requirePassword(actor.userId, request.body.password);
			await deleteAccount(dependencies, actor, auditOrigin(request));
			await forgetTokenValidity(dependencies, actor.userId);
			await subjects.forget(actor.userId);
			clearRefreshCookie(reply, config);
			return reply.code(204).header("cache-control", "no-store").send();
		},
	);
}
