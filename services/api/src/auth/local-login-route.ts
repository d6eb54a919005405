import { tokenDocumentSchema } from "@anny-fitter/contracts";
import { auditOrigin, recordAudit } from "../audit/record-audit.js";
import type { ApiDependencies } from "../dependencies.js";
import type { Api } from "../http/api-instance.js";
import { findOrMakeLocalUser, isLoopbackHost, requireLocalRequest } from "./local-user.js";
import { requireOwnOrigin } from "./refresh-cookie.js";
import { issueRefreshToken } from "./refresh-tokens.js";
import { createTokenSender } from "./send-tokens.js";

/** The log-in of single-user mode. */
export async function registerLocalLoginRoute(api: Api, dependencies: ApiDependencies): Promise<void> {
	const { config, database, now } = dependencies;
	const sendTokens = createTokenSender(dependencies);
	// Other sites may use the API where CORS_ORIGINS names them, but with a log-in of their users' own.
	const { publicUrl } = config;
	const corsOrigins = config.corsOrigins.filter((origin) => isLoopbackHost(new URL(origin).host));
	api.post(
		"/auth/local",
		{
			config: { access: "public", rateLimit: "auth" },
			schema: {
				summary: "Log in as the one user of this machine",
				description:
					"In single-user mode only, for browsers and programs on the server's own machine. Makes the user at the " +
					"first time. /api/v1/app says whether it is on.",
				tags: ["auth"],
				response: { 200: tokenDocumentSchema },
			},
		},
		async (request, reply) => {
			requireLocalRequest(request, config);
			requireOwnOrigin(request, { publicUrl, corsOrigins });
			const { user, refreshToken } = await database.asSystem(async (tx) => {
				const { user, isNew } = await findOrMakeLocalUser(tx, now());
				const refreshToken = await issueRefreshToken(
					tx,
					{ userId: user.user_id },
					now(),
					config.refreshTokenLifetime_s,
				);
				const origin = { ...auditOrigin(request), userId: user.user_id };
				if (isNew) {
					await recordAudit(tx, origin, { action: "register", resourceType: "user", resourceId: user.user_id });
				}
				await recordAudit(tx, origin, { action: "login" });
				return { user, refreshToken };
			});
			return sendTokens(reply, user, refreshToken);
		},
	);
}
