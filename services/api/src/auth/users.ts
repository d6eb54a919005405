import { AppError, LOCAL_USER_EMAIL, type UserDocument } from "@anny-fitter/contracts";
import type { Tx, UserRow } from "@anny-fitter/platform/database";

const UNIQUE_VIOLATION = "23505";

/** All that anybody sees of a user. */
export const SHOWN_USER_COLUMNS = ["user_id", "email", "role", "created_at", "last_login"] as const;
export type ShownUser = Pick<UserRow, (typeof SHOWN_USER_COLUMNS)[number]>;

export function toUserDocument(user: ShownUser): UserDocument {
	return {
		user_id: user.user_id,
		email: user.email,
		role: user.role,
		is_local: user.email === LOCAL_USER_EMAIL,
		created_at: user.created_at.toISOString(),
		last_login: user.last_login?.toISOString() ?? null,
	};
}

/** @throws AppError `email_taken` */
export async function insertUser(tx: Tx, email: string, passwordHash: string, now: Date): Promise<UserRow> {
	if (email === LOCAL_USER_EMAIL) throw emailTaken();
	// While keys change, an address may be kept unique under another one.
	const known = await tx.selectFrom("users").select("user_id").where("email", "=", email).executeTakeFirst();
	if (known !== undefined) throw emailTaken();
	try {
		return await tx
			.insertInto("users")
			.values({ email, password_hash: passwordHash, created_at: now })
			.returningAll()
			.executeTakeFirstOrThrow();
	} catch (error) {
		if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
		throw emailTaken();
	}
}

function emailTaken(): AppError {
	return new AppError("email_taken", "This e-mail address is registered already.");
}
