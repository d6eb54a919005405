/**
 * SQLSTATEs after which the same transaction may succeed: serialisation failure, deadlock, lock not available, statement
 * cancelled, ended by an administrator or a crash, starting up, too many connections, idle too long, log-in refused (a
 * password that was just changed: connections of before go on).
 */
const TRANSIENT_CODES = new Set([
	"40001",
	"40P01",
	"55P03",
	"57014",
	"57P01",
	"57P02",
	"57P03",
	"53300",
	"25P03",
	"25P04",
	"28P01",
	"ECONNREFUSED",
	"ECONNRESET",
	"EPIPE",
	"ETIMEDOUT",
	"ENOTFOUND",
	"EAI_AGAIN",
	"EHOSTUNREACH",
	"ENOENT",
]);

/** The driver gives these no code. */
const LOST_CONNECTION =
	/connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable|client was closed|timeout expired/i;

/** After these the server has certainly rolled back, also when they answer a COMMIT. */
const ROLLED_BACK_CODES = new Set(["40001", "40P01", "55P03", "57014"]);

/** Whether trying the whole transaction again makes sense. */
export function isTransient(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	if (error instanceof AggregateError) return error.errors.some(isTransient);
	const code = "code" in error ? String(error.code) : "";
	// ENOENT is the socket of a stopped server only when connecting failed with it.
	if (code === "ENOENT") return "syscall" in error && error.syscall === "connect";
	return TRANSIENT_CODES.has(code) || code.startsWith("08") || LOST_CONNECTION.test(error.message);
}

/** Whether the connection is gone, so that the outcome of a COMMIT that failed so is unknown. */
export function isConnectionLost(error: unknown): boolean {
	if (!isTransient(error)) return false;
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	return !ROLLED_BACK_CODES.has(code);
}
