import { homedir } from "node:os";
import { join } from "node:path";

const APPLICATION = "anny-fitter";

/** Process surroundings that decide where files go; injectable for tests. */
export interface Surroundings {
	readonly platform: NodeJS.Platform;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly home: string;
}

/** The running process. */
export function currentSurroundings(): Surroundings {
	return { platform: process.platform, env: process.env, home: homedir() };
}

/**
 * Folder for files that can be made again: `ANNY_FITTER_CACHE`, else the user's cache folder (XDG on Linux,
 * `~/Library/Caches` on macOS, `LOCALAPPDATA` on Windows) with `anny-fitter` appended.
 */
export function userCacheDir(surroundings: Surroundings = currentSurroundings()): string {
	const { platform, env, home } = surroundings;
	if (env.ANNY_FITTER_CACHE) {
		return env.ANNY_FITTER_CACHE;
	}
	if (platform === "win32") {
		return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), APPLICATION, "cache");
	}
	if (platform === "darwin") {
		return join(home, "Library", "Caches", APPLICATION);
	}
	return join(absolute(env.XDG_CACHE_HOME) ?? join(home, ".cache"), APPLICATION);
}

/** Folder for files that the user fetched, such as pulled models. */
export function userDataDir(surroundings: Surroundings = currentSurroundings()): string {
	const { platform, env, home } = surroundings;
	if (platform === "win32") {
		return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), APPLICATION, "data");
	}
	if (platform === "darwin") {
		return join(home, "Library", "Application Support", APPLICATION);
	}
	return join(absolute(env.XDG_DATA_HOME) ?? join(home, ".local", "share"), APPLICATION);
}

/** The XDG specification ignores relative paths. */
function absolute(path: string | undefined): string | undefined {
	return path?.startsWith("/") ? path : undefined;
}
