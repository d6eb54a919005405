import { join } from "node:path";
import type { ApiDependencies } from "@anny-fitter/api";
import type { ServerConfig } from "@anny-fitter/platform/config";
import { type Database, openDatabase } from "@anny-fitter/platform/database";

/** The database that the settings name, for the server and for commands that work on its data. */
export function openServerDatabase(config: ServerConfig, log?: ApiDependencies["log"]): Promise<Database> {
	return openDatabase({
		url: config.databaseUrl,
		ownerUrl: config.databaseOwnerUrl,
		dataDir: join(config.dataDir, "database"),
		poolSize: config.databasePoolSize,
		timeout_ms: config.databaseTimeout_ms,
		...(log === undefined ? {} : { log }),
	});
}
