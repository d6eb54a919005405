import { parseRedisAddress, showRedisAddress } from "../redis/redis-address.js";
import type { ServerConfig } from "./server-config.js";
import { parseUrl } from "./setting.js";

/** A summary for the start of the server, one fact a line, without secrets and without passwords in addresses. */
export function describeConfig(config: ServerConfig): string {
	const embeddedServices = "in process";
	const rows: readonly (readonly [string, string])[] = [
		["address", `${config.publicUrl} (listens on ${config.host}:${config.port})`],
		["application", config.webDir ?? "none"],
		["mode", `${config.mode}, ${config.workers} ${config.workers === 1 ? "process" : "processes"}`],
		["log-in", config.singleUser === true ? "none needed on this machine" : "with password"],
		["data", config.dataDir],
		["database", config.databaseUrl === undefined ? "PGlite (embedded)" : hideSecrets(config.databaseUrl)],
		["events, cache", config.redisUrl === undefined ? "in process" : showRedis(config.redisUrl)],
		["photos", describeVault(config)],
		["exports", describeExports(config)],
		["vision", config.visionUrl ?? embeddedServices],
		["fitting", config.fittingUrl ?? embeddedServices],
		["visualization", config.visualizationUrl ?? embeddedServices],
		["inference", config.inferenceDevice],
		["limits", `${config.rateLimitPerHour} changes per hour and user, ${config.maxQueuedFits} waiting fits`],
		["log level", config.logLevel],
	];
	return rows.map(([label, text]) => `${label.padEnd(15)}${text}`).join("\n");
}

/** The address without user, password, query and fragment: each may hold a secret. */
export function hideSecrets(address: string): string {
	const url = parseUrl(address);
	if (url === null) return "(an address that cannot be shown)";
	return `${url.protocol}//${url.host}${url.pathname === "/" ? "" : url.pathname}`;
}

function showRedis(address: string): string {
	const parsed = parseRedisAddress(address);
	return parsed === null || parsed.kind === "single" ? hideSecrets(address) : showRedisAddress(parsed);
}

function describeVault(config: ServerConfig): string {
	const place = config.vaultRedisUrl === undefined ? "RAM disk or memory" : showRedis(config.vaultRedisUrl);
	return `${place}, encrypted, for at most ${Math.round(config.vaultLifetime_ms / 60_000)} minutes`;
}

function describeExports({ s3, exportLifetime_ms }: ServerConfig): string {
	const hours = `for ${Math.round(exportLifetime_ms / 3_600_000)} hours`;
	if (s3 === undefined) return `folder, ${hours}`;
	return `bucket ${s3.bucket} at ${s3.endpoint === undefined ? "AWS" : hideSecrets(s3.endpoint)}, ${hours}`;
}
