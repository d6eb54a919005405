import { invalidSetting } from "./read-settings.js";
import { parseUrl } from "./setting.js";
import type { SettingValues } from "./settings.js";

/** Names of this machine that no other machine can reach, as settings and addresses write them. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;

/**
 * Whether people at the server's own machine need no password. Only where nobody else can be taken for one of them.
 *
 * @throws AppError `invalid_configuration` when it is asked for where others could be
 */
export function isSingleUser(values: SettingValues, mode: "development" | "production"): boolean {
	// Everybody has a password and a name in the audit log.
	if (values.SINGLE_USER === "off" || values.HIPAA_MODE === "on") return false;
	const obstacle = findObstacle(values);
	if (values.SINGLE_USER === "auto") return obstacle === null && mode === "development";
	if (obstacle === null) return true;
	throw invalidSetting(
		"SINGLE_USER",
		`SINGLE_USER is on, but ${obstacle}.`,
		"Set SINGLE_USER to off, or keep the server to this machine.",
	);
}

function findObstacle({ DATABASE_URL, HOST, PUBLIC_URL, TRUSTED_PROXIES }: SettingValues): string | null {
	if (HOST !== undefined && !LOOPBACK.test(HOST)) return "HOST lets other machines in";
	if (DATABASE_URL !== undefined) return "DATABASE_URL names a database for many users";
	// A proxy on this machine passes on requests from elsewhere.
	if (TRUSTED_PROXIES > 0) return "TRUSTED_PROXIES names proxies, whose requests come from elsewhere";
	const host = PUBLIC_URL === undefined ? "localhost" : (parseUrl(PUBLIC_URL)?.hostname ?? "");
	return LOOPBACK.test(host) ? null : "PUBLIC_URL is an address for other machines";
}
