import { AppError } from "@anny-fitter/contracts";
import type { Actor } from "@anny-fitter/platform/database";
import type { ApiDependencies } from "../dependencies.js";
import { SESSION_COLUMNS, type ShownSessionRow } from "./session-document.js";

/** @throws AppError `not_found` also for sessions of others */
export async function readSession(
	{ database }: ApiDependencies,
	actor: Actor,
	sessionId: string,
): Promise<ShownSessionRow> {
	const row = await database.asUser(actor, (tx) =>
		tx
			.selectFrom("sessions")
			.select(SESSION_COLUMNS)
			.where("session_id", "=", sessionId)
			.where("user_id", "=", actor.userId)
			.executeTakeFirst(),
	);
	if (row === undefined) throw new AppError("not_found", "There is no such session.");
	return row;
}
