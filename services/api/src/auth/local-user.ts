import { AppError, LOCAL_USER_EMAIL } from "@anny-fitter/contracts";
import type { ServerConfig } from "@anny-fitter/platform/config";
import type { Database, Tx, UserRow } from "@anny-fitter/platform/database";
import type { FastifyRequest } from "fastify";
import { NO_PASSWORD } from "./passwords.js";

const LOOPBACK_ADDRESS = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;
/** What proxies add; behind one everybody seems to be on this machine. */
const PROXY_HEADER = /^(x-forwarded(-.*)?|forwarded|via|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip)$/;

/**
 * Whether a request comes from a person at this machine: over a loopback connection, under a name that no other site can
 * have (against DNS rebinding), and not through a proxy, as far as proxies can be told: nginx adds no header unless it is
 * told to, but speaks HTTP/1.0, which browsers no longer do.
 */
export function isLocalRequest({ headers, raw, socket }: FastifyRequest): boolean {
	return (
		LOOPBACK_ADDRESS.test(socket.remoteAddress ?? "") &&
		isLoopbackHost(headers.host) &&
		raw.httpVersion !== "1.0" &&
		!Object.keys(headers).some((name) => PROXY_HEADER.test(name))
	);
}

/** @param host as the header `host` and addresses have it, with a port or without */
export function isLoopbackHost(host: string | undefined): boolean {
	return LOOPBACK_HOST.test(host ?? "");
}

/** @throws AppError `not_found` without single-user mode, `forbidden` from elsewhere */
export function requireLocalRequest(request: FastifyRequest, { singleUser }: Pick<ServerConfig, "singleUser">): void {
	if (singleUser !== true) {
		throw new AppError("not_found", "This server has no single-user mode.", { remedy: "Register, or log in." });
	}
	if (isLocalRequest(request)) return;
	throw new AppError("forbidden", "Only a browser on the server's own machine is let in without a password.", {
		remedy: "Open http://localhost with the server's port on that machine, or log in.",
	});
}

/**
 * The one user of this machine, an administrator without a password; made at the first use.
 *
 * @throws AppError `conflict` when the name belongs to an account with a password
 */
export async function findOrMakeLocalUser(
	tx: Tx,
	now: Date,
): Promise<{ readonly user: UserRow; readonly isNew: boolean }> {
	const made = await tx
		.insertInto("users")
		.values({ email: LOCAL_USER_EMAIL, password_hash: NO_PASSWORD, role: "admin", created_at: now, last_login: now })
		.onConflict((conflict) => conflict.column("email_hash").doNothing())
		.returningAll()
		.executeTakeFirst();
	if (made !== undefined) return { user: made, isNew: true };
	const known = await tx
		.updateTable("users")
		.set({ last_login: now })
		.where("email", "=", LOCAL_USER_EMAIL)
		.where("password_hash", "=", NO_PASSWORD)
		.returningAll()
		.executeTakeFirst();
	if (known === undefined) {
		throw new AppError("conflict", "The local user's name belongs to an account with a password.", {
			remedy: "Log in to that account.",
		});
	}
	return { user: known, isNew: false };
}

/** Whether an account is the local user's; it has no password to ask for. */
export async function isLocalUser({ database }: { readonly database: Database }, userId: string): Promise<boolean> {
	const found = await database.asSystem((tx) =>
		tx
			.selectFrom("users")
			.select("user_id")
			.where("user_id", "=", userId)
			.where("password_hash", "=", NO_PASSWORD)
			.executeTakeFirst(),
	);
	return found !== undefined;
}
