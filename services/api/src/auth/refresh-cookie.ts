import { AppError } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { FastifyReply, FastifyRequest } from "fastify";

export const REFRESH_COOKIE = "refresh_token";

type CookieConfig = Pick<ServerConfig, "mode" | "publicUrl" | "refreshTokenLifetime_s">;

function attributes(config: CookieConfig) {
	return {
		path: "/api/v1/auth",
		httpOnly: true,
		sameSite: "strict",
		secure: config.mode === "production" || config.publicUrl.startsWith("https:"),
	} as const;
}

export function setRefreshCookie(reply: FastifyReply, token: string, config: CookieConfig): void {
	reply.setCookie(REFRESH_COOKIE, token, { ...attributes(config), maxAge: config.refreshTokenLifetime_s });
}

export function clearRefreshCookie(reply: FastifyReply, config: CookieConfig): void {
	reply.clearCookie(REFRESH_COOKIE, attributes(config));
}

/**
 * Routes that live on the cookie answer only pages of this server and of the configured origins; SameSite=Strict says
 * the same to browsers, this says it to those that do not listen. Programs send no Origin.
 *
 * @throws AppError `forbidden`
 */
export function requireOwnOrigin(
	request: FastifyRequest,
	config: Pick<ServerConfig, "publicUrl" | "corsOrigins">,
): void {
	const { origin } = request.headers;
	if (origin === undefined) return;
	const isOwn = origin === new URL(config.publicUrl).origin || hostOf(origin) === request.host;
	if (isOwn || config.corsOrigins.includes(origin)) return;
	throw new AppError("forbidden", "Pages of this origin may not use the refresh cookie.", {
		remedy: "Add the origin to CORS_ORIGINS.",
	});
}

function hostOf(origin: string): string | null {
	return URL.canParse(origin) ? new URL(origin).host : null;
}
