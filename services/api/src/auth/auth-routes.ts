import {
	AppError,
	loginRequestSchema,
	registerRequestSchema,
	tokenDocumentSchema,
	userDocumentSchema,
} from "@anny-fitter/contracts";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import { type Api, actorOf } from "../http/api-instance.js";
import { createLockout } from "./lockout.js";
import { type PasswordHasher, requireGoodPassword } from "./passwords.js";
import { clearRefreshCookie, REFRESH_COOKIE, requireOwnOrigin } from "./refresh-cookie.js";
import { issueRefreshToken, revokeLogin, rotateRefreshToken } from "./refresh-tokens.js";
import { createTokenSender } from "./send-tokens.js";
import { insertUser, SHOWN_USER_COLUMNS, type ShownUser, toUserDocument } from "./users.js";

/** Registration, log-in, refresh, log-out, me. */
export async function registerAuthRoutes(
	api: Api,
	dependencies: ApiDependencies,
	passwords: PasswordHasher,
): Promise<void> {
	const { config, database, now } = dependencies;
	const sendTokens = createTokenSender(dependencies);
	const lockout = createLockout(dependencies);
	const publicAuth = { access: "public", rateLimit: "auth" } as const;

	api.post(
		"/auth/register",
		{
			config: publicAuth,
			schema: {
				summary: "Register with e-mail address and password",
				tags: ["auth"],
				body: registerRequestSchema,
				response: { 201: userDocumentSchema },
			},
		},
		async (request, reply) => {
			const { email, password } = request.body;
			requireGoodPassword(password, email, "password");
			const passwordHash = await passwords.hash(password);
			const user = await database.asSystem(async (tx) => {
				const inserted = await insertUser(tx, email, passwordHash, now());
				const origin = { ...auditOrigin(request), userId: inserted.user_id };
				await recordAudit(tx, origin, { action: "register", resourceType: "user", resourceId: inserted.user_id });
				return inserted;
			});
			return reply.code(201).header("cache-control", "no-store").send(toUserDocument(user));
		},
	);

	api.post(
		"/auth/login",
		{
			config: publicAuth,
			schema: {
				summary: "Log in",
				description: "The refresh token comes as the cookie `refresh_token` that scripts cannot read.",
				tags: ["auth"],
				body: loginRequestSchema,
				response: { 200: tokenDocumentSchema },
			},
		},
		async (request, reply) => {
			const { email, password } = request.body;
			await lockout.countAttempt(email);
			const found = await database.asSystem((tx) =>
				tx.selectFrom("users").select(["user_id", "password_hash"]).where("email", "=", email).executeTakeFirst(),
			);
			const isRight = await passwords.verify(password, found?.password_hash);
			const origin = { ...auditOrigin(request), userId: found?.user_id ?? null };
			if (found === undefined || !isRight) {
				// The same work for every wrong log-in.
				await database.asSystem((tx) => recordAudit(tx, origin, { action: "login_failed" }));
				throw new AppError("invalid_credentials", "E-mail address and password do not belong together.");
			}
			const { user, refreshToken } = await database.asSystem(async (tx) => {
				const user = await tx
					.updateTable("users")
					.set({ last_login: now() })
					.where("user_id", "=", found.user_id)
					// A password that was changed meanwhile is not the one that was checked.
					.where("password_hash", "=", found.password_hash)
					.returningAll()
					.executeTakeFirst();
				if (user === undefined) {
					throw new AppError("invalid_credentials", "E-mail address and password do not belong together.");
				}
				const lifetime_s = config.refreshTokenLifetime_s;
				const refreshToken = await issueRefreshToken(tx, { userId: user.user_id }, now(), lifetime_s);
				await recordAudit(tx, origin, { action: "login" });
				return { user, refreshToken };
			});
			await lockout.reset(email);
			return sendTokens(reply, user, refreshToken);
		},
	);

	api.post(
		"/auth/refresh",
		{
			config: publicAuth,
			schema: {
				summary: "Exchange the refresh cookie for new tokens",
				description:
					"Each refresh token works once. Presented again within ten seconds it answers 409 (another tab was faster: " +
					"try again with the new cookie); later all tokens of its log-in are revoked, for one of the two was stolen.",
				tags: ["auth"],
				response: { 200: tokenDocumentSchema },
			},
		},
		async (request, reply) => {
			requireOwnOrigin(request, config);
			const token = request.cookies[REFRESH_COOKIE] ?? "";
			const { rotation, user } = await database.asSystem(async (tx) => {
				const rotation = await rotateRefreshToken(tx, token, now(), config.refreshTokenLifetime_s);
				if (rotation.outcome === "reused") {
					const origin = { ...auditOrigin(request), userId: rotation.userId };
					await recordAudit(tx, origin, { action: "refresh_token_reuse" });
				}
				if (rotation.outcome !== "rotated") return { rotation, user: undefined };
				const users = tx.selectFrom("users").selectAll().where("user_id", "=", rotation.userId);
				return { rotation, user: await users.executeTakeFirst() };
			});
			if (rotation.outcome === "rotated" && user !== undefined) return sendTokens(reply, user, rotation.token);
			if (rotation.outcome === "concurrent") {
				throw new AppError("conflict", "Another request has just exchanged this refresh token.", {
					remedy: "Try again; the browser has the new cookie by now.",
					details: { retry_after_s: 1 },
					retryable: true,
				});
			}
			clearRefreshCookie(reply, config);
			throw new AppError("unauthenticated", "There is no valid refresh token.", { remedy: "Log in again." });
		},
	);

	api.post(
		"/auth/logout",
		{
			config: publicAuth,
			schema: {
				summary: "End this log-in",
				description: "Revokes the refresh tokens of this log-in. Without one it does nothing, and says so to nobody.",
				tags: ["auth"],
				response: { 204: z.undefined().describe("Logged out") },
			},
		},
		async (request, reply) => {
			requireOwnOrigin(request, config);
			const token = request.cookies[REFRESH_COOKIE];
			if (token !== undefined) {
				await database.asSystem(async (tx) => {
					const userId = await revokeLogin(tx, token, now());
					if (userId !== null) await recordAudit(tx, { ...auditOrigin(request), userId }, { action: "logout" });
				});
			}
			clearRefreshCookie(reply, config);
			return reply.code(204).header("cache-control", "no-store").send();
		},
	);

	api.get(
		"/auth/me",
		{ schema: { summary: "Who is logged in", tags: ["auth"], response: { 200: userDocumentSchema } } },
		async (request, reply) => {
			reply.header("cache-control", "no-store");
			return toUserDocument(await readOwnUser(dependencies, request));
		},
	);
}

async function readOwnUser({ database }: ApiDependencies, request: FastifyRequest): Promise<ShownUser> {
	const actor = actorOf(request);
	const user = await database.asUser(actor, (tx) =>
		tx.selectFrom("users").select(SHOWN_USER_COLUMNS).where("user_id", "=", actor.userId).executeTakeFirst(),
	);
	if (user === undefined) throw new AppError("unauthenticated", "The account was deleted.");
	return user;
}
