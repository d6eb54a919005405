import { AppError } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { UserRole } from "@anny-fitter/platform/database";
import { jwtVerify, SignJWT } from "jose";

const CLOCK_TOLERANCE_S = 5;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ROLES: readonly string[] = ["user", "researcher", "admin"] satisfies UserRole[];

export interface AccessToken {
	readonly userId: string;
	readonly role: UserRole;
	readonly issuedAt_s: number;
}

/** Signs and reads the JWTs that requests carry: HS256, payload `{user_id, role, iat, exp}`. */
export interface AccessTokens {
	/** @param user whose `tokens_valid_after` the token must not precede */
	issue(user: {
		readonly user_id: string;
		readonly role: UserRole;
		readonly tokens_valid_after: Date;
	}): Promise<string>;
	/** @throws AppError `unauthenticated` */
	verify(token: string): Promise<AccessToken>;
}

export function createAccessTokens(
	config: Pick<ServerConfig, "jwtSecret" | "jwtSecretBefore" | "accessTokenLifetime_s">,
	now: () => Date,
): AccessTokens {
	const { jwtSecret, jwtSecretBefore, accessTokenLifetime_s } = config;
	const read = (token: string, secret: Buffer) =>
		jwtVerify(token, secret, {
			algorithms: ["HS256"],
			typ: "JWT",
			clockTolerance: CLOCK_TOLERANCE_S,
			currentDate: now(),
			requiredClaims: ["exp", "iat", "user_id", "role"],
		});
	return {
		issue: ({ user_id, role, tokens_valid_after }) => {
			// A token has whole seconds. Issued in the second of a revocation it dates from the next one, so that it
			// outlives the revocation while those before it do not.
			const issuedAt_s = Math.max(Math.floor(now().getTime() / 1000), Math.ceil(tokens_valid_after.getTime() / 1000));
			return new SignJWT({ user_id, role })
				.setProtectedHeader({ alg: "HS256", typ: "JWT" })
				.setIssuedAt(issuedAt_s)
				.setExpirationTime(issuedAt_s + accessTokenLifetime_s)
				.sign(jwtSecret);
		},
		verify: async (token) => {
			const reading = read(token, jwtSecret).catch((cause: unknown) => {
				if (jwtSecretBefore === undefined || !hasCode(cause, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED")) throw cause;
				return read(token, jwtSecretBefore);
			});
			const { payload } = await reading.catch((cause: unknown) => {
				throw hasCode(cause, "ERR_JWT_EXPIRED")
					? new AppError("unauthenticated", "The access token has expired.", {
							remedy: "Get a new one with POST /api/v1/auth/refresh, or log in.",
						})
					: invalidToken();
			});
			const { user_id, role, iat } = payload;
			if (typeof user_id !== "string" || !UUID.test(user_id) || !ROLES.includes(role as string)) throw invalidToken();
			// It would outlive a revocation that comes before its date.
			if (iat! * 1000 > now().getTime() + CLOCK_TOLERANCE_S * 1000) throw invalidToken();
			return { userId: user_id, role: role as UserRole, issuedAt_s: iat! };
		},
	};
}

function hasCode(error: unknown, code: string): boolean {
	return (error as { readonly code?: unknown }).code === code;
}

function invalidToken(): AppError {
	return new AppError("unauthenticated", "The access token is not valid.");
}
