import type { ConsoleIo } from "./console-io.js";
import { type ServeOptions, settings } from "./serve-command.js";

/** Exit code when the audit log was tampered with. */
const EXIT_BROKEN = 70;

/**
 * `anny-fitter users grant EMAIL ROLE`: gives a registered user a role, as the first administrator has to get it.
 *
 * @throws {AppError} `not_found`, `invalid_argument`
 */
export async function runGrantRole(email: string, role: string, options: ServeOptions, io: ConsoleIo): Promise<number> {
	const { grantRole } = await import("@anny-fitter/api");
	const { AppError, USER_ROLES } = await import("@anny-fitter/contracts");
	const wanted = USER_ROLES.find((name) => name === role);
	if (wanted === undefined) {
		throw new AppError("invalid_argument", `There is no role "${role}".`, { remedy: `Use ${USER_ROLES.join(", ")}.` });
	}
	return withDatabase(options, io, async (database) => {
		await grantRole(database, email, wanted);
		report(options, io, { role }, `The user now has the role ${role}, from the next log-in on.`);
		return 0;
	});
}

/**
 * `anny-fitter audit verify`: recomputes the hash chain of the audit log.
 *
 * @returns exit code 0, or 70 when a row was changed or removed
 */
export async function runVerifyAudit(options: ServeOptions, io: ConsoleIo): Promise<number> {
	const { verifyAuditLog } = await import("@anny-fitter/platform/database");
	return withDatabase(options, io, async (database) => {
		const { ok, rows, firstBrokenLogId } = await verifyAuditLog(database);
		const text = ok
			? `The audit log is unchanged: ${rows} rows.`
			: `The audit log was changed: ${firstBrokenLogId === undefined ? "rows are missing at its end" : `first at row ${firstBrokenLogId}`}.`;
		report(options, io, { ok, rows, first_broken_log_id: firstBrokenLogId ?? null }, text);
		return ok ? 0 : EXIT_BROKEN;
	});
}

/**
 * `anny-fitter database reencrypt`: brings names, dates of birth and addresses under the first of FIELD_KEYS, while the
 * server runs. Stopped in between, it goes on the next time.
 *
 * @throws {AppError} `invalid_configuration` when a value is under a key that is not there
 */
export async function runReencrypt(options: ServeOptions, io: ConsoleIo): Promise<number> {
	const { reencryptFields } = await import("@anny-fitter/platform/database");
	return withDatabase(options, io, async (database) => {
		const rows = await reencryptFields(database);
		const sum = Object.values(rows).reduce((total, count) => total + count, 0);
		const state =
			database.fieldKeyId === null ? "readable, for there is no key" : `under the key ${database.fieldKeyId}`;
		report(options, io, { key: database.fieldKeyId, rows }, `${sum} rows changed; all are ${state}.`);
		return 0;
	});
}

/** Options of `anny-fitter database migrate`. */
export interface MigrateOptions extends ServeOptions {
	readonly to: string;
}

/**
 * `anny-fitter database migrate`: brings the tables to this release, or back to an earlier migration.
 *
 * @throws {AppError} `invalid_configuration` when there is no such migration, or a later release made one that must go first
 */
export async function runMigrate(options: MigrateOptions, io: ConsoleIo): Promise<number> {
	const { loadConfig } = await import("@anny-fitter/platform/config");
	const { migrateServerDatabase } = await import("@anny-fitter/server");
	const names = await migrateServerDatabase(loadConfig(settings(options, io.env)), options.to);
	const text = names.length === 0 ? "Nothing to do." : `${names.length} migrations ran: ${names.join(", ")}.`;
	report(options, io, { migrations: names }, text);
	return 0;
}

async function withDatabase<T>(
	options: ServeOptions,
	io: ConsoleIo,
	work: (database: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<T> {
	const database = await open(options, io);
	try {
		return await work(database);
	} finally {
		await database.close();
	}
}

async function open(options: ServeOptions, io: ConsoleIo) {
	const { loadConfig } = await import("@anny-fitter/platform/config");
	const { openServerDatabase } = await import("@anny-fitter/server");
	return openServerDatabase({ ...loadConfig(settings(options, io.env)), databasePoolSize: 1 });
}

function report(options: ServeOptions, io: ConsoleIo, document: object, text: string): void {
	if (options.json === true) io.stdout.write(`${JSON.stringify(document)}\n`);
	else if (options.quiet !== true) io.stdout.write(`${text}\n`);
}
