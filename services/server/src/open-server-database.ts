import { join } from "node:path";
import type { ApiDependencies } from "@anny-fitter/api";
import type { ServerConfig } from "@anny-fitter/platform/config";
import { type Database, migrateDatabase, openDatabase } from "@anny-fitter/platform/database";

/** The database that the settings name, for the server and for commands that work on its data. */
export function openServerDatabase(
	config: ServerConfig,
	log?: ApiDependencies["log"],
	metrics?: ApiDependencies["metrics"],
): Promise<Database> {
	return openDatabase({
		...placeOf(config),
		migrate: config.migratesDatabase,
		replicaUrl: config.databaseReplicaUrl,
		replicaWait_ms: config.databaseReplicaWait_ms,
		poolSize: config.databasePoolSize,
		fieldKeys: config.fieldKeys,
		metrics,
		...(log === undefined ? {} : { log }),
	});
}

/**
 * Brings that database to the state after a migration, forwards or back.
 *
 * @param target name of a migration, `latest`, or `none` for an empty database
 * @returns names of the migrations that ran
 */
export function migrateServerDatabase(config: ServerConfig, target: string): Promise<string[]> {
	return migrateDatabase(placeOf(config), target);
}

function placeOf(config: ServerConfig) {
	return {
		url: config.databaseUrl,
		ownerUrl: config.databaseOwnerUrl,
		dataDir: join(config.dataDir, "database"),
		timeout_ms: config.databaseTimeout_ms,
	};
}
