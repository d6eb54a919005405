import { type Environment, invalidSetting, readSettings } from "./read-settings.js";

/** What a process needs that migrates and does nothing else. */
export interface MigrationSettings {
	readonly url: string;
	readonly ownerUrl: string | undefined;
	readonly timeout_ms: number;
}

/** @throws AppError `invalid_configuration` naming the variable and what to do */
export function loadMigrationSettings(env: Environment = process.env): MigrationSettings {
	const { DATABASE_URL, DATABASE_OWNER_URL, DATABASE_TIMEOUT_MS } = readSettings(env);
	if (DATABASE_URL === undefined) {
		throw invalidSetting(
			"DATABASE_URL",
			"DATABASE_URL is not set, and the embedded database needs no step of its own.",
			"Set DATABASE_URL, and DATABASE_OWNER_URL where another login owns the tables.",
		);
	}
	return { url: DATABASE_URL, ownerUrl: DATABASE_OWNER_URL, timeout_ms: DATABASE_TIMEOUT_MS };
}
