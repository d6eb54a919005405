import { existsSync } from "node:fs";
import { join } from "node:path";
import { nearestName } from "@anny-fitter/contracts";
import type { Environment } from "./read-settings.js";
import type { ServerConfig } from "./server-config.js";
import { parseUrl } from "./setting.js";
import { fileVariant, SETTING_NAMES, SETTINGS } from "./settings.js";

/** Variables of other programs that resemble ours. */
const FOREIGN = new Set(["HOSTNAME", "HOSTTYPE", "LOGNAME", "XDG_DATA_DIRS", "ANNY_FITTER_CACHE"]);

/** What is allowed but probably not meant, one sentence each; empty when nothing is. */
export function listConfigWarnings(config: ServerConfig, env: Environment = process.env): readonly string[] {
	const warnings = findMisspelt(env);
	const url = parseUrl(config.publicUrl);
	const isLocal = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
	if (config.mode === "production" && url?.protocol === "http:" && !isLocal) {
		warnings.push("PUBLIC_URL is not https: passwords, photos and cookies travel readable.");
	}
	if (config.mode === "production" && isLocal) {
		warnings.push("PUBLIC_URL names this machine only: links and cookies will not work from another.");
	}
	if (config.webDir !== undefined && !existsSync(join(config.webDir, "index.html"))) {
		warnings.push("WEB_DIR holds no index.html, so there is no web application: build it, or correct the path.");
	}
	if (config.migratesDatabase === false && config.databaseOwnerUrl !== undefined) {
		warnings.push("DATABASE_MIGRATE is off, so nothing needs DATABASE_OWNER_URL: leave it out.");
	}
	if (config.redisUrl !== undefined && config.redisUrl === config.vaultRedisUrl) {
		warnings.push("REDIS_URL and VAULT_REDIS_URL are the same: a full cache would leave no room for photos.");
	}
	return warnings;
}

/** Only names that share their first word with ours, for the environment is full of others' variables. */
function findMisspelt(env: Environment): string[] {
	const known = new Set<string>();
	for (const name of SETTING_NAMES) {
		known.add(name);
		if (SETTINGS[name].isSecret) known.add(fileVariant(name));
	}
	const warnings: string[] = [];
	for (const name of Object.keys(env)) {
		if (known.has(name) || FOREIGN.has(name) || name.length < 5) continue;
		const nearest = nearestName(name, known);
		if (nearest === null || !resembles(name, nearest)) continue;
		warnings.push(`The variable ${name} has no meaning; did you mean ${nearest}?`);
	}
	return warnings;
}

/** They begin alike; other programs' variables often end like ours. */
function resembles(name: string, known: string): boolean {
	const [first = known] = known.split("_", 1);
	if (first === known) return Math.abs(name.length - known.length) <= 1;
	return name.toUpperCase().startsWith(first.slice(0, 4));
}
