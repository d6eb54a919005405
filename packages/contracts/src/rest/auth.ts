import { z } from "zod";

export const USER_ROLES = ["user", "researcher", "admin"] as const;

/** bcrypt reads no further; a longer password would be cut without a word. */
export const PASSWORD_MAX_BYTES = 72;
export const PASSWORD_MIN_CHARACTERS = 10;

/** Stands for the address of the one user of single-user mode; no mail can ever reach it. */
export const LOCAL_USER_EMAIL = "local-user@localhost.invalid";

/** An e-mail address: trimmed and in lower case. */
export const emailSchema = z
	.string()
	.trim()
	.toLowerCase()
	.max(254)
	.pipe(z.email("must be an e-mail address"))
	.meta({ format: "email", example: "person@example.org" });

/** A password as it is chosen; the server also refuses common ones. */
export const newPasswordSchema = z
	.string()
	.min(PASSWORD_MIN_CHARACTERS, `must have at least ${PASSWORD_MIN_CHARACTERS} characters`)
	.max(PASSWORD_MAX_BYTES, `must have at most ${PASSWORD_MAX_BYTES} bytes`)
	.meta({ format: "password", example: "a sentence is easy to remember" });

/** A password as it is presented: any text, so that a wrong one is a wrong password and not a wrong request. */
export const presentedPasswordSchema = z.string().min(1).max(1000).meta({ format: "password" });

export const registerRequestSchema = z
	.strictObject({ email: emailSchema, password: newPasswordSchema })
	.meta({ id: "RegisterRequest" });

export const loginRequestSchema = z
	.strictObject({ email: emailSchema, password: presentedPasswordSchema })
	.meta({ id: "LoginRequest" });

export const passwordChangeSchema = z
	.strictObject({ current_password: presentedPasswordSchema, new_password: newPasswordSchema })
	.meta({ id: "PasswordChange" });

export const userDocumentSchema = z
	.object({
		user_id: z.uuid(),
		email: z.string(),
		role: z.enum(USER_ROLES),
		/** The one user of single-user mode, who has no password. */
		is_local: z.boolean(),
		created_at: z.iso.datetime(),
		last_login: z.iso.datetime().nullable(),
	})
	.meta({ id: "User" });

/** The refresh token comes as a cookie that scripts cannot read. */
export const tokenDocumentSchema = z
	.object({
		/** Goes into `Authorization: Bearer …`; keep it in memory only. */
		access_token: z.string(),
		token_type: z.literal("Bearer"),
		/** Seconds. */
		expires_in: z.int().positive(),
		user: userDocumentSchema,
	})
	.meta({ id: "Tokens" });

export type UserDocument = z.infer<typeof userDocumentSchema>;
export type TokenDocument = z.infer<typeof tokenDocumentSchema>;
