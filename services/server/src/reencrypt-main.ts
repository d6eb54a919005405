/** `anny-fitter database reencrypt` for containers, which have no command line: a job after the keys have changed. */
import { AppError } from "@anny-fitter/contracts";
import { loadConfig } from "@anny-fitter/platform/config";
import { reencryptFields } from "@anny-fitter/platform/database";
import { openServerDatabase } from "./open-server-database.js";

const signal = { aborted: false };
for (const name of ["SIGTERM", "SIGINT"] as const) {
	process.once(name, () => {
		signal.aborted = true;
	});
}
try {
	const config = loadConfig(process.env);
	const database = await openServerDatabase({ ...config, databasePoolSize: 1 });
	const rows = await reencryptFields(database, { signal }).finally(() => database.close());
	process.stdout.write(`${JSON.stringify({ key: database.fieldKeyId, rows, is_done: !signal.aborted })}\n`);
	process.exitCode = signal.aborted ? 75 : 0;
} catch (error) {
	if (!(error instanceof AppError)) throw error;
	process.stderr.write(`error: ${error.message}\nremedy: ${error.remedy}\n`);
	process.exitCode = error.exitCode;
}
