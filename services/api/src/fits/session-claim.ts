import type { Database, SessionRow, Tx } from "@anny-fitter/platform/database";
import { sql } from "kysely";
import { SESSION_COLUMNS, type ShownSessionRow } from "./session-document.js";

/** A worker that does not renew its claim within this time is taken for dead. */
export const LEASE_S = 15;
export const LEASE_RENEWAL_MS = 5_000;
/** How often a fit is begun: not for ever when it ends its workers, but so often that bad luck alone hardly loses one. */
export const MAX_ATTEMPTS = 5;

/** A session that this worker works on, until another takes it. The attempt tells the two apart. */
export interface Claim {
	readonly sessionId: string;
	readonly userId: string;
	readonly attempt: number;
}

/** The session is another's by now, or has ended: whatever this worker has found is not wanted any more. */
export class ClaimLostError extends Error {
	override readonly name = "ClaimLostError";
}

// The database's clock, so that the clocks of several machines need not agree.
const leaseEnd = sql<Date>`now() + make_interval(secs => ${sql.lit(LEASE_S)})`;
const rightNow = sql<Date>`now()`;

/** Takes a session that waits, or whose worker is gone. @returns null when there is nothing to take */
export async function claimSession(database: Database, sessionId: string): Promise<SessionRow | null> {
	return database.asSystem(async (tx) => {
		const row = await tx
			.updateTable("sessions")
			.set((e) => ({
				status: "active" as const,
				attempt: e("attempt", "+", 1),
				lease_expires_at: leaseEnd,
				stage: null,
				progress: 0,
				updated_at: rightNow,
			}))
			.where("session_id", "=", sessionId)
			.where((e) =>
				e.or([e("status", "=", "queued"), e.and([e("status", "=", "active"), e("lease_expires_at", "<", rightNow)])]),
			)
			.where("attempt", "<", MAX_ATTEMPTS)
			.returningAll()
			.executeTakeFirst();
		return row ?? null;
	});
}

/** @returns false when the claim is lost */
export async function renewLease(database: Database, claim: Claim): Promise<boolean> {
	return database.asSystem(async (tx) => {
		const row = await ofClaim(tx, claim, { lease_expires_at: leaseEnd });
		return row !== null;
	});
}

/** @throws ClaimLostError */
export async function recordStage(
	database: Database,
	claim: Claim,
	stage: string,
	progress: number,
): Promise<ShownSessionRow> {
	return database.asSystem(async (tx) => {
		const row = await ofClaim(tx, claim, { stage, progress, lease_expires_at: leaseEnd, updated_at: rightNow });
		if (row === null) throw new ClaimLostError();
		return row;
	});
}

/** Ends the claimed session with an error. @returns null when the claim is lost */
export async function failSession(
	database: Database,
	claim: Claim,
	error: { readonly code: string; readonly message: string; readonly remedy: string },
): Promise<ShownSessionRow | null> {
	return database.asSystem((tx) =>
		ofClaim(tx, claim, {
			status: "failed",
			error_code: error.code,
			error_detail: error.message,
			error_remedy: error.remedy,
			request: "{}",
			lease_expires_at: null,
			updated_at: rightNow,
		}),
	);
}

/** Marks the claimed session as done, in the transaction that stores its model. @throws ClaimLostError */
export async function completeSession(tx: Tx, claim: Claim, modelId: string): Promise<ShownSessionRow> {
	const row = await ofClaim(tx, claim, {
		status: "completed",
		stage: "done",
		progress: 1,
		model_id: modelId,
		request: "{}",
		lease_expires_at: null,
		updated_at: rightNow,
	});
	if (row === null) throw new ClaimLostError();
	return row;
}

/** Gives the session back, so that another worker takes it; the attempt does not count. */
export async function requeueSession(tx: Tx, claim: Claim): Promise<ShownSessionRow | null> {
	return ofClaim(tx, claim, {
		status: "queued",
		attempt: claim.attempt - 1,
		stage: null,
		progress: 0,
		lease_expires_at: null,
		updated_at: rightNow,
	});
}

async function ofClaim(tx: Tx, claim: Claim, change: object): Promise<ShownSessionRow | null> {
	const row = await tx
		.updateTable("sessions")
		.set(change)
		.where("session_id", "=", claim.sessionId)
		.where("attempt", "=", claim.attempt)
		.where("status", "=", "active")
		.returning(SESSION_COLUMNS)
		.executeTakeFirst();
	return row ?? null;
}
