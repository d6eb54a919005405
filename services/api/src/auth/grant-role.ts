import { AppError } from "@anny-fitter/contracts";
import type { Database, UserRole } from "@anny-fitter/platform/database";
import { recordAudit } from "../audit/record-audit.js";
import { revokeAllTokens } from "./token-validity.js";

/**
 * Gives a user a role from outside the API; the way to the first administrator. The user's log-ins end, at the latest
 * after the minute that processes may remember them.
 *
 * @returns the user's id
 * @throws AppError `not_found` when nobody is registered with the address
 */
export async function grantRole(database: Database, email: string, role: UserRole): Promise<string> {
	return database.asSystem(async (tx) => {
		const user = await tx
			.updateTable("users")
			.set({ role })
			.where("email", "=", email.trim().toLowerCase())
			.returning("user_id")
			.executeTakeFirst();
		if (user === undefined) {
			throw new AppError("not_found", "Nobody is registered with this e-mail address.", {
				remedy: "Register the account first, then grant the role.",
			});
		}
		await revokeAllTokens(tx, user.user_id, new Date());
		await recordAudit(
			tx,
			{ userId: null, ipAddress: null, userAgent: null },
			{ action: `role_grant_${role}`, resourceType: "user", resourceId: user.user_id },
		);
		return user.user_id;
	});
}
