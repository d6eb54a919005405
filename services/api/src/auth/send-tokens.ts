import type { TokenDocument } from "@anny-fitter/contracts";
import type { UserRow } from "@anny-fitter/platform/database";
import type { FastifyReply } from "fastify";
import type { ApiDependencies } from "../dependencies.js";
import { createAccessTokens } from "./access-tokens.js";
import { setRefreshCookie } from "./refresh-cookie.js";
import { forgetTokenValidity } from "./token-validity.js";
import { type ShownUser, toUserDocument } from "./users.js";

export type TokenUser = ShownUser & Pick<UserRow, "tokens_valid_after">;

/** Answers a log-in: the access token in the document, the refresh token as cookie. */
export type SendTokens = (reply: FastifyReply, user: TokenUser, refreshToken: string) => Promise<TokenDocument>;

export function createTokenSender(dependencies: ApiDependencies): SendTokens {
	const { config, now } = dependencies;
	const accessTokens = createAccessTokens(config, now);
	return async (reply, user, refreshToken) => {
		setRefreshCookie(reply, refreshToken, config);
		reply.header("cache-control", "no-store");
		// The role may have been granted by a program beside the server; the new token names it.
		await forgetTokenValidity(dependencies, user.user_id);
		return {
			access_token: await accessTokens.issue(user),
			token_type: "Bearer",
			expires_in: config.accessTokenLifetime_s,
			user: toUserDocument(user),
		};
	};
}
