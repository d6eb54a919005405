/** `anny-fitter database migrate` for containers, which have no command line: the step before DATABASE_MIGRATE=off. */
import { AppError } from "@anny-fitter/contracts";
import { loadMigrationSettings } from "@anny-fitter/platform/config";
import { migrateDatabase } from "@anny-fitter/platform/database";

try {
	const migrations = await migrateDatabase(loadMigrationSettings(process.env));
	process.stdout.write(`${JSON.stringify({ migrations })}\n`);
} catch (error) {
	if (!(error instanceof AppError)) throw error;
	process.stderr.write(`error: ${error.message}\nremedy: ${error.remedy}\n`);
	process.exitCode = error.exitCode;
}
