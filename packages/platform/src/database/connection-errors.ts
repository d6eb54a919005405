import { AppError } from "@anny-fitter/contracts";
import { isTransient } from "./transient-errors.js";

/** Setting that gave an address; errors name it and never show the address, which may hold a password. */
export type DatabaseVariable = "DATABASE_URL" | "DATABASE_OWNER_URL" | "DATABASE_REPLICA_URL";

const FORM = "postgres://USER:PASSWORD@HOST:5432/DATABASE";

interface Explanation {
	readonly code: "invalid_configuration" | "database_unavailable";
	readonly message: string;
	readonly remedy: string;
}

/** Does what needs a connection; its failures say which setting is to blame and what to do. */
export async function explained<T>(variable: DatabaseVariable, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		if (cause instanceof AppError) throw cause;
		const explanation = explain(cause, variable);
		if (explanation === null) throw cause;
		const { code, message, remedy } = explanation;
		throw new AppError(code, message, {
			remedy,
			retryable: code === "database_unavailable",
			details: { variable },
			cause,
		});
	}
}

function explain(error: unknown, variable: DatabaseVariable): Explanation | null {
	const wrong = (message: string, remedy: string): Explanation => ({ code: "invalid_configuration", message, remedy });
	const away = (message: string, remedy: string): Explanation => ({ code: "database_unavailable", message, remedy });
	const code = codeOf(error);
	const text = error instanceof Error ? error.message : "";
	switch (code) {
		case "3D000":
			return wrong(
				`PostgreSQL has no database of the name in ${variable}.`,
				`Make it with \`createdb\`, or correct ${variable}: ${FORM}.`,
			);
		case "28P01":
		case "28000":
			return refused();
		case "42501":
			return wrong(
				`The user in ${variable} may not make the tables of the server.`,
				"Make that user the owner of the database, or set DATABASE_OWNER_URL to the login that owns it.",
			);
		case "53300":
			return away(
				"PostgreSQL has no free connection.",
				"Lower DATABASE_POOL_SIZE or WORKERS, or raise max_connections of PostgreSQL.",
			);
		case "57P03":
			return away("PostgreSQL is starting or stopping.", "Try again in a moment.");
		case "ENOTFOUND":
			return wrong(`The host in ${variable} is not known.`, `Correct the host in ${variable}: ${FORM}.`);
		case "EAI_AGAIN":
			return away(
				`The host in ${variable} cannot be looked up now.`,
				`Check this machine's network, or the host in ${variable}.`,
			);
		case "ECONNREFUSED":
		case "ENOENT":
			if (!isTransient(error)) return null;
			return away(
				`No PostgreSQL listens at the address in ${variable}.`,
				`Start PostgreSQL, or correct host and port in ${variable}.`,
			);
		case "ETIMEDOUT":
		case "EHOSTUNREACH":
		case "ENETUNREACH":
		case "EPERM":
		case "EACCES":
			return unreachable();
	}
	// The driver and TLS give these no code of PostgreSQL.
	if (/password must be a string|no pg_hba/i.test(text)) return refused();
	if (/timeout|timed out/i.test(text)) return unreachable();
	if (/does not support SSL/i.test(text)) {
		return wrong(`${variable} asks for TLS, which PostgreSQL does not offer.`, `Remove sslmode from ${variable}.`);
	}
	if (/^ERR_TLS|CERT|SIGNATURE/.test(code)) {
		return wrong(
			"The certificate of PostgreSQL is not one that this machine trusts.",
			`Name its authority with ?sslrootcert=FILE in ${variable}, or with NODE_EXTRA_CA_CERTS.`,
		);
	}
	return isTransient(error)
		? away(`PostgreSQL at the address in ${variable} does not answer.`, `Start it, or correct ${variable}.`)
		: null;

	function refused(): Explanation {
		return wrong(
			`PostgreSQL refused the user or password in ${variable}.`,
			`Correct them: ${FORM}; add ?sslmode=require where PostgreSQL demands TLS.`,
		);
	}

	function unreachable(): Explanation {
		return away(
			`PostgreSQL at the address in ${variable} cannot be reached.`,
			`Start it, open the firewall, or correct host and port in ${variable}.`,
		);
	}
}

function codeOf(error: unknown): string {
	// A host with several addresses fails once for each.
	if (error instanceof AggregateError) return codeOf(error.errors[0]);
	return error instanceof Error && "code" in error ? String(error.code) : "";
}
