/**
 * What the command line does with a server's data, for containers, which have no command line:
 *
 *   grant-role EMAIL ROLE   as `anny-fitter users grant`
 *   verify-audit            as `anny-fitter audit verify`
 *   migrate [MIGRATION]     as `anny-fitter database migrate --to MIGRATION`
 */
import { grantRole } from "@anny-fitter/api";
import { AppError, USER_ROLES } from "@anny-fitter/contracts";
import { loadConfig } from "@anny-fitter/platform/config";
import { type Database, verifyAuditLog } from "@anny-fitter/platform/database";
import { migrateServerDatabase, openServerDatabase } from "./open-server-database.js";

/** Exit code when the audit log was tampered with. */
const EXIT_BROKEN = 70;

const [command, ...words] = process.argv.slice(2);
try {
	const config = loadConfig(process.env);
	const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
		const database = await openServerDatabase({ ...config, databasePoolSize: 1 });
		return work(database).finally(() => database.close());
	};
	if (command === "grant-role") {
		const [email = "", wanted] = words;
		const role = USER_ROLES.find((name) => name === wanted);
		if (role === undefined) {
			throw new AppError("invalid_argument", `There is no role "${wanted}".`, {
				remedy: `Use ${USER_ROLES.join(", ")}.`,
			});
		}
		await withDatabase((database) => grantRole(database, email, role));
		tell({ role });
	} else if (command === "verify-audit") {
		const { ok, rows, firstBrokenLogId } = await withDatabase(verifyAuditLog);
		tell({ ok, rows, first_broken_log_id: firstBrokenLogId ?? null });
		process.exitCode = ok ? 0 : EXIT_BROKEN;
	} else if (command === "migrate") {
		tell({ migrations: await migrateServerDatabase(config, words[0] ?? "latest") });
	} else {
		throw new AppError("invalid_argument", `There is no command "${command ?? ""}".`, {
			remedy: "Use grant-role, verify-audit or migrate.",
		});
	}
} catch (error) {
	if (!(error instanceof AppError)) throw error;
	process.stderr.write(`error: ${error.message}\nremedy: ${error.remedy}\n`);
	process.exitCode = error.exitCode;
}

function tell(document: object): void {
	process.stdout.write(`${JSON.stringify(document)}\n`);
}
